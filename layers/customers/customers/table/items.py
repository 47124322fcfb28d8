"""What the table holds: items, and the keys that they are found by.

One table, whose partition key alone tells the items apart:

    {org}#customer#{id}             the customer; under `guards` the partition keys of its guards, by field; under
                                    `write_id` the id of its last change, if there was one
    {org}#email#{key}               the guard of an e-mail address, with the id of the customer that has it
    {org}#external_id#{value}       the guard of an external id
    {org}#idempotency#{key}         what an Idempotency-Key was used for, for 24 hours

The index `list` has the keys of the customers alone, newest first. An organization has 16 partitions of it, by the last
digit of the customer's id, so that all its creates together don't have to fit into the write units of one:

    {org}#{digit}                   `list_shard`, the partition key
    {created_at}#{id}               `listed_at`, the sort key; neither ever changes
"""

import time
from typing import NamedTuple

from customers.customer.identity import email_key
from customers.customer.model import Record
from customers.table.attributes import Attribute, decode, encode
from customers.table.dynamodb import Item

IDEMPOTENCY_SECONDS = 24 * 60 * 60

UNIQUE = ("email", "external_id")
"""The fields whose values belong to one customer of an organization at most."""

LIST_INDEX = "list"
LIST_SHARDS = "0123456789abcdef"

HIDDEN = {"pk", "guards", "write_id", "list_shard", "listed_at"}
"""The attributes of a customer's item that are no fields of the customer."""


class Idempotency(NamedTuple):
    """The caller's name for a request, and the fingerprint of what it asked for."""

    key: str
    fingerprint: str


def record(item: Item) -> Record:
    """The customer that an item holds."""
    return {name: decode(value) for name, value in item.items() if name not in HIDDEN}


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
    return {field: guard_key(organization, field, record[field]) for field in UNIQUE if record.get(field) is not None}


def guard_key(organization: str, field: str, value: str) -> str:
    """The partition key of the guard of a value; ValueError if an e-mail address is invalid."""
    return f"{organization}#{field}#{email_key(value) if field == 'email' else value}"


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
