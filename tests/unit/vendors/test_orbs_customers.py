"""What Orb's API makes of a customer, its own and those that others created."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from customers.customer.model import NewCustomer, new_record
from customers.vendors import orb
from support import Answer
from vendor_events import Call
from whole_vendors import ORB


def create(call: Call, **fields: Any) -> dict[str, Any]:
    answer = call("orb", "POST", "/customers", json.dumps({"name": "Ada", "email": "ada@example.com"} | fields))
    assert answer.status == 201, answer.text
    customer: dict[str, Any] = answer.json
    return customer


def update(call: Call, customer: dict[str, Any], **fields: Any) -> Answer:
    return call("orb", "PUT", f"/customers/{customer['id']}", json.dumps(fields))


@pytest.mark.parametrize("blank", [None, "", "  ", "\u200b", "\t\n"])
def test_a_customer_has_a_name(call: Call, blank: str | None) -> None:
    customer = create(call)

    for answer in (
        call("orb", "POST", "/customers", json.dumps({"name": blank, "email": "b@example.com"})),
        update(call, customer, name=blank),
    ):
        assert answer.status == 400
        assert answer.json["validation_errors"] == ["name: This field is required."]


@pytest.mark.parametrize(
    ("field", "sent", "shown"),
    [
        ("billing_address", {"line1": "1 rue", "country": "FR"}, {"line1": "1 rue", "country": "FR"}),
        ("shipping_address", {"country": "FR"}, {"country": "FR"}),
        ("accounting_sync_configuration", {"excluded": False}, {"excluded": False, "accounting_providers": []}),
        (
            "tax_configuration",
            {"tax_exempt": True, "tax_provider": "taxjar"},
            {"tax_exempt": True, "tax_provider": "taxjar"},
        ),
    ],
)
def test_an_object_takes_the_place_of_the_one_before(
    call: Call, field: str, sent: dict[str, Any], shown: dict[str, Any]
) -> None:
    """An address of which half is another's would be nobody's."""
    customer = create(call, **ORB)

    changed = update(call, customer, **{field: sent}).json

    assert {name: value for name, value in changed[field].items() if value is not None} == shown
    if field == "tax_configuration":
        assert changed.pop("automatic_tax_enabled") is None
        customer.pop("automatic_tax_enabled")
    assert changed | {field: None} == customer | {field: None}


def test_a_customer_without_a_tax_id_shows_no_other(call: Call) -> None:
    """Another API may have given it several: to remove it again and again removes no more of them."""
    body = "&".join(f"tax_id_data[{n}][type]=eu_vat&tax_id_data[{n}][value]=DE13669597{n}" for n in range(3))
    customer = call("stripe", "POST", "/customers", f"name=Ada&email=ada@example.com&{body}").json
    assert call("orb", "GET", f"/customers/{customer['id']}").json["tax_id"]["value"] == "DE136695970"

    assert update(call, customer, tax_id=None).json["tax_id"] is None


def test_what_a_tax_id_lacks_is_named_as_orb_names_it(call: Call) -> None:
    answer = update(call, create(call), tax_id={"type": "us_ein"})

    assert answer.json["validation_errors"] == [
        "tax_id.country: This field is required.",
        "tax_id.value: This field is required.",
    ]


@pytest.mark.parametrize(
    ("tax_id", "shown"),
    [
        ({"type": "eu_vat", "value": "DE136695976"}, {"type": "eu_vat", "value": "DE136695976", "country": "DE"}),
        ({"type": "eu_vat", "value": "136695976"}, None),
        ({"type": "other", "value": "1"}, None),
        ({"type": "nz_bn", "value": "1"}, None),
    ],
)
def test_a_tax_id_that_orb_has_no_words_for_is_not_shown(tax_id: dict[str, str], shown: dict[str, str] | None) -> None:
    """Its country is required there, and its type one of a list."""
    record = new_record(NewCustomer.model_validate({"external_id": "1", "tax_ids": [tax_id]}))

    assert orb.show(record)["tax_id"] == shown


def test_who_has_a_payment_provider_is_charged_unless_told_otherwise(call: Call) -> None:
    assert create(call)["auto_collection"] is False
    charged = create(call, email="b@example.com", payment_provider="adyen", payment_provider_id="1")
    assert charged["auto_collection"] is True
    assert update(call, charged, auto_collection=False).json["auto_collection"] is False


def test_a_change_of_the_external_id_is_carried_out_once(call: Call) -> None:
    """A client that lost the answer sends it again to the id that the customer no longer has, or another has by now."""
    customer = create(call, external_customer_id="old")
    request = ("PUT", "/customers/external_customer_id/old", '{"external_customer_id": "new"}')
    key = {"Idempotency-Key": "1"}

    first, again = call("orb", *request, **key), call("orb", *request, **key)
    other = create(call, email="b@example.com", external_customer_id="old")
    once_more = call("orb", *request, **key)

    assert first.json == again.json == once_more.json == customer | {"external_customer_id": "new"}
    assert again.headers["Idempotent-Replayed"] == once_more.headers["Idempotent-Replayed"] == "true"
    assert call("orb", "GET", f"/customers/{other['id']}").json == other
    assert call("orb", *request).status == 400, "without the key it is a request of its own, for the other one"


@pytest.mark.parametrize("external_id", ["a/b", "a%2Fb", "a b+c", "é?#&=", "..", "50%", "x/customers", "\u674e"])
def test_any_external_id_finds_its_customer(call: Call, external_id: str) -> None:
    customer = create(call, external_customer_id=external_id)
    path = f"/customers/external_customer_id/{quote(external_id, safe='')}"

    assert call("orb", "GET", path).json == customer
    assert call("orb", "PUT", path, '{"name": "Ada"}').json == customer
