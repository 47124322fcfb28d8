"""The examples and rules of the five source documents, in the words of this API."""

import json
from typing import Any

import pytest

from conftest import Api
from support import ASSIGNED, ROOT

TAX_IDS = json.loads((ROOT / "tests" / "data" / "tax_ids.json").read_text())

STRIPE_TAX_ID_TYPES = """
    ae_trn au_abn au_arn bg_uic br_cnpj br_cpf ca_bn ca_gst_hst ca_pst_bc ca_pst_mb ca_pst_sk ca_qst ch_vat cl_tin
    eg_tin es_cif eu_oss_vat eu_vat gb_vat ge_vat hk_br hu_tin id_npwp il_vat in_gst is_vat jp_cn jp_rn jp_trn ke_pin
    kr_brn li_uid mx_rfc my_frp my_itn my_sst no_vat nz_gst ph_tin ru_inn ru_kpp sa_vat sg_gst sg_uen si_tin th_vat
    tr_tin tw_vat ua_vat us_ein za_vat
"""
ORB_TAX_ID_TYPES = """
    ad_nrt ae_trn ar_cuit eu_vat au_abn au_arn bg_uic bh_vat bo_tin br_cnpj br_cpf ca_bn ca_gst_hst ca_pst_bc ca_pst_mb
    ca_pst_sk ca_qst ch_vat cl_tin cn_tin co_nit cr_tin do_rcn ec_ruc eg_tin es_cif eu_oss_vat gb_vat ge_vat hk_br
    hu_tin id_npwp il_vat in_gst is_vat jp_cn jp_rn jp_trn ke_pin kr_brn kz_bin li_uid mx_rfc my_frp my_itn my_sst
    ng_tin no_vat no_voec nz_gst om_vat pe_ruc ph_tin ro_tin rs_pib ru_inn ru_kpp sa_vat sg_gst sg_uen si_tin sv_nit
    th_vat tr_tin tw_vat ua_vat us_ein uy_ruc ve_rif vn_tin za_vat
"""
ORB_COUNTRIES = """
    AD AE AR AT AU BE BG BH BO BR CA CH CL CN CO CR CY CZ DE DK EE DO EC EG ES EU FI FR GB GE GR HK HR HU ID IE IL IN IS
    IT JP KE KR KZ LI LT LU LV MT MX MY NG NL NO NZ OM PE PH PL PT RO RS RU SA SE SG SI SK SV TH TR TW UA US UY VE VN ZA
"""


def created(api: Api, customer: dict[str, Any]) -> dict[str, Any]:
    """The customer that came back, less what the service assigns."""
    answer = api.create(customer)
    assert answer.status == 201, answer.text
    return {name: value for name, value in answer.json.items() if name not in ASSIGNED}


# -------------------------------------------------------------------------------------------------- 000 and 004: Stripe


def test_stripes_example_with_a_payment_method(api: Api) -> None:
    """`payment_method` and `invoice_settings.default_payment_method` are references."""
    customer: dict[str, Any] = {
        "email": "jenny.rosen@example.com",
        "external_refs": [
            {"provider": "stripe", "kind": "payment_method", "id": "pm_card_visa"},
            {"provider": "stripe", "kind": "default_payment_method", "id": "pm_card_visa"},
        ],
    }

    assert created(api, customer) == customer


def test_stripes_minimal_profile(api: Api) -> None:
    customer: dict[str, Any] = {
        "email": "jenny.rosen@example.com",
        "name": "Jenny Rosen",
        "metadata": {"internal_customer_id": "6735"},
    }

    assert created(api, customer) == customer


def test_stripes_languages_keep_their_order(api: Api) -> None:
    assert created(api, {"email": "a@b.co", "preferred_locales": ["fr-CA", "en"]})["preferred_locales"] == [
        "fr-CA",
        "en",
    ]


def test_every_field_of_stripe_at_once(api: Api) -> None:
    address = {
        "line1": "354 Oyster Point Blvd",
        "line2": "Suite 1",
        "city": "South San Francisco",
        "state": "CA",
        "postal_code": "94080",
        "country": "US",
    }
    customer: dict[str, Any] = {
        "email": "jenny.rosen@example.com",
        "name": "Jenny Rosen",
        "description": "My First Test Customer",
        "phone": "+1 (650) 253-0000",
        "billing_address": address,
        "shipping": {"name": "Jenny Rosen", "phone": "650 253 0000", "address": address},
        "preferred_locales": ["en"],
        "balance": -1250,
        "tax": {"exempt_status": "reverse", "ip_address": "203.0.113.7"},
        "tax_ids": [{"type": "us_ein", "value": "911144442", "country": "US"}],
        "invoice_settings": {
            "prefix": "ABC",
            "next_sequence": 1,
            "footer": "Thank you.",
            "custom_fields": [{"name": "n" * 30, "value": "v" * 30}],
            "amount_tax_display": "exclude_tax",
        },
        "payment_settings": {"reconciliation_mode": "merchant_default"},
        "external_refs": [
            {"provider": "stripe", "kind": kind, "id": id_}
            for kind, id_ in [
                ("coupon", "Z4OV52SU"),
                ("promotion_code", "promo_1"),
                ("payment_method", "pm_card_visa"),
                ("default_payment_method", "pm_card_visa"),
                ("test_clock", "clock_1"),
            ]
        ],
        "metadata": {"order_id": "6735", "empty": ""},
    }

    answer = created(api, customer)

    assert answer.pop("phone_e164") == "+16502530000"
    assert answer["tax_ids"][0].pop("is_valid") is True
    assert answer == customer


@pytest.mark.parametrize("kind", STRIPE_TAX_ID_TYPES.split())
def test_every_tax_id_type_of_stripe_is_known(api: Api, kind: str) -> None:
    [tax_id] = created(api, {"email": "a@b.co", "tax_ids": [{"type": kind, "value": "1"}]})["tax_ids"]

    assert (tax_id["type"], tax_id["value"]) == (kind, "1")


@pytest.mark.parametrize("field", ["billing_address", "shipping", "metadata"])
def test_stripes_empty_string_for_unset_is_refused(api: Api, field: str) -> None:
    """In a form it is the only way to say null; in JSON there is null."""
    assert api.create({"email": "a@b.co", field: ""}).codes == {field: "object_type"}
    assert api.create({"email": "a@b.co", field: None}).status == 201


def test_stripes_prefix_takes_3_to_12_capitals_or_digits_and_its_sdks_1_and_2(api: Api) -> None:
    for number, prefix in enumerate(["ABC", "A1B2C3D4E5F6", "A", "AB"]):
        customer = {"external_id": str(number), "invoice_settings": {"prefix": prefix}}
        assert created(api, customer) == customer
    for prefix in ("abc", "A-1", "ÄÖÜ", "A" * 13):
        answer = api.create({"email": "a@b.co", "invoice_settings": {"prefix": prefix}})
        assert answer.codes == {"invoice_settings.prefix": "string_pattern_mismatch"}
        assert answer.json["errors"][0]["detail"] == "This has to match ^[A-Z0-9]{1,12}$."


@pytest.mark.parametrize(
    ("settings", "values"),
    [
        ("payment_settings.reconciliation_mode", "'automatic', 'manual' or 'merchant_default'"),
        ("invoice_settings.amount_tax_display", "'exclude_tax' or 'include_inclusive_tax'"),
        ("tax.exempt_status", "'none', 'exempt' or 'reverse'"),
    ],
)
def test_a_choice_that_stripe_does_not_have_is_told_those_that_it_has(api: Api, settings: str, values: str) -> None:
    part, name = settings.split(".")

    answer = api.create({"email": "a@b.co", part: {name: "whatever"}})

    assert answer.codes == {settings: "value_unknown"}
    assert answer.json["errors"][0]["detail"] == f"This has to be {values}."


# --------------------------------------------------------------------------------------------------------- 001: Rebilly


def test_every_field_of_rebilly_at_once(api: Api) -> None:
    """Person and address are one object there, and `eu-vat` is a British number in its example."""
    customer: dict[str, Any] = {
        "external_id": "cus_0YV7DDSDD1C8DA64KHH2W33CPF",
        "email": "jenny.rosen@example.com",
        "emails": [{"label": "main", "value": "jenny.rosen@example.com", "primary": True}],
        "first_name": "Jenny",
        "last_name": "Rosen",
        "organization": "Test LTD",
        "job_title": "CEO",
        "date_of_birth": "1980-04-01",
        "phone_numbers": [{"label": "work", "value": "+1 512 710 1640 #1", "primary": True}],
        "billing_address": {
            "line1": "36 Craven St",
            "line2": "Suite 2",
            "city": "Austin",
            "state": "Texas",
            "postal_code": "78701-1234",
            "country": "US",
        },
        "preferred_locales": ["fr-FR"],
        "tax_ids": [{"type": "eu-vat", "value": "GB980780684", "is_default": True}, {"type": "other", "value": "1"}],
        "compliance": {"enhanced_due_diligence_required": False},
        "external_refs": [
            {"provider": "rebilly", "kind": "website", "id": "web_0YV7DE4Z26DQSA1AC92FBJ7SEG"},
            {"provider": "rebilly", "kind": "organization", "id": "org_0YVDM8RC7GDADADSBSMW124JA8"},
            {"provider": "rebilly", "kind": "default_payment_instrument", "id": "inst_1"},
            {"provider": "rebilly", "kind": "default_payment_instrument.method", "id": "payment-card"},
        ],
        "custom_fields": {"foo": "bar", "tags": [], "depth": {"n": 1}},
    }

    answer = created(api, customer)

    assert answer.pop("tax_ids") == [
        {"type": "gb_vat", "value": "GB980780684", "country": "GB", "is_default": True, "is_valid": True},
        {"type": "other", "value": "1", "is_valid": None},
    ]
    del customer["tax_ids"]
    assert answer == customer


@pytest.mark.parametrize(
    ("value", "kind", "country"),
    [
        ("GB980780684", "gb_vat", "GB"),
        (" gb 980 7806 84", "gb_vat", "GB"),
        ("XI980780684", "eu_vat", "GB"),
        ("BE0697449992", "eu_vat", "BE"),
        ("0697449992", "eu_vat", None),
    ],
)
def test_rebillys_eu_vat_is_european_or_british_by_its_prefix(
    api: Api, value: str, kind: str, country: str | None
) -> None:
    [tax_id] = created(api, {"email": "a@b.co", "tax_ids": [{"type": "eu-vat", "value": value}]})["tax_ids"]

    assert (tax_id["type"], tax_id.get("country")) == (kind, country)


def test_invalid_fields_are_named_with_dots_and_as_often_as_they_are_wrong(api: Api) -> None:
    """As in `invalidFields`: field1, subObject.field2 and another error in the field2."""
    answer = api.create(
        {"email": "nobody", "billing_address": {"country": "Atlantis"}, "metadata": {"a[0]": "", "b" * 41: ""}}
    )

    assert [(error["field"], error["code"]) for error in answer.json["errors"]] == [
        ("email", "email_invalid"),
        ("billing_address.country", "country_unknown"),
        ("metadata", "metadata_key_brackets"),
        ("metadata", "string_too_long"),
    ]


# ----------------------------------------------------------------------------------------- 002: the unnamed payment API


@pytest.mark.parametrize(("zip_code", "stored"), [(10469, "10469"), ("10469-2345", "10469-2345")])
def test_every_example_of_the_unnamed_api(api: Api, zip_code: int | str, stored: str) -> None:
    """Its e-mail addresses are hidden in the document."""
    customer: dict[str, Any] = {
        "name": "John Smith",
        "email": "john.smith@example.com",
        "description": "A1 Company",
        "invoice_settings": {"email_to": "invoices@example.com", "email_cc": ["copies@example.com"]},
        "billing_address": {
            "line1": "103 Mason Street",
            "line2": "2nd Floor",
            "city": "New York",
            "state": "NY",
            "postal_code": zip_code,
            "country": "US",
        },
        "phone": 5417543010,
    }

    answer = created(api, customer)

    assert answer.pop("phone") == "5417543010"
    assert answer.pop("phone_e164") == "+15417543010"
    assert answer["billing_address"].pop("postal_code") == stored
    del customer["phone"], customer["billing_address"]["postal_code"]
    assert answer == customer


@pytest.mark.parametrize(
    "customer",
    [
        {"name": "O'Neil"},
        {"name": "李"},
        {"name": "A1 Company"},
        {"description": "VIP"},
        {"billing_address": {"line1": "1 A", "city": "Å", "state": "Île-de-France", "postal_code": "SW1Y 4JH"}},
        {"phone": "+44 20 7946 0018 ext. 7"},
        {"phone": "0800 1"},
    ],
    ids=str,
)
def test_the_alphabets_and_minima_of_the_unnamed_api_are_not_kept(api: Api, customer: dict[str, Any]) -> None:
    """They refuse people, places and numbers that there are."""
    assert created(api, {"external_id": "1"} | customer).items() >= customer.items()


# ------------------------------------------------------------------------------------------------------------- 003: Orb


def test_every_field_of_orb_at_once(api: Api) -> None:
    address = {
        "line1": "1 Market St",
        "line2": None,
        "city": "San Francisco",
        "state": "CA",
        "postal_code": "94105",
        "country": "US",
    }
    customer: dict[str, Any] = {
        "metadata": {"plan": "gold", "removed": None},
        "name": "Acme, Inc.",
        "email": "billing@example.com",
        "timezone": "America/Los_Angeles",
        "external_id": "acme-1",
        "external_refs": [{"provider": "stripe_charge", "kind": "customer", "id": "cus_123"}],
        "shipping": {"address": address},
        "billing_address": address,
        "currency": "USD",
        "tax_ids": [{"country": "US", "type": "us_ein", "value": "91-1144442"}],
        "payment_settings": {"auto_collection": True},
        "invoice_settings": {"email_delivery": False},
        "tax": {"exempt_status": "exempt", "provider": "avalara", "exemption_code": "G"},
        "reporting": {"exempt": False},
        "accounting": {"excluded": False, "providers": [{"type": "quickbooks", "external_id": "QB-1"}]},
        "additional_emails": ["cfo@example.com", "ap@example.com"],
    }

    answer = created(api, customer)

    del address["line2"], customer["metadata"]["removed"]
    assert answer.pop("tax_ids") == [{"type": "us_ein", "value": "91-1144442", "country": "US", "is_valid": True}]
    del customer["tax_ids"]
    assert answer == customer


@pytest.mark.parametrize("provider", ["quickbooks", "bill.com", "stripe_charge", "stripe_invoice", "netsuite"])
def test_every_payment_provider_of_orb_is_a_reference(api: Api, provider: str) -> None:
    customer = {"email": "a@b.co", "external_refs": [{"provider": provider, "kind": "customer", "id": "1"}]}

    assert created(api, customer) == customer


@pytest.mark.parametrize("field", ["timezone", "external_id", "currency", "billing_address", "shipping", "metadata"])
def test_what_is_nullable_in_orb_may_be_null(api: Api, field: str) -> None:
    assert created(api, {"email": "a@b.co", field: None}) == {"email": "a@b.co"}


@pytest.mark.parametrize("kind", ORB_TAX_ID_TYPES.split())
def test_every_tax_id_type_of_orb_is_known_in_its_countries(api: Api, kind: str) -> None:
    tax_ids = [{"type": kind, "value": "1", "country": country} for country in TAX_IDS[kind]["countries"]]

    stored = created(api, {"email": "a@b.co", "tax_ids": tax_ids})["tax_ids"]

    assert [(tax_id["type"], tax_id["country"]) for tax_id in stored] == [(t["type"], t["country"]) for t in tax_ids]


def test_every_tax_id_country_of_orb_has_a_type() -> None:
    assert {country for kind in ORB_TAX_ID_TYPES.split() for country in TAX_IDS[kind]["countries"]} == {
        *ORB_COUNTRIES.split()
    }
