"""A customer is one customer, by whichever API: the promises hold across them."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from deployed import unique_email
from local.stack import Stack
from operate import api_keys
from whole_vendors import form


@pytest.fixture
def key(stack: Stack) -> str:
    key, _ = api_keys.create(
        stack.api_keys, f"all-{uuid.uuid4().hex[:8]}", "customers:read customers:write customers:delete"
    )
    return key


def create(stack: Stack, key: str, vendor: str, email: str, **headers: str) -> httpx.Response:
    """Create a customer with an address through an API, as its vendor's clients do."""
    bearer = {"Authorization": f"Bearer {key}", **headers}
    match vendor:
        case "stripe":
            form_type = {"Content-Type": "application/x-www-form-urlencoded"}
            url = f"{stack.sdk_urls['stripe']}/v1/customers"
            return httpx.post(url, content=form({"email": email}), headers=bearer | form_type, timeout=120)
        case "orb":
            body: Any = {"name": "Ada", "email": email}
            return httpx.post(f"{stack.sdk_urls['orb']}/customers", json=body, headers=bearer, timeout=120)
        case "rebilly":
            body = {"primaryAddress": {"emails": [{"label": "main", "value": email, "primary": True}]}}
            own = {"REB-APIKEY": key, **headers}
            return httpx.post(f"{stack.sdk_urls['rebilly']}/customers/", json=body, headers=own, timeout=120)
    return httpx.post(f"{stack.api_url}/customers", json={"email": email}, headers=bearer, timeout=120)


APIS = ("stripe", "orb", "rebilly", "native")
DUPLICATE = {"stripe": 400, "orb": 400, "rebilly": 409, "native": 409}


def test_a_race_of_all_apis_for_one_address_has_one_winner(stack: Stack, key: str) -> None:
    email = unique_email()
    spellings = [email, email.upper()]
    calls = [(vendor, spelling) for spelling in spellings for vendor in APIS]

    with ThreadPoolExecutor(len(calls)) as pool:
        answers = [*pool.map(lambda call: (call[0], create(stack, key, *call)), calls)]

    won = [answer for _, answer in answers if answer.is_success]
    assert len(won) == 1
    assert Counter(answer.status_code == DUPLICATE[vendor] for vendor, answer in answers) == {True: 7, False: 1}
    customer_id = won[0].json()["id"]
    assert all(customer_id in answer.text for _, answer in answers)


def test_a_key_is_another_in_each_api(stack: Stack, key: str) -> None:
    same = {"Idempotency-Key": uuid.uuid4().hex}

    answers = {vendor: create(stack, key, vendor, unique_email(), **same) for vendor in APIS}

    assert {vendor: answer.status_code for vendor, answer in answers.items()} == {
        "stripe": 200,
        "orb": 201,
        "rebilly": 201,
        "native": 201,
    }
    assert len({answer.json()["id"] for answer in answers.values()}) == len(APIS)


@pytest.mark.parametrize("vendor", APIS)
def test_a_customer_of_one_api_is_found_changed_and_deleted_by_the_others(stack: Stack, key: str, vendor: str) -> None:
    bearer, own = {"Authorization": f"Bearer {key}"}, {"REB-APIKEY": key}
    customer_id = create(stack, key, vendor, unique_email()).json()["id"]
    stripe = f"{stack.sdk_urls['stripe']}/v1/customers/{customer_id}"
    orb = f"{stack.sdk_urls['orb']}/customers/{customer_id}"
    rebilly = f"{stack.sdk_urls['rebilly']}/customers/{customer_id}"
    native = f"{stack.api_url}/customers/{customer_id}"

    with httpx.Client(timeout=120) as http:
        form_type = {"Content-Type": "application/x-www-form-urlencoded"}
        http.post(
            stripe,
            content=form({"shipping": {"name": "Ada", "address": {"city": "Paris"}}}),
            headers=bearer | form_type,
        )
        http.put(orb, json={"timezone": "Europe/Paris", "name": "Ada"}, headers=bearer)
        http.patch(native, json={"description": "native"}, headers=bearer)
        seen = http.get(rebilly, headers=own).json()
        http.put(rebilly, json=seen | {"locale": "fr"}, headers=own)

        shown = http.get(native, headers=bearer).json()
        assert shown["shipping"] == {"name": "Ada", "address": {"city": "Paris"}}
        assert (shown["timezone"], shown["description"]) == ("Europe/Paris", "native")
        assert shown["preferred_locales"] == ["fr"]
        assert http.get(orb, headers=bearer).json()["shipping_address"]["city"] == "Paris"
        assert http.get(stripe, headers=bearer).json()["preferred_locales"] == ["fr"]

        gone_by = {
            "stripe": (orb, bearer),
            "orb": (rebilly, own),
            "rebilly": (native, bearer),
            "native": (stripe, bearer),
        }
        url, headers = gone_by[vendor]
        assert http.delete(url, headers=headers).is_success
        for url, headers in gone_by.values():
            assert http.get(url, headers=headers).status_code == 404
