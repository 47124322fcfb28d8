"""The columns of a vendor's export: its fields as its API names them, or as its dashboard labels them.

`address.line1`, `Address Line1` and `Address line 1` are the same column.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from customers.vendors import exports
from customers.vendors.rows import AS_SENT, flag, same
from operate.imports import columns
from operate.imports.columns import Column, Read, Step

OWN: Mapping[str, Sequence[str]] = {
    "stripe": (
        "object|livemode|delinquent|created.*|card.*|default_source|plan|quantity|interval|status|cancel_at_period_end",
        "total_spend|payment_count|average_order|refunded_volume|dispute_losses|subscription.*|invoice_prefix_settings",
    ),
    "orb": ("created_at|portal_url|hierarchy.*|exempt_from_automated_tax|payment_configuration.*",),
    "rebilly": ("_links.*|_embedded.*|personId",),
}
"""What a vendor says of a customer by itself. It is left out; any other column is taken or refused by name."""

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
    indexes = iter([int(number) for number in re.findall(r"\[(\d+)\]", name)])
    if found := _columns(vendor).get(_plain(re.sub(r"\[\d+\]", "[]", name))):
        path, read = found
        return Column([next(indexes, 0) if step == "[]" else step for step in path], read)
    first, _, own = name.partition(".")
    if first == _METADATA[vendor] and own:
        return Column([first, own], columns.as_text)
    if any(re.fullmatch(pattern, _label(name), re.IGNORECASE) for pattern in OWN[vendor]):
        return Column([], columns.as_text)
    return None


def of_header(header: Sequence[str]) -> str | None:
    """The vendor whose export has this header, if it is none of ours."""
    if all(columns.column(name) for name in header):
        return None
    found = (vendor for vendor in exports.VENDORS if all(column(vendor, name) for name in header))
    return next(found, None)


def of_object(line: str) -> str | None:
    """The vendor whose object a line of JSON is."""
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return next((vendor for vendor, mark in MARKS.items() if mark in document), None)


@cache
def _columns(vendor: str) -> Mapping[str, tuple[Sequence[Step], Read]]:
    """Where the values of each field go in the vendor's object, and how they are read, by its plain name."""
    return {_plain(name): (_steps(name), read) for name, read in _fields(vendor)}


def _fields(vendor: str) -> Iterator[tuple[str, Read]]:
    for row in exports.table(vendor).rows:
        if row.shown and row.place:
            is_flag = row.read is flag
            yield row.name if row.shown == AS_SENT else row.shown, columns.boolean if is_flag else _reader(row.place)
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


def _label(name: str) -> str:
    return re.sub(r"\W+", "_", name.lower()).strip("_")


def _plain(name: str) -> Any:
    return re.sub(r"[^a-z0-9\[\]]", "", name.lower())
