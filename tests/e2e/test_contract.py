"""What only the deployed template shows: routes, the gateway's own answers, the real package, the role."""

import uuid
from typing import Any

import httpx
import pytest

from deployed import assert_problem, unique_email
from local.stack import Stack


def test_a_customer_is_created_and_not_twice(client: httpx.Client, stack: Stack) -> None:
    customer = {"email": unique_email(), "external_id": uuid.uuid4().hex, "name": "Zoë O'Neil 李"}

    created = client.post("/customers", json=customer)
    again = client.post("/customers", json=customer)

    assert created.status_code == 201
    body = created.json()
    assert created.headers["Content-Type"] == "application/json"
    assert created.headers["Location"] == f"{stack.api_url}/customers/{body['id']}"
    assert created.headers["Cache-Control"] == "no-store"
    assert str(uuid.UUID(created.headers["X-Request-Id"])) == created.headers["X-Request-Id"]
    assert body.items() >= customer.items()
    problem = assert_problem(again, "customer-exists", 409, stack)
    assert problem["conflicts"] == [
        {"pointer": "#/email", "field": "email", "customer_id": body["id"]},
        {"pointer": "#/external_id", "field": "external_id", "customer_id": body["id"]},
    ]


def test_the_table_holds_what_was_answered(client: httpx.Client, stack: Stack) -> None:
    customer = {"email": unique_email(), "billing_address": {"country": "Germany"}, "metadata": {"plan": "gold"}}

    body = client.post("/customers", json=customer).json()

    item = stack.client("dynamodb").get_item(
        TableName=stack.outputs["TableName"], Key={"pk": {"S": f"acme#customer#{body['id']}"}}
    )["Item"]
    assert item == {
        "pk": {"S": f"acme#customer#{body['id']}"},
        "guards": {"M": {"email": {"S": f"acme#email#{customer['email']}"}}},
        "list_shard": {"S": f"acme#{body['id'][-1]}"},
        "listed_at": {"S": f"{body['created_at']}#{body['id']}"},
        "id": {"S": body["id"]},
        "created_at": {"S": body["created_at"]},
        "updated_at": {"S": body["updated_at"]},
        "revision": {"N": "1"},
        "email": {"S": customer["email"]},
        "billing_address": {"M": {"country": {"S": "DE"}}},
        "metadata": {"M": {"plan": {"S": "gold"}}},
    }


@pytest.mark.parametrize(
    ("slug", "status", "request_"),
    [
        ("malformed-request", 400, {"content": '{"email":', "headers": {"Content-Type": "application/json"}}),
        ("malformed-request", 400, {"content": "[" * 100_000, "headers": {"Content-Type": "application/json"}}),
        ("malformed-request", 400, {"headers": {"Content-Type": "application/json"}}),
        ("payload-too-large", 413, {"content": b" " * 1_000_000, "headers": {"Content-Type": "application/json"}}),
        ("unsupported-media-type", 415, {"data": {"email": "ada@example.com"}}),
        ("unsupported-media-type", 415, {"content": "{}"}),
        ("invalid-customer", 422, {"json": {"email": "ada", "nope": 1}}),
        ("invalid-customer", 422, {"json": None, "content": "null", "headers": {"Content-Type": "application/json"}}),
    ],
    ids=lambda value: str(value)[:50],
)
def test_bad_requests_are_problems(
    client: httpx.Client, stack: Stack, slug: str, status: int, request_: dict[str, Any]
) -> None:
    answer = client.post("/customers", **request_)

    assert_problem(answer, slug, status, stack)
    assert answer.headers["X-Should-Retry"] == "false"


@pytest.mark.parametrize(
    ("path", "method", "allow"),
    [
        *(("/customers", method, "GET, POST, PUT") for method in ("PATCH", "DELETE", "OPTIONS")),
        *(("/customers/cus_1", method, "DELETE, GET, PATCH") for method in ("POST", "PUT", "OPTIONS")),
    ],
)
def test_other_methods_are_not_allowed(client: httpx.Client, stack: Stack, path: str, method: str, allow: str) -> None:
    answer = client.request(method, path)

    assert_problem(answer, "method-not-allowed", 405, stack)
    assert answer.headers["Allow"] == allow


def test_a_customer_is_changed_replaced_and_deleted(client: httpx.Client, stack: Stack) -> None:
    external_id = uuid.uuid4().hex
    first, second = unique_email(), unique_email()

    created = client.put("/customers", params={"external_id": external_id}, json={"email": first})
    path = f"/customers/{created.json()['id']}"
    merge_patch = {"Content-Type": "application/merge-patch+json"}
    changed = client.patch(path, content=f'{{"email": "{second}"}}', headers={"If-Match": '"1"', **merge_patch})
    late = client.patch(path, json={"name": "Ada"}, headers={"If-Match": created.headers["ETag"]})
    replaced = client.put("/customers", params={"external_id": external_id}, json={"name": "Ada"})
    deleted = client.delete(path, headers={"If-Match": replaced.headers["ETag"]})

    assert [answer.status_code for answer in (created, changed, replaced, deleted)] == [201, 200, 200, 204]
    assert created.headers["Location"] == f"{stack.api_url}{path}"
    assert [answer.headers["ETag"] for answer in (created, changed, replaced)] == ['"1"', '"2"', '"3"']
    assert changed.json()["email"] == second
    assert assert_problem(late, "precondition-failed", 412, stack)["revision"] == 2
    assert replaced.json().keys() == {"id", "created_at", "updated_at", "revision", "external_id", "name"}
    assert (deleted.content, deleted.headers["Cache-Control"]) == (b"", "no-store")
    assert_problem(client.delete(path), "not-found", 404, stack)
    assert [client.post("/customers", json={"email": email}).status_code for email in (first, second)] == [201, 201]


@pytest.mark.parametrize("path", ["/", "/nope", "/customers/nope/nope", "/Customers"])
def test_unknown_routes_are_answered_by_the_gateway(client: httpx.Client, stack: Stack, path: str) -> None:
    answer = client.get(path)

    problem = assert_problem(answer, "not-found", 404, stack)
    assert problem["detail"] == "There is nothing at this address."
