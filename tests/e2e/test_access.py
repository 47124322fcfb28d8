"""Who may call, on the deployed template: the gateway, the authorizer and the table of keys together."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from conftest import NewClient
from deployed import assert_problem, post, unique_email
from local.stack import API_ID, Stack
from operate import api_keys


def assert_unauthenticated(answer: httpx.Response, stack: Stack) -> None:
    problem = assert_problem(answer, "unauthenticated", 401, stack)
    assert problem["detail"] == "Send a valid key in the header Authorization: Bearer."
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["X-Should-Retry"] == "false"


def assert_forbidden(answer: httpx.Response, stack: Stack) -> None:
    problem = assert_problem(answer, "forbidden", 403, stack)
    assert problem["detail"] == "The API key lacks the scope of this route."
    assert answer.headers["X-Should-Retry"] == "false"
    assert "WWW-Authenticate" not in answer.headers


def items_of(stack: Stack, value: str) -> list[str]:
    """The keys of the items of the customers' table that hold the value."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs["TableName"])
    return [item["pk"]["S"] for page in pages for item in page["Items"] if value in str(item)]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer ck_short"},
        {"Authorization": f"Bearer ck_{'A' * 43}"},
        {"Authorization": "Basic YWNtZTpzZWNyZXQ="},
        {"X-Api-Key": f"ck_{'A' * 43}"},
    ],
    ids=str,
)
def test_without_a_valid_key_nothing_is_created(stack: Stack, headers: dict[str, str]) -> None:
    customer = {"email": unique_email()}

    answer = post(stack, customer, **headers)

    assert_unauthenticated(answer, stack)
    assert items_of(stack, customer["email"]) == []


def test_a_revoked_key_is_refused(stack: Stack) -> None:
    key, entry = api_keys.create(stack.api_keys, "acme", "customers:write")
    api_keys.revoke(stack.api_keys, entry.id)  # before its first use, so that no policy is kept

    answer = post(stack, {}, Authorization=f"Bearer {key}")

    assert_unauthenticated(answer, stack)


def test_an_expired_key_is_refused(stack: Stack) -> None:
    now = datetime.now(UTC)
    key, entry = api_keys.create(stack.api_keys, "acme", "customers:write", expires=now + timedelta(days=1))
    stack.api_keys.put_item(Item=entry._replace(expires_at=now.isoformat()).item())

    answer = post(stack, {}, Authorization=f"Bearer {key}")

    assert_unauthenticated(answer, stack)


def test_reading_does_not_open_writing(new_client: NewClient, stack: Stack) -> None:
    client = new_client(scopes="customers:read")
    customer = {"email": unique_email()}

    first = client.post("/customers", json=customer)
    read = client.get("/customers", params=customer)
    again = client.post("/customers", json=customer)
    by_another_spelling = client.post("/customers/", json=customer)

    assert (read.status_code, read.json()) == (200, {"data": [], "next_cursor": None})
    for refused in (first, again, by_another_spelling):
        assert_forbidden(refused, stack)
    assert items_of(stack, customer["email"]) == []


def test_writing_does_not_open_reading(new_client: NewClient, stack: Stack) -> None:
    client = new_client(scopes="customers:write")

    created = client.post("/customers", json={"email": unique_email()})

    assert created.status_code == 201
    for path in ("/customers", "/customers?email=ada@example.com", f"/customers/{created.json()['id']}"):
        assert_forbidden(client.get(path), stack)
    assert client.post("/customers", json={"email": unique_email()}).status_code == 201


def test_only_a_key_for_it_deletes(new_client: NewClient, stack: Stack) -> None:
    writing = new_client(scopes="customers:read customers:write")
    path = f"/customers/{writing.post('/customers', json={'email': unique_email()}).json()['id']}"
    deleting = new_client(scopes="customers:delete")

    assert_forbidden(writing.delete(path), stack)
    assert_forbidden(deleting.patch(path, json={"name": "Ada"}), stack)
    assert_forbidden(deleting.get(path), stack)
    assert writing.get(path).status_code == 200
    assert deleting.delete(path).status_code == 204
    assert writing.get(path).status_code == 404


def test_only_a_key_for_it_changes(new_client: NewClient, stack: Stack) -> None:
    created = new_client().post("/customers", json={"external_id": uuid.uuid4().hex}).json()
    reading, put = new_client(scopes="customers:read"), f"/customers?external_id={created['external_id']}"

    for refused in (reading.patch(f"/customers/{created['id']}", json={"name": "Ada"}), reading.put(put, json={})):
        assert_forbidden(refused, stack)
    assert reading.get(f"/customers/{created['id']}").json() == created


@pytest.mark.parametrize(
    ("scope", "method"),
    [
        ("customers:read", "OPTIONS"),
        ("customers:write", "OPTIONS"),
        ("customers:write", "PATCH"),
        ("customers:delete", "DELETE"),
    ],
)
def test_a_key_learns_which_methods_there_are(new_client: NewClient, stack: Stack, scope: str, method: str) -> None:
    answer = new_client(scopes=scope).request(method, "/customers")

    assert_problem(answer, "method-not-allowed", 405, stack)


def test_a_failing_authorizer_lets_nobody_in_and_tells_nothing(stack: Stack) -> None:
    key, entry = api_keys.create(stack.api_keys, "acme", "customers:write")
    stack.api_keys.put_item(Item=entry._replace(expires_at="soon").item())
    customer = {"email": unique_email()}

    answer = post(stack, customer, Authorization=f"Bearer {key}")
    stack.api_keys.delete_item(Key={"key_hash": entry.key_hash})  # `make api-keys` couldn't read it either

    assert_problem(answer, "internal-error", 500, stack)
    assert items_of(stack, customer["email"]) == []


def test_two_organizations_do_not_meet(new_client: NewClient, stack: Stack) -> None:
    acme, globex = new_client("acme"), new_client("globex")
    customer = {"email": unique_email(), "external_id": uuid.uuid4().hex}
    keyed = {"Idempotency-Key": uuid.uuid4().hex}

    of_acme, of_globex = (client.post("/customers", json=customer, headers=keyed) for client in (acme, globex))
    again = globex.post("/customers", json=customer)

    assert (of_acme.status_code, of_globex.status_code) == (201, 201)
    assert "Idempotent-Replayed" not in of_globex.headers
    problem = assert_problem(again, "customer-exists", 409, stack)
    assert {conflict["customer_id"] for conflict in problem["conflicts"]} == {of_globex.json()["id"]}
    assert of_acme.json()["id"] not in again.text


def test_the_customer_of_another_organization_is_as_missing_as_one_that_never_was(
    new_client: NewClient, stack: Stack
) -> None:
    acme, globex = new_client("acme"), new_client("globex")
    customer = acme.post("/customers", json={"email": unique_email()}).json()

    another = assert_problem(globex.get(f"/customers/{customer['id']}"), "not-found", 404, stack)
    missing = assert_problem(globex.get(f"/customers/cus_{'0' * 32}"), "not-found", 404, stack)

    assert another | {"instance": ""} == missing | {"instance": ""}
    assert globex.get("/customers", params={"email": customer["email"]}).json() == {"data": [], "next_cursor": None}
    assert acme.get("/customers", params={"email": customer["email"]}).json() == {
        "data": [customer],
        "next_cursor": None,
    }


def test_no_header_and_no_query_sets_the_organization(new_client: NewClient, stack: Stack) -> None:
    customer = {"email": unique_email()}
    names = ["Organization", "X-Organization", "X-Organization-Id", "X-Tenant-Id", "X-Amzn-Authorizer-Organization"]

    answer = new_client("acme").post(
        "/customers",
        json=customer,
        headers=dict.fromkeys(names, "globex"),
        params={"organization": "globex", "organization_id": "globex"},
    )

    assert answer.status_code == 201
    assert {pk.split("#")[0] for pk in items_of(stack, customer["email"])} == {"acme"}


@pytest.fixture
def throttled(stack: Stack) -> Iterator[None]:
    """No request gets through the stage."""

    def limit(rate: str, burst: str) -> None:
        stack.client("apigateway").update_stage(
            restApiId=API_ID,
            stageName="v1",
            patchOperations=[
                {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": rate},
                {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": burst},
            ],
        )

    limit("0", "0")
    yield
    limit("10000", "5000")


def test_over_the_limit_the_answer_says_when_to_come_back(throttled: Any, client: httpx.Client, stack: Stack) -> None:
    answer = client.post("/customers", json={"email": unique_email()})

    assert_problem(answer, "too-many-requests", 429, stack)
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["X-Should-Retry"] == "true"
