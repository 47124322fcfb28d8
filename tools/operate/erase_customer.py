"""Erase a customer: the item, its guards and what is left of the request that created it, all or nothing."""

import os
import sys
from typing import TYPE_CHECKING

from customers.table import items
from operate.stacks import chosen_stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


def erase(table: "Table", organization: str, customer_id: str) -> list[str]:
    """Delete all that the table has of a customer; the keys of it.

    The key of an idempotency record is the caller's, so it is looked for in the whole table: every item is read once.
    """
    key = items.customer_key(organization, customer_id)
    pages = table.meta.client.get_paginator("scan").paginate(
        TableName=table.name,
        ConsistentRead=True,
        FilterExpression="pk = :key OR (begins_with(pk, :organization) AND customer_id = :id)",
        ExpressionAttributeValues={":key": key, ":organization": f"{organization}#", ":id": customer_id},
        ProjectionExpression="pk",
    )
    keys = sorted(str(item["pk"]) for page in pages for item in page["Items"])
    if keys:
        table.meta.client.transact_write_items(
            TransactItems=[{"Delete": {"TableName": table.name, "Key": {"pk": key}}} for key in keys]
        )
    return keys


def main() -> int:
    """Erase CUSTOMER of ORG from the stack that `make run` serves, or from STACK on AWS."""
    keys = erase(chosen_stack().table("TableName"), os.environ["ORG"], os.environ["CUSTOMER"])
    print(f"{len(keys) or 'no'} item{'' if len(keys) == 1 else 's'} erased")
    return 0 if keys else 1


if __name__ == "__main__":
    sys.exit(main())
