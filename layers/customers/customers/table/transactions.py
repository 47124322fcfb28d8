"""The transactions that write customers: the parts of each by name, and the condition of each part.

A part whose condition does not hold gives the item that is there (ALL_OLD), so that the answer says whose it is.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

import time
from collections.abc import Mapping
from typing import Any

from customers.customer.model import Record
from customers.table import items
from customers.table.attributes import Attribute, encode
from customers.table.dynamodb import Item
from customers.table.items import IDEMPOTENCY_SECONDS, UNIQUE, Idempotency

CUSTOMER = "customer"
IDEMPOTENCY = "idempotency"
"""The names of parts. The guard of a value that the customer gets goes by its field: `email`."""

FORMER = "former "
"""What the name of a part begins with that gives a guard up: `former email`."""

type Part = dict[str, Any]
"""One part of a transaction as TransactWriteItems takes it, but for the name of the table."""

type Transaction = Mapping[str, Part]


def creation(organization: str, record: Record, idempotency: Idempotency | None = None) -> Transaction:
    """Create a customer, on the condition that none of its items is there: either all are written or none is."""
    customer_id, guards = record["id"], items.guard_keys(organization, record)
    hidden = {"guards": guards, **items.list_keys(organization, record)}
    transaction = {CUSTOMER: _put_new(items.customer_key(organization, customer_id), {**hidden, **record})}
    for field, key in guards.items():
        transaction[field] = _put_new(key, {"customer_id": customer_id})
    if idempotency:
        transaction[IDEMPOTENCY] = _put_idempotency(organization, customer_id, idempotency)
    return transaction


def change(item: Item, record: Record, write_id: str, idempotency: Idempotency | None = None) -> Transaction:
    """Make the customer of an item what the record says, on the condition that the item is as it was read.

    Its guards move with its values. The guard of a value that did not change stays where it is, whatever key a later
    release of a library would make of the value.
    """
    organization, customer_id, before = items.organization(item), record["id"], items.stored_guard_keys(item)
    after = {
        field: before[field]
        if field in before and item.get(field) == encode(record[field])
        else items.guard_key(organization, field, record[field])
        for field in UNIQUE
        if record.get(field) is not None
    }
    hidden = {"guards": after, "write_id": write_id, **items.list_keys(organization, record)}
    changed = {"pk": item["pk"], **_attributes(hidden), **_attributes(record)}
    transaction = {CUSTOMER: {"Put": {"Item": changed, **as_read(item)}}}
    for field, key in after.items():
        if key not in before.values():
            transaction[field] = _put_new(key, {"customer_id": customer_id})
    for field, key in before.items():
        if key not in after.values():
            transaction[FORMER + field] = _delete_guard(key, customer_id)
    if idempotency:
        transaction[IDEMPOTENCY] = _put_idempotency(organization, customer_id, idempotency)
    return transaction


def no_change(item: Item, idempotency: Idempotency) -> Transaction:
    """Remember a request that leaves the customer as it is, on the condition that it still is."""
    organization, customer_id = items.organization(item), items.customer_id(item)
    return {
        CUSTOMER: {"ConditionCheck": {"Key": {"pk": item["pk"]}, **as_read(item)}},
        IDEMPOTENCY: _put_idempotency(organization, customer_id, idempotency),
    }


def deletion(item: Item) -> Transaction:
    """Delete a customer and its guards, on the condition that the customer is as it was read."""
    transaction = {CUSTOMER: {"Delete": {"Key": {"pk": item["pk"]}, **as_read(item)}}}
    for field, key in items.stored_guard_keys(item).items():
        transaction[FORMER + field] = _delete_guard(key, items.customer_id(item))
    return transaction


def as_read(item: Item | None) -> Part:
    """The condition that an item is as it was read.

    The revision alone would not do: a customer that was restored counts on from an older one. Each change has an id of
    its own, and what a customer was created as can't differ.
    """
    if item is None:
        return condition("attribute_not_exists(pk)")
    name = "write_id" if "write_id" in item else "revision"
    return condition(f"{name} = :read", read=item[name])


def condition(expression: str, **values: Attribute) -> Part:
    """A condition, which tells what is there if it does not hold."""
    part: Part = {"ConditionExpression": expression, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if values:
        part["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    return part


def _put_new(key: str, attributes: Mapping[str, Any]) -> Part:
    return {"Put": {"Item": {"pk": encode(key), **_attributes(attributes)}, **condition("attribute_not_exists(pk)")}}


def _put_idempotency(organization: str, customer_id: str, idempotency: Idempotency) -> Part:
    """A record takes the place of one that has expired: time to live deletes late."""
    now = int(time.time())
    attributes = {
        "pk": items.idempotency_key(organization, idempotency.key),
        "customer_id": customer_id,
        "fingerprint": idempotency.fingerprint,
        "expires_at": now + IDEMPOTENCY_SECONDS,
    }
    unused = condition("attribute_not_exists(pk) OR expires_at <= :now", now=encode(now))
    return {"Put": {"Item": _attributes(attributes), **unused}}


def _delete_guard(key: str, customer_id: str) -> Part:
    """A guard that is lost need not be deleted; one that is another customer's must not be."""
    its_own = condition("attribute_not_exists(pk) OR customer_id = :id", id=encode(customer_id))
    return {"Delete": {"Key": items.primary_key(key), **its_own}}


def _attributes(values: Mapping[str, Any]) -> dict[str, Attribute]:
    return {name: encode(value) for name, value in values.items()}
