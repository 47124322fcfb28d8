"""Put customers that a table lost back into it, from a copy that point-in-time recovery made."""

import os
import sys
from collections import Counter

import boto3

from customers.errors import CustomerExists
from customers.table import items
from customers.table.dynamodb import DynamoDB
from customers.table.writes import Writes
from operate.stacks import chosen_stack

SECONDS_A_CUSTOMER = 60.0


def restore(session: boto3.Session, endpoint_url: str | None, source: str, target: str) -> Counter[str]:
    """Write each customer of the source that the target lacks, with its guards, as a create does.

    What the target has stays as it is: a customer whose e-mail address or external id somebody else has by now is left
    out and named. Counts what became of them: `in place` (restored, or never lost) and `left out`.
    """
    client = session.client("dynamodb", endpoint_url=endpoint_url)
    dynamodb = DynamoDB(client.meta.endpoint_url, client.meta.region_name, session.get_credentials())
    customers = Writes(dynamodb, target)
    counts: Counter[str] = Counter()
    for page in client.get_paginator("scan").paginate(TableName=source, ConsistentRead=True):
        for item in page["Items"]:
            if "id" not in item:
                continue  # a guard, which comes with its customer
            try:
                customers.create(items.organization(item), items.record(item), lambda: SECONDS_A_CUSTOMER)
                counts["in place"] += 1
            except CustomerExists:
                print(f"left out: {item['pk']['S']}")
                counts["left out"] += 1
    return counts


def main() -> int:
    """From the table FROM into the one of the stack that `make run` serves, or of STACK on AWS."""
    stack = chosen_stack()
    counts = restore(stack.session, stack.endpoint_url, os.environ["FROM"], stack.outputs["TableName"])
    print(f"{counts['in place']} in place, {counts['left out']} left out")
    return 1 if counts["left out"] else 0


if __name__ == "__main__":
    sys.exit(main())
