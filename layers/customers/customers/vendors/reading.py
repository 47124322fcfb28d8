"""What a request says in a vendor's words: its values, each with its place in the customer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError

from customers.customer.fields import MAX_ENTRIES
from customers.customer.text import trim
from customers.errors import FieldError
from customers.http.refusals import MAX_ERRORS, field_error
from customers.vendors import paths
from customers.vendors.paths import Entry, Path, Steps
from customers.vendors.rows import Field

_DETAILS = {
    "not_supported": "This service does not support this.",
    "single_use_token": "Single-use tokens are not stored: redeem the token and send the id of the resulting object.",
}
"""The sentences of codes that the native API does not have, or puts in its own terms."""


class Setting(NamedTuple):
    """A value to be set at a place of the customer, None to remove it, and the field that it came from."""

    place: Steps
    value: Any
    name: Path


@dataclass
class Reading:
    """What a request says: the settings, and the fields that can't be read, of which there are `refused` in all."""

    settings: list[Setting] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)
    refused: int = 0

    def refuse(self, path: Path, code: str, **limits: Any) -> None:
        """Note that a field is refused."""
        self.refused += 1
        if self.refused > MAX_ERRORS:
            return
        if detail := _DETAILS.get(code):
            self.errors.append(field_error(path, "invalid")._replace(code=code, detail=detail))
        else:
            self.errors.append(field_error(path, code, **limits))

    def add(self, other: "Reading") -> None:
        """Add what another reading found."""
        self.settings += other.settings
        self.errors += other.errors[: MAX_ERRORS - len(self.errors)]
        self.refused += other.refused

    def replacing(self, places: Iterable[Steps], name: Path = ()) -> "Reading":
        """The same reading, which also clears the other places; `name` is the field that causes this."""
        said = {setting.place for setting in self.settings}
        removed = [Setting(place, None, name) for place in dict.fromkeys(places) if place not in said]
        return Reading([*removed, *self.settings], self.errors, self.refused)


@dataclass
class _Node:
    """What the vendor has at a path: rows about the value itself, the members of an object, the entries of a list."""

    rows: list[Field] = field(default_factory=list)
    members: dict[str, "_Node"] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    entries: "_Node | None" = None
    list_place: Steps = ()

    def places(self) -> Iterator[Steps]:
        """The places that hold what is here."""
        placed = [row.place for row in self.rows if row.place]
        yield from map(paths.steps, placed)
        if self.list_place:
            yield self.list_place
        elif not placed:
            yield from self.inner_places()

    def inner_places(self) -> Iterator[Steps]:
        """The places of the members."""
        for member in self.members.values():
            yield from member.places()


class Reader:
    """Reads requests by the rows of a table.

    `empty_unsets` is whether an empty text is the vendor's null. `entries` gives the entries of what stands for a list
    in its requests, None when it is no list. `whole_objects` is whether an object in a change
    replaces the previous one instead of being merged into it.
    """

    def __init__(
        self,
        rows: Sequence[Field],
        entries: Callable[[Any], list[Any] | None],
        *,
        empty_unsets: bool,
        whole_objects: bool,
    ) -> None:
        self._entries = entries
        self._empty_unsets = empty_unsets
        self._whole_objects = whole_objects
        self._root = _Node()
        for row in rows:
            self._add(row)
        self.places = [*self._root.places()]

    def _add(self, row: Field) -> None:
        node, place = self._root, paths.steps(row.place or "")
        *way, last = paths.steps(row.name)
        for step in way:
            if step is Entry.EACH:
                node.list_place = node.list_place or paths.up_to_list(place)
                node.entries = node = node.entries or _Node()
            else:
                node = node.members.setdefault(str(step), _Node())
        if row.required:
            node.required.append(str(last))
        node.members.setdefault(str(last), _Node()).rows.append(row)

    def read(self, data: Any, *, whole: bool = True) -> Reading:
        """What a parsed request says; one that is not whole may lack what a customer has to have."""
        reading = Reading()
        self._read_object(self._root, data, (), reading, whole=whole)
        return reading

    def _is_null(self, value: Any) -> bool:
        return value is None or (self._empty_unsets and value == "")

    def _read(self, node: _Node, value: Any, path: Path, reading: Reading) -> None:
        if self._is_null(value):
            reading.settings += [Setting(_with_index(place, path), None, path) for place in node.places()]
        elif node.entries:
            self._read_list(node, node.entries, value, path, reading)
        elif node.members and self._whole_objects:
            inner = Reading()
            self._read_object(node, value, path, inner)
            reading.add(inner.replacing(node.inner_places(), path))
        elif node.members:
            self._read_object(node, value, path, reading)
        else:
            for row in node.rows:
                _read_value(row, value, path, reading)

    def _read_list(self, node: _Node, entry: _Node, value: Any, path: Path, reading: Reading) -> None:
        entries = self._entries(value)
        if entries is None:
            reading.refuse(path, "array_type")
            return
        if len(entries) > MAX_ENTRIES:  # before anything is done with each
            reading.refuse(path, "too_many", max_length=MAX_ENTRIES)
            return
        reading.settings.append(Setting(node.list_place, [], path))
        for index, each in enumerate(entries):
            self._read_object(entry, each, (*path, index), reading)
        for row in node.rows:  # about the list as a whole, such as which entry is the primary one
            _read_value(row, entries, path, reading)

    def _read_object(self, node: _Node, value: Any, path: Path, reading: Reading, *, whole: bool = True) -> None:
        if not isinstance(value, dict):
            reading.refuse(path, "object_type")
            return
        for name in node.required:
            if _is_blank(value.get(name)) and (whole or name in value):
                reading.refuse((*path, name), "missing")
        for name, member in value.items():
            if name in node.members:
                self._read(node.members[name], member, (*path, name), reading)
            else:
                reading.refuse((*path, name), "unknown_field")


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not trim(value))


def _read_value(row: Field, value: Any, path: Path, reading: Reading) -> None:
    picked = row.pick(value)
    if picked is None:
        return
    for step in picked:
        value = value[step]
    path = (*path, *picked)
    try:
        converted = row.read(value)
    except PydanticCustomError as error:
        reading.refuse(path, error.type, **(error.context or {}))
        return
    if row.place:
        reading.settings.append(Setting(_with_index(paths.steps(row.place), path), converted, path))


def _with_index(place: Steps, path: Path) -> Steps:
    """The place in the entry that the path leads through."""
    if Entry.EACH not in place:
        return place
    return paths.indexed(place, [step for step in path if isinstance(step, int)])
