"""Many clients at once, through HTTP: what moto can't show, since its transactions are not safe under threads."""

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from deployed import warm_up
from local.stack import Stack

CLIENTS = 50


@pytest.fixture(scope="module", autouse=True)
def warm(stack: Stack, api_key: str) -> None:
    headers = {"Authorization": f"Bearer {api_key}"}
    warm_up(lambda: httpx.post(f"{stack.api_url}/customers", headers=headers, json={}, timeout=120), CLIENTS)


def at_once(stack: Stack, api_key: str, customers: list[dict[str, Any]]) -> list[httpx.Response]:
    """Create the customers at the same moment, each by a client of its own."""
    start = threading.Barrier(len(customers))

    def create(customer: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {api_key}"}
        with httpx.Client(base_url=stack.api_url, headers=headers, timeout=120) as client:
            start.wait()
            return client.post("/customers", json=customer)

    with ThreadPoolExecutor(len(customers)) as pool:
        return list(pool.map(create, customers))


def items_with(stack: Stack, *values: str) -> list[dict[str, Any]]:
    """The items of the table that hold one of the values anywhere."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs["TableName"])
    return [item for page in pages for item in page["Items"] if any(value in str(item) for value in values)]


@pytest.mark.parametrize("field", ["email", "external_id"])
def test_of_fifty_clients_with_one_value_one_creates_the_customer(stack: Stack, api_key: str, field: str) -> None:
    value = f"{uuid.uuid4().hex}@example.com"
    other = "external_id" if field == "email" else "email"
    customers = [{field: value, other: f"{uuid.uuid4().hex}@example.com"} for _ in range(CLIENTS)]

    answers = at_once(stack, api_key, customers)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CLIENTS - 1}
    [customer] = [answer.json() for answer in answers if answer.status_code == 201]
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["conflicts"] == [
                {"pointer": f"#/{field}", "field": field, "customer_id": customer["id"]}
            ]
    left = items_with(stack, *(c[name] for c in customers for name in c))
    assert sorted(item["pk"]["S"] for item in left) == sorted(
        [
            f"acme#customer#{customer['id']}",
            f"acme#email#{customer['email']}",
            f"acme#external_id#{customer['external_id']}",
        ]
    )
