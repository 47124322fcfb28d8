"""What a customer is."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from customers import fields, identity

type Record = dict[str, Any]
"""A customer as the API shows it and the table holds it: JSON values in the order of the model, absent means unset."""


class _Model(BaseModel):
    """Unknown fields are refused and no value is coerced: what is not understood is never lost silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Address(_Model):
    """A postal address. No part is required and none is checked against the others."""

    line1: fields.FreeText | None = None
    line2: fields.FreeText | None = None
    city: fields.FreeText | None = None
    state: fields.FreeText | None = None
    postal_code: fields.PostalCode | None = None
    country: fields.Country | None = None


class Shipping(_Model):
    """Where and to whom goods are sent."""

    name: fields.Name | None = None
    phone: fields.Phone | None = None
    address: Address | None = None


class NewCustomer(_Model):
    """What a caller may say of a new customer; one of `email` and `external_id` is required (see `parsing`)."""

    external_id: fields.ExternalId | None = None
    email: fields.Email | None = None
    name: fields.Name | None = None
    description: fields.FreeText | None = None
    phone: fields.Phone | None = None
    billing_address: Address | None = None
    shipping: Shipping | None = None
    metadata: fields.Metadata | None = None


class CustomerQuery(_Model):
    """What finds a customer: one of the two, normalised as in `NewCustomer`."""

    email: fields.Email | None = None
    external_id: fields.ExternalId | None = None


class Assigned(_Model):
    """What the service says of every customer; times are RFC 3339 in UTC."""

    id: str
    created_at: str
    updated_at: str
    revision: int


class Customer(NewCustomer, Assigned):
    """A customer as the API shows it."""


def new_record(customer: NewCustomer, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Record:
    """The record of a customer that is about to be created."""
    time = now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "id": identity.new_customer_id(),
        "created_at": time,
        "updated_at": time,
        "revision": 1,
        **customer.model_dump(exclude_none=True),
    }


def to_json(value: Any) -> str:
    """The JSON of what the API and the events show; DynamoDB's numbers are whole here."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=int)
