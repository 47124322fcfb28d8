"""The simplest thing that could be right: customers, who has which value, and what keys were used for.

A request is carried out in one instant here. Each answer of the store has to be the one that some order gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

type Record = Mapping[str, Any]
type Answer = tuple[Any, ...]
"""What a request is answered, as values that can be compared: the first says which kind of answer."""

type Guard = tuple[str, str]
"""A unique field, and a value of it as it is compared."""

UNIQUE = ("email", "external_id")


@dataclass(frozen=True)
class Model:
    """`customers` by their ids, `guards` with the id of the customer that has the value; `keys` have the fingerprint
    of the request that used them, and the id of its customer.

    Customers and guards differ only where a scenario begins with a damaged table.
    """

    customers: Mapping[str, Record] = field(default_factory=dict)
    guards: Mapping[Guard, str] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def conflicts(self, record: Record) -> tuple[tuple[str, str], ...]:
        """Every unique field that the customer has not had yet and another one has, with the other's id."""
        gained = guards_of(record) - guards_of(self.customers.get(record["id"], {}))
        owners = ((name, self.guards.get((name, value))) for name, value in sorted(gained))
        return tuple((name, owner) for name, owner in owners if owner is not None)

    def with_customer(self, record: Record) -> "Model":
        """With a customer as it is from now on; what guarded the values that it gives up is free."""
        customer_id: str = record["id"]
        before = guards_of(self.customers.get(customer_id, {}))
        free = self._without(before - guards_of(record), customer_id)
        gained = dict.fromkeys(guards_of(record) - before, customer_id)
        return replace(self, customers={**self.customers, customer_id: record}, guards={**free, **gained})

    def without_customer(self, customer_id: str) -> "Model":
        free = self._without(guards_of(self.customers[customer_id]), customer_id)
        others = {key: customer for key, customer in self.customers.items() if key != customer_id}
        return replace(self, customers=others, guards=free)

    def with_guards(self, customer_id: str) -> "Model":
        """With all guards of a customer."""
        own = dict.fromkeys(guards_of(self.customers[customer_id]), customer_id)
        return replace(self, guards={**self.guards, **own})

    def without_guard(self, guard: Guard) -> "Model":
        return replace(self, guards={other: owner for other, owner in self.guards.items() if other != guard})

    def with_key(self, key: str | None, fingerprint: str, customer_id: str) -> "Model":
        return replace(self, keys={**self.keys, key: (fingerprint, customer_id)}) if key else self

    def _without(self, guards: frozenset[Guard], customer_id: str) -> Mapping[Guard, str]:
        return {guard: owner for guard, owner in self.guards.items() if guard not in guards or owner != customer_id}


def compared(name: str, value: str) -> str:
    """A value of a unique field as it is compared; the addresses here need no more than this."""
    return value.lower() if name == "email" else value


def guards_of(record: Record) -> frozenset[Guard]:
    """What a customer has for itself."""
    return frozenset((name, compared(name, record[name])) for name in UNIQUE if name in record)
