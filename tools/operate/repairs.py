"""The writes that erase and restore customers, while others create, change and delete them.

Each is one transaction on the condition that the items are as they were read. What changed in between is read again.
"""

import time
from collections.abc import Mapping
from typing import Any

from customers.table import items
from customers.table.attributes import encode
from customers.table.dynamodb import Item
from customers.table.retries import TimeLeft
from customers.table.writes import Writes, transact

PATIENCE_SECONDS = 60.0

CUSTOMER = "customer"
"""The customer's name in a transaction; a guard goes by its partition key."""

type Part = dict[str, Any]


def patience() -> TimeLeft:
    """The time that is left for one customer, from now on."""
    end = time.monotonic() + PATIENCE_SECONDS
    return lambda: end - time.monotonic()


class Repairs(Writes):
    """The table of customers, to repair. Every method raises TryAgain, and those that write OutcomeUnknown too."""

    def read(self, *keys: str) -> list[Item | None]:
        """The items as of one moment, in the order of their keys."""
        return self._at_once([*keys], patience())

    def item(self, key: str) -> Item | None:
        """An item as it was last committed."""
        return self._item(key, patience())

    def delete_customer(self, customer: Item) -> bool:
        """Delete a customer and its guards; False when it is not as it was read any more.

        A guard that is lost is none to delete. One that another customer has is not this customer's, and stays.
        """
        if_its_own = _if("customer_id = :id", id=customer["id"])
        parts = {CUSTOMER: {"Delete": {"Key": {"pk": customer["pk"]}, **_as_read(customer)}}}
        for key in items.stored_guard_keys(customer).values():
            parts[key] = {"Delete": {"Key": items.primary_key(key), **if_its_own}}
        in_the_way = self._carry_out(parts)
        if in_the_way and CUSTOMER not in in_the_way:
            in_the_way = self._carry_out({name: part for name, part in parts.items() if name not in in_the_way})
        return not in_the_way

    def delete_guard(self, guard: Item, owner_key: str, owner: Item | None) -> bool:
        """Delete a guard whose customer is lost or has another; False when they are not as they were read any more."""
        return not self._carry_out(
            {
                CUSTOMER: {"ConditionCheck": {"Key": items.primary_key(owner_key), **_as_read(owner)}},
                "guard": {"Delete": {"Key": {"pk": guard["pk"]}, **_if("customer_id = :id", id=guard["customer_id"])}},
            }
        )

    def put_customer(self, customer: Item) -> Mapping[str, Item]:
        """Put a customer back with its guards, as they were; the items in the way, by their keys, if that can't be.

        A guard of it that is there still stays.
        """
        if_its_own = _if("attribute_not_exists(pk) OR customer_id = :id", id=customer["id"])
        parts = {CUSTOMER: {"Put": {"Item": customer, **_as_read(None)}}}
        for key in items.stored_guard_keys(customer).values():
            parts[key] = {"Put": {"Item": _guard(key, customer), **if_its_own}}
        return self._carry_out(parts)

    def put_guards(self, customer: Item, keys: list[str]) -> Mapping[str, Item]:
        """Put guards of a customer back; the items in the way, by their keys, if that can't be."""
        return self._carry_out(
            {
                CUSTOMER: {"ConditionCheck": {"Key": {"pk": customer["pk"]}, **_as_read(customer)}},
                **{key: {"Put": {"Item": _guard(key, customer), **_as_read(None)}} for key in keys},
            }
        )

    def _carry_out(self, parts: Mapping[str, Part]) -> Mapping[str, Item]:
        for part in parts.values():
            for action in part.values():
                action["TableName"] = self._table_name
        # A lost attempt that was carried out is known by its token: nothing in the way has to be looked at for that.
        return transact(self._dynamodb, parts, patience(), is_ours=lambda _: False)


def _guard(key: str, customer: Item) -> Item:
    return {"pk": encode(key), "customer_id": customer["id"]}


def _as_read(item: Item | None) -> Part:
    return _if("attribute_not_exists(pk)") if item is None else _if("revision = :revision", revision=item["revision"])


def _if(condition: str, **values: Any) -> Part:
    conditional: Part = {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if values:
        conditional["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    return conditional
