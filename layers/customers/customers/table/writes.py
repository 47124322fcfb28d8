"""Writes of customers: one transaction each, sent until its outcome is known or the time is over.

DynamoDB commits a transaction item by item, and others see that: the reasons of one that was cancelled are of different
moments. `_transact` reads them in an order in which none can mislead.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from uuid import uuid4

from customers.customer.model import Record
from customers.errors import Conflict, CustomerExists, OutcomeUnknown, TryAgain
from customers.operations import observation
from customers.table import items, retries, transactions
from customers.table.dynamodb import BUSY, Busy, Canceled, Item, NoAnswer
from customers.table.items import Idempotency
from customers.table.reads import Reads
from customers.table.retries import TimeLeft
from customers.table.transactions import CUSTOMER, IDEMPOTENCY, Transaction

EXISTS = "ConditionalCheckFailed"

FINAL = (IDEMPOTENCY, CUSTOMER)
"""The parts that decide alone: what a key was used for, and that a customer is not as it was read."""


class Creation(NamedTuple):
    """The customer that a create led to; `replayed` when an earlier request with the same key had created it."""

    record: Record
    replayed: bool


class Writes(Reads):
    """The customers of all organizations in one table, to write and to read."""

    def create(
        self, organization: str, record: Record, time_left: TimeLeft, idempotency: Idempotency | None = None
    ) -> Creation:
        """Write a new customer and its guards: one round trip.

        It takes two write units for each item of up to 1 KB, and one for the index. With a key whose first request
        created a customer the answer is that customer, after a second round trip.

        Raises CustomerExists with every conflict, IdempotencyKeyReused when the key stands for another request,
        CustomerDeleted when what the key created is deleted, TryAgain when the table is busy, and OutcomeUnknown when
        DynamoDB did not say whether it wrote. In all but the last nothing is written.
        """
        # Nobody else knows the id: an item that has it is of a lost attempt of this very request.
        in_the_way = self._transact(
            transactions.creation(organization, record, idempotency),
            time_left,
            is_ours=lambda item: items.customer_id(item) == record["id"],
        )
        if not in_the_way:
            return Creation(record, replayed=False)
        if idempotency and (used := in_the_way.get(IDEMPOTENCY)):
            return Creation(self._created_by(organization, used, idempotency, time_left), replayed=True)
        raise customer_exists(in_the_way)

    def _transact(
        self, transaction: Transaction, time_left: TimeLeft, is_ours: Callable[[Item], bool] = lambda _: False
    ) -> Mapping[str, Item]:
        """Carry out a transaction; nothing when that is done, else the items whose condition did not hold.

        They go by the names of their parts; one that is not there is empty. `is_ours` knows an item that this write
        wrote: an attempt whose answer was lost has been carried out, and is now in the way of the next one.

        Raises TryAgain when the table is busy, OutcomeUnknown when an answer was lost and no other came; Canceled,
        Refused.
        """
        # DynamoDB answers a token that it knows with what it did before. Once an answer is lost the token stays,
        # whatever comes next: the lost attempt may still be carried out. Before that, what DynamoDB cancelled is over.
        token, lost = str(uuid4()), False
        seen = observation.current()
        for seconds in retries.attempts(time_left):
            try:
                self._dynamodb.transact_write_items(self._table_name, transaction.values(), token, seconds)
            except Canceled as canceled:
                seen.conflicts += "TransactionConflict" in canceled.codes
                in_the_way = {
                    name: reason.get("Item", {})
                    for name, reason in zip(transaction, canceled.reasons, strict=False)
                    if reason.get("Code") == EXISTS
                }
                if any(is_ours(item) for item in in_the_way.values() if item):
                    return {}
                # These decide before anything else: what else is in the way may be of the same write.
                if not in_the_way.keys().isdisjoint(FINAL):
                    return in_the_way
                if not canceled.codes <= BUSY | {EXISTS, "None"}:
                    raise
                # An item that another transaction has may be one more in the way, or the record of this request's twin.
                if in_the_way and canceled.codes.isdisjoint(BUSY):
                    return in_the_way
                token = token if lost else str(uuid4())
                seen.last_failure = str(canceled)
            except (Busy, NoAnswer) as failure:
                lost |= isinstance(failure, NoAnswer)
                seen.last_failure = str(failure)
            else:
                return {}
        raise OutcomeUnknown if lost else TryAgain


def customer_exists(in_the_way: Mapping[str, Item]) -> CustomerExists:
    """The error that names every customer whose guard is in the way, by the field that it guards."""
    return CustomerExists([Conflict(field, items.customer_id(guard)) for field, guard in in_the_way.items()])
