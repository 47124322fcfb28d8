"""Stripe's own SDKs on the deployed stack, with nothing but the base URL changed."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from conftest import NewClient
from deployed import unique_email
from local.stack import Stack
from operate import api_keys
from sdks import NODE, Sdk, SdkError
from whole_vendors import STRIPE

ALL_SCOPES = "customers:read customers:write customers:delete"


@pytest.fixture(scope="module", params=["stripe_python.py", "stripe_node.mjs"])
def program(request: pytest.FixtureRequest) -> str:
    """Which of the SDKs."""
    found: str = request.param
    if found.endswith(".mjs") and not (NODE / "node_modules" / "stripe").exists():
        missing = "needs Node and npm: `make tools/node/node_modules/ready` installs the rest"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return found


def sdk(stack: Stack, program: str, scopes: str = ALL_SCOPES) -> Sdk:
    """The SDK of an organization that has no customers."""
    key, _ = api_keys.create(stack.api_keys, f"stripe-{uuid.uuid4().hex[:8]}", scopes)
    return Sdk(program, stack.stripe_host_url if program.endswith(".mjs") else stack.sdk_urls["stripe"], key)


@pytest.fixture(scope="module")
def stripe(stack: Stack, program: str) -> Iterator[Sdk]:
    with sdk(stack, program) as found:
        yield found


def refused(stripe: Sdk, method: str, *arguments: Any, **options: Any) -> SdkError:
    with pytest.raises(SdkError) as refusal:
        stripe(method, *arguments, **options)
    return refusal.value


def headers_of(refusal: SdkError) -> dict[str, str]:
    """The headers of the answer, by their names in lower case."""
    return {name.lower(): value for name, value in refusal.headers.items()}


def test_the_guide_to_customers_call_by_call(stripe: Sdk) -> None:
    """Stripe's guide: look whether she exists, create her with a payment method, edit, list, delete."""
    email = unique_email()
    assert stripe("list", email=email)["data"] == []

    customer = stripe(
        "create",
        email=email,
        payment_method="pm_card_visa",
        invoice_settings={"default_payment_method": "pm_card_visa"},
    )
    assert customer["object"] == "customer"
    assert customer["email"] == email
    assert customer["invoice_settings"]["default_payment_method"] == "pm_card_visa"

    changed = stripe(
        "update",
        customer["id"],
        name="Jenny Rosen",
        preferred_locales=["fr-CA", "en"],
        metadata={"internal_customer_id": "6735"},
        address={"line1": "510 Townsend St", "country": "US"},
        shipping={"name": "Jenny", "address": {"line1": "1 Market St"}},
        tax_exempt="reverse",
    )
    assert changed["preferred_locales"] == ["fr-CA", "en"]
    assert changed["metadata"] == {"internal_customer_id": "6735"}
    assert stripe("retrieve", customer["id"]) == changed

    [listed] = stripe("list", email=email, limit=3)["data"]
    assert listed == changed

    deleted = stripe("delete", customer["id"])
    assert {name: deleted[name] for name in ("id", "object", "deleted")} == {
        "id": customer["id"],
        "object": "customer",
        "deleted": True,
    }
    assert stripe("list", email=email)["data"] == []
    gone = refused(stripe, "retrieve", customer["id"])
    assert (gone.status, gone.code) == (404, "resource_missing")


def test_every_field_comes_back(stripe: Sdk) -> None:
    sent = {**STRIPE, "email": unique_email()}

    customer = stripe("create", **sent)

    for name, value in sent.items():
        if name not in ("expand", "tax", "tax_id_data", "validate", "payment_method", "coupon", "promotion_code"):
            shown = customer[name]
            if isinstance(value, dict):
                shown = {member: part for member, part in shown.items() if member in value}
            if name == "cash_balance":
                shown["settings"].pop("using_merchant_default")
            assert shown == value, name
    assert customer["discount"]["coupon"]["id"] == "25OFF"
    assert customer["discount"]["promotion_code"] == "promo_1"
    assert customer["tax"]["ip_address"] == "203.0.113.7"
    assert [(each["type"], each["value"]) for each in customer["tax_ids"]["data"]] == [
        ("eu_vat", "DE136695976"),
        ("us_ein", "12-3456789"),
    ]


def test_an_update_changes_what_it_names_and_an_empty_text_unsets(stripe: Sdk) -> None:
    customer = stripe("create", **{**STRIPE, "email": unique_email()})

    changed = stripe(
        "update",
        customer["id"],
        description="",
        metadata={"internal_id": "", "new": "1"},
        shipping="",
        coupon="OTHER",
        invoice_settings={"footer": "", "custom_fields": ""},
    )

    assert changed["description"] is None
    assert changed["metadata"] == {"k e&y": "välue + more", "new": "1"}
    assert changed["shipping"] is None
    assert changed["discount"]["coupon"]["id"] == "OTHER"
    assert changed["invoice_settings"]["footer"] is None
    assert changed["invoice_settings"]["custom_fields"] is None
    assert changed["invoice_settings"]["default_payment_method"] == "pm_card_visa"
    for name in ("address", "name", "phone", "tax_ids", "preferred_locales", "tax_exempt"):
        assert changed[name] == customer[name], name


def test_a_customer_without_anything_may_be_created_and_as_many_as_one_likes(stripe: Sdk) -> None:
    first, second = stripe("create"), stripe("create", name="Nobody")

    assert first["id"] != second["id"]
    assert first["email"] is None
    assert stripe("update", first["id"], email=unique_email())["email"]


def test_the_same_customer_is_not_created_twice(stripe: Sdk) -> None:
    email = unique_email()
    customer = stripe("create", email=email)

    refusal = refused(stripe, "create", email=email.upper())

    assert refusal.shown["class"].removeprefix("Stripe") == "InvalidRequestError"
    assert (refusal.status, refusal.code, refusal.param) == (400, "resource_already_exists", "email")
    assert customer["id"] in refusal.message
    assert refusal.request_id == headers_of(refusal)["request-id"]
    other = stripe("create", email=unique_email())
    assert refused(stripe, "update", other["id"], email=email).code == "resource_already_exists"


def test_an_error_names_the_parameter(stripe: Sdk) -> None:
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("email", "email_invalid", {"email": "nobody"}),
        ("address[country]", "country_code_invalid", {"address": {"country": "Atlantis"}}),
        ("tax_id_data[1][value]", "parameter_missing", {"tax_id_data": [STRIPE["tax_id_data"][0], {"type": "us_ein"}]}),
        ("balance", "parameter_invalid_integer", {"balance": "ten"}),
        ("plan", "parameter_unknown", {"plan": "gold"}),
        ("source", "single_use_token", {"source": "tok_visa"}),
    ]
    for parameter, code, sent in cases:
        refusal = refused(stripe, "create", **sent)
        assert (refusal.status, refusal.code, refusal.param) == (400, code, parameter)
        assert refusal.shown["class"].removeprefix("Stripe") == "InvalidRequestError"
        assert str(next(iter(sent.values()))) not in refusal.message


def test_a_key_repeats_a_request_and_stands_for_no_other(stripe: Sdk) -> None:
    key, email = uuid.uuid4().hex, unique_email()

    customer = stripe("create", email=email, idempotency_key=key)
    again = stripe("create", email=email, idempotency_key=key)
    headers = {name.lower(): value for name, value in stripe.last["headers"].items()}
    other = refused(stripe, "create", email=unique_email(), idempotency_key=key)

    assert again == customer
    assert headers["idempotent-replayed"] == "true"
    assert headers["idempotency-key"] == key
    assert other.status == 400
    assert other.shown["class"].removeprefix("Stripe") == "IdempotencyError"
    assert headers_of(other)["stripe-should-retry"] == "false"


def test_a_list_goes_on_page_by_page(stack: Stack, program: str) -> None:
    with sdk(stack, program) as stripe:
        created = [stripe("create", name=str(number))["id"] for number in range(5)]

        page = stripe("list", limit=2)
        assert [customer["id"] for customer in page["data"]] == created[:-3:-1]
        assert (page["object"], page["url"], page["has_more"]) == ("list", "/v1/customers", True)
        assert [customer["id"] for customer in stripe("list_all", limit=2)] == created[::-1]
        time = stripe("retrieve", created[0])["created"]
        assert len(stripe("list_all", created={"gte": time})) == 5
        assert stripe("list", created={"lt": time})["data"] == []
        assert stripe("list", created={"gt": time + 3600})["data"] == []
        assert refused(stripe, "list", limit=101).param == "limit"
        assert refused(stripe, "list", starting_after="cus_nobody").param == "starting_after"
        assert [customer["id"] for customer in stripe("list_all", limit=2, ending_before=created[0])] == created[1:]
        assert [customer["id"] for customer in stripe("list", limit=2, ending_before=created[0])["data"]] == [
            created[2],
            created[1],
        ]


def test_customers_can_be_deleted_page_by_page(stack: Stack, program: str) -> None:
    with sdk(stack, program) as stripe:
        created = [stripe("create", name=str(number))["id"] for number in range(5)]

        assert stripe("delete_all", limit=2) == created[::-1]
        assert stripe("list")["data"] == []


def test_who_may_not_is_told_so(stack: Stack, program: str) -> None:
    with sdk(stack, program, "customers:read") as stripe:
        refusal = refused(stripe, "create", email=unique_email())
        assert (refusal.shown["class"].removeprefix("Stripe"), refusal.status) == ("PermissionError", 403)
        assert refusal.request_id
    with Sdk(
        program, stack.stripe_host_url if program.endswith(".mjs") else stack.sdk_urls["stripe"], "ck_x"
    ) as stripe:
        refusal = refused(stripe, "create", email=unique_email())
        assert (refusal.shown["class"].removeprefix("Stripe"), refusal.status) == ("AuthenticationError", 401)


def test_a_key_may_be_the_user_name_of_basic(stack: Stack, api_key: str) -> None:
    answer = httpx.get(f"{stack.sdk_urls['stripe']}/v1/customers/cus_nobody", auth=(api_key, ""), timeout=30)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "resource_missing"
    assert httpx.get(f"{stack.api_url}/customers/cus_nobody", auth=(api_key, ""), timeout=30).status_code == 401


def test_a_search_finds_an_address_and_refuses_the_rest(stripe: Sdk) -> None:
    customer = stripe("create", email=unique_email())

    found = stripe("search", query=f"email:'{customer['email']}'")

    assert (found["object"], found["data"]) == ("search_result", [customer])
    assert refused(stripe, "search", query="name:'Ada'").param == "query"


def test_what_can_not_be_expanded_is_an_error_to_the_sdk(stripe: Sdk) -> None:
    customer = stripe("create", expand=["tax_ids"])
    assert stripe("retrieve", customer["id"], expand=["tax", "cash_balance"]) == customer
    for refusal in (
        refused(stripe, "create", expand=["sources"]),
        refused(stripe, "retrieve", customer["id"], expand=["invoice_settings.default_payment_method"]),
        refused(stripe, "list", expand=["data.subscriptions"]),
    ):
        assert (refusal.status, refusal.code) == (400, "not_supported")
        assert refusal.param.startswith("expand")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/customers/cus_nobody/sources"),
        ("POST", "/v1/customers/cus_nobody/tax_ids"),
        ("GET", "/v1/customers/cus_nobody/payment_methods"),
        ("POST", "/v1/charges"),
        ("PUT", "/v1/customers"),
    ],
)
def test_what_is_not_there_is_an_error_object(stack: Stack, api_key: str, method: str, path: str) -> None:
    answer = httpx.request(method, stack.sdk_urls["stripe"] + path, auth=(api_key, ""), timeout=30)

    assert 403 <= answer.status_code <= 404
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.json()["error"]["message"]
    assert answer.headers["Request-Id"]
    assert answer.headers["Stripe-Should-Retry"] == "false"


def test_it_is_the_customer_that_the_native_api_shows(stack: Stack, new_client: NewClient) -> None:
    organization = f"both-{uuid.uuid4().hex[:8]}"
    native = new_client(organization, ALL_SCOPES)
    key = native.headers["Authorization"].removeprefix("Bearer ")
    with Sdk("stripe_python.py", stack.sdk_urls["stripe"], key) as stripe:
        email = unique_email()
        customer = stripe("create", email=email, coupon="25OFF")
        shown = native.get(f"/customers/{customer['id']}").json()
        assert shown["email"] == email
        assert shown["external_refs"] == [{"provider": "stripe", "kind": "coupon", "id": "25OFF"}]

        assert native.post("/customers", json={"email": email}).status_code == 409
        other = native.post("/customers", json={"external_id": "crm-1", "first_name": "Ada", "last_name": "Lovelace"})
        assert stripe("retrieve", other.json()["id"])["name"] == "Ada Lovelace"
        assert native.delete(f"/customers/{customer['id']}").status_code == 204
        assert refused(stripe, "retrieve", customer["id"]).status == 404
