"""Orb's own SDK on the deployed stack, with nothing but the base URL changed; it validates each answer strictly."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deployed import unique_email
from local.stack import Stack
from operate import api_keys
from sdks import Sdk, SdkError
from support import WHOLE_CUSTOMER
from whole_vendors import ORB

ERRORS = "https://docs.withorb.com/reference/error-responses#"


@pytest.fixture(scope="module")
def orb(stack: Stack) -> Iterator[Sdk]:
    """The SDK of an organization that has no other customers."""
    key, _ = api_keys.create(
        stack.api_keys, f"orb-{uuid.uuid4().hex[:8]}", "customers:read customers:write customers:delete"
    )
    with Sdk("orb_python.py", stack.sdk_urls["orb"], key) as sdk:
        yield sdk


def refused(orb: Sdk, method: str, *arguments: Any, **options: Any) -> SdkError:
    with pytest.raises(SdkError) as refusal:
        orb(method, *arguments, **options)
    return refusal.value


def whole() -> dict[str, Any]:
    """A customer with every field that the SDK knows on creation."""
    sent = {name: value for name, value in ORB.items() if name != "default_payment_method_id"}
    return sent | {"email": unique_email(), "external_customer_id": f"ext {uuid.uuid4().hex} é?"}


def test_every_field_comes_back(orb: Sdk) -> None:
    sent = whole()

    customer = orb("create", **sent)

    for name, value in sent.items():
        if name == "tax_configuration":
            assert customer["exempt_from_automated_tax"] is value["tax_exempt"]
            assert customer["automatic_tax_enabled"] is value["automatic_tax_enabled"]
        elif name not in ("hierarchy", "payment_configuration"):
            assert customer[name] == value, name
    assert customer["balance"] == "0.00"
    assert orb("fetch", customer["id"]) == customer
    assert orb("fetch_by_external_id", sent["external_customer_id"]) == customer


@pytest.mark.parametrize("external_id", ["50% + \u00e9?#&=", "..x", "customers"])
def test_any_external_id_finds_its_customer(orb: Sdk, external_id: str) -> None:
    """Those with a slash are tested without the emulator, which decodes a path before it finds the route."""
    mine = f"{external_id}{uuid.uuid4().hex}"
    customer = orb("create", name="Ada", email=unique_email(), external_customer_id=mine)

    assert orb("fetch_by_external_id", mine) == customer
    assert orb("update_by_external_id", mine, name="Ada") == customer


def test_a_customer_of_another_api_is_whole_to_the_sdk(stack: Stack) -> None:
    """Each answer is validated strictly: one that lacks what Orb requires would end a list of all."""
    key, _ = api_keys.create(stack.api_keys, f"orb-{uuid.uuid4().hex[:8]}", "customers:read customers:write")
    customers: list[dict[str, Any]] = [
        WHOLE_CUSTOMER,
        {"external_id": "1"},
        {"external_id": "2", "tax_ids": [{"type": "eu_vat", "value": "1"}]},
        {"external_id": "3", "tax_ids": [{"type": "nz_bn", "value": "1"}], "shipping": {"name": "Ada"}},
        {"external_id": "4", "billing_address": {"city": "Paris"}, "tax": {"exempt_status": "reverse"}},
        {"external_id": "5", "accounting": {"excluded": True}, "balance": 5, "currency": "JPY"},
    ]
    for customer in customers:
        httpx.post(
            f"{stack.api_url}/customers", json=customer, headers={"Authorization": f"Bearer {key}"}, timeout=60
        ).raise_for_status()

    with Sdk("orb_python.py", stack.sdk_urls["orb"], key) as orb:
        assert len(orb("list_all", limit=2)) == len(customers)


def test_an_update_changes_what_it_names_and_null_unsets(orb: Sdk) -> None:
    customer = orb("create", **whole())

    changed = orb(
        "update",
        customer["id"],
        name="Acme Ltd",
        metadata={"plan": None, "new": "1"},
        shipping_address=None,
        payment_provider_id="cus_456",
        tax_id={"country": "US", "type": "us_ein", "value": "12-3456789"},
    )
    moved = orb("update_by_external_id", customer["external_customer_id"], payment_provider="netsuite")

    assert (changed["name"], changed["metadata"], changed["shipping_address"]) == ("Acme Ltd", {"new": "1"}, None)
    assert (changed["payment_provider"], changed["payment_provider_id"]) == ("stripe_charge", "cus_456")
    assert changed["tax_id"] == {"country": "US", "type": "us_ein", "value": "12-3456789"}
    for name in ("billing_address", "currency", "timezone", "external_customer_id", "additional_emails"):
        assert changed[name] == customer[name]
    assert moved == changed | {"payment_provider": "netsuite"}


def test_a_customer_needs_a_name_and_an_address(orb: Sdk) -> None:
    refusal = refused(orb, "create", name="", email="nobody", tax_id={"country": "DE", "type": "us_ein", "value": "1"})

    assert refusal.shown["class"] == "RequestValidationError"
    assert refusal.body["type"] == f"{ERRORS}400-request-validation-errors"
    assert [error.partition(":")[0] for error in refusal.body["validation_errors"]] == [
        "name",
        "email",
        "tax_id.country",
    ]
    assert "nobody" not in str(refusal.body)


def test_the_same_customer_is_not_created_twice(orb: Sdk) -> None:
    sent = whole()
    customer = orb("create", **sent)

    for other in (
        {"name": "Other", "email": sent["email"].upper()},
        {"name": "Other", "email": unique_email(), "external_customer_id": sent["external_customer_id"]},
    ):
        refusal = refused(orb, "create", **other)
        assert refusal.shown["class"] == "DuplicateResourceCreation"
        assert refusal.status == 400
        assert customer["id"] in refusal.body["detail"]
        assert refusal.headers["x-should-retry"] == "false"


def test_a_key_repeats_a_request_and_stands_for_no_other(orb: Sdk) -> None:
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    email = unique_email()

    customer = orb("create", name="Ada", email=email, extra_headers=headers)
    again = orb("create", name="Ada", email=email, extra_headers=headers)
    replayed = orb.last["headers"]
    other = refused(orb, "create", name="Ada", email=unique_email(), extra_headers=headers)

    assert again == customer
    assert (replayed["idempotent-replayed"], replayed["idempotency-key"]) == ("true", headers["Idempotency-Key"])
    assert (other.shown["class"], other.status) == ("ResourceConflict", 409)


def test_what_is_deleted_is_gone(orb: Sdk) -> None:
    customer = orb("create", **whole())

    assert orb("delete", customer["id"]) is None

    for method, argument in (("fetch", customer["id"]), ("fetch_by_external_id", customer["external_customer_id"])):
        assert refused(orb, method, argument).shown["class"] == "ResourceNotFound"
    assert refused(orb, "delete", customer["id"]).status == 404
    assert refused(orb, "update", customer["id"], name="x").status == 404


def test_a_list_goes_on_page_by_page(stack: Stack) -> None:
    scopes = "customers:read customers:write customers:delete"
    key, _ = api_keys.create(stack.api_keys, f"orb-{uuid.uuid4().hex[:8]}", scopes)
    with Sdk("orb_python.py", stack.sdk_urls["orb"], key) as orb:
        created = [orb("create", name=str(n), email=unique_email()) for n in range(5)]
        ids = [customer["id"] for customer in created][::-1]

        page = orb("list", limit=2)
        assert [customer["id"] for customer in page["data"]] == ids[:2]
        assert page["pagination_metadata"]["has_more"] is True
        after = orb("list", limit=2, cursor=page["pagination_metadata"]["next_cursor"])
        assert [customer["id"] for customer in after["data"]] == ids[2:4]
        assert [customer["id"] for customer in orb("list_all", limit=2)] == ids
        first = orb("list", limit=2)
        new = orb("create", name="new", email=unique_email())
        assert [customer["id"] for customer in orb("list_all")] == [new["id"], *ids]
        orb("delete", ids[2])
        orb("delete", new["id"])
        cursor = first["pagination_metadata"]["next_cursor"]
        assert [customer["id"] for customer in orb("list_all", limit=1, cursor=cursor)] == ids[3:]
        ids.remove(created[2]["id"])
        time = created[1]["created_at"]
        assert [c["id"] for c in orb("list_all", created_at_gt=time)] == ids[:2]
        assert [c["id"] for c in orb("list_all", created_at_gte=time)] == ids[:3]
        assert [c["id"] for c in orb("list_all", created_at_lt=time)] == ids[3:]
        assert [c["id"] for c in orb("list_all", created_at_lte=time)] == ids[2:]
        assert refused(orb, "list", cursor="x").shown["class"] == "RequestValidationError"


def test_who_may_not_is_told_so(stack: Stack) -> None:
    read_only, _ = api_keys.create(stack.api_keys, "acme", "customers:read")
    for key, kind, status in [("ck_nobody", "OrbAuthenticationError", 401), (read_only, "PermissionDeniedError", 403)]:
        with Sdk("orb_python.py", stack.sdk_urls["orb"], key) as orb:
            refusal = refused(orb, "create", name="Ada", email=unique_email())
            assert (refusal.shown["class"], refusal.status) == (kind, status)
