"""Many clients at once change, replace and delete, through HTTP: one wins, and nothing is left behind."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from deployed import warm_up
from local.stack import Stack

CLIENTS = 24

type AtOnce = Callable[..., list[httpx.Response]]


@pytest.fixture
def at_once(stack: Stack, api_key: str) -> AtOnce:
    """Sends requests (method, path, and what httpx takes) at the same moment, each by a client of its own."""

    def send(requests: list[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        start = threading.Barrier(len(requests))

        def one(request: tuple[str, str, dict[str, Any]]) -> httpx.Response:
            method, path, more = request
            headers = {"Authorization": f"Bearer {api_key}"}
            with httpx.Client(base_url=stack.api_url, headers=headers, timeout=120) as client:
                start.wait()
                return client.request(method, path, **more)

        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(one, requests))

    return send


@pytest.fixture(autouse=True, scope="module")
def warm(stack: Stack, api_key: str) -> None:
    headers = {"Authorization": f"Bearer {api_key}"}
    warm_up(lambda: httpx.patch(f"{stack.api_url}/customers/cus_0", headers=headers, json={}, timeout=120), CLIENTS)


def unique_email() -> str:
    return f"{uuid.uuid4().hex}@example.com"


def keys_of(stack: Stack, *customers: Any) -> set[str]:
    """The keys of the items that are about these customers: their own, and those of their guards."""
    ids = {customer["id"] for customer in customers}
    found = stack.table.scan()["Items"]
    return {str(item["pk"]) for item in found if item.get("id") in ids or item.get("customer_id") in ids}


def test_of_many_changes_to_different_addresses_the_last_one_counts(
    stack: Stack, client: httpx.Client, at_once: AtOnce
) -> None:
    customer = client.post("/customers", json={"email": unique_email()}).json()
    path, emails = f"/customers/{customer['id']}", [unique_email() for _ in range(CLIENTS)]

    answers = at_once([("PATCH", path, {"json": {"email": email}}) for email in emails])

    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["revision"] for answer in answers) == [*range(2, CLIENTS + 2)]
    now = client.get(path).json()
    [last] = [answer.json() for answer in answers if answer.json()["revision"] == CLIENTS + 1]
    assert now == last
    assert keys_of(stack, customer) == {f"acme#customer#{customer['id']}", f"acme#email#{now['email']}"}


def test_of_many_customers_that_change_to_one_address_one_gets_it(
    stack: Stack, client: httpx.Client, at_once: AtOnce
) -> None:
    email = unique_email()
    customers = [client.post("/customers", json={"email": unique_email()}).json() for _ in range(CLIENTS)]

    answers = at_once([("PATCH", f"/customers/{each['id']}", {"json": {"email": email}}) for each in customers])

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: CLIENTS - 1}
    [winner] = [answer.json() for answer in answers if answer.status_code == 200]
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["conflicts"] == [{"pointer": "#/email", "field": "email", "customer_id": winner["id"]}]
    assert keys_of(stack, *customers) == {f"acme#customer#{each['id']}" for each in customers} | {
        f"acme#email#{email if each['id'] == winner['id'] else each['email']}" for each in customers
    }


def test_put_against_put_makes_one_customer(stack: Stack, client: httpx.Client, at_once: AtOnce) -> None:
    external_id, emails = uuid.uuid4().hex, [unique_email() for _ in range(CLIENTS)]
    params = {"external_id": external_id}

    answers = at_once([("PUT", "/customers", {"params": params, "json": {"email": email}}) for email in emails])

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: CLIENTS - 1}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sorted(answer.json()["revision"] for answer in answers) == [*range(1, CLIENTS + 1)]
    [now] = client.get("/customers", params=params).json()["data"]
    assert keys_of(stack, now) == {
        f"acme#customer#{now['id']}",
        f"acme#email#{now['email']}",
        f"acme#external_id#{external_id}",
    }


def test_of_many_puts_that_may_only_create_one_does(client: httpx.Client, at_once: AtOnce) -> None:
    params = {"external_id": uuid.uuid4().hex}
    only_create = {"params": params, "json": {}, "headers": {"If-None-Match": "*"}}

    answers = at_once([("PUT", "/customers", only_create)] * CLIENTS)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 412: CLIENTS - 1}


def test_of_many_changes_of_one_revision_one_is_carried_out(client: httpx.Client, at_once: AtOnce) -> None:
    customer = client.post("/customers", json={"email": unique_email()}).json()
    path, headers = f"/customers/{customer['id']}", {"If-Match": '"1"'}

    answers = at_once([("PATCH", path, {"json": {"name": f"{n}"}, "headers": headers}) for n in range(CLIENTS)])

    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: CLIENTS - 1}
    assert {answer.json()["revision"] for answer in answers} == {2}


def test_many_deletes_delete_once(client: httpx.Client, at_once: AtOnce) -> None:
    customer = client.post("/customers", json={"email": unique_email()}).json()

    answers = at_once([("DELETE", f"/customers/{customer['id']}", {})] * CLIENTS)

    assert Counter(answer.status_code for answer in answers) == {204: 1, 404: CLIENTS - 1}


def test_a_delete_among_changes_leaves_nothing(stack: Stack, client: httpx.Client, at_once: AtOnce) -> None:
    customer = client.post("/customers", json={"email": unique_email(), "external_id": uuid.uuid4().hex}).json()
    path = f"/customers/{customer['id']}"
    changes = [("PATCH", path, {"json": {"email": unique_email()}}) for _ in range(CLIENTS - 1)]

    answers = at_once([*changes, ("DELETE", path, {})])

    assert answers[-1].status_code == 204
    assert {answer.status_code for answer in answers[:-1]} <= {200, 404}
    assert client.get(path).status_code == 404
    assert keys_of(stack, customer) == set()


def test_an_address_that_is_given_up_among_creates_goes_to_one(client: httpx.Client, at_once: AtOnce) -> None:
    email = unique_email()
    customer = client.post("/customers", json={"email": email}).json()
    creates = [("POST", "/customers", {"json": {"email": email}}) for _ in range(CLIENTS - 1)]

    answers = at_once([("PATCH", f"/customers/{customer['id']}", {"json": {"email": unique_email()}}), *creates])

    assert answers[0].status_code == 200
    assert {answer.status_code for answer in answers[1:]} <= {201, 409}
    created = [answer.json()["id"] for answer in answers[1:] if answer.status_code == 201]
    assert len(created) <= 1
    found = client.get("/customers", params={"email": email}).json()["data"]
    assert [each["id"] for each in found] == created
