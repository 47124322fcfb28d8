"""The table without HTTP in front, against the emulator: in this process or in one that can be killed."""

import json
import os
import time
from multiprocessing.connection import Connection
from typing import Any

from customers.customer import model
from customers.http.fingerprint import fingerprint
from customers.http.parsing import new_customer, read_json
from customers.table.dynamodb import DynamoDB
from customers.table.items import Idempotency
from customers.table.retries import TimeLeft
from customers.table.writes import Creation, Writes
from local.stack import REGION, Stack, local_session

ATTEMPT_SECONDS = 0.5


def customers(stack: Stack, endpoint_url: str) -> Writes:
    """The customers, as the function has them but for a shorter patience."""
    credentials = local_session().get_credentials()
    dynamodb = DynamoDB(endpoint_url, REGION, credentials, attempt_seconds=ATTEMPT_SECONDS)
    return Writes(dynamodb, stack.outputs["TableName"])


def clock(seconds: float) -> TimeLeft:
    """The time that is left of so many seconds from now."""
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()


def create(table: Writes, customer: dict[str, Any], key: str | None = None, seconds: float = 15) -> Creation:
    data = read_json(json.dumps(customer).encode())
    idempotency = Idempotency(key, fingerprint("POST", "/customers", {}, data)) if key else None
    return table.create("acme", model.new_record(new_customer(data)), clock(seconds), idempotency)


def create_in_child(stack: Stack, endpoint_url: str, customer: dict[str, Any], key: str, ready: Connection) -> None:
    """Tell who we are, then create."""
    ready.send(os.getpid())
    create(customers(stack, endpoint_url), customer, key)
