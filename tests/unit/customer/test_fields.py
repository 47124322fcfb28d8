"""Every field of the source documents (tests/data/fields.json has them all) has its place in the customer."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest

from conftest import Api
from customers.customer import model
from support import ROOT, Answer, item_of

ROWS = json.loads((ROOT / "tests" / "data" / "fields.json").read_text())
NUMBER = count()


@dataclass(frozen=True)
class Place:
    """Where a field is in a customer.

    `path` leads there (`tax_ids[].value` is in the only entry of a list) and `beside` has what an object there also
    needs. `accepted` has pairs of what is sent and what comes back, `refused` pairs of what is sent and the code.
    `sized` makes a value of a length, `may_be_empty` is whether an empty text says that there is none.
    """

    path: str
    accepted: Sequence[tuple[Any, Any]]
    refused: Sequence[tuple[Any, str]]
    beside: Mapping[str, Any] = field(default_factory=dict)
    sized: Callable[[int], Any] = "x".__mul__
    may_be_empty: bool = False

    def customer(self, value: Any) -> Any:
        """A customer that has just the value there."""
        *path, last = self.path.split(".")
        customer = {**self.beside, last.removesuffix("[]"): [value] if last.endswith("[]") else value}
        for step in reversed(path):
            customer = {step.removesuffix("[]"): [customer] if step.endswith("[]") else customer}
        return customer

    def value(self, customer: Any) -> Any:
        """The value there."""
        for step in self.path.split("."):
            customer = customer[step.removesuffix("[]")]
            if step.endswith("[]"):
                [customer] = customer
        return customer

    @property
    def field(self) -> str:
        """The path as problems write it."""
        return self.path.replace("[]", "[0]")


def email(length: int) -> str:
    """An address of that length, from 5 characters up."""
    local = min(64, length - len("@b.c"))
    labels, last = divmod(length - local - len("@.c"), 62)
    return f"{'a' * local}@{'.'.join(['b' * 61] * labels + ['b' * last])}.c"


def same(*values: Any) -> list[tuple[Any, Any]]:
    """Values that come back as they were sent."""
    return [(value, value) for value in values]


def text(path: str, longest: int) -> Place:
    return Place(
        path,
        same("x", "x" * longest, "ß李" * (longest // 2)),
        [("x" * (longest + 1), "string_too_long"), (1.5, "string_type")],
        may_be_empty=True,
    )


def required(path: str, longest: int, **beside: Any) -> Place:
    """A text without which the object that it is in says nothing."""
    place = text(path, longest)
    refused = [*place.refused, ("", "string_too_short"), (" \u200b", "string_too_short")]
    return replace(place, beside=beside, refused=refused, may_be_empty=False)


def text_or_integer(path: str, longest: int) -> Place:
    place = text(path, longest)
    return replace(place, accepted=[*place.accepted, (5417543010, "5417543010"), (10.0, "10")])


def number(path: str, accepted: Sequence[Any], refused: Sequence[Any]) -> Place:
    return Place(path, accepted, [*refused, ("", "int_type"), (True, "int_type")])


def choice(path: str, *values: str) -> Place:
    return Place(path, same(*values), [("x", "value_unknown"), (values[0].upper(), "value_unknown")], may_be_empty=True)


def flag(path: str) -> Place:
    refused = [("true", "bool_type"), (1, "bool_type"), ("", "bool_type")]
    return Place(path, [(True, True), (False, False)], refused)


def address(path: str) -> Place:
    refused = [(email(255), "string_too_long"), ("ada", "email_invalid")]
    return Place(path, same("a@b.co", email(254)), refused, sized=email, may_be_empty=True)


def reference(kind: str, provider: str = "stripe") -> Place:
    return required("external_refs[].id", 5000, provider=provider, kind=kind)


def country(path: str) -> Place:
    refused = [("x", "string_too_short"), ("Atlantis", "country_unknown"), ("x" * 101, "string_too_long")]
    return Place(path, [("US", "US"), ("usa", "US"), ("United States", "US")], refused, may_be_empty=True)


def parts(path: str) -> dict[str, Place]:
    """The places of the parts of an address."""
    places = [text(f"{path}.{part}", 5000) for part in ("line1", "line2", "city", "state")]
    places += [text_or_integer(f"{path}.postal_code", 5000), country(f"{path}.country")]
    return {place.path: place for place in places}


PLACES: dict[str, Place] = {
    **parts("billing_address"),
    **parts("shipping.address"),
    "accounting.excluded": flag("accounting.excluded"),
    "accounting.providers[].external_id": required("accounting.providers[].external_id", 5000, type="quickbooks"),
    "accounting.providers[].type": required("accounting.providers[].type", 255, external_id="1"),
    "additional_emails[]": Place(
        "additional_emails",
        same([], ["ada@example.com"], [email(254)] * 50),
        [(["ada@example.com"] * 51, "too_many"), ("ada@example.com", "array_type")],
        sized=["ada@example.com"].__mul__,
    ),
    "balance": number(
        "balance",
        [*same(0, -1250, 2**53 - 1, -(2**53) + 1), (100.0, 100)],
        [(2**53, "less_than_equal"), (-(2**53), "greater_than_equal"), (1.5, "int_type"), ("1", "int_type")],
    ),
    "billing_address": Place("billing_address", same({}, {"city": "London"}), [("", "object_type")]),
    "billing_address + contact": Place("billing_address", same({}, {"city": "London"}), [("", "object_type")]),
    "compliance.enhanced_due_diligence_required": flag("compliance.enhanced_due_diligence_required"),
    "currency": Place(
        "currency",
        [("USD", "USD"), ("eur", "EUR")],
        [("DEM", "currency_unknown"), ("US", "string_too_short"), ("EURO", "string_too_long")],
        may_be_empty=True,
    ),
    "custom_fields": Place(
        "custom_fields",
        same({}, {"a.b": [], "": {"deep": [[1, None]]}}),
        [([], "object_type"), ("{}", "object_type"), (1, "object_type")],
    ),
    "date_of_birth": Place(
        "date_of_birth",
        same("1815-12-10", "2000-02-29"),
        [("1815-12-32", "date_invalid"), ("18151210", "date_invalid"), ("9999-12-31", "date_in_future")],
        may_be_empty=True,
    ),
    "description": text("description", 5000),
    "email": replace(address("email"), may_be_empty=False),
    "emails[]; primary -> email": Place(
        "emails[]",
        same({"label": "x" * 45, "value": email(254), "primary": True}, {"value": "ada@example.com"}),
        [("ada@example.com", "object_type")],
        sized=lambda length: {"label": "x" * length, "value": email(254), "primary": False},
    ),
    "external_id": required("external_id", 255),
    "external_id (also returned as id in this dialect)": required("external_id", 255),
    "external_id (optionally promoted from a configured metadata key)": required("external_id", 255),
    "external_refs[].provider": required("external_refs[].provider", 255, kind="customer", id="cus_1"),
    "external_refs[<payment_provider>.customer]": reference("customer", "stripe_charge"),
    "external_refs[rebilly.default_payment_instrument]": reference("default_payment_instrument", "rebilly"),
    "external_refs[rebilly.website]": reference("website", "rebilly"),
    "external_refs[stripe.coupon]": reference("coupon"),
    "external_refs[stripe.default_payment_method]": reference("default_payment_method"),
    "external_refs[stripe.payment_method]": reference("payment_method"),
    "external_refs[stripe.promotion_code]": reference("promotion_code"),
    "external_refs[stripe.test_clock]": reference("test_clock"),
    "first_name": text("first_name", 255),
    "invoice_settings.amount_tax_display": choice(
        "invoice_settings.amount_tax_display", "exclude_tax", "include_inclusive_tax"
    ),
    "invoice_settings.custom_fields[].name": required("invoice_settings.custom_fields[].name", 40, value=""),
    "invoice_settings.custom_fields[].value": Place(
        "invoice_settings.custom_fields[].value",
        same("", "x" * 140),
        [("x" * 141, "string_too_long"), (None, "string_type")],
        {"name": "PO"},
    ),
    "invoice_settings.email_cc[0]": replace(address("invoice_settings.email_cc[]"), may_be_empty=False),
    "invoice_settings.email_delivery": flag("invoice_settings.email_delivery"),
    "invoice_settings.email_to": address("invoice_settings.email_to"),
    "invoice_settings.footer": text("invoice_settings.footer", 5000),
    "invoice_settings.next_sequence": number(
        "invoice_settings.next_sequence",
        [*same(1, 2**53 - 1), (42.0, 42)],
        [(0, "greater_than_equal"), (2**53, "less_than_equal"), ("1", "int_type")],
    ),
    "invoice_settings.prefix": Place(
        "invoice_settings.prefix",
        same("A", "ABC", "ABCDEFGHIJ09"),
        [("abc", "string_pattern_mismatch"), ("A" * 13, "string_pattern_mismatch")],
        may_be_empty=True,
    ),
    "job_title": text("job_title", 255),
    "last_name": text("last_name", 255),
    "metadata": Place(
        "metadata",
        same({}, {"plan": ""}, {f"{n:040}": "v" * 500 for n in range(50)}),
        [({str(n): "" for n in range(51)}, "too_many"), ("", "object_type")],
        sized=lambda length: {"k" * length: "v" * 500},
    ),
    "name": text("name", 500),
    "organization": text("organization", 255),
    "payment_settings.auto_collection": flag("payment_settings.auto_collection"),
    "payment_settings.reconciliation_mode": choice(
        "payment_settings.reconciliation_mode", "automatic", "manual", "merchant_default"
    ),
    "phone": text_or_integer("phone", 50),
    "phone_numbers[]; primary -> phone": Place(
        "phone_numbers[]",
        same({"label": "x" * 45, "value": "1" * 50, "primary": True}, {"value": "1"}),
        [("1", "object_type")],
        sized=lambda length: {"label": "x" * length, "value": "1", "primary": False},
    ),
    "preferred_locales[0]": Place(
        "preferred_locales[]", [("fr-FR", "fr-FR"), ("fr_fr", "fr-FR")], [("french!", "locale_invalid")]
    ),
    "preferred_locales[]": Place(
        "preferred_locales",
        same([], ["fr-CA", "en"], ["en"] * 50, ["x" + "-abcdefgh" * 11]),
        [(["en"] * 51, "too_many"), ("en", "array_type")],
    ),
    "reporting.exempt": flag("reporting.exempt"),
    "shipping": Place("shipping", same({}, {"name": "Ada"}), [("", "object_type")]),
    "shipping.name": text("shipping.name", 5000),
    "shipping.phone": text_or_integer("shipping.phone", 5000),
    "tax": Place("tax", same({}, {"exempt_status": "none", "provider": "avalara"}), [(True, "object_type")]),
    "tax.exempt_status": choice("tax.exempt_status", "none", "exempt", "reverse"),
    "tax.exempt_status (true->exempt, false->none)": choice("tax.exempt_status", "none", "exempt", "reverse"),
    "tax.exemption_code": text("tax.exemption_code", 5000),
    "tax.ip_address": Place(
        "tax.ip_address",
        same("203.0.113.7", "2001:db8::1", "2001:DB8:0:0::1", "::ffff:203.0.113.7"),
        [("203.0.113", "ip_address_invalid"), ("fe80::1%eth0", "ip_address_invalid"), ("1", "string_too_short")],
        may_be_empty=True,
    ),
    "tax.provider": text("tax.provider", 255),
    "tax_ids[]": Place(
        "tax_ids",
        [([], []), ([{"type": "other", "value": "1"}] * 50, [{"type": "other", "value": "1", "is_valid": None}] * 50)],
        [([{"type": "other", "value": "1"}] * 51, "too_many"), ({}, "array_type")],
    ),
    "tax_ids[] (length 1)": Place(
        "tax_ids[]",
        [
            (
                {"type": "eu_vat", "value": "BE0697449992", "country": "BE"},
                {"type": "eu_vat", "value": "BE0697449992", "country": "BE", "is_valid": True},
            )
        ],
        [("BE0697449992", "object_type")],
    ),
    "tax_ids[].country": Place(
        "tax_ids[].country",
        [("DE", "DE"), ("EU", "EU"), ("germany", "DE")],
        [("Atlantis", "country_unknown"), ("x", "string_too_short")],
        {"type": "other", "value": "1"},
        may_be_empty=True,
    ),
    "tax_ids[].is_default": replace(flag("tax_ids[].is_default"), beside={"type": "other", "value": "1"}),
    "tax_ids[].type": Place(
        "tax_ids[].type",
        same("eu_vat", "ae_trn", "other"),
        [("eu_tax", "tax_id_type_unknown"), (1, "string_type")],
        {"value": "1"},
    ),
    "tax_ids[].type (eu-vat->eu_vat / gb_vat by prefix)": Place(
        "tax_ids[].type",
        [("eu-vat", "gb_vat"), ("other", "other")],
        [("EU-VAT", "tax_id_type_unknown")],
        {"value": "GB980780684"},
    ),
    "tax_ids[].value": required("tax_ids[].value", 255, type="other"),
    "timezone": Place(
        "timezone",
        same("America/Los_Angeles", "Asia/Calcutta", "UTC"),
        [("Mars/Olympus_Mons", "timezone_unknown"), ("x" * 101, "string_too_long")],
        may_be_empty=True,
    ),
}

TOKEN = "(not stored) token"
NOT_STATE = {
    "(not stored)": "expand shapes Stripe's answer",
    "(response only)": "Rebilly computes the hash of an address",
}
NARROWER = {
    "stripe(000) email": "RFC 5321 delivers to 254 characters",
    "orb(003) email": "the same",
    "stripe(000) address.country": "it has to be a country",
    "stripe(000) shipping.address.country": "the same",
    "unnamed(002) country": "the same",
    "stripe(000) invoice_prefix": "the document itself says 3 to 12",
    "stripe(000) preferred_locales": "a language tag is short",
}
"""The limits of the source documents that are not sound: ours is under them."""


def name_of(row: Mapping[str, str]) -> str:
    return f"{row['vendor']} {row['field']}"


def rows(*classes: str) -> list[Any]:
    return [pytest.param(row, id=name_of(row)) for row in ROWS if row["klass"] in classes]


STORED = rows("data", "behaviour", "ref", "identity")


def paths(*, may_be_empty: bool) -> list[Any]:
    """The places where an empty text says that there is none, or those where it does not."""
    places = {place.path: place for place in PLACES.values() if place.may_be_empty == may_be_empty}
    return [pytest.param(place, id=path) for path, place in places.items()]


def own_limits() -> Iterator[Any]:
    """The lengths that the rows themselves allow."""
    for row in ROWS:
        if row["canonical"] not in PLACES or name_of(row) in NARROWER:
            continue
        if limit := re.search(r"<=(\d+)|^(\d+)-(\d+)|\b(\d+)-(\d+)$", row["constraints"]):
            for length in filter(None, limit.groups()):
                yield pytest.param(row, int(length), id=f"{name_of(row)} of {length}")


def create(api: Api, customer: dict[str, Any]) -> Answer:
    return api.create({"external_id": f"crm-{next(NUMBER)}"} | customer)


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 116
    assert {row["canonical"] for row in ROWS} == {*PLACES, *NOT_STATE, TOKEN}


@pytest.mark.parametrize("row", STORED)
def test_a_value_at_the_limits_is_stored_and_comes_back(api: Api, table: Any, row: dict[str, str]) -> None:
    place = PLACES[row["canonical"]]

    for sent, returned in place.accepted:
        answer = create(api, place.customer(sent))

        assert answer.status == 201, answer.text
        assert place.value(answer.json) == returned
        assert model.to_json(item_of(table, answer)) == answer.text


@pytest.mark.parametrize("place", paths(may_be_empty=True))
@pytest.mark.parametrize("empty", [None, "", "  ", "\ufeff\u200b"], ids=ascii)
def test_an_empty_text_is_as_good_as_null(api: Api, place: Place, empty: str | None) -> None:
    answer = create(api, place.customer(empty))

    assert answer.status == 201, answer.text
    with pytest.raises(KeyError):
        place.value(answer.json)


@pytest.mark.parametrize("place", paths(may_be_empty=False))
def test_an_empty_text_is_kept_or_refused_where_it_can_not_be_absent(api: Api, place: Place) -> None:
    answer = create(api, place.customer(""))

    if place.path == "invoice_settings.custom_fields[].value":
        assert place.value(answer.json) == ""
    else:
        assert (answer.status, list(answer.codes)) == (422, [place.field])


@pytest.mark.parametrize("row", STORED)
def test_a_value_past_the_limits_is_refused(api: Api, table: Any, row: dict[str, str]) -> None:
    place = PLACES[row["canonical"]]

    for value, code in place.refused:
        answer = create(api, place.customer(value))

        assert (answer.status, answer.codes) == (422, {place.field: code}), value
    assert table.scan()["Count"] == 0


@pytest.mark.parametrize(("row", "length"), list(own_limits()))
def test_what_its_own_document_allows_fits(api: Api, row: dict[str, str], length: int) -> None:
    place = PLACES[row["canonical"]]
    value = place.sized(length)

    answer = create(api, place.customer(value))

    assert answer.status == 201, answer.text
    assert place.value(answer.json) == value


@pytest.mark.parametrize("row", rows("token"))
def test_a_single_use_token_is_refused_by_its_name(api: Api, table: Any, row: dict[str, str]) -> None:
    answer = api.create({"email": "ada@example.com", row["field"]: "tok_visa"})

    assert row["canonical"] == TOKEN
    assert (answer.status, answer.codes) == (422, {row["field"]: "single_use_token"})
    assert answer.json["errors"][0]["detail"] == (
        "Single-use tokens are not stored: redeem the token and send the id of the resulting object in external_refs."
    )
    assert "tok_visa" not in answer.text
    assert table.scan()["Count"] == 0


def test_a_token_in_snake_case_is_refused_too(api: Api) -> None:
    assert api.create({"payment_token": "t"}).codes["payment_token"] == "single_use_token"
    assert api.create({"billing_address": {"source": "t"}}).codes["billing_address.source"] == "unknown_field"


@pytest.mark.parametrize("row", rows("request-control"))
def test_what_is_not_of_the_customer_has_no_place(api: Api, row: dict[str, str]) -> None:
    field = row["field"].rpartition(".")[2]

    answer = api.create({"email": "ada@example.com", field: ["tax_ids"]})

    assert row["canonical"] in NOT_STATE
    assert answer.codes == {field: "unknown_field"}
