"""The writes that erase and restore customers, while others create, change and delete them.

Each is one transaction on the condition that the items are as they were read. What changed in between is read again.
"""

import time
from collections.abc import Mapping

from customers.table import items
from customers.table.attributes import encode
from customers.table.changes import Changes
from customers.table.dynamodb import Item
from customers.table.retries import TimeLeft
from customers.table.transactions import CUSTOMER, as_read, condition

PATIENCE_SECONDS = 60.0


def patience() -> TimeLeft:
    """The time that is left for one customer, from now on."""
    end = time.monotonic() + PATIENCE_SECONDS
    return lambda: end - time.monotonic()


class Repairs(Changes):
    """The table of customers, to repair. Every method raises TryAgain, and those that write OutcomeUnknown too.

    In the transactions, a guard goes by its partition key.
    """

    def read(self, *keys: str) -> list[Item | None]:
        """The items as of one moment, in the order of their keys."""
        return self._at_once([*keys], patience())

    def item(self, key: str) -> Item | None:
        """An item, or proof that there is none."""
        return self._surely(key, patience())

    def delete_customer(self, customer: Item) -> bool:
        """Delete a customer and its guards, as a DELETE does; False when it is not as it was read any more."""
        return self._delete(customer, patience())

    def delete_guard(self, guard: Item, owner_key: str, owner: Item | None) -> bool:
        """Delete a guard whose customer is lost or has another; False when they are not as they were read any more."""
        its_own = condition("customer_id = :id", id=guard["customer_id"])
        return not self._transact(
            {
                CUSTOMER: {"ConditionCheck": {"Key": items.primary_key(owner_key), **as_read(owner)}},
                "guard": {"Delete": {"Key": {"pk": guard["pk"]}, **its_own}},
            },
            patience(),
        )

    def put_customer(self, customer: Item) -> Mapping[str, Item]:
        """Put a customer back with its guards, as they were; the items in the way, by their keys, if that can't be.

        A guard of it that is there still stays.
        """
        its_own = condition("attribute_not_exists(pk) OR customer_id = :id", id=customer["id"])
        parts = {CUSTOMER: {"Put": {"Item": customer, **as_read(None)}}}
        for key in items.stored_guard_keys(customer).values():
            parts[key] = {"Put": {"Item": _guard(key, customer), **its_own}}
        return self._transact(parts, patience())

    def put_guards(self, customer: Item, keys: list[str]) -> Mapping[str, Item]:
        """Put guards of a customer back; the items in the way, by their keys, if that can't be."""
        return self._transact(
            {
                CUSTOMER: {"ConditionCheck": {"Key": {"pk": customer["pk"]}, **as_read(customer)}},
                **{key: {"Put": {"Item": _guard(key, customer), **as_read(None)}} for key in keys},
            },
            patience(),
        )


def _guard(key: str, customer: Item) -> Item:
    return {"pk": encode(key), "customer_id": customer["id"]}
