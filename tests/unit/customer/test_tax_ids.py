"""Types, verdicts and countries of tax ids; tests/data/tax_ids.json has numbers of every type."""

import json
from typing import Any
from uuid import uuid4

import pytest

from conftest import Api
from customers.customer import tax_ids
from support import ROOT

TYPES: dict[str, Any] = json.loads((ROOT / "tests" / "data" / "tax_ids.json").read_text())


def stored(api: Api, **tax_id: Any) -> dict[str, Any]:
    """The tax id of a customer that was created with it."""
    answer = api.create({"external_id": uuid4().hex, "tax_ids": [tax_id]})
    assert answer.status == 201, answer.text
    [stored] = answer.json["tax_ids"]
    return dict(stored)


def test_all_types_of_stripe_and_orb_are_known_and_other() -> None:
    assert TYPES.keys() == tax_ids.TYPES.keys()
    assert len(TYPES) == 71 + 64 + len(["other"])


def test_there_is_a_valid_and_an_invalid_number_of_each_type_that_has_a_module() -> None:
    assert {kind for kind, numbers in TYPES.items() if numbers["valid"] and numbers["invalid"]} == {
        kind for kind, modules in tax_ids.TYPES.items() if modules
    }


@pytest.mark.parametrize("kind", [kind for kind, modules in tax_ids.TYPES.items() if modules])
def test_a_number_of_this_type_is_judged(api: Api, kind: str) -> None:
    sent = [{"type": kind, "value": value} for value in (*TYPES[kind]["valid"], *TYPES[kind]["invalid"])]

    answer = api.create({"email": "ada@example.com", "tax_ids": sent})

    assert answer.status == 201, answer.text
    assert [(tax_id["value"], tax_id["is_valid"]) for tax_id in answer.json["tax_ids"]] == [
        *((value, True) for value in TYPES[kind]["valid"]),
        *((value, False) for value in TYPES[kind]["invalid"]),
    ]


@pytest.mark.parametrize("kind", [kind for kind, modules in tax_ids.TYPES.items() if not modules])
def test_a_number_of_a_type_without_a_check_is_stored_as_it_was_sent(api: Api, kind: str) -> None:
    value = next(iter(TYPES[kind]["examples"]), "12-34 5/a")

    tax_id = stored(api, type=kind, value=value)

    country = {} if kind == "other" else {"country": TYPES[kind]["countries"][0]}
    assert tax_id == {"type": kind, "value": value, "is_valid": None} | country


@pytest.mark.parametrize("kind", TYPES)
def test_what_the_vendors_show_is_never_refused(api: Api, kind: str) -> None:
    sent = [{"type": kind, "value": value} for value in TYPES[kind]["examples"]]

    assert api.create({"email": "ada@example.com", "tax_ids": sent}).status == 201


@pytest.mark.parametrize("kind", [kind for kind, numbers in TYPES.items() if numbers["valid"]])
def test_case_and_separators_and_the_country_in_front_make_no_difference(kind: str) -> None:
    for sent, compact in TYPES[kind]["valid"].items():
        country = tax_ids.country_of(kind, sent)
        number = compact.removeprefix(country or "")
        separated = number.replace("-", "") if kind == "us_ein" else "-".join(number)

        for spelling in (
            compact,
            sent.lower(),
            " ".join(compact),
            separated,
            f"{country}{number}",
            f"{country} {number}",
        ):
            assert tax_ids.is_valid(kind, spelling, country) is True, spelling


@pytest.mark.parametrize(
    ("kind", "value", "country", "is_valid"),
    [
        ("gb_vat", "XI 980 7806 84", None, True),
        ("us_ein", "12-3456789", None, True),
        ("us_ein", "123-45-6789", None, False),  # a person's
        ("mk_vat", "MK4030000375897", None, True),
        ("eu_vat", "143454214", "DE", True),
        ("eu_vat", "094259216", "EL", True),
        ("eu_vat", "980780684", "XI", True),
        ("eu_vat", "143454214", None, False),  # of no country
        ("hu_tin", "12892312242", None, True),
        ("hu_tin", "12892312-2-42", None, True),
        ("hu_tin", "HU 12892312 2 42", None, True),
        ("hu_tin", "12892312742", None, False),
        ("sg_gst", "M12345678X", None, None),
        ("sg_gst", "M9-0012345-6", None, None),
        ("sg_gst", "mr-2001234-5", None, None),
        ("sg_gst", "00192200M", None, True),
        ("bg_uic", "1750747520001", None, None),  # a branch of 175074752
        ("gh_tin", "GHA-123456789-0", None, None),  # a person's card
        ("br_cnpj", "12.ABC.345/01DE-35", None, True),
    ],
)
def test_a_value_is_kept_as_it_was_sent(
    api: Api, kind: str, value: str, country: str | None, *, is_valid: bool | None
) -> None:
    tax_id = stored(api, type=kind, value=f" {value} ", country=country)

    assert (tax_id["value"], tax_id["is_valid"]) == (value, is_valid)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("cn_tin", "3642699910\uff110100751"),  # cn.ric breaks on it with a KeyError
        ("de_stn", "1" * 255),
        ("eu_vat", "DE\u0663\u0665"),
        ("us_ein", "\U0001f600"),
    ],
)
def test_a_number_that_a_module_breaks_on_is_not_valid(api: Api, kind: str, value: str) -> None:
    tax_id = stored(api, type=kind, value=value)

    assert (tax_id["value"], tax_id["is_valid"]) == (value, False)


@pytest.mark.parametrize(
    ("kind", "value", "country"),
    [
        ("ad_nrt", "1", "AD"),
        ("gb_vat", "1", "GB"),
        ("ic_nif", "1", "ES"),
        ("eu_oss_vat", "EU372022452", "EU"),
        ("eu_vat", "DE1", "DE"),
        ("eu_vat", "el1", "GR"),
        ("eu_vat", "GR1", "GR"),
        ("eu_vat", "XI1", "GB"),
        ("eu_vat", "12345678", None),
        ("eu_vat", "CH1", None),
        ("other", "DE1", None),
    ],
)
def test_the_country_follows_from_the_type_and_the_prefix(api: Api, kind: str, value: str, country: str | None) -> None:
    assert stored(api, type=kind, value=value).get("country") == country


@pytest.mark.parametrize(
    ("sent", "country"),
    [("EL", "GR"), ("el", "GR"), ("GR", "GR"), ("XI", "GB"), ("UK", "GB"), ("Northern Ireland", "GB")],
)
def test_the_codes_of_the_european_union_are_understood(api: Api, sent: str, country: str) -> None:
    assert stored(api, type="eu_vat", value="1", country=sent)["country"] == country
    assert stored(api, type="other", value="1", country=sent)["country"] == country


@pytest.mark.parametrize("country", ["DE", "de", "DEU", "Germany"])
def test_a_country_that_agrees_is_canonical(api: Api, country: str) -> None:
    assert stored(api, type="eu_vat", value="DE1", country=country)["country"] == "DE"
    assert api.create({"external_id": "1", "tax_ids": [{"type": "de_stn", "value": "1", "country": country}]}).json[
        "tax_ids"
    ] == [{"type": "de_stn", "value": "1", "country": "DE", "is_valid": False}]


@pytest.mark.parametrize(
    ("kind", "value", "country"),
    [
        ("de_stn", "1", "FR"),
        ("gb_vat", "1", "IE"),
        ("ic_nif", "1", "PT"),
        ("eu_oss_vat", "EU372022452", "DE"),
        ("eu_vat", "EU372022452", "EU"),
        ("eu_vat", "DE1", "FR"),
        ("eu_vat", "EL1", "DE"),
        ("eu_vat", "XI1", "IE"),
        ("eu_vat", "12345678", "CH"),
        ("eu_vat", "CHE1", "US"),
        ("eu-vat", "GB980780684", "DE"),
    ],
)
def test_a_contradiction_of_type_and_country_is_refused(
    api: Api, table: Any, kind: str, value: str, country: str
) -> None:
    answer = api.create({"email": "a@b.co", "tax_ids": [{"type": kind, "value": value, "country": country}]})

    assert (answer.status, answer.codes) == (422, {"tax_ids[0].country": "tax_id_country_contradiction"})
    assert answer.json["errors"][0]["pointer"] == "#/tax_ids/0/country"
    assert table.scan()["Count"] == 0


@pytest.mark.parametrize(
    ("tax_id", "codes"),
    [
        ({}, {"type": "missing", "value": "missing"}),
        ({"type": "eu_vat"}, {"value": "missing"}),
        ({"value": "1"}, {"type": "missing"}),
        ({"type": "xx_vat", "value": "1", "country": "DE"}, {"type": "tax_id_type_unknown"}),
        ({"type": "EU_VAT", "value": "DE1"}, {"type": "tax_id_type_unknown"}),
        ({"type": None, "value": "1"}, {"type": "string_type"}),
        ({"type": "eu_vat", "value": 1, "country": "Atlantis"}, {"value": "string_type", "country": "country_unknown"}),
        ({"type": "eu_vat", "value": " "}, {"value": "string_too_short"}),
        ({"type": "other", "value": "1", "is_valid": True}, {"is_valid": "unknown_field"}),
        ({"type": "other", "value": "1", "is_default": 1}, {"is_default": "bool_type"}),
    ],
    ids=str,
)
def test_what_is_no_tax_id_is_named(api: Api, tax_id: dict[str, Any], codes: dict[str, str]) -> None:
    answer = api.create({"email": "a@b.co", "tax_ids": [{"type": "other", "value": "1"}, tax_id]})

    assert answer.codes == {f"tax_ids[1].{name}": code for name, code in codes.items()}


def test_one_tax_id_may_be_the_default(api: Api) -> None:
    other = {"type": "other", "value": "1"}
    one = [other | {"is_default": True}, other | {"is_default": False}, other]

    assert api.create({"email": "a@b.co", "tax_ids": one}).status == 201
    answer = api.create({"email": "a@b.co", "tax_ids": [other | {"is_default": True}] * 2})
    assert answer.codes == {"tax_ids": "several_defaults"}
