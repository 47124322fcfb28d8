"""A vendor's customers come in as its API and its export show them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Context
from customers.customer.model import Record, new_record
from customers.errors import InvalidCustomer
from customers.http.parsing import new_customer, read_json
from customers.vendors import exports, orb, rebilly, stripe_object
from operate.command import CommandError
from operate.imports import source
from support import ASSIGNED, ROOT, WHOLE_CUSTOMER

WHOLE = new_record(new_customer(read_json(json.dumps(WHOLE_CUSTOMER).encode())))
SHOW: dict[str, Callable[[Record], Any]] = {
    "stripe": stripe_object.show,
    "orb": orb.show,
    "rebilly": lambda record: rebilly.show(record, "acme", "https://customers.example"),
}

STRIPE: dict[str, Any] = {
    "id": "cus_NffrFeUfNV2Hib",
    "object": "customer",
    "address": {"line1": "1 Street", "city": None, "country": "DE"},
    "balance": -1250,
    "created": 1680893993,
    "currency": "eur",
    "default_source": None,
    "delinquent": False,
    "discount": {"id": "di_1", "coupon": {"id": "GOLD", "percent_off": 10}, "object": "discount"},
    "email": "jenny@example.com",
    "invoice_settings": {"custom_fields": None, "default_payment_method": "pm_1", "footer": None},
    "livemode": True,
    "metadata": {"plan": "gold"},
    "name": "Jenny Rosen",
    "preferred_locales": ["de"],
    "shipping": None,
    "subscriptions": {"object": "list", "data": []},
    "tax_exempt": "none",
    "tax_ids": {"object": "list", "data": [{"id": "txi_1", "type": "eu_vat", "value": "DE123456789"}]},
}
ORB: dict[str, Any] = {
    "id": "orb_1",
    "external_customer_id": "crm-1",
    "name": "Jenny",
    "email": "jenny@example.com",
    "balance": "-12.50",
    "currency": "USD",
    "created_at": "2026-01-01T00:00:00Z",
    "metadata": {},
    "payment_provider": None,
    "timezone": "Etc/UTC",
}


def shown(vendor: str, record: Record) -> str:
    """The JSON of what a vendor shows of a customer."""
    text = json.dumps(SHOW[vendor](record), ensure_ascii=False)
    text = re.sub(r', "isValid": \w+', "", text)  # of a type that the vendor doesn't know, nobody knows it
    return text.replace('"\ud800', "").replace('\udfff"', "")  # numbers as they were sent: `digits.VERBATIM`


@pytest.mark.parametrize("vendor", exports.VENDORS)
def test_what_a_vendor_shows_of_a_customer_makes_the_customer_that_it_shows(vendor: str) -> None:
    """All that the vendor has words for."""
    before = shown(vendor, WHOLE)

    customer = exports.new_customer(vendor, read_json(before.encode(), "customFields"))

    assert shown(vendor, WHOLE | new_record(customer) | {name: WHOLE[name] for name in ASSIGNED}) == before


def test_a_customer_of_stripes() -> None:
    assert exports.new_customer("stripe", STRIPE).model_dump(exclude_none=True) == {
        "external_id": "cus_NffrFeUfNV2Hib",
        "email": "jenny@example.com",
        "name": "Jenny Rosen",
        "billing_address": {"line1": "1 Street", "country": "DE"},
        "preferred_locales": ["de"],
        "currency": "EUR",
        "balance": -1250,
        "tax": {"exempt_status": "none"},
        "tax_ids": [{"type": "eu_vat", "value": "DE123456789", "country": "DE"}],
        "external_refs": [
            {"provider": "stripe", "kind": "coupon", "id": "GOLD"},
            {"provider": "stripe", "kind": "default_payment_method", "id": "pm_1"},
        ],
        "metadata": {"plan": "gold"},
    }


@pytest.mark.parametrize(
    "discount",
    [
        {"coupon": {"id": "GOLD"}, "promotion_code": "promo_1"},
        {"source": {"type": "coupon", "coupon": "GOLD"}, "promotion_code": "promo_1"},
        {"source": {"type": "coupon", "coupon": {"id": "GOLD"}}, "promotion_code": "promo_1"},
        {"coupon": {"id": "GOLD"}, "source": None, "promotion_code": "promo_1"},
    ],
)
def test_a_discount_of_stripes_in_each_generation(discount: dict[str, Any]) -> None:
    customer = exports.new_customer("stripe", {"id": "cus_1", "discount": discount})

    assert {ref.kind: ref.id for ref in customer.external_refs or []} == {"coupon": "GOLD", "promotion_code": "promo_1"}


def test_a_customer_of_orbs_keeps_both_its_ids_and_its_balance() -> None:
    customer = exports.new_customer("orb", ORB)

    assert (customer.external_id, customer.balance, customer.currency) == ("crm-1", 1250, "USD")
    assert [ref.model_dump() for ref in customer.external_refs or []] == [
        {"provider": "orb", "kind": "customer", "id": "orb_1"}
    ]


def test_errors_have_the_vendors_names() -> None:
    with pytest.raises(InvalidCustomer) as error:
        exports.new_customer("stripe", STRIPE | {"email": "no", "address": {"country": "Nowhere"}})

    assert {each.path for each in error.value.errors} == {("email",), ("address", "country")}


@pytest.mark.parametrize(
    ("vendor", "strange", "path"),
    [
        ("stripe", {"billing_address": {"line1": "1 Street"}}, ("billing_address",)),
        ("stripe", {"address": {"line1": "1 Street", "county": "Kerry"}}, ("address", "county")),
        ("stripe", {"id": "cus_1", "object": "customer", "deleted": True}, ("deleted",)),
        ("orb", {"tax_id": {"type": "eu_vat", "value": "1", "country": "DE", "office": 7}}, ("tax_id", "office")),
        ("orb", {"external_id": "crm-1"}, ("external_id",)),
        ("rebilly", {"primaryAddress": {"emails": [{"label": "a", "value": "b", "seen": 1}]}}, ("primaryAddress",)),
        ("rebilly", {"address": "1 Street"}, ("address",)),
    ],
)
def test_what_is_not_understood_is_refused_by_name(vendor: str, strange: dict[str, Any], path: tuple[str, ...]) -> None:
    """An export of somebody else's would lose half of it."""
    with pytest.raises(InvalidCustomer) as error:
        exports.new_customer(vendor, {"name": "Jenny", "email": "jenny@example.com"} | strange)

    assert path in {each.path[: len(path)] for each in error.value.errors if each.code == "unknown_field"}


REAL: dict[str, dict[str, Any]] = json.loads((ROOT / "tests" / "data" / "exports.json").read_text())
"""Objects with all that each vendor's API shows of a customer, by the types of its SDK."""


@pytest.mark.parametrize("vendor", exports.VENDORS)
def test_what_a_vendors_api_shows_is_understood(vendor: str) -> None:
    customer = exports.new_customer(vendor, read_json(json.dumps(REAL[vendor]).encode(), "customFields"))

    assert (customer.email, [tax_id.value for tax_id in customer.tax_ids or []]) == (
        "jenny@example.com",
        ["DE123456789"],
    )


def test_what_a_vendor_has_nothing_in_is_not_missed() -> None:
    more: dict[str, Any] = {
        "new_field": None,
        "newer": "",
        "newest": [],
        "address": {"line1": "1 Street", "county": None},
    }

    assert exports.new_customer("stripe", STRIPE | more).name == "Jenny Rosen"


def test_who_is_exempt_at_orbs_stays_exempt_and_its_references_stay() -> None:
    more = {
        "exempt_from_automated_tax": True,
        "default_payment_method": {"id": "pm_1", "customer_id": "orb_1", "default": True},
        "hierarchy": {"children": [], "parent": {"id": "orb_0", "external_customer_id": None}},
    }

    customer = exports.new_customer("orb", ORB | more)

    assert customer.tax is not None
    assert customer.tax.exempt_status == "exempt"
    assert {(ref.kind, ref.id) for ref in customer.external_refs or []} == {
        ("customer", "orb_1"),
        ("default_payment_method", "pm_1"),
        ("parent_customer", "orb_0"),
    }


def test_what_rebilly_shows_twice_counts_where_it_is_alone() -> None:
    alone = exports.new_customer("rebilly", {"id": "1", "email": "a@example.com", "firstName": "Jenny"})
    copied = exports.new_customer(
        "rebilly",
        {
            "id": "1",
            "email": "old@example.com",
            "primaryAddress": {"emails": [{"label": "main", "value": "a@example.com", "primary": True}]},
        },
    )

    assert (alone.email, alone.first_name, copied.email) == ("a@example.com", "Jenny", "a@example.com")


def rows(tmp_path: Path, text: str, vendor: str) -> list[dict[str, Any]]:
    path = tmp_path / "export.csv"
    path.write_text(text)
    source.check(path, vendor)
    return [json.loads(json.loads(line)["document"]) for line in source.lines(path, vendor)]


def test_the_export_of_stripes_dashboard(tmp_path: Path) -> None:
    text = (
        "id,Description,Email,Name,Created (UTC),Delinquent,Card Last4,Address Line1,Address Country,"
        "Account Balance,Currency,Total Spend,Business Vat ID,Tax Location Recognized,plan (metadata)\n"
        "cus_1,,jenny@example.com,Jenny,2023-04-07 18:59,false,4242,1 Street,DE,"
        "-12.50,eur,100.00,DE123456789,true,gold\n"
    )

    [document] = rows(tmp_path, text, "stripe")

    assert exports.new_customer("stripe", document).model_dump(exclude_none=True) == {
        "external_id": "cus_1",
        "email": "jenny@example.com",
        "name": "Jenny",
        "billing_address": {"line1": "1 Street", "country": "DE"},
        "currency": "EUR",
        "balance": -1250,
        "tax_ids": [{"type": "eu_vat", "value": "DE123456789", "country": "DE"}],
        "metadata": {"plan": "gold"},
    }


@pytest.mark.parametrize(
    ("vendor", "text", "customer"),
    [
        (
            "orb",
            """id,name,email,external_customer_id,billing_address.city,auto_collection,metadata.crm,balance
orb_1,Jenny,jenny@example.com,crm-1,Berlin,TRUE,17,
""",
            {
                "external_id": "crm-1",
                "email": "jenny@example.com",
                "name": "Jenny",
                "billing_address": {"city": "Berlin"},
                "payment_settings": {"auto_collection": True},
                "external_refs": [{"provider": "orb", "kind": "customer", "id": "orb_1"}],
                "metadata": {"crm": "17"},
            },
        ),
        (
            "rebilly",
            """id,lastName,primaryAddress.firstName,primaryAddress.emails[0].label,primaryAddress.emails[0].value,customFields.tier
4f6cf35x,Rosen,Jenny,main,jenny@example.com,gold
""",
            {
                "external_id": "4f6cf35x",
                "email": "jenny@example.com",
                "emails": [{"label": "main", "value": "jenny@example.com"}],
                "first_name": "Jenny",
                "last_name": "Rosen",
                "custom_fields": '{"tier":"gold"}',
            },
        ),
    ],
)
def test_columns_named_as_the_vendors_api_names_its_fields(
    tmp_path: Path, vendor: str, text: str, customer: dict[str, Any]
) -> None:
    [document] = rows(tmp_path, text, vendor)

    assert exports.new_customer(vendor, document).model_dump(exclude_none=True) == customer


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id,Email,Created (UTC),Card Last4\ncus_1,a@example.com,x,1\n", "add FROM=stripe"),
        ("id,Email,Card Last4,Created (UTC),Delinquent,Brand New\ncus_1,a,1,x,y,z\n", "Brand New. .*, add FROM=stripe"),
        ("external_customer_id,name,email\nc,J,a@example.com\n", "add FROM=orb"),
        ("id,primaryAddress.firstName\n1,J\n", "add FROM=rebilly"),
        (json.dumps(STRIPE) + "\n", "add FROM=stripe"),
        (json.dumps(ORB) + "\n", "add FROM=orb"),
        ('{"id": "1", "primaryAddress": {}}\n', "add FROM=rebilly"),
    ],
)
def test_an_export_without_from_is_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        rows(tmp_path, text, "")


@pytest.mark.parametrize(
    ("vendor", "text", "complaint"),
    [
        ("stripe", json.dumps(ORB), "this is an export of orb: add FROM=orb"),
        ("orb", json.dumps(STRIPE), "this is an export of stripe: add FROM=stripe"),
        ("stripe", json.dumps({"object": "list", "data": [STRIPE]}), "this is a page of a list"),
        ("stripe", json.dumps(STRIPE, indent=2), "a whole customer in each line"),
        ("rebilly", f"[{json.dumps(STRIPE)}]", "this is a JSON array"),
    ],
)
def test_an_export_of_another_kind_is_one_line(tmp_path: Path, vendor: str, text: str, complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        rows(tmp_path, text, vendor)


def test_unknown_columns_of_an_export_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"unknown columns: Shoe Size, source"):
        rows(tmp_path, "id,Email,Shoe Size,source\n1,a@example.com,44,tok\n", "stripe")


@pytest.mark.parametrize("vendor", exports.VENDORS)
def test_the_function_reads_a_vendors_objects(table: Any, context: Context, vendor: str) -> None:
    import import_customers

    job = {"id": "1", "organization": "acme", "vendor": vendor, "dry_run": False}
    item = {"row": 1, "document": shown(vendor, WHOLE)}

    [decision] = import_customers.handler({"import": job, "item": item}, context)  # type: ignore[arg-type]

    assert "created" in decision
    [stored] = [each for each in table.scan()["Items"] if each["pk"] == f"acme#customer#{decision['created']}"]
    assert stored["email"] == WHOLE["email"]
