"""Customers read from the table, though DynamoDB commits a transaction item by item.

A plain read sees what each item last committed: a guard can be there before its customer is, and an idempotency record
too. So a plain read that finds what it looks for is enough, and costs the least. Where something is missing that should
be there, all that says so is read again in one transaction, which sees everything of another or nothing, and which
waits for those that are being committed. So is a customer whose last write a request may ask for.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

from customers.customer.model import Record
from customers.errors import CustomerDeleted, IdempotencyKeyReused, TryAgain
from customers.table import items, retries
from customers.table.dynamodb import DynamoDB, Item
from customers.table.items import Idempotency
from customers.table.retries import TimeLeft


class Reads:
    """Reads of the customers of all organizations, in one table.

    Every method takes the time that is left and makes as many attempts as fit in; TryAgain when the table is busy or
    silent for longer.
    """

    def __init__(self, dynamodb: DynamoDB, table_name: str) -> None:
        self._dynamodb = dynamodb
        self._table_name = table_name

    def get(self, organization: str, customer_id: str, time_left: TimeLeft) -> Record | None:
        """The customer with an id, as of now."""
        item = self._surely(items.customer_key(organization, customer_id), time_left)
        return None if item is None else items.record(item)

    def find(self, organization: str, field: str, value: str, time_left: TimeLeft) -> Record | None:
        """The customer with a unique field (`email` or `external_id`) of that value, as of now."""
        item = self._found(organization, field, value, time_left)
        return None if item is None else items.record(item)

    def replay(self, organization: str, idempotency: Idempotency, time_left: TimeLeft) -> Record | None:
        """The customer that an earlier request with this key and fingerprint led to; None when there was none.

        Raises CustomerDeleted when it was deleted since.
        """
        used = self._used(organization, idempotency, time_left)
        if used is None or not items.is_of_request(used, idempotency):
            return None
        return self._created_by(organization, used, idempotency, time_left)

    def _used(self, organization: str, idempotency: Idempotency, time_left: TimeLeft) -> Item | None:
        """What the key was used for, by whatever request; None when it was not, or that is no longer remembered.

        A record that has expired may be about to be replaced, like one that is missing: only a transaction knows.
        """
        key = items.idempotency_key(organization, idempotency.key)
        used = self._item(key, time_left)
        if used is None or items.has_expired(used):
            [used] = self._at_once([key], time_left)
        return None if used is None or items.has_expired(used) else used

    def _found(self, organization: str, field: str, value: str, time_left: TimeLeft) -> Item | None:
        """The item of the customer with a unique field of that value, as of now.

        A guard and a customer that agree are of one write. If they don't, the customer is being written, or was
        deleted or changed between the two reads.
        """
        guard_key = items.guard_key(organization, field, value)
        guard = self._surely(guard_key, time_left)
        if guard is None:
            return None
        customer_id = items.customer_id(guard)
        key = items.customer_key(organization, customer_id)
        item = self._item(key, time_left)
        if item is None or guard_key not in items.stored_guard_keys(item).values():
            guard, item = self._at_once([guard_key, key], time_left)
            if guard is None or items.customer_id(guard) != customer_id:
                return None
        return item

    def _created_by(self, organization: str, used: Item, idempotency: Idempotency, time_left: TimeLeft) -> Record:
        """The customer of an idempotency record, as of now.

        Raises IdempotencyKeyReused when the record is of another request, CustomerDeleted.
        """
        customer_id = items.customer_id(used)
        if not items.is_of_request(used, idempotency):
            raise IdempotencyKeyReused(customer_id)
        # A plain read might show the customer as it was before what the record is of, or while it is being deleted.
        keys = [
            items.idempotency_key(organization, idempotency.key),
            items.customer_key(organization, customer_id),
        ]
        for _ in retries.attempts(time_left):
            record, item = self._at_once(keys, time_left)
            if item:
                return items.record(item)
            if record:
                raise CustomerDeleted
        raise TryAgain

    def _surely(self, key: str, time_left: TimeLeft) -> Item | None:
        """An item, or proof that there is none, which only a transaction gives.

        An item may be missing because its write is being committed, while another answer has shown a part of that
        write already: a 409 names a customer as soon as one of its guards is there.
        """
        item = self._item(key, time_left)
        if item is None:
            [item] = self._at_once([key], time_left)
        return item

    def _item(self, key: str, time_left: TimeLeft) -> Item | None:
        return self._dynamodb.get_item(self._table_name, items.primary_key(key), time_left)

    def _at_once(self, keys: list[str], time_left: TimeLeft) -> list[Item | None]:
        return self._dynamodb.transact_get_items(self._table_name, [*map(items.primary_key, keys)], time_left)
