"""Conversions of values that several vendors need."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customers.customer.model import Record

ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country")
"""The parts of an address, in Stripe's and Orb's words and the model's own."""


def unix_time(time: str) -> int:
    """Seconds since 1970 of a record's time."""
    return int(datetime.fromisoformat(time).timestamp())


def full_name(record: Record) -> str | None:
    """The name of a customer that may have been created with others: a person's, or an organization's."""
    person = " ".join(record[part] for part in ("first_name", "last_name") if part in record)
    return record.get("name") or person or record.get("organization")


def completed(value: Any, parts: Mapping[str, Any]) -> Any:
    """The value with what it lacks of these parts, at every depth; a value that is no object as it is."""
    if not isinstance(value, dict):
        return value
    whole = {**parts, **value}
    for name, part in parts.items():
        if isinstance(part, dict):
            whole[name] = completed(value.get(name), part)
    return whole
