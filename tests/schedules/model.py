"""The simplest thing that could be right: the customers of one organization and what their keys were used for.

A request is carried out in one instant here. Each answer of the store has to be the one that some order gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

type Record = Mapping[str, Any]
type Answer = tuple[Any, ...]
"""What a request is answered, as values that can be compared: the first says which kind of answer."""

UNIQUE = ("email", "external_id")


@dataclass(frozen=True)
class Model:
    """`customers` by their ids; `keys` have the fingerprint and the customer's id of the request that used them."""

    customers: Mapping[str, Record] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def owner(self, name: str, value: str | None) -> str | None:
        """The id of the customer that has a unique field of that value."""
        for customer_id, customer in self.customers.items():
            if value is not None and same(name, customer.get(name), value):
                return customer_id
        return None

    def conflicts(self, record: Record) -> tuple[tuple[str, str], ...]:
        """Every unique field of a new customer that another one has, with the other's id."""
        owners = ((name, self.owner(name, record.get(name))) for name in UNIQUE)
        return tuple((name, owner) for name, owner in owners if owner is not None)

    def with_customer(self, record: Record) -> "Model":
        return replace(self, customers={**self.customers, record["id"]: record})

    def with_key(self, key: str, fingerprint: str, customer_id: str) -> "Model":
        return replace(self, keys={**self.keys, key: (fingerprint, customer_id)})


def same(name: str, left: str | None, right: str) -> bool:
    """Two values of a unique field mean the same; the addresses here need no more than this."""
    return left is not None and (left.lower() == right.lower() if name == "email" else left == right)
