"""What the table holds: items, their keys, and the conditions under which they are written.

One table, whose partition key alone tells the items apart:

    {org}#customer#{id}             the customer, and under `guards` the partition keys of its guards, by field
    {org}#email#{key}               the guard of an e-mail address, with the id of the customer that has it
    {org}#external_id#{value}       the guard of an external id
    {org}#idempotency#{key}         what an Idempotency-Key was used for, for 24 hours

The index `list` has the keys of the customers alone, newest first. An organization has 16 partitions of it, by the last
digit of the customer's id, so that all its creates together don't have to fit into the write units of one:

    {org}#{digit}                   `list_shard`, the partition key
    {created_at}#{id}               `listed_at`, the sort key; neither ever changes
"""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from customers.customer.identity import email_key
from customers.customer.model import Record
from customers.table.attributes import Attribute, decode, encode
from customers.table.dynamodb import Item

IDEMPOTENCY_SECONDS = 24 * 60 * 60

IDEMPOTENCY = "idempotency"
"""The name of the idempotency record in a transaction; a guard goes by the name of its field."""

LIST_INDEX = "list"
LIST_SHARDS = "0123456789abcdef"

_NOT_SHOWN = {"pk", "guards", "list_shard", "listed_at"}

type Put = dict[str, Any]
"""One part of a transaction, as TransactWriteItems takes it."""


class Idempotency(NamedTuple):
    """The caller's name for a request, and the fingerprint of what it asked for."""

    key: str
    fingerprint: str


def creation(
    table_name: str, organization: str, record: Record, idempotency: Idempotency | None = None
) -> dict[str, Put]:
    """The transaction that creates a customer, by the names of its parts.

    Each item is put on the condition that there is none: whatever happens, either all are there or none is, and one
    that was there before says whose it is.
    """
    customer_id, guards = record["id"], guard_keys(organization, record)
    hidden = {"guards": guards, **list_keys(organization, record)}
    transaction = {"customer": _put_new(table_name, customer_key(organization, customer_id), {**hidden, **record})}
    for field, key in guards.items():
        transaction[field] = _put_new(table_name, key, {"customer_id": customer_id})
    if idempotency:
        transaction[IDEMPOTENCY] = _put_idempotency(table_name, organization, customer_id, idempotency)
    return transaction


def record(item: Item) -> Record:
    """The customer that an item holds."""
    return {name: decode(value) for name, value in item.items() if name not in _NOT_SHOWN}


def stored_guard_keys(item: Item) -> dict[str, str]:
    """The partition keys of the customer's guards, by field, as they were made when it was written.

    They are stored because a later release of a library may make another key of the same e-mail address.
    """
    keys: dict[str, str] = decode(item["guards"])
    return keys


def key(item: Item) -> str:
    """The partition key of an item."""
    return str(decode(item["pk"]))


def organization(item: Item) -> str:
    """The organization that such an item belongs to."""
    return key(item).partition("#")[0]


def customer_id(item: Item) -> str:
    """The id of the customer that a guard or an idempotency record stands for, or that the item is."""
    return str(decode(item["customer_id"] if "customer_id" in item else item["id"]))


def is_of_request(used: Item, idempotency: Idempotency) -> bool:
    """Whether an idempotency record is of a request with the same fingerprint."""
    return bool(decode(used["fingerprint"]) == idempotency.fingerprint)


def has_expired(used: Item) -> bool:
    """Whether an idempotency record counts as absent; DynamoDB deletes it later, within days."""
    return bool(decode(used["expires_at"]) <= time.time())


def customer_key(organization: str, customer_id: str) -> str:
    """The partition key of a customer."""
    return f"{organization}#customer#{customer_id}"


def guard_keys(organization: str, record: Record) -> dict[str, str]:
    """The partition key of the guard of each unique field that the customer has."""
    guards = {}
    if (email := record.get("email")) is not None:
        guards["email"] = f"{organization}#email#{email_key(email)}"
    if (external_id := record.get("external_id")) is not None:
        guards["external_id"] = f"{organization}#external_id#{external_id}"
    return guards


def idempotency_key(organization: str, key: str) -> str:
    """The partition key of the record of an Idempotency-Key."""
    return f"{organization}#idempotency#{key}"


def list_keys(organization: str, record: Record) -> dict[str, str]:
    """The keys of the customer in the index, which are attributes of its item."""
    created_at, customer_id = record["created_at"], record["id"]
    return {"list_shard": f"{organization}#{customer_id[-1]}", "listed_at": f"{created_at}#{customer_id}"}


def primary_key(key: str) -> dict[str, Attribute]:
    """A partition key as DynamoDB's calls take it."""
    return {"pk": encode(key)}


def _put_new(table_name: str, key: str, attributes: Mapping[str, Any]) -> Put:
    return {
        "Put": {
            "TableName": table_name,
            "Item": {"pk": encode(key), **{name: encode(value) for name, value in attributes.items()}},
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def _put_idempotency(table_name: str, organization: str, customer_id: str, idempotency: Idempotency) -> Put:
    """A record takes the place of one that has expired: time to live deletes late."""
    now = int(time.time())
    put = _put_new(
        table_name,
        idempotency_key(organization, idempotency.key),
        {
            "customer_id": customer_id,
            "fingerprint": idempotency.fingerprint,
            "expires_at": now + IDEMPOTENCY_SECONDS,
        },
    )
    put["Put"]["ConditionExpression"] += " OR expires_at <= :now"
    put["Put"]["ExpressionAttributeValues"] = {":now": encode(now)}
    return put
