"""Customers to list: written to the table as a create writes them, at times that the test chooses."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from customers.customer.model import Record
from customers.table.attributes import decode
from customers.table.transactions import CUSTOMER, creation

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


def customers(count: int, *, together: int = 3, **fields: Any) -> Iterator[Record]:
    """So many, the oldest first; a few of them of each millisecond, in the order of their ids."""
    for number in range(0, count, together):
        created = START + timedelta(milliseconds=number // together)
        time = created.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        ids = [hashlib.sha256(str(each).encode()).hexdigest()[:32] for each in range(number, number + together)]
        for customer_id in sorted(ids)[: count - number]:
            yield record(f"cus_{customer_id}", time, **fields)


def record(customer_id: str, time: str, **fields: Any) -> Record:
    """A customer that was created at that time and never changed."""
    times = {"created_at": time, "updated_at": time}
    return {"id": customer_id, **times, "revision": 1, "external_id": customer_id, **fields}


def put(table: Any, *records: Record, organization: str = "acme") -> None:
    """Write them; their guards are of no interest to a list."""
    for each in records:
        part = creation(organization, each)[CUSTOMER]
        table.put_item(Item={name: decode(value) for name, value in part["Put"]["Item"].items()})
