"""What others are told of customers: the events on the bus, and how they fit into the calls that put them there."""

import json
from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import BaseModel, Field

from customers.customer.model import Customer, Record, to_json

SOURCE = "customer-create"
CUSTOMER_CREATED = "customer.created"
VERSION = 1

MAX_CALL_ENTRIES = 10
MAX_CALL_BYTES = 960 * 1024
"""EventBridge takes ten events and less than 1 MB a call, what it adds to each event included.

An item of DynamoDB's has up to 400 KB, and its JSON at most twice that (each character escaped), so any customer fits.
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

type Entry = dict[str, str]
"""An event as PutEvents takes it."""


class CustomerCreated(BaseModel):
    """The detail of a customer.created event: a customer was created.

    Events come at least once: recognise a second one of the same customer by its id. They hold personal data wherever
    the customer does. Members may be added; a change that breaks subscribers gets another `version`.
    """

    version: Literal[1] = Field(description="The version of this format.")
    organization: str = Field(description="The organization that the customer belongs to.")
    id: str = Field(description="The customer's id.")
    customer: Customer = Field(
        description=(
            "The customer as GET /customers/{id} shows it when it is new, but for custom_fields: EventBridge would not "
            "keep their numbers digit for digit. Fetch them by the id."
        ),
    )


def customer_created(organization: str, record: Record, bus: str) -> Entry:
    """The event that a customer was created; its detail is described by `CustomerCreated`."""
    about = {"version": VERSION, "organization": organization, "id": record["id"]}
    customer = to_json({name: value for name, value in record.items() if name != "custom_fields"})
    return {
        "EventBusName": bus,
        "Source": SOURCE,
        "DetailType": CUSTOMER_CREATED,
        "Detail": f'{json.dumps(about, ensure_ascii=False, separators=(",", ":"))[:-1]},"customer":{customer}}}',
    }


def size(entry: Entry) -> int:
    """The bytes of an event, as EventBridge counts them at most."""
    return sum(len(value.encode()) for value in entry.values())


def calls(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The events, in their order, in as few calls as take them."""
    call: list[Entry] = []
    for entry in entries:
        if len(call) == MAX_CALL_ENTRIES or sum(map(size, [*call, entry])) > MAX_CALL_BYTES:
            yield call
            call = []
        call.append(entry)
    if call:
        yield call
