"""What operators do to customers: erase them, and restore them from a copy of the table.

What is run is the operators' tools themselves, from the function that does one customer down.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from unittest import mock

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from customers.table.dynamodb import Item
from customers.table.retries import TimeLeft
from operate import erase_customer, restore_customers
from operate.command import CommandError
from operate.repairs import Repairs
from operate.restore_customers import Copy
from schedules.model import UNIQUE, Answer, Model, compared, guards_of
from schedules.request import ORGANIZATION, Kind, Outcome, Request, customer_key, item, record

_REFUSED = {"another customer": ("another",), "no customer": ("absent",)}
"""What erase says when it erases nothing, by words of its message."""


def _erase(store: Repairs, request: Request, _: TimeLeft) -> Answer:
    [(name, value)] = request.values.items()
    try:
        return "erased", erase_customer.erase(store, ORGANIZATION, name, value)
    except CommandError as error:
        for words, answer in _REFUSED.items():
            if words in str(error):
                return answer
        raise


def _erase_on_model(model: Model, request: Request) -> Iterable[Outcome]:
    [(name, value)] = request.values.items()
    guard = (name, compared(name, value))
    owner = value if name == "id" else model.guards.get(guard)
    customer = model.customers.get(owner or "")
    if owner is None or (customer is None and name == "id"):
        yield ("absent",), model
    elif customer is not None and (name == "id" or guard in guards_of(customer)):
        fields = " and ".join(field for field in UNIQUE if field in customer)
        yield ("erased", f"customer {owner} and what guards its {fields}"), model.without_customer(owner)
    else:
        why = "was lost" if customer is None else "has another"
        yield ("erased", f"what guarded this {name} alone: customer {owner} {why}"), model.without_guard(guard)
    if owner is not None and name != "id":
        yield ("another",), model  # it had been somebody else's


class _Copied:
    """The copy of the table that has the customer."""

    def __init__(self, request: Request) -> None:
        values = item(request.values, request.values["id"])
        self._item = {name: TypeSerializer().serialize(value) for name, value in values.items()}

    def item(self, _: str) -> Item:
        return self._item


def _restore(store: Repairs, request: Request, time_left: TimeLeft) -> Answer:
    def get(_: object, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Each item of a BatchGetItem is a read of its own."""
        found = {key: found for key in keys if (found := store._item(key, time_left))}  # noqa: SLF001 - a plain read
        read = TypeDeserializer().deserialize
        return {key: {name: read(value) for name, value in item.items()} for key, item in found.items()}

    table = cast("Any", None)
    copy = Copy(table, table, cast("Repairs", _Copied(request)), store, dry_run=False)
    with mock.patch.object(restore_customers, "get", get):
        [outcome] = restore_customers._restore_page(copy, [{"pk": customer_key(request.values["id"])}])  # noqa: SLF001 - all that it does to a customer, without threads
    return outcome.what, outcome.about


def _restore_on_model(model: Model, request: Request) -> Iterable[Outcome]:
    customer_id = request.values["id"]
    live = model.customers.get(customer_id)
    customer = live or record(request.values, customer_id)
    owners = {name: model.guards.get((name, value)) for name, value in guards_of(customer)}
    others = {name: owner for name, owner in owners.items() if owner not in {None, customer_id}}
    missing = [name for name in UNIQUE if name in owners and owners[name] is None]
    if others:
        words = (f"its {name} is of {customer_key(str(others[name]))}" for name in UNIQUE if name in others)
        yield ("left out", " and ".join(words)), model
    elif live is None:
        yield ("restored", ""), model.with_customer(customer).with_guards(customer_id)
    elif missing:
        about = f"what guards its {' and its '.join(missing)} was lost"
        yield ("repaired", about), model.with_guards(customer_id)
    else:
        yield ("in place", ""), model
    if live:
        yield ("left out", "it was deleted just now"), model  # it was there, and some time later it was not


KINDS: Mapping[str, Kind] = {
    "erase": Kind(_erase, _erase_on_model, {"erased": 3, "absent": 2}),
    "restore": Kind(_restore, _restore_on_model, {"restored": 3, "repaired": 5, "in place": 3, "left out": 5}),
}
