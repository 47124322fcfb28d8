"""The store against the emulator's table, without HTTP in front: in this process or in one that can be killed."""

import json
import os
from multiprocessing.connection import Connection
from typing import Any

from customers.customer import model
from customers.customer.identity import fingerprint
from customers.http.parsing import parse_customer
from customers.table.dynamodb import DynamoDB
from customers.table.store import Creation, CustomerStore, Idempotency
from local.account import REGION, local_session
from local.stack import Stack

READ_SECONDS = 0.5


def store(stack: Stack, endpoint_url: str) -> CustomerStore:
    """The store, as the function has it but for a shorter patience."""
    credentials = local_session().get_credentials()
    dynamodb = DynamoDB(endpoint_url, REGION, credentials, read_seconds=READ_SECONDS)
    return CustomerStore(dynamodb, stack.outputs["TableName"])


def create(store: CustomerStore, customer: dict[str, Any], key: str | None = None, seconds: float = 15) -> Creation:
    new = parse_customer(json.dumps(customer).encode())
    idempotency = Idempotency(key, fingerprint(new.model_dump(exclude_none=True))) if key else None
    return store.create("acme", model.new_record(new), lambda: seconds, idempotency)


def create_in_child(stack: Stack, endpoint_url: str, customer: dict[str, Any], key: str, ready: Connection) -> None:
    """Tell who we are, then create."""
    ready.send(os.getpid())
    create(store(stack, endpoint_url), customer, key)
