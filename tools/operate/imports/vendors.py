"""The columns of a vendor's export: its fields as its API names them, or as its dashboard labels them.

`address.line1`, `Address Line1` and `Address line 1` are the same column.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from customers.customer.text import trim
from customers.vendors import exports, paths
from customers.vendors.rows import AS_SENT, flag, same
from operate.imports import columns
from operate.imports.columns import Column, Read, Step

MARKS: Mapping[str, str] = {"stripe": "object", "orb": "external_customer_id", "rebilly": "primaryAddress"}
"""The member that only the objects of a vendor have."""

_METADATA = {"stripe": "metadata", "orb": "metadata", "rebilly": "customFields"}
_LABELLED = re.compile(r"(?P<name>.+) \(metadata\)", re.IGNORECASE)  # of Stripe's dashboard
_PARTS = re.compile(r"([^.\[\]]+)|\[(\d*)\]")


def column(vendor: str, name: str) -> Column | None:
    """The column of a name in a vendor's export; None when the vendor has no such field."""
    labelled = _LABELLED.fullmatch(name)
    if labelled:
        return Column([_METADATA[vendor], labelled["name"]], columns.as_text)
    first, dot, own = name.partition(".")
    if first == _METADATA[vendor] and dot:
        return Column([first, own], columns.as_text) if own else None
    indexes = iter([int(number) for number in re.findall(r"\[(\d+)\]", name)])
    if found := _columns(vendor).get(_plain(re.sub(r"\[\d+\]", "[]", name))):
        path, read = found
        return Column([next(indexes, 0) if step == "[]" else step for step in path], read)
    if exports.is_own(vendor, name):
        return Column([], columns.as_text)
    return None


def of_header(header: Sequence[str]) -> str | None:
    """The vendor whose export may have this header: one that knows most of the columns that we don't."""
    strange = [name for name in map(trim, header) if not (columns.column(name) or columns.meant_by(name))]
    known = {vendor: sum(column(vendor, name) is not None for name in strange) for vendor in exports.VENDORS}
    likely = max(exports.VENDORS, key=known.__getitem__)
    return likely if strange and known[likely] * 4 >= len(strange) * 3 else None


def complaint(line: str, vendor: str) -> str | None:
    """Why a file that begins with this line can't be the vendor's JSON Lines; None if it can."""
    try:
        first = json.loads(line, parse_int=columns.as_text)
    except RecursionError:
        return None
    except ValueError:
        parts = line.rstrip().endswith(("{", "[", ","))
        return "JSON Lines have a whole customer in each line, and no commas between them" if parts else None
    if isinstance(first.get("data"), list):
        return "this is a page of a list: `jq -c '.data[]'` makes JSON Lines of it"
    whose = next((whose for whose, mark in MARKS.items() if mark in first), vendor)
    return None if whose == vendor else f"this is an export of {whose}: add FROM={whose}"


@cache
def _columns(vendor: str) -> Mapping[str, tuple[Sequence[Step], Read]]:
    """Where the values of each field go in the vendor's object, and how they are read, by its plain name."""
    return {_plain(name): (_steps(name), read) for name, read in _fields(vendor)}


def _fields(vendor: str) -> Iterator[tuple[str, Read]]:
    for row in exports.table(vendor).rows:
        if row.place and paths.steps(row.name) in exports.taken(vendor):
            name = row.shown if row.shown and row.shown != AS_SENT else row.name
            yield name, columns.boolean if row.read is flag else _reader(row.place)
        elif not row.place and row.read is same:
            yield row.name, columns.as_text  # what clients send back, and is not taken
    for more in exports.MORE[vendor]:
        yield more.name, columns.as_text


def _reader(place: str) -> Read:
    plain = re.sub(r"\[\w*\]", "[0]", place)
    found = columns.column(plain)
    return found.read if found else columns.as_text


def _steps(name: str) -> list[Step]:
    return [part or "[]" for part, _ in _PARTS.findall(name)]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9\[\]]", "", name.lower())
