"""`make verify-table`: prove that every customer has its guards, and every guard its customer.

It reads every item once and writes nothing. The keys in the table are trusted as they are stored: no library is asked
again what the key of an e-mail address is. Where no library has a say, the key has to be the value's: a change that
moved only one of the two would be seen.
"""

import sys
import time
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

from customers.table import items
from customers.table.items import UNIQUE
from operate.command import command
from operate.scan import each_page, get, get_at_once
from operate.stacks import chosen_stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

type Item = dict[str, Any]

NEEDED: Mapping[str, Mapping[str, type]] = {
    "customer": {"id": str, "guards": dict, "created_at": str},
    "email": {"customer_id": str},
    "external_id": {"customer_id": str},
    "idempotency": {"customer_id": str, "fingerprint": str, "expires_at": Decimal},
}
"""What each kind of item can't be without, by the part of its key that tells the kind."""

READ = sorted({"pk", *UNIQUE, "list_shard", "listed_at"}.union(*NEEDED.values()))


def violations(table: "Table") -> Iterator[str]:
    """Each broken promise, in words that name keys only.

    A scan sees other requests half done. What looks wrong is therefore read again in one transaction, which sees all of
    another or nothing, before it counts.
    """
    yield from chain.from_iterable(
        each_page(table, "verify-table", lambda page: _violations(table, page), ProjectionExpression=", ".join(READ))
    )


def _violations(table: "Table", page: Collection[Item]) -> list[str]:
    found = get(table, [key for item in page for key in _named_by(item)])
    return [words for item in page if any(_wrong(item, found)) for words in _second_look(table, item["pk"])]


def _second_look(table: "Table", key: str) -> list[str]:
    """What is wrong with an item and the items that it names, all of the same moment."""
    named: set[str] = set()
    while True:
        seen = get_at_once(table, [key, *named])
        if key not in seen:
            return []
        if named >= (now_named := set(_named_by(seen[key]))):
            return list(_wrong(seen[key], seen))
        named = now_named


def _kind(item: Item) -> str | None:
    """The kind of an item; None when it is not one of ours."""
    match item["pk"].split("#", 2):
        case [organization, kind, rest] if organization and rest and kind in NEEDED:
            return str(kind)
    return None


def _named_by(item: Item) -> Collection[str]:
    """The keys of the items that must be there when this one is."""
    organization = item["pk"].partition("#")[0]
    kind = _kind(item)
    if kind is None or _lacks(item, kind):
        return []
    match kind:
        case "customer":
            return [str(key) for key in item["guards"].values() if key]
        case "email" | "external_id":
            return [items.customer_key(organization, item["customer_id"])]
    return []


def _lacks(item: Item, kind: str) -> list[str]:
    return [name for name, its_type in NEEDED[kind].items() if not isinstance(item.get(name), its_type)]


def _wrong(item: Item, found: Mapping[str, Item]) -> Iterator[str]:
    """What is wrong with an item, given the items that it names."""
    key, kind = item["pk"], _kind(item)
    if kind is None:
        yield f"{key} is nothing that this service writes"
        return
    if missing := _lacks(item, kind):
        yield f"{key} has no {' and no '.join(missing)}"
        return
    match kind:
        case "customer":
            yield from _wrong_with_customer(item, found)
        case "email" | "external_id":
            [customer_key] = _named_by(item)
            if customer_key not in found:
                yield f"{key} has no {customer_key}"
            elif key not in _named_by(found[customer_key]):
                yield f"{key} is not what {customer_key} is guarded by"
        case "idempotency" if item["expires_at"] > time.time() + items.IDEMPOTENCY_SECONDS + 60:
            yield f"{key} expires too late"  # its customer may well be deleted: the record stays


def _wrong_with_customer(customer: Item, found: Mapping[str, Item]) -> Iterator[str]:
    key, organization = customer["pk"], customer["pk"].partition("#")[0]
    if key != items.customer_key(organization, customer["id"]):
        yield f"{key} has another id"
    listed = items.list_keys(organization, customer)
    if any(customer.get(name) != value for name, value in listed.items()):
        yield f"{key} is not in its place in the list"
    for field in UNIQUE:
        guard = customer["guards"].get(field)
        if (field in customer) != (guard is not None):
            yield f"{key} has {'no ' if guard is None else ''}stored key of its {field}"
        elif guard is None:
            continue
        elif not str(guard).startswith(f"{organization}#{field}#"):
            yield f"{key} is guarded by {guard}, which guards no {field} of {organization}"
        elif (value := _only_key(field, customer[field])) and guard != f"{organization}#{field}#{value}":
            yield f"{key} is guarded by {guard}, which is not of its {field}"
        elif guard not in found:
            yield f"{key} has no {guard}"
        elif found[guard].get("customer_id") != customer["id"]:
            yield f"{key} has not {guard}, which is of customer {found[guard].get('customer_id')}"


def _only_key(field: str, value: str) -> str | None:
    """What a value is compared by, where that is the same in all releases of all libraries."""
    if field == "external_id":
        return value
    plain = value.isascii() and '"' not in value and "xn--" not in value.lower()
    return value.lower() if plain else None


@command("verify-table")
def main() -> int:
    """Check the table of the stack that `make run` serves, or of STACK on AWS."""
    table = chosen_stack().table("TableName")
    broken = 0
    for words in violations(table):
        print(words, flush=True)
        broken += 1
    print(f"{table.name}: {broken or 'no'} broken promise{'' if broken == 1 else 's'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
