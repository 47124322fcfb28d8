"""The tables of fields against the source documents (tests/data/fields.json has all of their fields)."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from customers.customer import model
from customers.errors import InvalidCustomer
from customers.http.parsing import read_json
from customers.vendors import forms, orb, paths, rebilly, stripe, stripe_object
from customers.vendors.fields import Table
from customers.vendors.rows import Field, same
from support import ROOT, WHOLE_CUSTOMER
from whole_vendors import ORB, REBILLY, STRIPE, form

TABLES = {"stripe": stripe.TABLE, "orb": orb.TABLE, "rebilly": rebilly.TABLE}
SMALLEST: dict[str, Any] = {"stripe": {}, "orb": {"name": "A", "email": "a@b.co"}, "rebilly": {}}
WHOLE = {"stripe": STRIPE, "orb": ORB, "rebilly": REBILLY}


def parsed(vendor: str, data: Any) -> Any:
    """What the vendor's API makes of the body that has the data."""
    if vendor == "stripe":
        return forms.read_form(form(data).encode())
    return read_json(json.dumps(data).encode(), "customFields")


def created(vendor: str, data: Any) -> model.Record:
    return model.new_record(TABLES[vendor].new(parsed(vendor, data)))


def shown(vendor: str, record: model.Record) -> dict[str, Any]:
    match vendor:
        case "stripe":
            return stripe_object.show(record)
        case "orb":
            return orb.show(record)
    answer: dict[str, Any] = rebilly.show(record, "acme", "https://api.example.com/v1/customers")
    return answer


def refusals(vendor: str, data: Any) -> dict[str, str]:
    with pytest.raises(InvalidCustomer) as refusal:
        created(vendor, data)
    return {".".join(map(str, error.path)): error.code for error in refusal.value.errors}


# ------------------------------------------------------------------------------------------------ against the documents


def expanded(row: dict[str, str]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Vendor, name and row of each field of a row: `[].{label,value}` stands for two."""
    vendor = row["vendor"].partition("(")[0].split()[0]
    match = re.fullmatch(r"(.*)\{(.*)\}", row["field"])
    for name in [match[1] + part for part in match[2].split(",")] if match else [row["field"]]:
        yield vendor, name, row


DOCUMENTED = [
    each
    for row in json.loads((ROOT / "tests" / "data" / "fields.json").read_text())
    for each in expanded(row)
    # The unnamed API has no wire format, and its names are ours; the others are not of a create in Stripe's API.
    if each[0] in TABLES
    and "(Dashboard only)" not in each[1]
    and "<internal" not in each[1]
    and "(path)" not in each[1]
]

ELSEWHERE = {
    ("stripe", "payment_method"): "Stripe lists it among payment methods",
    ("orb", "payment_provider"): "see orb._rewrite",
    ("orb", "payment_provider_id"): "see orb._rewrite",
}


def rows(vendor: str, name: str) -> list[Field]:
    """The rows of a field, or of what is inside."""
    return [
        row
        for row in TABLES[vendor].rows
        if re.match(rf"{re.escape(name)}($|[.\[])", row.name) and row.read is not None
    ]


def without_entries(place: str | None) -> str:
    """A place, whichever entry of a list it is in."""
    return re.sub(r"\[(default|\d*)\]", "", place or "")


def at(value: Any, path: str) -> list[Any]:
    return [found for _, found in paths.find(value, paths.steps(path))]


@pytest.mark.parametrize(
    ("vendor", "name", "row"), DOCUMENTED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_documented_field_is_in_the_table_at_its_place(vendor: str, name: str, row: dict[str, str]) -> None:
    found = rows(vendor, name)

    assert found
    place = re.split(r"[;+]| \(", row["canonical"])[0].strip()
    if row["klass"] in ("token", "request-control"):
        assert {each.place for each in found} == {None}
    elif (vendor, name) not in ELSEWHERE:
        assert any(without_entries(each.place).startswith(without_entries(place)) for each in found), place


@pytest.mark.parametrize(
    ("vendor", "name", "row"), DOCUMENTED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_documented_field_comes_back_as_the_vendor_shows_it(vendor: str, name: str, row: dict[str, str]) -> None:
    if row["klass"] in ("token", "request-control"):
        pytest.skip("nothing is stored")
    record = created(vendor, WHOLE[vendor])
    answer = shown(vendor, record)

    for field in rows(vendor, name):
        if field.shown and field.place:
            path = field.name if field.shown == "as in requests" else field.shown
            sent = at(WHOLE[vendor], field.name)
            assert sent
            assert at(answer, path) == sent
        elif field.place:
            assert at(WHOLE[vendor], field.name)


@pytest.mark.parametrize("vendor", TABLES)
def test_the_whole_customer_has_every_field_of_the_table(vendor: str) -> None:
    refused = {"source", "paymentToken", "defaultPaymentInstrumentId"}
    for row in TABLES[vendor].rows:
        if row.name not in refused and (row.place or row.read is not same):  # else it is the vendor's to say
            assert at(WHOLE[vendor], row.name), row.name


@pytest.mark.parametrize("vendor", TABLES)
def test_every_setting_of_the_whole_customer_is_in_the_record(vendor: str) -> None:
    table = TABLES[vendor]
    reading = table.read(parsed(vendor, WHOLE[vendor]))
    record = created(vendor, WHOLE[vendor])

    assert reading.errors == []
    for place, value, name in reading.settings:
        copied = vendor == "rebilly" and name[0] in ("email", "firstName", "lastName")
        if value not in (None, []) and (vendor, str(name[0])) not in ELSEWHERE and not copied:
            if place == ("custom_fields",):
                value = model.NewCustomer(external_id="1", custom_fields=value).custom_fields  # noqa: PLW2901
            elif place[-1] == "type" and place[0] == "tax_ids":
                value = {"eu-vat": "gb_vat"}.get(value, value)  # noqa: PLW2901
            assert [found for _, found in paths.find(record, place)] == [value], name


# ---------------------------------------------------------------------------------------------------------- show it all


def test_what_rebilly_shows_twice_is_taken_from_the_address_and_else_from_the_copy() -> None:
    both = created(
        "rebilly", {"email": "old@example.com", "primaryAddress": {"emails": [{"label": "x", "value": "a@b.co"}]}}
    )
    alone = created("rebilly", {"email": "a@b.co", "firstName": "Ada", "primaryAddress": {"lastName": "Lovelace"}})

    assert both["email"] == alone["email"] == "a@b.co"
    assert (alone["first_name"], alone["last_name"]) == ("Ada", "Lovelace")


@pytest.mark.parametrize("vendor", TABLES)
def test_any_customer_can_be_shown(vendor: str) -> None:
    """One that another API created, whole or with nothing but an e-mail address or not even that."""
    keys = shown(vendor, created(vendor, SMALLEST[vendor])).keys()

    for customer in (WHOLE_CUSTOMER, {"email": "ada@example.com"}, {"external_id": "1"}, {}):
        record = model.new_record(model.NewCustomer.model_validate(customer))
        assert shown(vendor, record).keys() >= keys


@pytest.mark.parametrize("vendor", TABLES)
def test_an_object_that_is_there_has_every_member(vendor: str) -> None:
    name = {"stripe": "address", "orb": "billing_address", "rebilly": "primaryAddress"}[vendor]
    answer = shown(vendor, created(vendor, {**SMALLEST[vendor], name: {"city": "Paris"}}))[name]

    assert answer["city"] == "Paris"
    assert len(answer) >= 6


def test_a_name_in_parts_is_a_name_to_those_who_have_one() -> None:
    for name, record in {
        "Jenny Rosen": {"first_name": "Jenny", "last_name": "Rosen"},
        "Rosen": {"last_name": "Rosen"},
        "A1": {"organization": "A1"},
    }.items():
        whole = model.new_record(model.NewCustomer.model_validate({"external_id": "1", **record}))
        assert shown("stripe", whole)["name"] == shown("orb", whole)["name"] == name
    jenny = model.new_record(model.NewCustomer.model_validate({"external_id": "1", "name": "Jenny M. Rosen"}))
    assert shown("rebilly", jenny)["firstName"] == "Jenny M."
    assert shown("rebilly", jenny)["lastName"] == "Rosen"


@pytest.mark.parametrize(
    ("currency", "balance"),
    [("USD", "12.50"), ("JPY", "1250"), ("KWD", "1.250"), ("CLF", "0.1250"), (None, "12.50")],
)
def test_a_credit_is_a_positive_balance_in_the_currencys_own_unit_to_orb(currency: str | None, balance: str) -> None:
    customer = {"external_id": "1", "balance": -1250, "currency": currency}
    record = model.new_record(model.NewCustomer.model_validate(customer))

    assert shown("orb", record)["balance"] == balance


# ------------------------------------------------------------------------------------------------------------- refusals


def test_errors_have_the_vendors_names() -> None:
    assert refusals(
        "stripe",
        {
            "address": {"country": "Atlantis"},
            "balance": "x",
            "email": "nobody",
            "foo": "1",
            "invoice_settings": {"custom_fields": "x"},
            "metadata": {"a": {"b": "1"}},
            "phone": "1" * 51,
            "preferred_locales": ["en", "123"],
            "shipping": {"phone": "1"},
            "source": "tok_visa",
            "tax": {"validate_location": "immediately"},
            "tax_id_data": [{"type": "eu_vat"}, {"type": "nope", "value": "1"}],
            "validate": True,
        },
    ) == {
        "address.country": "country_unknown",
        "balance": "int_type",
        "email": "email_invalid",
        "foo": "unknown_field",
        "invoice_settings.custom_fields": "array_type",
        "metadata.a": "string_type",
        "phone": "string_too_long",
        "preferred_locales.1": "locale_invalid",
        "shipping.address": "missing",
        "shipping.name": "missing",
        "source": "single_use_token",
        "tax.validate_location": "not_supported",
        "tax_id_data.0.value": "missing",
        "tax_id_data.1.type": "tax_id_type_unknown",
        "validate": "not_supported",
    }
    assert refusals(
        "orb",
        {
            "email": "nobody",
            "payment_provider": "paypal",
            "payment_provider_id": "",
            "tax_id": {"type": "us_ein", "country": "DE", "value": "1"},
            "tax_configuration": {"tax_exempt": "yes"},
            "accounting_sync_configuration": {"accounting_providers": [{"provider_type": "x"}, 5]},
            "hierarchy": {"parent_customer_id": "1"},
            "billing_address": "x",
            "auto_issuance": 1,
        },
    ) == {
        "name": "missing",
        "email": "email_invalid",
        "payment_provider": "value_unknown",
        "tax_id.country": "tax_id_country_contradiction",
        "tax_configuration.tax_exempt": "bool_type",
        "tax_configuration.tax_provider": "missing",
        "accounting_sync_configuration.accounting_providers.0.external_provider_id": "missing",
        "accounting_sync_configuration.accounting_providers.1": "object_type",
        "hierarchy.parent_customer_id": "not_supported",
        "billing_address": "object_type",
        "auto_issuance": "bool_type",
    }
    assert refusals(
        "rebilly",
        {
            "paymentToken": "tok",
            "locale": "123",
            "primaryAddress": {
                "emails": [{"label": "a", "value": "nobody"}],
                "country": 5,
                "phoneNumbers": ["1", {"value": "1"}],
            },
            "taxNumbers": [{"type": "nope", "value": "1"}],
            "customFields": [],
        },
    ) == {
        "paymentToken": "single_use_token",
        "locale": "locale_invalid",
        "primaryAddress.emails.0.value": "email_invalid",
        "primaryAddress.country": "string_type",
        "primaryAddress.phoneNumbers.0": "object_type",
        "primaryAddress.phoneNumbers.1.label": "missing",
        "taxNumbers.0.type": "tax_id_type_unknown",
        "customFields": "object_type",
    }


@pytest.mark.parametrize(("vendor", "table"), TABLES.items())
def test_what_cannot_be_repeated_is_left_out_of_a_path(vendor: str, table: Table) -> None:
    names = refusals(vendor, {"jenny.rosen@example.com": "x", "metadata": {"jenny@example.com": {"a": "1"}}})

    assert all("@" not in name for name in names)


@pytest.mark.parametrize("vendor", TABLES)
@pytest.mark.parametrize("body", [[], "x", 1, None, True])
def test_a_body_that_is_no_object_is_refused(vendor: str, body: Any) -> None:
    with pytest.raises(InvalidCustomer) as refusal:
        TABLES[vendor].new(body)

    assert [(error.path, error.code) for error in refusal.value.errors] == [((), "object_type")]
