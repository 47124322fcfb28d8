"""What a customer is."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field

from customers.customer import fields, identity, parts
from customers.customer.derived import derive

type Record = dict[str, Any]
"""A customer as the API shows it and the table holds it: JSON values, absent means unset.

Two of its values are not plain: `custom_fields` is the text of a JSON object, and `is_valid` of a tax id may be None.
"""


class NewCustomer(parts.Part):
    """A new customer. One of `email` and `external_id` is required, and unknown fields are refused.

    `null` means absent, and so does an empty string except in `email` and `external_id`. Text is trimmed, including
    invisible characters, and normalised to Unicode NFC.
    """

    model_config = ConfigDict(defer_build=False)

    external_id: fields.ExternalId | None = Field(
        None,
        description="The customer's id in your own system. Unique in your organization, compared exactly.",
        examples=["crm-1815"],
    )
    email: fields.Email | None = Field(
        None,
        description="E-mail address, returned as it was sent. Unique in your organization: compared without regard to "
        "case or to the spelling of an international domain.",
        examples=["jenny.rosen@example.com"],
    )
    additional_emails: Annotated[list[fields.Email], fields.UP_TO_50, fields.FEW_INTERNATIONAL] | None = Field(
        None,
        description="Further e-mail addresses, which receive copies. These are not unique.",
        examples=[["billing@example.com"]],
    )
    emails: Annotated[list[parts.LabelledEmail], fields.UP_TO_50, fields.FEW_INTERNATIONAL] | None = Field(
        None, description="Further e-mail addresses, each with a label."
    )
    name: fields.Maybe[fields.Name] = Field(
        None,
        description="Full name of a person or a business, in any alphabet.",
        examples=["Jenny Rosen", "O'Neil & Sons", "李"],
    )
    first_name: fields.Maybe[fields.ShortText] = Field(None, description="A person's given name.", examples=["Jenny"])
    last_name: fields.Maybe[fields.ShortText] = Field(None, description="A person's family name.", examples=["Rosen"])
    organization: fields.Maybe[fields.ShortText] = Field(
        None, description="Company or other organization.", examples=["A1 Company"]
    )
    job_title: fields.Maybe[fields.ShortText] = Field(
        None, description="A person's job.", examples=["Head of Purchasing"]
    )
    date_of_birth: fields.Maybe[fields.PastDate] = Field(
        None, description="A person's date of birth, not in the future (in UTC).", examples=["1815-12-10"]
    )
    description: fields.Maybe[fields.FreeText] = Field(
        None, description="Any text about the customer.", examples=["Wants the invoice on paper."]
    )
    phone: fields.Maybe[fields.Phone] = Field(
        None,
        description="Phone number, kept as it is written. A JSON integer is accepted and becomes a string.",
        examples=["+1 541 754 3010"],
    )
    phone_numbers: Annotated[list[parts.LabelledPhone], fields.UP_TO_50] | None = Field(
        None, description="Further phone numbers, each with a label."
    )
    billing_address: parts.Address | None = Field(None, description="The address on invoices.")
    shipping: parts.Shipping | None = Field(None, description="Recipient and address for shipments.")
    preferred_locales: Annotated[list[fields.Locale], fields.UP_TO_50] | None = Field(
        None,
        description="Preferred languages, in order of preference: BCP 47 tags, returned in their canonical form.",
        examples=[["fr-CA", "en"]],
    )
    timezone: fields.Maybe[fields.TimeZone] = Field(
        None, description="Name in the IANA time zone database. Case matters.", examples=["America/Los_Angeles"]
    )
    currency: fields.Maybe[fields.Currency] = Field(
        None,
        description="Currency of invoices and balance: a current ISO 4217 code, in either case. Returned upper-case.",
        examples=["USD"],
    )
    balance: fields.MinorUnits | None = Field(
        None,
        description="What the customer owes, in the smallest unit of its currency; a negative amount is a credit. "
        "Limited to what every JSON parser reads exactly (RFC 7493).",
        examples=[-1250],
    )
    tax: parts.Tax | None = Field(None, description="How the customer is taxed.")
    tax_ids: parts.NewTaxIds | None = Field(None, description="Tax ids, one of which may be the default.")
    invoice_settings: parts.InvoiceSettings | None = Field(None, description="How invoices look and where they go.")
    payment_settings: parts.PaymentSettings | None = Field(None, description="How the customer pays.")
    accounting: parts.Accounting | None = Field(None, description="The customer in accounting systems.")
    reporting: parts.Reporting | None = Field(None, description="The customer in reports.")
    compliance: parts.Compliance | None = Field(None, description="Regulatory requirements for the customer.")
    external_refs: Annotated[list[parts.ExternalRef], fields.UP_TO_50] | None = Field(
        None,
        description="Ids of the customer's payment methods, coupons, websites and so on in other systems. Single-use "
        "tokens are not stored.",
    )
    metadata: fields.Metadata | None = Field(
        None,
        description="Up to 50 strings under names of your own (up to 40 characters, without square brackets).",
        examples=[{"plan": "gold"}],
    )
    custom_fields: fields.CustomFields | None = Field(
        None,
        description="Any JSON object. Its names come back in alphabetical order, its numbers digit for digit.",
        examples=[{"contract": {"signed": True, "discount": 0.1}}],
    )


class CustomerQuery(parts.Part):
    """What finds a customer: one of the two, normalised as in `NewCustomer`."""

    email: fields.Email | None = None
    external_id: fields.ExternalId | None = None


class Assigned(BaseModel):
    """What the service says of every customer; times are RFC 3339 in UTC."""

    model_config = ConfigDict(defer_build=True)  # see Customer

    id: str = Field(
        description="The customer's id.",
        examples=["cus_5f2b9c1e8d7a4036b1c2d3e4f5a6b7c8"],
        json_schema_extra={"pattern": "^cus_[0-9a-f]{32}$"},
    )
    created_at: str = Field(
        description="When the customer was created.",
        examples=["2026-01-31T12:00:00.000Z"],
        json_schema_extra={"format": "date-time"},
    )
    updated_at: str = Field(
        description="When the customer was last changed.",
        examples=["2026-01-31T12:00:00.000Z"],
        json_schema_extra={"format": "date-time"},
    )
    revision: int = Field(
        description="1 when the customer is created, and one more with each change.",
        examples=[1],
        json_schema_extra={"format": "int64"},
    )


class Customer(NewCustomer, Assigned):
    """A customer. Fields that are not set are absent."""

    # Answers are built from records and not validated: this class is their description only.
    model_config = ConfigDict(defer_build=True)

    tax_ids: list[parts.TaxId] | None = Field(  # type: ignore[assignment]  # a list of more than was sent
        None, description="Tax ids, each with the result of its check."
    )
    phone_e164: str | None = Field(
        None,
        description="`phone` in ITU-T E.164 form, if it is a valid number with a country code or in the country of "
        "`billing_address`.",
        examples=["+15417543010"],
    )


def new_record(customer: NewCustomer, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Record:
    """The record of a customer that is about to be created."""
    moment = now()
    time = _time(moment)
    record = {
        "id": identity.new_customer_id(moment),
        "created_at": time,
        "updated_at": time,
        "revision": 1,
        **customer.model_dump(exclude_none=True),
    }
    derive(record)
    return record


def created_at(customer_id: str) -> str:
    """`created_at` of a customer, even a deleted one, from its id; OverflowError if the id contains no time."""
    return _time(identity.creation_time(customer_id))


def revised(record: Record, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Record:
    """The record as its next revision."""
    return {**record, "updated_at": _time(now()), "revision": record["revision"] + 1}


def _time(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_json(record: Record) -> str:
    """The customer as compact JSON, the same to the byte whether the record is new or was read from the table.

    A record that was read has no order, and numbers for which only their value counts. Nothing is validated: what was
    stored can be read, whatever has changed since in the rules or in the world.
    """
    members = (
        f'"{name}":{record[name] if name == "custom_fields" else _encode(_ordered(record[name], order))}'
        for name, order in _ORDER.items()
        if name in record
    )
    return "{" + ",".join(members) + "}"


type _Order = Mapping[str, "_Order"]
"""The fields of an object in their order, each with those of the objects in it; empty for other values."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=int).encode


def _ordered(value: Any, order: _Order) -> Any:
    match value:
        case dict():
            return {
                name: _ordered(value[name], order.get(name, {})) for name in order or sorted(value) if name in value
            }
        case list():
            return [_ordered(entry, order) for entry in value]
        case _:
            return value


def _order(model: type[BaseModel]) -> _Order:
    return {
        name: {key: sub for part in _models(field.annotation) for key, sub in _order(part).items()}
        for name, field in model.model_fields.items()
    }


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is made of: `list[Address] | None` has one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


_ORDER = _order(Customer)
