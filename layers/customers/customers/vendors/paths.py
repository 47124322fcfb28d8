"""Paths into a customer: where a value is, and how it is set.

billing_address.line1           a member of an object
tax_ids[].type                  of every entry of a list
preferred_locales[0]            the first entry
tax_ids[default].value          the entry that is the default, or else the first
external_refs[stripe.coupon]    the id of the reference with this provider and kind
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from enum import Enum
from functools import cache
from typing import Any, NamedTuple


class Entry(Enum):
    """A step to entries of a list."""

    EACH = "[]"
    DEFAULT = "[default]"


class Ref(NamedTuple):
    """A step to the id of a reference."""

    provider: str
    kind: str


type Step = str | int | Entry | Ref
type Steps = tuple[Step, ...]
type Path = tuple[str | int, ...]
"""Steps of which each is a name or an index."""

_STEP = re.compile(r"(\w+)|\[([^\]]*)\]")


@cache
def steps(text: str) -> Steps:
    """The steps of a path that is written as above."""
    return tuple(name or _entry(entry) for name, entry in _STEP.findall(text))


def _entry(text: str) -> Step:
    if text.isdecimal():
        return int(text)
    if text in ("", "default"):
        return Entry(f"[{text}]")
    provider, _, kind = text.partition(".")
    return Ref(provider, kind)


def up_to_list(path: Steps) -> Steps:
    """The path of the list that the path goes through."""
    return path[: path.index(Entry.EACH)] if Entry.EACH in path else ()


def indexed(path: Steps, indexes: Sequence[int]) -> Steps:
    """The path with indexes in the place of its first EACH steps, one after the other."""
    if not indexes:
        return path
    left = iter(indexes)
    return tuple(next(left, step) if step is Entry.EACH else step for step in path)


def find(value: Any, path: Steps) -> Iterator[tuple[tuple[int, ...], Any]]:
    """What the path leads to, each with the indexes of its EACH steps."""
    for number, step in enumerate(path):
        if isinstance(step, str):
            if not isinstance(value, dict) or step not in value:
                return
            value = value[step]
        elif step is Entry.EACH:
            for index, entry in enumerate(value):
                for indexes, found in find(entry, path[number + 1 :]):
                    yield (index, *indexes), found
            return
        else:
            index = _position(value, step)
            if index == len(value):
                return
            value = value[index]["id"] if isinstance(step, Ref) else value[index]
    yield (), value


def _position(entries: Sequence[Any], step: Step) -> int:
    """The index of the entry that a step leads to; that of a new one when there is none."""
    match step:
        case int():
            return min(step, len(entries))
        case Ref(provider, kind):
            found = (n for n, each in enumerate(entries) if (each["provider"], each["kind"]) == (provider, kind))
            return next(found, len(entries))
    return next((n for n, each in enumerate(entries) if each.get("is_default")), 0)


def put(patch: dict[str, Any], record: Mapping[str, Any], path: Steps, value: Any) -> Path:
    """Set a value in a JSON Merge Patch (RFC 7396) of a record, None to remove what is there.

    Such a patch has a list whole or not at all, so that of the record is copied into it. Returns where the value is in
    what the patch makes of the record; to remove what the record does not have changes nothing.
    """
    if value is None and next(find(record, path), None) is None:
        return ()
    target, source, done = patch, record, list[str | int]()
    for number, step in enumerate(path):
        assert isinstance(step, str)  # noqa: S101 - what follows a list is put by `_put_entry`
        done.append(step)
        if number + 1 == len(path):
            target[step] = value
            break
        if not isinstance(path[number + 1], str):
            if not isinstance(target.get(step), list):
                target[step] = _as_sent(source.get(step) or ())
            done += _put_entry(target[step], path[number + 1 :], value)
            target[step] = target[step] or None
            break
        target[step] = target = target.get(step) or {}
        source = source.get(step) or {}
    return tuple(done)


def _put_entry(entries: list[Any], path: Steps, value: Any) -> Path:
    step, *names = path
    index = _position(entries, step)
    if isinstance(step, Ref):
        names = ["id"]
    if value is None and len(path) == 1:
        # A client that sees only one entry and removes it does not expect another one to take its place.
        entries[:] = [each for n, each in enumerate(entries) if isinstance(step, Ref) and n != index]
        return ()
    if not names:
        entries[index : index + 1] = [value]
        return (index,)
    if index == len(entries):
        entries.append(dict(step._asdict()) if isinstance(step, Ref) else {})
    entry = entries[index]
    for name in names[:-1]:
        entry = entry.setdefault(name, {})
    entry[names[-1]] = value
    return (index, *map(str, names))


def _as_sent(entries: Sequence[Any]) -> list[Any]:
    """Entries of a record as a request may have them: without what the service says of them."""
    return [
        {name: value for name, value in entry.items() if name != "is_valid"} if isinstance(entry, dict) else entry
        for entry in deepcopy([*entries])
    ]
