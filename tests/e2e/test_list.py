"""The list on the deployed template, while customers come and go."""

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from conftest import NewClient
from deployed import assert_problem, unique_email
from local.stack import Stack


@pytest.fixture
def own(new_client: NewClient) -> httpx.Client:
    """A client of an organization that has no customers yet."""
    return new_client(f"list-{uuid.uuid4().hex[:8]}")


def create(client: httpx.Client, count: int) -> list[str]:
    """The ids of so many new customers, the oldest first."""
    answers = [client.post("/customers", json={"email": unique_email()}) for _ in range(count)]
    assert {answer.status_code for answer in answers} == {201}
    customers = sorted((answer.json() for answer in answers), key=lambda each: (each["created_at"], each["id"]))
    return [each["id"] for each in customers]


def pages(client: httpx.Client, **parameters: str | int) -> Iterator[list[str]]:
    """The ids on each page of the list."""
    while True:
        answer = client.get("/customers", params=parameters)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield [customer["id"] for customer in page["data"]]
        if page["next_cursor"] is None:
            return
        parameters["cursor"] = page["next_cursor"]


def test_pages_show_everyone_once_the_newest_first(own: httpx.Client) -> None:
    created = create(own, 60)

    read = [*pages(own, limit=7)]

    assert [len(page) for page in read] == [7] * 8 + [4]
    assert [customer for page in read for customer in page] == created[::-1]


def test_pages_stay_right_while_customers_are_created_and_deleted(own: httpx.Client, stack: Stack) -> None:
    before = create(own, 60)
    going, staying = before[::3], {*before} - {*before[::3]}
    done = threading.Event()

    def create_more() -> list[str]:
        more: list[str] = []
        while not done.is_set():
            more += create(own, 1)
        return more

    def delete_some() -> None:
        table = stack.client("dynamodb")
        for customer in going:
            keys = keys_of(stack, customer)
            table.transact_write_items(
                TransactItems=[
                    {"Delete": {"TableName": stack.outputs["TableName"], "Key": {"pk": {"S": key}}}} for key in keys
                ]
            )

    with ThreadPoolExecutor(2) as threads:
        creating, deleting = threads.submit(create_more), threads.submit(delete_some)
        try:
            shown = [customer for page in pages(own, limit=4) for customer in page]
        finally:
            done.set()
        more = creating.result()
        deleting.result()

    assert len(shown) == len(set(shown)), "nobody twice"
    assert staying <= set(shown) <= {*before, *more}
    assert [*pages(own, limit=100)] == [[*reversed(more), *(each for each in reversed(before) if each in staying)]]


def keys_of(stack: Stack, customer_id: str) -> list[str]:
    """The keys of the customer and of its guards."""
    paginator = stack.client("dynamodb").get_paginator("scan")
    scanned = paginator.paginate(
        TableName=stack.outputs["TableName"],
        FilterExpression="id = :id OR customer_id = :id",
        ExpressionAttributeValues={":id": {"S": customer_id}},
    )
    return [item["pk"]["S"] for page in scanned for item in page["Items"]]


def test_bounds_come_through_the_gateway_as_they_are_sent(own: httpx.Client) -> None:
    [first] = create(own, 1)
    time.sleep(0.01)  # longer than the millisecond that bounds tell apart
    [second] = create(own, 1)
    created_at = own.get(f"/customers/{second}").json()["created_at"]
    east = created_at.replace("Z", "+00:00")

    before = own.get(f"/customers?created_before={east}")  # a plus sign that is not encoded
    after = own.get("/customers", params={"created_after": created_at})

    assert [each["id"] for each in before.json()["data"]] == [first]
    assert after.json() == {"data": [], "next_cursor": None}


def test_a_cursor_and_a_key_of_another_organization_show_nothing_of_it(
    own: httpx.Client, new_client: NewClient
) -> None:
    create(own, 3)
    cursor = own.get("/customers", params={"limit": 1}).json()["next_cursor"]
    other = new_client(f"list-{uuid.uuid4().hex[:8]}")

    answer = other.get("/customers", params={"cursor": cursor})

    assert answer.json() == {"data": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("limit=0", {"limit": "limit_invalid"}),
        ("limit=1&limit=2", {"limit": "repeated"}),
        ("cursor=x&created_after=x", {"cursor": "cursor_invalid", "created_after": "time_invalid"}),
        ("page=2", {"page": "unknown_field"}),
        ("email=ada@example.com&limit=2", {"email": "not_alone"}),
    ],
)
def test_a_bad_parameter_is_named(own: httpx.Client, stack: Stack, query: str, codes: dict[str, str]) -> None:
    problem = assert_problem(own.get(f"/customers?{query}"), "malformed-request", 400, stack)

    assert {error["field"]: error["code"] for error in problem["errors"]} == codes


def test_a_key_without_the_scope_lists_nobody(new_client: NewClient, stack: Stack) -> None:
    writer = new_client("acme", "customers:write")

    assert_problem(writer.get("/customers"), "forbidden", 403, stack)
