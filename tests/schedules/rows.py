"""What rows of scenarios are made of: the customers that are there before, and the requests."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from schedules.request import FIELDS

ANN = "ann@a.example"
ANN_TOO = "ANN@a.example"
BOB = "bob@b.example"
CEM = "cem@c.example"


type Asked = tuple[str, Mapping[str, Any]]
"""A kind of request, and its values."""


class Given(NamedTuple):
    """A customer that is there before: `name` is its id. It was created with the `key` of its values, if there is one,
    or `by` is an earlier request with a key that led to it.

    `expired` is a key's record whose time is over, which DynamoDB has not yet deleted; of a customer that was deleted
    the record of its key alone is left. In a damaged table it has `lost` the guards of fields, and has `stray` ones.
    """

    name: str
    values: Mapping[str, Any]
    expired: bool = False
    deleted: bool = False
    lost: Sequence[str] = ()
    stray: Sequence[tuple[str, str]] = ()
    by: Asked | None = None


type Row = tuple[str, Sequence[Given], Sequence[Asked]]
"""The name of a scenario, what is there before, and which requests overlap. Every order of them is explored, so theirs
means nothing."""


def create(**values: str) -> Asked:
    """A create with an `email`, an `external_id`, both; with a `key` or without."""
    return "create", values


def get(customer_id: str) -> Asked:
    return "get", {"id": customer_id}


def find(**value: str) -> Asked:
    return "find", value


def replay(**values: str) -> Asked:
    """What a create does that today's rules refuse: look whether it was carried out before."""
    return "replay", values


def change(customer_id: str, **values: Any) -> Asked:
    """A change of fields, with `revision` as its If-Match, with a `key`; None removes a field."""
    fields = {name: values.pop(name) for name in FIELDS if name in values}
    return "change", {"id": customer_id, "set": fields, **values}


def put(external_id: str, **values: Any) -> Asked:
    """An upsert, with `revision` as its If-Match or `new` as its If-None-Match: *, with a `key`."""
    return "put", {"external_id": external_id, **values}


def delete(customer_id: str, **values: int) -> Asked:
    """A delete, with `revision` as its If-Match."""
    return "delete", {"id": customer_id, **values}


def erase(**value: str) -> Asked:
    """What an operator does to the customer with an `id`, an `email` or an `external_id`."""
    return "erase", value


def restore(customer: Given) -> Asked:
    """What an operator does with a copy of a table that has this customer."""
    return "restore", {"id": customer.name, **customer.values}


BOTH = create(email=ANN, external_id="1")
TWIN = create(email=ANN, key="k")
WHOLE_TWIN = create(email=ANN, external_id="1", key="k")

OLD = Given("old", {"email": ANN, "external_id": "1"})
OLD_ANN = Given("old", {"email": ANN})
OLD_CEM = Given("cem", {"email": CEM})
OLD_BOB = Given("bob", {"email": BOB, "external_id": "2"})
OLD_KEYED = Given("old", {"email": ANN, "key": "k"})
CHANGED = Given("old", {"email": ANN, "revision": 2, "write_id": "0"})
CHANGED_AGAIN = Given("old", {"email": BOB, "revision": 3, "write_id": "1"})
EXPIRED = Given("old", {"email": BOB, "key": "k"}, expired=True)
DELETED = Given("old", {"email": ANN, "key": "k"}, deleted=True)

KEYED_CHANGE = change("old", email=BOB, key="k")
KEYED_PUT = put("1", email=BOB, key="k")
KEYED_CHANGED = Given("old", {"email": BOB, "revision": 2, "write_id": "0"}, by=KEYED_CHANGE)
KEYED_REPLACED = Given("old", {"email": BOB, "external_id": "1", "revision": 2, "write_id": "0"}, by=KEYED_PUT)
DELETED_SINCE = Given("old", {}, deleted=True, by=KEYED_CHANGE)

UNGUARDED = Given("old", {"email": ANN, "external_id": "1"}, lost=["email"])
LOST = Given("old", {}, deleted=True, stray=[("email", ANN)])
BEREFT = Given("old", {"email": ANN, "external_id": "1"}, lost=["email"])
USURPER = Given("bob", {"external_id": "2"}, stray=[("email", ANN)])
"""A damaged table: the guard of one customer's address is another's."""
