"""What a change makes of a customer: JSON Merge Patch (RFC 7396), or all of its fields replaced.

Only what was sent is validated, and what follows from values that stay as they are stays too: neither a new rule nor a
new release of a library gets in the way of a change, or makes one of a request that changes nothing.
"""

from collections.abc import Mapping
from typing import Any

from customers.customer import text
from customers.customer.derived import derive
from customers.customer.digits import json_text, json_value
from customers.customer.model import NewCustomer, Record
from customers.customer.parts import Part

ASSIGNED = ("id", "created_at", "updated_at", "revision")
"""What a change keeps; the table makes a new revision of a customer that it writes."""

type Patch = dict[str, Any]
"""A merge patch of canonical values: each name that was sent, with the value that it got, None to remove it."""


def patch(sent: Mapping[str, Any], valid: NewCustomer) -> Patch:
    """The patch that was sent, of which `valid` is what the model made."""
    values = _sent_of(valid)
    if values.get("metadata") is not None:  # the model leaves out those without a value
        values["metadata"] |= {text.line(name): None for name, value in sent["metadata"].items() if value is None}
    if values.get("custom_fields") is not None:
        values["custom_fields"] = json_value(values["custom_fields"])
    return values


def patched(record: Record, patch: Patch) -> Record:
    """The customer with the patch applied; equal to the record when that changes nothing."""
    before = dict(record)
    if "custom_fields" in patch and "custom_fields" in record:
        before["custom_fields"] = json_value(record["custom_fields"])
    after: Record = merge(before, patch)
    if "custom_fields" in patch and "custom_fields" in after:
        unchanged = after["custom_fields"] == before.get("custom_fields")
        after["custom_fields"] = record["custom_fields"] if unchanged else json_text(after["custom_fields"])
    derive(after, record)
    return after


def replaced(record: Record, customer: NewCustomer) -> Record:
    """The customer with nothing but these fields; equal to the record when it has them already."""
    after = {name: record[name] for name in ASSIGNED} | customer.model_dump(exclude_none=True)
    derive(after, record)
    return after


def merge(target: Any, patch: Any) -> Any:
    """`MergePatch` of RFC 7396 section 2; nothing of the target is changed in place."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def _sent_of(part: Part) -> dict[str, Any]:
    """What was sent of an object, None for what has no value; lists go whole, with what the model adds to them."""
    dumped = part.model_dump(exclude_none=True)
    return {
        name: _sent_of(value) if isinstance(value := getattr(part, name), Part) else dumped.get(name)
        for name in part.model_fields_set
    }
