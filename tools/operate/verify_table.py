"""Prove that the table keeps its promises: every customer has its guards, and every guard has its customer.

Reads every item once and writes nothing; it holds one page at a time, whatever the size of the table.
"""

import sys
import time
from collections.abc import Collection, Iterable, Iterator
from itertools import batched
from typing import TYPE_CHECKING, Any

from customers.table import items
from operate.stacks import chosen_stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

BATCH = 100
"""The most keys that BatchGetItem takes."""

SECOND_LOOK_SECONDS = 1.0

type Item = dict[str, Any]


def violations(table: "Table") -> Iterator[str]:
    """Each broken promise, in words that name keys only.

    A scan can see a transaction half done, so what looks wrong is looked at again before it counts.
    """
    for page in table.meta.client.get_paginator("scan").paginate(TableName=table.name, ConsistentRead=True):
        if suspects := list(_wrong(table, page["Items"])):
            time.sleep(SECOND_LOOK_SECONDS)
            again = _get(table, [item["pk"] for item, _ in suspects])
            yield from (words for _, words in _wrong(table, again.values()))


def _wrong(table: "Table", items: Collection[Item]) -> Iterator[tuple[Item, str]]:
    """The items that don't agree with the items that they stand for, and how."""
    expected = {item["pk"]: list(_counterparts(item)) for item in items}
    found = _get(table, [key for pairs in expected.values() for key, _ in pairs])
    for item in items:
        if not expected[item["pk"]]:
            yield item, f"{item['pk']} stands for nothing"
        for key, agrees in expected[item["pk"]]:
            if key not in found:
                yield item, f"{item['pk']} has no {key}"
            elif not agrees(found[key]):
                yield item, f"{item['pk']} and {key} don't agree"


def _counterparts(item: Item) -> Iterator[tuple[str, Any]]:
    """The keys of the items that must be there when this one is, each with what must hold of it."""
    match item["pk"].split("#", 2):
        case [organization, "customer", _]:
            for key in items.guard_keys(organization, item).values():
                yield key, lambda guard: guard["customer_id"] == item["id"]
        case [organization, "email" | "external_id", _]:
            customer_key = items.customer_key(organization, item["customer_id"])
            yield customer_key, lambda customer: item["pk"] in items.guard_keys(organization, customer).values()
        case [organization, "idempotency", _]:
            # Once it has expired its customer may be gone, but until it is deleted it still is something of ours.
            expired = item["expires_at"] <= time.time()
            yield item["pk"] if expired else items.customer_key(organization, item["customer_id"]), lambda _: True


def _get(table: "Table", keys: Iterable[str]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for batch in batched(dict.fromkeys(keys), BATCH, strict=False):
        request: Any = {table.name: {"Keys": [{"pk": key} for key in batch], "ConsistentRead": True}}
        while request:
            answer = table.meta.client.batch_get_item(RequestItems=request)
            found |= {str(item["pk"]): item for item in answer["Responses"][table.name]}
            request = answer["UnprocessedKeys"]
    return found


def main() -> int:
    """Check the table of the stack that `make run` serves, or of STACK on AWS."""
    stack = chosen_stack()
    broken = 0
    table = stack.table("TableName")
    for words in violations(table):
        print(words)
        broken += 1
    print(f"{table.name}: {broken or 'no'} broken promise{'' if broken == 1 else 's'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
