"""Put customers that a table lost back into it, from a copy that point-in-time recovery made."""

import os
import sys
from collections import Counter
from typing import TYPE_CHECKING

from customers import store
from customers.errors import CustomerExists
from stacks import chosen_stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SECONDS_A_CUSTOMER = 60.0


def restore(client: "DynamoDBClient", source: str, target: str) -> Counter[str]:
    """Write each customer of the source that the target lacks, with its guards, as a create does.

    What the target has stays as it is: a customer whose e-mail address or external id somebody else has by now is left
    out and named. Counts what became of them: `in place` (restored, or never lost) and `left out`.
    """
    customers = store.CustomerStore(client, target)
    counts: Counter[str] = Counter()
    for page in client.get_paginator("scan").paginate(TableName=source, ConsistentRead=True):
        for item in page["Items"]:
            if "id" not in item:
                continue  # a guard, which comes with its customer
            try:
                customers.create(store.organization(item), store.record(item), lambda: SECONDS_A_CUSTOMER)
                counts["in place"] += 1
            except CustomerExists:
                print(f"left out: {item['pk']['S']}")
                counts["left out"] += 1
    return counts


def main() -> int:
    """From the table FROM into the one of the stack that `make run` serves, or of STACK on AWS."""
    stack = chosen_stack()
    client = stack.session.client("dynamodb", endpoint_url=stack.endpoint_url)
    counts = restore(client, os.environ["FROM"], stack.outputs["TableName"])
    print(f"{counts['in place']} in place, {counts['left out']} left out")
    return 1 if counts["left out"] else 0


if __name__ == "__main__":
    sys.exit(main())
