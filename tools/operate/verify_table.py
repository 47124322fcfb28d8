"""`make verify-table`: prove that every customer has its guards, and every guard its customer.

It reads every item once and writes nothing. The keys in the table are trusted as they are stored: no library is asked
again what the key of an e-mail address is. Where no library has a say, the key has to be the value's: a change that
moved only one of the two would be seen.
"""

import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from customers.customer.identity import CUSTOMER_ID
from customers.table import items
from customers.table.items import UNIQUE
from operate.command import command
from operate.scan import each_page, get, get_at_once
from operate.stacks import chosen_stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

type Item = dict[str, Any]

MAX_KEY = 512
"""More characters than any of our keys has. DynamoDB takes 2048 bytes, and refuses to look for more."""

Text = Annotated[str, StringConstraints(min_length=1)]
Id = Annotated[str, StringConstraints(pattern=f"^{CUSTOMER_ID.pattern}$")]
Time = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$")]
Key = Annotated[str, StringConstraints(min_length=1, max_length=MAX_KEY)]


class _Attributes(BaseModel):
    model_config = ConfigDict(strict=True)

    pk: Key


class _Customer(_Attributes):
    id: Text
    guards: dict[Literal["email", "external_id"], Key]
    created_at: Time
    updated_at: Time
    revision: Decimal
    email: Text = ""  # absent if the customer has none
    external_id: Text = ""
    list_shard: Any = None  # compared with the expected value
    listed_at: Any = None


class _Guard(_Attributes):
    customer_id: Annotated[Text, StringConstraints(max_length=100)]


class _Idempotency(_Attributes):
    customer_id: Id
    fingerprint: Text
    expires_at: Decimal


KINDS: Mapping[str, type[_Attributes]] = {
    "customer": _Customer,
    "email": _Guard,
    "external_id": _Guard,
    "idempotency": _Idempotency,
}
"""The attributes of each kind of item, by the part of its key that names the kind.

Attributes of another kind do harm: DynamoDB deletes items with `expires_at`, and items with the others are listed and
published.
"""

READ = sorted({name for kind in KINDS.values() for name in kind.model_fields})


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
        case [organization, kind, rest] if organization and rest and kind in KINDS:
            return str(kind) if kind != "customer" or CUSTOMER_ID.fullmatch(rest) else None
    return None


def _named_by(item: Item) -> Collection[str]:
    """The keys of the items that must be there when this one is."""
    named: Iterable[Any] = ()
    match _kind(item), item:
        case "customer", {"guards": dict() as guards}:
            named = guards.values()
        case "email" | "external_id", {"customer_id": str(customer_id)}:
            named = [items.customer_key(item["pk"].partition("#")[0], customer_id)]
    return [key for key in named if isinstance(key, str) and 0 < len(key) <= MAX_KEY]


def _lacks(item: Item, kind: str) -> Collection[str]:
    """The attributes that are missing or malformed."""
    try:
        KINDS[kind].model_validate(item)
    except ValidationError as error:
        return dict.fromkeys(str(each["loc"][0]) for each in error.errors(include_url=False, include_input=False))
    return ()


def _wrong(item: Item, found: Mapping[str, Item]) -> Iterator[str]:
    """What is wrong with an item, given the items that it names."""
    key, kind = item["pk"], _kind(item)
    if kind is None:
        yield f"{key} is nothing that this service writes"
        return
    if surplus := [name for name in READ if name in item and name not in KINDS[kind].model_fields]:
        yield f"{key} has {' and '.join(surplus)}, which it must not have"
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
        elif (owner := found[guard].get("customer_id")) != customer["id"]:
            yield f"{key} has not {guard}, which is of customer {owner if isinstance(owner, str) else None}"


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
