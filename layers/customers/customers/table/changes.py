"""Changes of existing customers: read, then written in one transaction if nothing changed in between.

A request that loses such a race starts over: the customer may be gone, or not be what the caller expects.
"""

from collections.abc import Callable
from typing import NamedTuple
from uuid import uuid4

from customers.customer.model import Record, revised
from customers.errors import (
    CustomerDeleted,
    CustomerExists,
    IdempotencyKeyReused,
    NotFound,
    PreconditionFailed,
    TryAgain,
)
from customers.table import items, retries, transactions
from customers.table.attributes import encode
from customers.table.dynamodb import Item
from customers.table.items import Idempotency
from customers.table.retries import TimeLeft
from customers.table.transactions import FORMER, Transaction
from customers.table.writes import FINAL, Writes, customer_exists

type Accepts = Callable[[int | None], bool]
"""Whether a request may be carried out on a customer of this revision; None if there is no customer."""


class Edit(NamedTuple):
    """What a request makes of a customer.

    `apply` gives the customer as it is to be, but for `revision` and `updated_at`; what it raises ends the request.
    """

    apply: Callable[[Record], Record]
    accepts: Accepts
    idempotency: Idempotency | None = None


class Change(NamedTuple):
    """The customer that a change led to.

    `replayed` when an earlier request with the same key had led to it; the customer is as of now then.
    """

    record: Record
    created: bool = False
    replayed: bool = False


class Changes(Writes):
    """The customers of all organizations in one table, to change.

    All methods raise TryAgain when the table is busy, and OutcomeUnknown when DynamoDB did not say whether it wrote. In
    all cases but the last, an exception means that nothing is written.
    """

    def change(self, organization: str, customer_id: str, edit: Edit, time_left: TimeLeft) -> Change:
        """Change the customer with an id: two round trips. A change that changes nothing writes no customer.

        Raises NotFound, PreconditionFailed, CustomerExists with every conflict, IdempotencyKeyReused when the key
        stands for another request, CustomerDeleted when it stands for this one and the customer is deleted since.
        """
        key = items.customer_key(organization, customer_id)
        for _ in retries.attempts(time_left):
            if edit.idempotency is None:
                item = self._surely(key, time_left)
            else:
                used_key = items.idempotency_key(organization, edit.idempotency.key)
                used, item = self._at_once([used_key, key], time_left)
                if used and not items.has_expired(used):
                    return _replayed(used, item, edit.idempotency)
            if item is None:
                raise NotFound("There is no customer with this id.")
            if change := self._change(item, edit, time_left):
                return change
        raise TryAgain

    def put(self, organization: str, new: Record, edit: Edit, time_left: TimeLeft) -> Change:
        """Change the customer with the external id of a new record; create the record if there is no such customer.

        Three round trips; a key adds two. Raises what `change` raises, but NotFound.
        """
        for _ in retries.attempts(time_left):
            if edit.idempotency and (used := self._used(organization, edit.idempotency, time_left)):
                return Change(self._created_by(organization, used, edit.idempotency, time_left), replayed=True)
            item = self._found(organization, "external_id", new["external_id"], time_left)
            if item is not None:
                if change := self._change(item, edit, time_left):
                    return change
                continue
            if not edit.accepts(None):
                raise PreconditionFailed(None)
            try:
                created = self.create(organization, new, time_left, edit.idempotency)
            except CustomerExists as error:
                if all(conflict.field != "external_id" for conflict in error.conflicts):
                    raise
            else:
                return Change(created.record, created=not created.replayed, replayed=created.replayed)
        raise TryAgain

    def delete(self, organization: str, customer_id: str, accepts: Accepts, time_left: TimeLeft) -> None:
        """Delete the customer with an id and its guards: two round trips. Raises NotFound, PreconditionFailed."""
        for _ in retries.attempts(time_left):
            item = self._surely(items.customer_key(organization, customer_id), time_left)
            if item is None:
                raise NotFound("There is no customer with this id.")
            _refuse_unless(accepts, items.record(item))
            if self._delete(item, time_left):
                return
        raise TryAgain

    def _change(self, item: Item, edit: Edit, time_left: TimeLeft) -> Change | None:
        """Change a customer as it was read; None when it has changed since, or the key has been used since."""
        before = items.record(item)
        _refuse_unless(edit.accepts, before)
        after, write_id = edit.apply(before), uuid4().hex
        if after != before:
            after = revised(after)
            transaction = transactions.change(item, after, write_id, edit.idempotency)
        elif edit.idempotency:
            transaction = transactions.no_change(item, edit.idempotency)
        else:
            return Change(before)
        in_the_way = self._transact_on(
            transaction, time_left, is_ours=lambda found: found.get("write_id") == encode(write_id)
        )
        if not in_the_way:
            return Change(after)
        if not in_the_way.keys().isdisjoint(FINAL):
            return None
        raise customer_exists(in_the_way)

    def _delete(self, item: Item, time_left: TimeLeft) -> bool:
        """Delete a customer as it was read; False when it has changed since."""
        return not self._transact_on(transactions.deletion(item), time_left)

    def _transact_on(
        self, transaction: Transaction, time_left: TimeLeft, is_ours: Callable[[Item], bool] = lambda _: False
    ) -> dict[str, Item]:
        """Carry out a transaction that deletes guards, without those that a damaged table gives to other customers."""
        in_the_way = self._transact(transaction, time_left, is_ours)
        if in_the_way and all(name.startswith(FORMER) for name in in_the_way):
            rest = {name: part for name, part in transaction.items() if name not in in_the_way}
            in_the_way = self._transact(rest, time_left, is_ours)
        return {name: found for name, found in in_the_way.items() if not name.startswith(FORMER)}


def _replayed(used: Item, item: Item | None, idempotency: Idempotency) -> Change:
    """The answer to a request whose key was used before."""
    if not items.is_of_request(used, idempotency):
        raise IdempotencyKeyReused(items.customer_id(used))
    if item is None:
        raise CustomerDeleted
    return Change(items.record(item), replayed=True)


def _refuse_unless(accepts: Accepts, record: Record) -> None:
    if not accepts(record["revision"]):
        raise PreconditionFailed(record["revision"])
