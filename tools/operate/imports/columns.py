"""From a row of CSV to the document of a customer, by the header.

A column is named as the API names a field: `billing_address.line1`, `metadata.crm`, `tax_ids[0].value`. Its text
becomes the type that the model has there: an integer, true or false, the entries of a list of texts with `;` between
them, or JSON where the field is an object. What doesn't look like its type stays text, and the model refuses it. An
empty cell is as good as none.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from customers.customer.model import NewCustomer
from customers.customer.text import trim

type Step = str | int

type Read = Callable[[str], Any]
"""The JSON value of a cell's text; what it can't be stays text."""

_NAME = re.compile(r"(?P<name>[^.\[\]]+)|\[(?P<index>[0-9]{1,2})\]")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_BOOLEANS = {"true": True, "false": False}

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_AS_IT_IS = re.compile('"\ud800([0-9a-f]*)\udfff"')


class Column(NamedTuple):
    """Where the values of a column go, and what they become; without a path they go nowhere."""

    path: Sequence[Step]
    read: Read


class HeaderError(ValueError):
    """A header has columns that can't be; the message says which, in one line."""


type Find = Callable[[str], Column | None]
"""Finds the column of a name; None when there is no such field."""


def columns(header: Sequence[str], find: Find | None = None) -> Sequence[Column]:
    """The columns of a header, in our own words or as `find` finds them.

    Raises HeaderError, which names all that are unknown.
    """
    names = [trim(name) for name in header]
    found = {name: (find or column)(name) for name in names}
    meant = {name: None if find else meant_by(name) for name, known in found.items() if known is None}
    if not any(found.values()) and not any(meant.values()):
        raise HeaderError(
            "the first row is not a header: it has to name the fields, as in email,name,billing_address.line1"
        )
    if meant:
        raise HeaderError(f"unknown columns: {', '.join(_shown(*each) for each in meant.items())}")
    known = [each for each in map(found.get, names) if each]
    paths = [tuple(each.path) for each in known]
    if twice := sorted({name for name, path in zip(names, paths, strict=True) if path and paths.count(path) > 1}):
        raise HeaderError(f"duplicate columns: {', '.join(twice)}")
    for name, path in zip(names, paths, strict=True):
        others = zip(names, paths, strict=True)
        if inside := [n for n, other in others if path and other[: len(path)] == path and other != path]:
            raise HeaderError(f"the column {name} also contains the values of {', '.join(inside)}: keep only one")
    return known


def meant_by(name: str) -> str | None:
    """The column that a name means in the API's spelling, such as `email` for `E-Mail`; None if there is none."""
    spelled = re.sub(r"[\s_-]+", "_", name.lower())
    candidates = (spelled, spelled.replace("_", ""))
    return next((each for each in candidates if each != name and column(each)), None)


def _shown(name: str, meant: str | None) -> str:
    """The name of an unknown column, safe for a terminal, and the column that may be meant."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in name) or "(empty)"
    return f"{shown} (is it {meant}?)" if meant else shown


def document(columns: Sequence[Column], row: Sequence[str]) -> str:
    """The JSON text of the customer that a row describes; its numbers and its JSON are as they were written."""
    customer: dict[Step, Any] = {}
    for column, text in zip(columns, row, strict=True):
        if column.path and trim(text):
            *way, last = column.path
            place = customer
            for step in way:
                place = place.setdefault(step, {})
            place[last] = column.read(text)
    return _AS_IT_IS.sub(lambda found: bytes.fromhex(found[1]).decode(), _write(_with_lists(customer)))


def _as_it_is(json_text: str) -> str:
    """A placeholder for this JSON in the document. No cell can contain it: lone surrogates are not UTF-8."""
    return f"\ud800{json_text.encode().hex()}\udfff"


def _with_lists(value: Any) -> Any:
    """Positions become lists, in which those without values are left out."""
    if not isinstance(value, dict):
        return value
    if any(isinstance(step, int) for step in value):
        return [_with_lists(value[step]) for step in sorted(value)]
    return {name: _with_lists(entry) for name, entry in value.items()}


def column(name: str) -> Column | None:
    """The column of a name; None when the model has no such field."""
    schema, path, rest = _schema(), [], name
    while rest:
        match = _NAME.match(rest)
        if match is None:
            return None
        step: Step = match["name"] if match["index"] is None else int(match["index"])
        inner = _inside(schema, step)
        if inner is None:
            return None
        schema = inner
        path.append(step)
        if schema.get("additionalProperties") and path and rest[match.end() : match.end() + 1] == ".":
            # Names of the caller's own, with dots and all.
            own = rest[match.end() + 1 :]
            return Column([*path, own], as_text) if own else None
        rest = rest[match.end() :]
        if rest.startswith("."):
            rest = rest[1:] or "."
    return Column(path, _reader(schema)) if path else None


@cache
def _schema() -> Mapping[str, Any]:
    return NewCustomer.model_json_schema()


def _plain(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema without references and without null."""
    if "$ref" in schema:
        return _plain(_schema()["$defs"][schema["$ref"].rpartition("/")[2]])
    alternatives = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
    if not alternatives:
        return schema
    texts = [each for each in alternatives if each.get("type") == "string"]
    return _plain((texts or alternatives)[0])  # a phone number may be an integer: as text it is as good


def _inside(schema: Mapping[str, Any], step: Step) -> Mapping[str, Any] | None:
    if isinstance(step, int):
        return _plain(schema["items"]) if "items" in schema else None
    return _plain(schema["properties"][step]) if step in schema.get("properties", {}) else None


def _reader(schema: Mapping[str, Any]) -> Read:
    match schema:
        case {"type": "integer"}:
            return lambda text: _as_it_is(trim(text)) if _NUMBER.fullmatch(trim(text)) else text
        case {"type": "boolean"}:
            return boolean
        case {"type": "array", "items": items} if _plain(items).get("type") == "string":
            return lambda text: [entry for entry in map(trim, text.split(";")) if entry]
        case {"type": "array" | "object"}:
            return _json
        case _:
            return as_text


def as_text(text: str) -> str:
    """The text as it is."""
    return text


def boolean(text: str) -> Any:
    """A boolean in any case; any other text as it is."""
    return _BOOLEANS.get(trim(text).lower(), text)


def _json(text: str) -> str:
    """A cell of JSON, verbatim: the import reports what is wrong inside it (a duplicate member) as in any body."""
    try:
        json.loads(text, parse_int=as_text, parse_float=as_text, parse_constant=_no_constant)
    except RecursionError:
        pass  # it is too deep for more than this parser
    except ValueError:
        return text
    return _as_it_is(text)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
