"""What has to hold: of the table in every state, and of the answers together once nothing is under way."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from schedules import client, fake
from schedules.kinds import KINDS, ORGANIZATION, TRY_AGAIN, UNKNOWN, Request, fingerprint, record
from schedules.model import UNIQUE, Model
from schedules.model import Answer as Outcome
from schedules.scenarios import Given

DAY = 24 * 60 * 60
HIDDEN = {"pk", "guards", "list_shard", "listed_at"}


def stored(given: Sequence[Given]) -> fake.Table:
    """The table that holds these customers, their guards and their keys."""
    items = []
    for name, values, expired, deleted in given:
        guards = {field: _guard(field, values[field]) for field in UNIQUE if field in values and not deleted}
        if not deleted:
            shown = record(values, name)
            items.append({"pk": f"{ORGANIZATION}#customer#{name}", "guards": guards, **_list_keys(shown), **shown})
        items += [{"pk": guard, "customer_id": name} for guard in guards.values()]
        if key := values.get("key"):
            expires_at = client.NOW if expired else client.NOW + DAY
            pk = f"{ORGANIZATION}#idempotency#{key}"
            used = {"customer_id": name, "fingerprint": fingerprint(values)}
            items.append({"pk": pk, "expires_at": expires_at, **used})
    write = TypeSerializer().serialize
    return fake.table([{name: write(value) for name, value in item.items()} for item in items])


def broken_promises(table: fake.Table) -> Iterator[str]:
    """What is wrong with a table, whatever led to it: guards without customers, customers without guards, and twins."""
    items = _items(table)
    customers = {pk: item for pk, item in items.items() if _kind(pk) == "customer"}
    guards = {pk: item for pk, item in items.items() if _kind(pk) in UNIQUE}
    owned = {guard: customer["id"] for customer in customers.values() for guard in customer["guards"].values()}
    for customer in customers.values():
        keys = {"pk": f"{ORGANIZATION}#customer#{customer['id']}", **_list_keys(customer)}
        if not customer.items() >= keys.items():
            yield f"the customer {customer['id']} is not where its id and its age say"
        if customer["guards"] != {name: _guard(name, customer[name]) for name in UNIQUE if name in customer}:
            yield f"the customer {customer['id']} does not list its guards"
    for guard in owned.keys() - guards.keys():
        yield f"the customer {owned[guard]} lacks a guard"
    for pk, guard in guards.items():
        if owned.get(pk) != guard["customer_id"]:
            yield f"a guard is left of {guard['customer_id']}"
    for name in UNIQUE:
        values = Counter(_guard(name, customer[name]) for customer in customers.values() if name in customer)
        if any(number > 1 for number in values.values()):
            yield f"two customers have one {name}"
    if others := {_kind(pk) for pk in items} - {"customer", "idempotency", *UNIQUE}:
        yield f"there are items of another kind: {sorted(others)}"


@cache
def model_of(table: fake.Table) -> Model:
    """What a table says, as the model has it."""
    items = _items(table)
    shown = [
        {name: value for name, value in item.items() if name not in HIDDEN}
        for pk, item in items.items()
        if _kind(pk) == "customer"
    ]
    keys = {
        pk.partition("#idempotency#")[2]: (item["fingerprint"], item["customer_id"])
        for pk, item in items.items()
        if _kind(pk) == "idempotency" and item["expires_at"] > client.NOW
    }
    return Model({customer["id"]: customer for customer in shown}, keys)


def some_order_explains(
    requests: Sequence[Request],
    outcomes: Sequence[Outcome],
    before: frozenset[tuple[int, int]],
    first: Model,
    last: Model,
) -> bool:
    """Whether the requests, one after the other in some order, lead to these answers and to this table.

    The order has to respect which request was answered before which other began (`before`). Where the answer leaves
    open whether the request was carried out, both are tried, and it may have been carried out long after its answer.
    """

    def explained(model: Model, left: frozenset[int]) -> bool:
        if not left:
            return model == last
        for number in left:
            if any(earlier in left for earlier, later in edges if later == number):
                continue
            answer, after = KINDS[requests[number].kind].model(model, requests[number])
            rest = left - {number}
            if outcomes[number] == UNKNOWN and (explained(after, rest) or explained(model, rest)):
                return True
            if outcomes[number] == TRY_AGAIN and explained(model, rest):
                return True
            if outcomes[number] == answer and explained(after, rest):
                return True
        return False

    edges = {(earlier, later) for earlier, later in before if outcomes[earlier] != UNKNOWN}
    return explained(first, frozenset(range(len(requests))))


@cache
def _items(table: fake.Table) -> Mapping[str, Mapping[str, Any]]:
    read = TypeDeserializer().deserialize
    return {pk: {name: read(value) for name, value in json.loads(item).items()} for pk, item in table}


def _kind(pk: str) -> str:
    return pk.split("#")[1]


def _guard(field: str, value: str) -> str:
    return f"{ORGANIZATION}#{field}#{value.lower() if field == 'email' else value}"


def _list_keys(customer: Mapping[str, Any]) -> dict[str, str]:
    shard, place = customer["id"][-1], f"{customer['created_at']}#{customer['id']}"
    return {"list_shard": f"{ORGANIZATION}#{shard}", "listed_at": place}
