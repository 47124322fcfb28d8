"""Codes and names that others keep."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pycountry
import pytest

from conftest import Api
from customers.customer import codes


def created(api: Api, **customer: Any) -> Any:
    answer = api.create({"email": "ada@example.com"} | customer)
    assert answer.status == 201, answer.text
    return answer.json


def refused(api: Api, **customer: Any) -> dict[str, str]:
    return api.create({"email": "ada@example.com"} | customer).codes


# ------------------------------------------------------------------------------------------------------------ countries


@pytest.mark.parametrize("kind", ["alpha_2", "alpha_3", "name", "common_name", "official_name"])
def test_every_country_is_known_by_its_codes_and_names(kind: str) -> None:
    countries = [country for country in pycountry.countries if hasattr(country, kind)]

    for text, code in [(getattr(country, kind), country.alpha_2) for country in countries]:
        assert codes.country(text) == codes.country(text.lower()) == codes.country(text.upper()) == code


NAMES = dict(
    [
        *codes.COUNTRY_ALIASES.items(),
        ("The Bahamas", "BS"),
        ("the netherlands", "NL"),
        ("Bosnia & Herzegovina", "BA"),
        ("Cote d\u2019Ivoire", "CI"),
        ("Curacao", "CW"),
        ("Democratic Republic of the Congo", "CD"),
        ("Guinea Bissau", "GW"),
        ("Korea, South", "KR"),
        ("North Korea", "KP"),
        ("Saint Lucia", "LC"),
        ("St. Lucia", "LC"),
        ("Turkiye", "TR"),
        ("Vietnam", "VN"),
        # Unicode's CLDR, whose names many programs show
        ("Hong Kong SAR China", "HK"),
        ("Macao SAR China", "MO"),
        ("Myanmar (Burma)", "MM"),
        ("Palestinian Territories", "PS"),
        ("Bosnia", "BA"),
        ("Congo - Kinshasa", "CD"),
        ("Congo (DRC)", "CD"),
        ("Congo (Republic)", "CG"),
        ("Falkland Islands (Islas Malvinas)", "FK"),
        ("Heard & McDonald Islands", "HM"),
        ("St. Vincent & Grenadines", "VC"),
        ("U.S. Outlying Islands", "UM"),
        ("U.S. Virgin Islands", "VI"),
        ("Aotearoa New Zealand", "NZ"),
        ("Canary Islands", "ES"),
        # WooCommerce
        ("United States (US)", "US"),
        ("United Kingdom (UK)", "GB"),
        ("United States (US) Minor Outlying Islands", "UM"),
        ("Virgin Islands (British)", "VG"),
        ("Virgin Islands (US)", "VI"),
        ("Belau", "PW"),
        ("Bonaire, Saint Eustatius and Saba", "BQ"),
        ("Palestinian Territory", "PS"),
        ("Saint Martin (Dutch part)", "SX"),
        ("Saint Martin (French part)", "MF"),
        ("South Georgia/Sandwich Islands", "GS"),
        # a name and another of the same country
        ("Germany (DE)", "DE"),
        ("Germany (DEU)", "DE"),
        ("Turkey (Türkiye)", "TR"),
        ("Ivory Coast (Côte d'Ivoire)", "CI"),
        ("Eswatini (Swaziland)", "SZ"),
        ("Czech Republic (Czechia)", "CZ"),
    ]
)


@pytest.mark.parametrize(("text", "code"), NAMES.items())
def test_a_country_is_known_by_the_names_in_daily_use(text: str, code: str) -> None:
    assert codes.country(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "Atlantis",
        "XX",
        "EU",
        "UKR1",
        "276",
        "the",
        ".",
        "\U0001f1e9\U0001f1ea",
        "D E",
        "Korea",
        "Deutschland",
        "Germany (France)",
        "Germany (Saxony)",
    ],
)
def test_what_is_no_country_is_refused(api: Api, text: str) -> None:
    assert refused(api, billing_address={"country": text}).keys() == {"billing_address.country"}


# ----------------------------------------------------------------------------------------- currencies, zones, languages


@pytest.mark.parametrize("currency", ["EUR", "eur", "JPY", "KWD", "CHF", "SLE", "XCG"])
def test_a_currency_in_use_is_stored_in_capitals(api: Api, currency: str) -> None:
    assert created(api, currency=currency)["currency"] == currency.upper()


@pytest.mark.parametrize("currency", ["DEM", "HRK", "SLL", "ANG", "BTC", "978", "\u20ac\u20ac\u20ac"])
def test_a_currency_out_of_use_is_refused(api: Api, currency: str) -> None:
    assert refused(api, currency=currency) == {"currency": "currency_unknown"}


@pytest.mark.parametrize("zone", ["Europe/Kyiv", "Europe/Kiev", "US/Pacific", "Etc/GMT+5", "America/Argentina/Ushuaia"])
def test_a_zone_of_the_iana_database_keeps_its_name(api: Api, zone: str) -> None:
    assert created(api, timezone=zone)["timezone"] == zone


@pytest.mark.parametrize(
    "zone", ["europe/kyiv", "Europe", "../etc/passwd", "/UTC", "posixrules", "localtime", "+02:00", "tzdata.zi"]
)
def test_what_is_no_zone_is_refused(api: Api, zone: str) -> None:
    """Files beside the zones included, whatever the machine has there."""
    assert refused(api, timezone=zone) == {"timezone": "timezone_unknown"}


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("fr-FR", "fr-FR"),
        ("fr_fr", "fr-FR"),
        ("EN-us", "en-US"),
        ("sr-latn-rs", "sr-Latn-RS"),
        ("iw", "he"),
        ("en-Latn", "en"),
        ("zh-cmn-Hans-CN", "zh-Hans-CN"),
        ("i-klingon", "tlh"),
        ("de-CH-1996", "de-CH-1996"),
        ("de-u-co-phonebk", "de-u-co-phonebk"),
        ("x-private", "x-private"),
        ("es-419", "es-419"),
        ("und", "und"),
    ],
)
def test_a_language_tag_is_canonical(api: Api, sent: str, stored: str) -> None:
    assert created(api, preferred_locales=[sent])["preferred_locales"] == [stored]


@pytest.mark.parametrize(
    "tag", ["french", "e", "123", "en--US", "en-", "-en", "*", "en_US.UTF-8", "C", "en-u-", "\uff45\uff4e", "a-DE", "x"]
)
def test_what_is_no_language_tag_is_refused(api: Api, tag: str) -> None:
    assert refused(api, preferred_locales=["en", tag]) == {"preferred_locales[1]": "locale_invalid"}


# --------------------------------------------------------------------------------------------------------------- phones


@pytest.mark.parametrize(
    ("phone", "country", "e164"),
    [
        ("+1 (541) 754-3010", None, "+15417543010"),
        ("+44 20 7946 0018 ext. 7", "US", "+442079460018"),
        ("tel:+1-541-754-3010", None, "+15417543010"),
        ("541-754-3010", "US", "+15417543010"),
        ("\uff0b81 90-1234-5678", None, "+819012345678"),
        ("\uff0b\uff18\uff11 \uff19\uff10-\uff11\uff12\uff13\uff14-\uff15\uff16\uff17\uff18", None, "+819012345678"),
        ("\uff10\uff19\uff10-\uff11\uff12\uff13\uff14-\uff15\uff16\uff17\uff18", "JP", "+819012345678"),
        (5417543010, "US", "+15417543010"),
        ("030 901820", "Germany", "+4930901820"),
        ("00 44 20 7946 0018", "DE", "+442079460018"),
        ("038 200 300", "XK", "+38338200300"),
        ("541-754-3010", None, None),
        ("+1 541", None, None),
        ("+999 123456789", None, None),
        ("call me +1", None, None),
        ("911", "US", None),
        ("1", "AQ", None),
    ],
)
def test_a_phone_is_kept_and_has_its_e164_form_where_that_can_be_known(
    api: Api, phone: str | int, country: str | None, e164: str | None
) -> None:
    customer = created(api, phone=phone, billing_address={"country": country})

    assert customer["phone"] == str(phone)
    assert customer.get("phone_e164") == e164


def test_the_e164_form_can_not_be_sent(api: Api) -> None:
    assert refused(api, phone_e164="+15417543010") == {"phone_e164": "unknown_field"}


def test_the_country_of_the_goods_says_nothing_about_the_phone(api: Api) -> None:
    assert "phone_e164" not in created(api, phone="541-754-3010", shipping={"address": {"country": "US"}})


# ----------------------------------------------------------------------------------------------------- dates, addresses


def test_a_date_of_birth_may_be_today_and_not_tomorrow(api: Api) -> None:
    today = datetime.now(UTC).date()
    later = today + timedelta(days=2)

    assert created(api, date_of_birth=str(today))["date_of_birth"] == str(today)
    assert refused(api, date_of_birth=str(later)) == {"date_of_birth": "date_in_future"}


@pytest.mark.parametrize(
    "day", ["1900-02-29", "0000-01-01", "2000-1-1", "20000101", "2000-W01-1", "2000-01-01T00:00:00Z", "\uff12000-01-01"]
)
def test_what_is_no_date_is_refused(api: Api, day: str) -> None:
    assert refused(api, date_of_birth=day) == {"date_of_birth": "date_invalid"}


@pytest.mark.parametrize(
    "address", ["256.0.0.1", "1.2.3", "01.2.3.4", "10.0.0.0/8", "::1%lo", "2001:db8:::1", "localhost"]
)
def test_what_is_no_ip_address_is_refused(api: Api, address: str) -> None:
    assert refused(api, tax={"ip_address": address}) == {"tax.ip_address": "ip_address_invalid"}


# ----------------------------------------------------------------------------------------------------------- references


def test_references_are_kept_to_the_letter(api: Api) -> None:
    ref = {"provider": "acme", "kind": "account", "id": " e\u0301 "}

    assert created(api, external_refs=[ref])["external_refs"] == [ref]


def test_an_account_in_another_system_needs_all_that_names_it(api: Api) -> None:
    assert refused(api, external_refs=[{}], accounting={"providers": [{}]}) == {
        "external_refs[0].provider": "missing",
        "external_refs[0].kind": "missing",
        "external_refs[0].id": "missing",
        "accounting.providers[0].type": "missing",
        "accounting.providers[0].external_id": "missing",
    }


# ---------------------------------------------------------------------------------------------------------- the imports


def test_a_plain_customer_loads_none_of_the_libraries() -> None:
    """A cold start pays for them only when a request needs them."""
    program = """
import sys
from customers.customer import model
from customers.http.parsing import new_customer, read_json

data = read_json(b'{"email": "a@b.co", "name": "Ada", "phone": "1", "metadata": {}}')
model.to_json(model.new_record(new_customer(data)))
print(*sorted({"idna", "langcodes", "phonenumbers", "pycountry", "stdnum", "tzdata"} & sys.modules.keys()))
"""
    path = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", program], env=path, capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
