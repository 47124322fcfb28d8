"""Customers in DynamoDB: the one write that creates a customer and can't create it twice.

One table, whose partition key alone tells the items apart:

    {org}#customer#{id}             the customer, and under `guards` the partition keys of its guards, by field
    {org}#email#{key}               the guard of an e-mail address, with the id of the customer that has it
    {org}#external_id#{value}       the guard of an external id
    {org}#idempotency#{key}         what an Idempotency-Key was used for, for 24 hours

A create puts them all in one transaction, each on the condition that it does not exist. Whatever happens, either all
are there or none is, and an item that exists already says whose it is.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from customers.customer.identity import email_key
from customers.customer.model import Record
from customers.errors import Conflict, CustomerExists, IdempotencyKeyReused, NotFound, OutcomeUnknown, TryAgain
from customers.operations import observation
from customers.table import retries
from customers.table.attributes import decode, encode
from customers.table.dynamodb import BUSY, Busy, Canceled, DynamoDB, Item, NoAnswer, Reason
from customers.table.retries import TimeLeft

IDEMPOTENCY_SECONDS = 24 * 60 * 60

_NOT_SHOWN = {"pk", "guards"}


class Idempotency(NamedTuple):
    """The caller's name for a request, and the fingerprint of what it asked for."""

    key: str
    fingerprint: str


class Creation(NamedTuple):
    """The customer that a create led to; `replayed` when an earlier request with the same key had created it."""

    record: Record
    replayed: bool


class CustomerStore:
    """The customers of all organizations, in one table.

    Every method takes the time that is left: it makes as many attempts as fit in.
    """

    def __init__(self, dynamodb: DynamoDB, table_name: str) -> None:
        self._dynamodb = dynamodb
        self._table_name = table_name

    def create(
        self, organization: str, record: Record, time_left: TimeLeft, idempotency: Idempotency | None = None
    ) -> Creation:
        """Write a new customer and its guards: one round trip, two write units an item of up to 1 KB.

        With a key whose first request created a customer the answer is that customer, after a second round trip.

        Raises CustomerExists with every conflict, IdempotencyKeyReused when the key stands for another customer,
        TryAgain when the table is busy, and OutcomeUnknown when DynamoDB did not say whether it wrote. In all but
        the last nothing is written.
        """
        guards = guard_keys(organization, record)
        transaction = [
            self._put_new({"pk": customer_key(organization, record["id"]), "guards": guards, **record}),
            *(self._put_new({"pk": pk, "customer_id": record["id"]}) for pk in guards.values()),
        ]
        if idempotency:
            transaction.append(self._put_idempotency(organization, record["id"], idempotency))
        reasons = self._transact(transaction, time_left, keyed=idempotency is not None)
        # Nobody else knows the id: an item that has it is of a lost attempt of this very request, which has succeeded.
        if not reasons or any(_has_id(reason, record["id"]) for reason in reasons):
            return Creation(record, replayed=False)
        if idempotency and _exists(reasons[-1]):
            return self._replay(organization, reasons[-1]["Item"], idempotency, time_left)
        raise CustomerExists(
            [
                Conflict(field, reason["Item"]["customer_id"]["S"])
                for field, reason in zip(guards, reasons[1:], strict=False)
                if _exists(reason)
            ]
        )

    def get(self, organization: str, customer_id: str, time_left: TimeLeft) -> Record | None:
        """The customer with an id, as of now; TryAgain when the table is busy or silent."""
        item = self._get(customer_key(organization, customer_id), time_left)
        return None if item is None else record(item)

    def find(self, organization: str, field: str, value: str, time_left: TimeLeft) -> Record | None:
        """The customer with a unique field (`email` or `external_id`) of that value, as of now.

        The guard is as good as the customer: both were written at once.
        """
        guard = self._get(guard_keys(organization, {field: value})[field], time_left)
        return None if guard is None else self.get(organization, guard["customer_id"]["S"], time_left)

    def _transact(
        self, transaction: Sequence[Mapping[str, Any]], time_left: TimeLeft, *, keyed: bool
    ) -> Sequence[Reason]:
        """Carry the transaction out; when that can't be, the reasons in the order of its items."""
        # DynamoDB answers a token that it knows with what it did before, so an attempt whose answer was lost can be
        # made again. One that it cancelled did nothing: the next is a request of its own.
        token = str(uuid4())
        lost = False
        for _ in retries.attempts(time_left):
            try:
                self._dynamodb.transact_write_items(transaction, token)
            except Canceled as canceled:
                reasons = canceled.reasons
                observation.current().conflicts += any(_code(reason) == "TransactionConflict" for reason in reasons)
                if _is_firm(reasons, keyed=keyed):
                    return reasons
                if not _is_contention(reasons):
                    raise
                token = str(uuid4())
                observation.current().last_failure = str(canceled)
            except (Busy, NoAnswer) as failure:
                lost |= isinstance(failure, NoAnswer)
                observation.current().last_failure = str(failure)
            else:
                return ()
        raise OutcomeUnknown if lost else TryAgain

    def _get(self, key: str, time_left: TimeLeft) -> Item | None:
        return self._dynamodb.get_item(self._table_name, {"pk": encode(key)}, time_left)

    def _replay(
        self, organization: str, used: Mapping[str, Any], idempotency: Idempotency, time_left: TimeLeft
    ) -> Creation:
        """What the first request with this key created."""
        if used["fingerprint"]["S"] != idempotency.fingerprint:
            raise IdempotencyKeyReused
        record = self.get(organization, used["customer_id"]["S"], time_left)
        if record is None:
            raise NotFound("The customer that was created with this Idempotency-Key is gone.")
        return Creation(record, replayed=True)

    def _put_new(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._table_name,
                "Item": {name: encode(value) for name, value in item.items()},
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _put_idempotency(self, organization: str, customer_id: str, idempotency: Idempotency) -> dict[str, Any]:
        """Time to live deletes late (within days), so an expired record counts as absent."""
        now = int(time.time())
        put = self._put_new(
            {
                "pk": f"{organization}#idempotency#{idempotency.key}",
                "customer_id": customer_id,
                "fingerprint": idempotency.fingerprint,
                "expires_at": now + IDEMPOTENCY_SECONDS,
            }
        )
        put["Put"]["ConditionExpression"] += " OR expires_at <= :now"
        put["Put"]["ExpressionAttributeValues"] = {":now": encode(now)}
        return put


def record(item: Mapping[str, Any]) -> Record:
    """The customer that an item, as DynamoDB writes it, holds."""
    return {name: decode(value) for name, value in item.items() if name not in _NOT_SHOWN}


def stored_guard_keys(item: Mapping[str, Any]) -> dict[str, str]:
    """The partition keys of the customer's guards, by field, as they were made when it was written.

    They are stored because a later release of a library may make another key of the same e-mail address.
    """
    keys: dict[str, str] = decode(item["guards"])
    return keys


def organization(item: Mapping[str, Any]) -> str:
    """The organization that such an item belongs to."""
    return str(decode(item["pk"])).partition("#")[0]


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


def _code(reason: Reason) -> str:
    return str(reason.get("Code", "None"))


def _exists(reason: Reason) -> bool:
    return _code(reason) == "ConditionalCheckFailed"


def _has_id(reason: Reason, customer_id: str) -> bool:
    item = reason.get("Item", {})
    return encode(customer_id) in (item.get("id"), item.get("customer_id"))


def _is_firm(reasons: Sequence[Reason], *, keyed: bool) -> bool:
    """Another attempt would be cancelled for the same reasons.

    A guard that exists may be this request's twin, whose idempotency record is still in the making: with a key, the
    record decides, and while it is contended nothing is decided.
    """
    return any(map(_exists, reasons)) and not (keyed and _code(reasons[-1]) in BUSY)


def _is_contention(reasons: Sequence[Reason]) -> bool:
    return all(_exists(reason) or _code(reason) in BUSY | {"None"} for reason in reasons)
