"""`make export`: all customers of the organization ORG as JSON Lines on standard output, the newest last.

A line is what an import takes: the customer without what the service says of it (its id, times and revision, the E.164
form of its phone number, whether its tax ids are valid). A customer without e-mail address and external id,
which clients of Stripe's and Rebilly's APIs may make, has its id as external id, because an import wants one of both.

The table is read once, in no order; what was found is sorted on disk, in a file that vanishes with the process.
"""

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from customers.customer.model import NewCustomer, to_json
from customers.customer.parts import NewTaxId
from customers.table.items import UNIQUE
from operate.command import argument, command
from operate.scan import each_page
from operate.stacks import chosen_stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

type Line = tuple[str, str, str]
"""When the customer was created, its id, and its document."""


def document(item: dict[str, Any]) -> str:
    """The JSON of a customer as an import takes it, from its item."""
    customer = {name: value for name, value in item.items() if name in NewCustomer.model_fields}
    if "tax_ids" in customer:
        customer["tax_ids"] = [
            {name: value for name, value in tax_id.items() if name in NewTaxId.model_fields}
            for tax_id in customer["tax_ids"]
        ]
    if customer.keys().isdisjoint(UNIQUE):
        customer["external_id"] = item["id"]
    return to_json(customer)


def lines(table: "Table", organization: str) -> Iterator[str]:
    """The documents of an organization's customers, the newest last."""

    def work(page: Sequence[dict[str, Any]]) -> list[Line]:
        return [(item["created_at"], item["id"], document(item)) for item in page]

    pages = each_page(
        table,
        "export",
        work,
        FilterExpression="begins_with(pk, :customers)",
        ExpressionAttributeValues={":customers": f"{organization}#customer#"},
    )
    with closing(sqlite3.connect("")) as database:
        database.execute("CREATE TABLE customers (created_at TEXT, id TEXT PRIMARY KEY, document TEXT)")
        for page in pages:
            database.executemany("INSERT OR REPLACE INTO customers VALUES (?, ?, ?)", page)
        yield from (text for (text,) in database.execute("SELECT document FROM customers ORDER BY created_at, id"))


@command("export", "ORG")
def main() -> int:
    """Export from the stack that `make run` serves, or from STACK on AWS."""
    organization = argument("ORG")
    count = 0
    for line in lines(chosen_stack().table("TableName"), organization):
        sys.stdout.buffer.write(f"{line}\n".encode())  # UTF-8, whatever the terminal's encoding is
        count += 1
    sys.stdout.flush()
    print(f"make export: {count:,} {'customer' if count == 1 else 'customers'}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
