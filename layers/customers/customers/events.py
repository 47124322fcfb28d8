"""What others are told of customers: the events on the bus, and how they fit into the calls that put them there."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from customers.customer.model import Customer, Record, to_json

SOURCE = "customer-create"
VERSION = 1

MAX_CALL_ENTRIES = 10
MAX_CALL_BYTES = 960 * 1024
"""EventBridge takes ten events and less than 1 MB a call, what it adds to each event included.

An item of DynamoDB's has up to 400 KB, and its JSON at most twice that (each character escaped), so any customer fits.
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

type Entry = dict[str, str]
"""An event as PutEvents takes it."""


class Change(NamedTuple):
    """What a write did to a customer: the record before it and after it, None where there was none. One is there."""

    organization: str
    old: Record | None
    new: Record | None

    @property
    def record(self) -> Record:
        """The customer as it is, or the last that there was of it."""
        record: Record = self.new or self.old or {}
        return record


class Event(NamedTuple):
    """An event, and the id of the customer that it is about."""

    customer_id: str
    entry: Entry


class Detail(BaseModel):
    """What the detail of every event has. Members may be added; a change that breaks subscribers gets a new version."""

    model_config = ConfigDict(defer_build=True)  # only descriptions, as Customer is

    version: Literal[1] = Field(description="The version of this format.")
    organization: str = Field(description="The organization that the customer belongs to.")
    id: str = Field(description="The customer's id.")
    revision: int = Field(
        description="The customer's revision. Each change raises it by one, so a subscriber can tell which of two "
        "events of a customer is the newer one.",
        json_schema_extra={"format": "int64"},
    )


_WITHOUT_CUSTOM_FIELDS = (
    "but without custom_fields: EventBridge would not keep their numbers digit for digit. Fetch them by the id."
)


class CustomerCreated(Detail):
    """The detail of a customer.created event: a customer was created, or restored by an operator.

    Events come at least once: the same id and revision is the same event. They hold personal data wherever the
    customer does. Members may be added; a change that breaks subscribers gets another `version`.
    """

    customer: Customer = Field(
        description=f"The customer as GET /customers/{{id}} shows it when it is new, {_WITHOUT_CUSTOM_FIELDS}"
    )


class CustomerUpdated(Detail):
    """The detail of a customer.updated event: a customer was changed or replaced.

    Events come at least once: the same id and revision is the same event. They hold personal data wherever the
    customer does, but no old values. Members may be added; a change that breaks subscribers gets another `version`.
    """

    changed: list[str] = Field(
        description="The names of the customer's fields that were set, changed or removed, in alphabetical order. "
        "`revision` and `updated_at` change each time and are not listed.",
        examples=[["email", "name"]],
    )
    customer: Customer = Field(
        description=f"The customer as GET /customers/{{id}} shows it after the change, {_WITHOUT_CUSTOM_FIELDS}"
    )


class CustomerDeleted(Detail):
    """The detail of a customer.deleted event: a customer was deleted, through the API or by an operator.

    Its `revision` is the last one that the customer had. Nothing else of the customer is in it, so that an erased
    person's data is not sent once more. Events come at least once. Members may be added; a change that breaks
    subscribers gets another `version`.
    """


class EventType(NamedTuple):
    """A kind of event: its detail type, and the model that names and describes the members of its detail."""

    name: str
    detail: type[Detail]


CREATED = EventType("customer.created", CustomerCreated)
UPDATED = EventType("customer.updated", CustomerUpdated)
DELETED = EventType("customer.deleted", CustomerDeleted)

TYPES: Mapping[tuple[bool, bool], EventType] = {(False, True): CREATED, (True, True): UPDATED, (True, False): DELETED}
"""The kinds of events, by whether the customer was there before the write and after it."""

_ALWAYS_CHANGED = {"revision", "updated_at"}

_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_MEMBERS: Mapping[str, Callable[[Change], str]] = {
    "version": lambda _: _json(VERSION),
    "organization": lambda change: _json(change.organization),
    "id": lambda change: _json(change.record["id"]),
    "revision": lambda change: _json(change.record["revision"]),
    "changed": lambda change: _json(sorted(set(_differences(change)) - _ALWAYS_CHANGED)),
    "customer": lambda change: to_json({name: v for name, v in change.record.items() if name != "custom_fields"}),
}
"""Each member of a detail, as JSON."""


def event(change: Change, bus: str) -> Event | None:
    """The event of a change; None when nothing changed that the API shows."""
    if not any(_differences(change)):
        return None
    kind = TYPES[change.old is not None, change.new is not None]
    members = (f"{_json(name)}:{_MEMBERS[name](change)}" for name in kind.detail.model_fields)
    detail = "{" + ",".join(members) + "}"
    entry = {"EventBusName": bus, "Source": SOURCE, "DetailType": kind.name, "Detail": detail}
    return Event(change.record["id"], entry)


def _differences(change: Change) -> Iterator[str]:
    """The names of the fields of a customer that are not the same before and after."""
    old, new = change.old or {}, change.new or {}
    return (name for name in Customer.model_fields if old.get(name) != new.get(name))


def size(entry: Entry) -> int:
    """The bytes of an event, as EventBridge counts them at most."""
    return sum(len(value.encode()) for value in entry.values())


def calls(events: Iterable[Event]) -> Iterator[list[Entry]]:
    """The events, in their order, in as few calls as take them, no two of one customer in the same call.

    EventBridge may refuse one event of a call and take those behind it. A customer's next event has to wait until the
    one before it was taken.
    """
    call: list[Event] = []
    for new in events:
        if (
            len(call) == MAX_CALL_ENTRIES
            or sum(size(event.entry) for event in [*call, new]) > MAX_CALL_BYTES
            or any(new.customer_id == event.customer_id for event in call)
        ):
            yield [event.entry for event in call]
            call = []
        call.append(new)
    if call:
        yield [event.entry for event in call]
