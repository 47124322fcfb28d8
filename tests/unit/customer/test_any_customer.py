"""Customers of all kinds are stored and come back equal, but for the canonical forms that docs/customer.md names."""

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import simplejson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Api
from customers.customer import model
from customers.customer.text import trim
from customers.errors import InvalidCustomer
from customers.http.parsing import new_customer, read_json
from customers.http.refusals import DETAILS
from support import ASSIGNED, item_of, item_size

CODES = {
    "country": {"DE": "DE", "us": "US", "XKX": "XK", "Hong Kong SAR China": "HK", "Myanmar (Burma)": "MM"},
    "currency": {"EUR": "EUR", "jpy": "JPY", "KWD": "KWD"},
    "preferred_locales": {
        "en": "en",
        "fr_ca": "fr-CA",
        "sr-latn-RS": "sr-Latn-RS",
        "iw": "he",
        "x-private": "x-private",
    },
}
"""Codes as they are sent, and as they come back."""


VERBATIM = {"id", "external_id", "exemption_code"}
"""The fields in which another system's word is kept to the letter."""


def comes_back(sent: Any, name: str = "") -> Any:
    """What is shown of a value that was sent in a field of the name: equal, but for the canonical forms."""
    match sent:
        case str() if name not in VERBATIM or not trim(sent):
            return CODES.get(name, {}).get(sent) or unicodedata.normalize("NFC", trim(sent))
        case list():
            return [comes_back(entry, name) for entry in sent]
        case dict() if name == "metadata":
            return {comes_back(key): comes_back(value) for key, value in sent.items()}
        case dict():
            shown = {key: comes_back(value, key) for key, value in sent.items()}
            return {key: value for key, value in shown.items() if value != "" or key == "value"}
        case Decimal():
            return int(sent)
        case _:
            return sent


WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=15)
NAMES = WORDS.filter(trim)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r\t"), max_size=15)
EMAILS = st.from_regex(r"[A-Za-z0-9]{1,20}@[a-z0-9]{1,20}\.(com|de|test|рф)", fullmatch=True)
INTEGERS = st.integers(1, 2**53 - 1) | st.integers(1, 10**9).map(lambda number: Decimal(f"{number}.00"))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False).filter(lambda number: not str(number).lstrip("-").isdigit())
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


def few(entry: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(entry, max_size=3)


def some(**fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


ADDRESSES = some(
    line1=LINES, line2=LINES, city=LINES, state=LINES, postal_code=WORDS, country=st.sampled_from([*CODES["country"]])
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "email": EMAILS,
    "additional_emails": few(EMAILS),
    "emails": st.lists(st.fixed_dictionaries({"value": EMAILS}, optional={"label": NAMES, "primary": st.booleans()})),
    "name": WORDS,
    "first_name": WORDS,
    "last_name": WORDS,
    "organization": WORDS,
    "job_title": WORDS,
    "date_of_birth": st.dates(max_value=date(2020, 1, 1)).map(str),
    "description": LINES,
    "phone": NAMES | st.from_regex(r"\+?[0-9 ()-]{5,15}[0-9]", fullmatch=True).map(str.strip),
    "phone_numbers": few(st.fixed_dictionaries({"value": NAMES}, optional={"label": NAMES})),
    "billing_address": ADDRESSES,
    "shipping": some(name=NAMES, phone=NAMES, address=ADDRESSES),
    "preferred_locales": few(st.sampled_from([*CODES["preferred_locales"]])),
    "timezone": st.sampled_from(["UTC", "Europe/Kyiv", "America/Argentina/Buenos_Aires"]),
    "currency": st.sampled_from([*CODES["currency"]]),
    "balance": INTEGERS | st.integers(-(2**53) + 1, 0),
    "tax": some(
        exempt_status=st.sampled_from(["none", "exempt", "reverse"]),
        exemption_code=WORDS,
        provider=NAMES,
        ip_address=st.ip_addresses().map(str),
    ),
    "tax_ids": few(st.fixed_dictionaries({"type": st.just("other"), "value": NAMES})),
    "invoice_settings": some(
        prefix=st.from_regex(r"[A-Z0-9]{1,12}", fullmatch=True),
        next_sequence=INTEGERS,
        footer=LINES,
        custom_fields=few(st.fixed_dictionaries({"name": NAMES, "value": WORDS})),
        amount_tax_display=st.sampled_from(["exclude_tax", "include_inclusive_tax"]),
        email_to=EMAILS,
        email_cc=few(EMAILS),
        email_delivery=st.booleans(),
    ),
    "payment_settings": some(
        auto_collection=st.booleans(),
        reconciliation_mode=st.sampled_from(["automatic", "manual", "merchant_default"]),
    ),
    "accounting": some(
        excluded=st.booleans(),
        providers=few(st.fixed_dictionaries({"type": NAMES, "external_id": NAMES})),
    ),
    "reporting": some(exempt=st.booleans()),
    "compliance": some(enhanced_due_diligence_required=st.booleans()),
    "external_refs": few(st.fixed_dictionaries({"provider": NAMES, "kind": NAMES, "id": NAMES})),
    "metadata": st.dictionaries(NAMES.filter(lambda key: not {"[", "]"} & {*key}), LINES, max_size=5).filter(
        lambda sent: len(comes_back(sent, "metadata")) == len(sent)
    ),
    "custom_fields": st.dictionaries(WORDS, JSON),
}


def in_order(free: Any) -> Any:
    """Free JSON with the names of each object in their one order."""
    match free:
        case dict():
            return {name: in_order(free[name]) for name in sorted(free)}
        case list():
            return [in_order(entry) for entry in free]
        case _:
            return free


def test_every_field_is_generated() -> None:
    assert FIELDS.keys() | {"external_id"} == model.NewCustomer.model_fields.keys()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(some(**FIELDS))
def test_any_customer_is_stored_and_comes_back_equal_but_for_the_canonical_forms(
    api: Api, table: Any, customer: dict[str, Any]
) -> None:
    unique = uuid4().hex
    customer |= {"external_id": unique}
    if "email" in customer:
        customer["email"] = unique + customer["email"]

    body = simplejson.dumps(customer, use_decimal=True)
    answer = api.create(body)

    assert answer.status == 201, answer.text
    returned = {name: value for name, value in answer.json.items() if name not in ASSIGNED | {"phone_e164"}}
    for tax_id in returned.get("tax_ids", []):
        assert tax_id.pop("is_valid") is None
    free = simplejson.loads(answer.text, use_decimal=True).get("custom_fields")
    sent = simplejson.loads(body, use_decimal=True).get("custom_fields")
    assert repr(free) == repr(in_order(sent))  # digit for digit
    assert returned | {"custom_fields": free} == comes_back(customer) | {"custom_fields": free}
    item = item_of(table, answer)
    assert model.to_json(item) == answer.text
    assert item_size(item) < 400 * 1024


NAMES_OF_FIELDS = sorted({*model.NewCustomer.model_fields, "type", "value", "country", "line1", "address", "primary"})
ANYTHING = st.recursive(
    JSON | st.sampled_from(["eu_vat", "eu-vat", "GB1", "DE", "EU", "+1 541 754 3010", "2000-01-01", "::1", "a@b.co"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES_OF_FIELDS), inner, max_size=5),
    max_leaves=15,
)


def codes_of(body: bytes) -> set[str]:
    """The codes for which a body is refused; none when it is a customer."""
    try:
        model.to_json(model.new_record(new_customer(read_json(body))))
    except InvalidCustomer as refusal:
        return {error.code for error in refusal.errors}
    return set()


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES_OF_FIELDS), ANYTHING))
def test_anything_else_is_refused_for_reasons_that_have_a_name(customer: dict[str, Any]) -> None:
    assert codes_of(simplejson.dumps(customer, use_decimal=True).encode()) <= DETAILS.keys() - {"invalid"}
