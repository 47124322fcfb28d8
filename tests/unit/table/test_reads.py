"""What is read while DynamoDB commits a transaction item by item: never a half, never a false "there is none".

moto commits in one instant, so the tests take apart what it wrote, and put it together between two calls.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from conftest import Api
from faults import CANCELED, answer, faults
from operate.verify_table import violations
from support import Answer

ADA = {"email": "ada@example.com", "external_id": "crm-1815"}
EVE = {"email": "eve@example.com"}
BEING_COMMITTED = answer(400, CANCELED, "None", "TransactionConflict")
FIELDS = pytest.mark.parametrize("field", ADA)


@pytest.fixture(autouse=True)
def whole(table: Any) -> Iterator[None]:
    yield
    assert list(violations(table)) == []


def create(api: Api, customer: Any = ADA, key: str = "first") -> Answer:
    return api.create(customer, multiValueHeaders={"Content-Type": ["application/json"], "Idempotency-Key": [key]})


def take(table: Any, *kinds: str) -> list[dict[str, Any]]:
    """Take the items of these kinds out of the table."""
    items = [item for item in table.scan()["Items"] if item["pk"].split("#")[1] in kinds]
    assert len(items) == len(kinds)
    for item in items:
        table.delete_item(Key={"pk": item["pk"]})
    return items


def put(table: Any, items: list[dict[str, Any]]) -> None:
    for item in items:
        table.put_item(Item=item)


def operations(calls: list[Any]) -> list[str]:
    return [call.operation for call in calls]


def test_a_replay_waits_for_a_customer_that_is_being_committed(api: Api, table: Any) -> None:
    first = create(api)
    customer = take(table, "customer")

    with faults(None, BEING_COMMITTED, BEING_COMMITTED, partial(put, table, customer)) as calls:
        replayed = create(api)

    assert (replayed.status, replayed.text, replayed.headers["Idempotent-Replayed"]) == (201, first.text, "true")
    assert operations(calls) == ["TransactWriteItems", *["TransactGetItems"] * 3]


def test_a_replay_that_is_read_as_of_before_the_create_waits_too(api: Api, table: Any) -> None:
    first = create(api)
    taken = take(table, "customer")

    def before() -> None:
        taken.extend(take(table, "idempotency"))

    with faults(None, before, lambda: put(table, taken)) as calls:
        replayed = create(api)

    assert (replayed.status, replayed.text) == (201, first.text)
    assert operations(calls) == ["TransactWriteItems", "TransactGetItems", "TransactGetItems"]


def test_a_replay_of_a_customer_that_was_deleted_says_so(api: Api, table: Any) -> None:
    create(api)
    take(table, "customer", "email", "external_id")
    before = table.scan()["Items"]

    with faults() as calls:
        gone = create(api)

    assert (gone.status, gone.headers["Content-Type"]) == (410, "application/problem+json")
    assert gone.headers["X-Should-Retry"] == "false"
    assert gone.json == {
        "type": "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1/problems/customer-deleted",
        "code": "customer-deleted",
        "title": "The customer was deleted",
        "status": 410,
        "detail": "The customer that this Idempotency-Key was used for was deleted. Use a new key for a new request.",
        "instance": "urn:uuid:5d4b2a10-7c3e-4f1d-9a6b-0c8e2f4a6b8d",
    }
    assert operations(calls) == ["TransactWriteItems", "TransactGetItems"]
    assert [get["Get"]["Key"]["pk"]["S"].split("#")[1] for get in calls[-1].parameters["TransactItems"]] == [
        "idempotency",
        "customer",
    ]
    assert table.scan()["Items"] == before
    assert create(api, key="second").status == 201
    table.delete_item(Key={"pk": "acme#idempotency#first"})


@pytest.mark.parametrize("fault", ["TransactionConflict", "ThrottlingError"])
def test_a_replay_whose_customer_is_never_committed_is_a_503(api: Api, table: Any, fault: str) -> None:
    create(api)
    customer = take(table, "customer")

    with faults(None, forever=answer(400, CANCELED, "None", fault)):
        refused = create(api)

    assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
    put(table, customer)


def test_a_read_that_is_refused_for_another_reason_is_a_failure(api: Api, table: Any) -> None:
    create(api)
    customer = take(table, "customer")

    with faults(None, answer(400, CANCELED, "None", "ValidationError")) as calls:
        assert create(api).status == 500

    assert len(calls) == 2
    put(table, customer)


def test_a_customer_that_is_being_committed_is_waited_for(api: Api, table: Any) -> None:
    """Its id may be known from a 409."""
    first = create(api)
    customer = take(table, "customer")

    with faults(None, BEING_COMMITTED, partial(put, table, customer)) as calls:
        got = api.get(first.json["id"])

    assert (got.status, got.json) == (200, first.json)
    assert operations(calls) == ["GetItem", "TransactGetItems", "TransactGetItems"]


@FIELDS
def test_a_guard_whose_customer_is_being_committed_is_waited_for(api: Api, table: Any, field: str) -> None:
    first = create(api)
    customer = take(table, "customer")

    with faults(None, None, BEING_COMMITTED, partial(put, table, customer)) as calls:
        found = api.find(**{field: ADA[field]})

    assert found.json == {"data": [first.json], "next_cursor": None}
    assert operations(calls) == ["GetItem", "GetItem", "TransactGetItems", "TransactGetItems"]


@FIELDS
def test_a_customer_that_is_deleted_while_it_is_looked_for_is_not_found(api: Api, table: Any, field: str) -> None:
    create(api)
    kinds = ("customer", "email", "external_id", "idempotency")

    with faults(None, partial(take, table, *kinds)) as calls:
        assert api.find(**{field: ADA[field]}).json == {"data": [], "next_cursor": None}

    assert operations(calls) == ["GetItem", "GetItem", "TransactGetItems"]


def test_a_customer_that_gave_its_address_to_another_meanwhile_is_not_found_by_it(api: Api, table: Any) -> None:
    ada = create(api).json

    def change() -> None:
        """Ada gets another address, and Eve takes hers."""
        [customer] = take(table, "customer")
        [guard] = take(table, "email")
        customer["email"] = "countess@example.com"
        customer["guards"]["email"] = "acme#email#countess@example.com"
        put(table, [customer, guard | {"pk": customer["guards"]["email"]}])
        assert create(api, {"email": ADA["email"]}, key="second").status == 201

    with faults(None, change):
        found = api.find(email=ADA["email"])

    assert ada["id"] not in found.text
    assert api.find(email="countess@example.com").json["data"][0]["id"] == ada["id"]


def test_what_is_there_takes_one_plain_read_an_item_and_what_is_not_one_more(api: Api) -> None:
    customer = create(api).json

    with faults() as calls:
        assert api.get(customer["id"]).json == customer
        assert api.find(email=ADA["email"]).json == {"data": [customer], "next_cursor": None}
        assert api.find(email="nobody@example.com").json == {"data": [], "next_cursor": None}
        assert create(api).json == customer

    nobody = ["GetItem", "TransactGetItems"]
    assert operations(calls) == [*["GetItem"] * 3, *nobody, "TransactWriteItems", "TransactGetItems"]
