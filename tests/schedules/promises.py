"""What has to hold: of the table in every state, and of the answers together once nothing is under way."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from customers.table.items import HIDDEN
from schedules import client, fake
from schedules.kinds import KINDS
from schedules.model import UNIQUE, Answer, Model
from schedules.request import (
    TRY_AGAIN,
    UNKNOWN,
    Request,
    customer_key,
    fingerprint,
    guard,
    idempotency_key,
    item,
    list_keys,
)
from schedules.rows import Given

AS_READ = {"found", "changed", "precondition failed"}
"""The answers that show a customer, or the revision of one, as a plain read has it."""

DAY = 24 * 60 * 60


def stored(given: Sequence[Given]) -> fake.Table:
    """The table that holds these customers, their guards and their keys."""
    items = []
    for name, values, expired, deleted, lost, stray, by in given:
        customer = item(values, name)
        if not deleted:
            items.append(customer)
        guards = {field: key for field, key in customer["guards"].items() if not deleted and field not in lost}
        items += [{"pk": key, "customer_id": name} for key in guards.values()]
        items += [{"pk": guard(field, value), "customer_id": name} for field, value in stray]
        kind, asked = by or ("create", values)
        if key := asked.get("key"):
            expires_at = client.NOW if expired else client.NOW + DAY
            used = {"customer_id": name, "fingerprint": fingerprint(kind, asked)}
            items.append({"pk": idempotency_key(key), "expires_at": expires_at, **used})
    write = TypeSerializer().serialize
    return fake.table([{name: write(value) for name, value in item.items()} for item in items])


def broken_promises(table: fake.Table) -> Iterator[str]:
    """What is wrong with a table, whatever led to it: guards without customers, customers without guards, and twins."""
    items = _items(table)
    customers = {pk: item for pk, item in items.items() if _kind(pk) == "customer"}
    guards = {pk: item for pk, item in items.items() if _kind(pk) in UNIQUE}
    owned = {guard: customer["id"] for customer in customers.values() for guard in customer["guards"].values()}
    for pk, customer in customers.items():
        if pk != customer_key(customer["id"]) or not customer.items() >= list_keys(customer).items():
            yield f"the customer {customer['id']} is not where its id and its age say"
        if customer["guards"] != {name: guard(name, customer[name]) for name in UNIQUE if name in customer}:
            yield f"the customer {customer['id']} does not list its guards"
    for pk in owned.keys() - guards.keys():
        yield f"the customer {owned[pk]} lacks a guard"
    for pk, entry in guards.items():
        if owned.get(pk) != entry["customer_id"]:
            yield f"a guard is left of {entry['customer_id']}"
    for name in UNIQUE:
        values = Counter(guard(name, customer[name]) for customer in customers.values() if name in customer)
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
    guards = {_value(pk): item["customer_id"] for pk, item in items.items() if _kind(pk) in UNIQUE}
    keys = {
        _value(pk)[1]: (item["fingerprint"], item["customer_id"])
        for pk, item in items.items()
        if _kind(pk) == "idempotency" and item["expires_at"] > client.NOW
    }
    return Model({customer["id"]: customer for customer in shown}, guards, keys)


class Ended(NamedTuple):
    """How the requests of a scenario ended.

    `before` has the pairs of which the first was answered before the second began. `late` are requests of which
    DynamoDB carried out an attempt, whose answer was lost, when they had gone on from the answer to another attempt.
    `early` are requests with a plain read of an item while a transaction that changes it was being committed.
    """

    answers: tuple[Answer, ...]
    before: frozenset[tuple[int, int]]
    late: frozenset[int] = frozenset()
    early: frozenset[int] = frozenset()


def some_order_explains(requests: Sequence[Request], ended: Ended, first: Model, last: Model) -> bool:
    """Whether the requests, one after the other in some order, lead to these answers and to this table.

    The order has to respect which request was answered before which other began. Where the answer leaves open whether
    the request was carried out, both are tried, and it may have been carried out long after its answer.

    There are two exceptions, which docs/schedules.md describes. A late request is carried out once more some time after
    its answer. An early one that shows a customer and changes nothing may come before others that were answered before
    it began, unless these have read or written the same customer.
    """
    edges = {(earlier, later) for earlier, later in ended.before if ended.answers[earlier] != UNKNOWN}

    def explained(model: Model, left: frozenset[int], late: frozenset[int]) -> bool:
        if not left and not late:
            return model == last
        again = (
            explained(after, left, late - {number})
            for number in late - left
            for _, after in KINDS[requests[number].kind].model(model, requests[number])
            if after != model
        )
        return any(
            explained(after, left - {number}, late) for number in left for after in next_(model, left, number)
        ) or any(again)

    def next_(model: Model, left: frozenset[int], number: int) -> Iterator[Model]:
        """The model after a request that comes next, in each way that its answer leaves open; none if it can't."""
        missed = {earlier for earlier, later in edges if later == number and earlier in left}
        answered = ended.answers[number]
        early = number in ended.early and answered[0] in AS_READ and answered[1] is not None
        if any(not early or shown(number) & shown(earlier) for earlier in missed):
            return
        if answered in (TRY_AGAIN, UNKNOWN) and not missed:
            yield model
        for answer, after in KINDS[requests[number].kind].model(model, requests[number]):
            if answered in (answer, UNKNOWN) and (not missed or after == model):
                yield after

    def shown(number: int) -> set[str]:
        """The customers that a request has read or written."""
        records = [part for part in ended.answers[number] if isinstance(part, Mapping)]
        return {str(entry["id"]) for entry in (requests[number].values, *records) if "id" in entry}

    return explained(first, frozenset(range(len(requests))), ended.late)


@cache
def _items(table: fake.Table) -> Mapping[str, Mapping[str, Any]]:
    read = TypeDeserializer().deserialize
    return {pk: {name: read(value) for name, value in json.loads(item).items()} for pk, item in table}


def _kind(pk: str) -> str:
    return _value(pk)[0]


def _value(pk: str) -> tuple[str, str]:
    _, kind, value = pk.split("#", 2)
    return kind, value
