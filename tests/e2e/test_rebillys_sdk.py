"""Rebilly's own SDK on the deployed stack, with nothing but the base URL changed."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deployed import unique_email
from local.stack import Stack
from operate import api_keys
from sdks import NODE, Sdk, SdkError
from whole_vendors import REBILLY

ALL_SCOPES = "customers:read customers:write customers:delete"


def sdk(stack: Stack, scopes: str = ALL_SCOPES) -> Sdk:
    """The SDK of an organization that has no other customers."""
    if not (NODE / "node_modules" / "rebilly-js-sdk").exists():
        missing = "needs Node and npm: `make tools/node/node_modules/ready` installs the rest"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    key, _ = api_keys.create(stack.api_keys, f"rebilly-{uuid.uuid4().hex[:8]}", scopes)
    return Sdk("rebilly_node.mjs", stack.sdk_urls["rebilly"], key)


@pytest.fixture(scope="module")
def rebilly(stack: Stack) -> Iterator[Sdk]:
    with sdk(stack) as found:
        yield found


def refused(rebilly: Sdk, method: str, **options: Any) -> SdkError:
    with pytest.raises(SdkError) as refusal:
        rebilly(method, **options)
    return refusal.value


def emails(*addresses: str) -> dict[str, Any]:
    return {"emails": [{"label": "main", "value": address, "primary": not n} for n, address in enumerate(addresses)]}


def whole() -> dict[str, Any]:
    address = REBILLY["primaryAddress"] | emails(unique_email(), "home@example.org")
    return REBILLY | {"primaryAddress": address}


def test_every_field_comes_back(rebilly: Sdk) -> None:
    sent = whole()

    customer = rebilly("create", data=sent)

    assert rebilly.last["status"] == 201
    assert rebilly.last["headers"]["location"].endswith(f"/v1/customers/{customer['id']}")
    for name, value in sent.items():
        if name == "primaryAddress":
            assert customer[name].items() >= value.items()
        elif name not in ("email", "firstName", "lastName"):
            shown = customer[name]
            if name == "taxNumbers":
                shown = [{key: part for key, part in each.items() if key != "isValid"} for each in shown]
            assert shown == value, name
    assert customer["email"] == sent["primaryAddress"]["emails"][0]["value"]
    assert (customer["firstName"], customer["lastName"]) == ("Jenny", "Rosén")
    assert rebilly("get", id=customer["id"]) == customer


def test_a_customer_is_created_under_an_id_of_the_callers_choice_once(rebilly: Sdk) -> None:
    mine = f"mine-{uuid.uuid4().hex[:20]}"

    customer = rebilly("create", id=mine, data={"primaryAddress": {"firstName": "Ada"}})

    assert customer["id"] == mine
    assert rebilly.last["headers"]["location"].endswith(f"/v1/customers/{mine}")
    assert rebilly("get", id=mine) == customer
    assert refused(rebilly, "create", id=mine, data={}).shown["class"] == "RebillyConflictError"


def test_an_update_replaces_what_rebilly_has_words_for(rebilly: Sdk) -> None:
    customer = rebilly("create", data=whole())
    again = rebilly("update", id=customer["id"], data=customer)
    assert again == customer

    changed = rebilly("update", id=customer["id"], data={"primaryAddress": emails(unique_email()), "locale": "en"})

    assert changed["id"] == customer["id"]
    assert changed["locale"] == "en"
    assert changed["websiteId"] is None
    assert changed["customFields"] == {}
    assert changed["primaryAddress"]["city"] is None
    assert changed["revision"] == customer["revision"] + 1


def test_the_same_customer_is_not_created_twice(rebilly: Sdk) -> None:
    email = unique_email()
    customer = rebilly("create", data={"primaryAddress": emails(email)})

    refusal = refused(rebilly, "create", data={"primaryAddress": emails(email.upper())})

    assert (refusal.shown["class"], refusal.status) == ("RebillyConflictError", 409)
    assert customer["id"] in refusal.message


def test_an_error_names_the_fields(rebilly: Sdk) -> None:
    refusal = refused(
        rebilly, "create", data={"primaryAddress": {"country": "Atlantis", **emails("nobody")}, "paymentToken": "tok"}
    )

    assert (refusal.shown["class"], refusal.status) == ("RebillyValidationError", 422)
    assert {each["field"] for each in refusal.invalidFields} == {
        "primaryAddress.country",
        "primaryAddress.emails[0].value",
        "paymentToken",
    }
    assert "nobody" not in str(refusal.shown)


def test_what_is_deleted_is_gone(stack: Stack) -> None:
    """The SDK only merges: a deletion is for those who call the API themselves."""
    key, _ = api_keys.create(stack.api_keys, f"rebilly-{uuid.uuid4().hex[:8]}", ALL_SCOPES)
    with httpx.Client(base_url=stack.sdk_urls["rebilly"], headers={"REB-APIKEY": key}, timeout=60) as http:
        customer = http.post("/customers", json=whole()).json()

        merge = http.delete(f"/customers/{customer['id']}", params={"targetCustomerId": "x"})
        assert (merge.status_code, merge.json()["invalidFields"][0]["field"]) == (400, "targetCustomerId")
        assert http.delete(f"/customers/{customer['id']}").status_code == 204
        assert http.get(f"/customers/{customer['id']}").status_code == 404
        assert http.delete(f"/customers/{customer['id']}").status_code == 404


def test_a_list_is_an_array_with_its_pages_in_headers(stack: Stack) -> None:
    with sdk(stack) as rebilly:
        email = unique_email()
        ids = [
            rebilly("create", data={"primaryAddress": emails(email)})["id"],
            *(rebilly("create", data={})["id"] for _ in range(4)),
        ][::-1]

        assert [customer["id"] for customer in rebilly("getAll")] == ids
        assert [customer["id"] for customer in rebilly("getAll", limit=2, offset=2)] == ids[2:4]
        assert rebilly.last["total"] == 5
        assert rebilly("getAll", limit=2, offset=7) == []
        assert rebilly.last["total"] == 5
        assert [customer["id"] for customer in rebilly("getAll", filter=f"email:{email}")] == ids[-1:]
        assert rebilly("getAll", filter="email:nobody@example.com") == []
        assert len(rebilly("getAll", sort="-createdTime")) == 5
        for options in (
            {"q": "ada"},
            {"filter": "firstName:Ada"},
            {"filter": f"email:!{email}"},
            {"sort": "lastName"},
            {"limit": 1001},
        ):
            assert refused(rebilly, "getAll", **options).status == 400


def test_who_may_not_is_told_so(stack: Stack) -> None:
    with sdk(stack, "customers:read") as rebilly:
        assert refused(rebilly, "create", data={}).status == 403
    with Sdk("rebilly_node.mjs", stack.sdk_urls["rebilly"], "ck_nobody") as rebilly:
        assert refused(rebilly, "create", data={}).status == 401
