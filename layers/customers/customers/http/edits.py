"""From the body of a change to what it makes of a customer, or to every reason why it can't be made."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from customers.customer import changes
from customers.customer.changes import Patch
from customers.customer.fields import MAX_ENTRIES
from customers.customer.model import CustomerQuery, NewCustomer, Record, to_json
from customers.errors import InvalidCustomer, MalformedRequest, PayloadTooLarge
from customers.http.parsing import MAX_VALUES, identity_missing, parse_query, validated, values_in
from customers.http.refusals import field_error

MAX_CUSTOMER_BYTES = 160 * 1024
"""The most that changes may let a customer grow to, as JSON; its item stays under DynamoDB's 400 KB.

A create of a body of up to 128 KiB may make a larger one. That can be changed, but not grow further.
"""


def patch_of(data: Any) -> Patch:
    """The merge patch that a JSON value describes; raises InvalidCustomer with every invalid field."""
    return changes.patch(data, validated(data))


def replacement_of(data: Any, external_id: str) -> NewCustomer:
    """The customer with the external id that a JSON value describes.

    Raises InvalidCustomer with every invalid field; the external id of the body is one if it is another.
    """
    if not isinstance(data, dict):
        return validated(data)
    sent = data.get("external_id")
    if sent is None:
        return validated({**data, "external_id": external_id})
    return validated(data, [] if _means(sent, external_id) else [field_error(("external_id",), "external_id_differs")])


def parse_external_id(parameters: Mapping[str, Sequence[str]]) -> str:
    """The external id in the query parameters of a request; raises MalformedRequest unless it is all that they are."""
    if [*parameters] != ["external_id"]:
        raise MalformedRequest("Give one query parameter: external_id.")
    return parse_query(parameters)[1]


def patched(record: Record, patch: Patch, *, identity_required: bool = True) -> Record:
    """The customer with the patch applied.

    A patch can't remove the last identity of a customer, unless the API requires none, as in Stripe's and Rebilly's. A
    customer that was created there without one can be changed here too.

    Raises InvalidCustomer or PayloadTooLarge when the customer as a whole is not what one may be.
    """
    after = changes.patched(record, patch)
    metadata = after.get("metadata", {})
    errors = identity_missing(after) if identity_required and not identity_missing(record) else []
    if len(metadata) > MAX_ENTRIES and len(metadata) > len(record.get("metadata", {})):
        errors.append(field_error(("metadata",), "too_many", max_length=MAX_ENTRIES))
    if errors:
        raise InvalidCustomer(errors, len(errors))
    size = _size(after)
    if size > MAX_CUSTOMER_BYTES and size > _size(record):
        raise PayloadTooLarge(
            f"With this change the customer would have more than {MAX_CUSTOMER_BYTES} bytes. Nothing was written."
        )
    values = _values(after)
    if values > MAX_VALUES and values > _values(record):
        raise PayloadTooLarge(
            f"With this change custom_fields would have more than {MAX_VALUES} members and entries in total. Nothing "
            "was written."
        )
    return after


def _means(sent: Any, external_id: str) -> bool:
    """Whether an external id that was sent is this one; true for one that is not valid, which is refused as such."""
    try:
        return CustomerQuery.model_validate({"external_id": sent}).external_id == external_id
    except ValidationError:
        return True


def _size(record: Record) -> int:
    return len(to_json(record).encode())


def _values(record: Record) -> int:
    return values_in(record.get("custom_fields", "").encode())
