"""What others are told of customers: the events on the bus, and how they fit into the calls that put them there."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from customers.customer.model import Customer, Record, to_json

SOURCE = "customer-create"
CUSTOMER_CREATED = "customer.created"

MAX_CALL_ENTRIES = 10
MAX_CALL_BYTES = 240 * 1024
"""EventBridge takes ten events and 256 KB a call and 256 KB an event, what it adds to an event included.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
"""

type Entry = dict[str, str]
"""An event as PutEvents takes it."""


class CustomerCreated(BaseModel):
    """The detail of a customer.created event: a customer was created.

    Events come at least once: tell a second one of the same customer by its id. They hold personal data wherever the
    customer does.
    """

    model_config = ConfigDict(extra="forbid")

    organization: str = Field(description="The organization that the customer belongs to.")
    id: str = Field(description="The customer's id.")
    customer: Customer | None = Field(
        None,
        description=(
            "The customer as GET /customers/{id} shows it when it is new, but for custom_fields: EventBridge would not "
            "keep their numbers digit for digit. Absent when it is too large for an event (240 KiB). Fetch what is "
            "missing by the id."
        ),
    )


def customer_created(organization: str, record: Record, bus: str) -> Entry:
    """The event that tells of a new customer; its detail is described by `CustomerCreated`."""
    about = json.dumps({"organization": organization, "id": record["id"]}, ensure_ascii=False, separators=(",", ":"))
    customer = to_json({name: value for name, value in record.items() if name != "custom_fields"})
    entry = {"EventBusName": bus, "Source": SOURCE, "DetailType": CUSTOMER_CREATED}
    whole = {**entry, "Detail": f'{about[:-1]},"customer":{customer}}}'}
    return whole if size(whole) <= MAX_CALL_BYTES else {**entry, "Detail": about}


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


def schema() -> dict[str, Any]:
    """The JSON Schema of the detail of customer.created."""
    detail = CustomerCreated.model_json_schema(mode="serialization")
    del detail["$defs"]["Customer"]["properties"]["custom_fields"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **detail}
