from typing import Any

import pytest

from conftest import Api
from faults import faults

ADA = {
    "external_id": "crm/1815 ö",
    "email": "Ada+Lovelace@Bücher.example.com",
    "name": "Ada",
    "billing_address": {"line1": "1", "city": "London", "country": "GB"},
    "metadata": {"plan": "analytical", "engine": "2"},
}


def test_a_customer_is_read_as_it_was_created(api: Api) -> None:
    created = api.create(ADA)

    answer = api.get(created.json["id"])

    assert answer.status == 200
    assert answer.text == created.text
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-Id"] == "5d4b2a10-7c3e-4f1d-9a6b-0c8e2f4a6b8d"


@pytest.mark.parametrize("customer_id", ["cus_" + "0" * 32, "cus_1", "CUS_" + "0" * 32, "xyzzy", "a b%2Fd", "é" * 3000])
def test_an_id_that_nobody_has_is_not_found(api: Api, customer_id: str) -> None:
    api.create(ADA)

    answer = api.get(customer_id)

    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["type"].endswith("/problems/not-found")
    assert answer.json["detail"] == "There is no customer with this id."
    assert customer_id not in answer.text


@pytest.mark.parametrize(
    "email",
    [
        "Ada+Lovelace@Bücher.example.com",
        "ADA+LOVELACE@BÜCHER.EXAMPLE.COM",
        "ada+lovelace@xn--bcher-kva.example.com",
        " ada+lovelace@bu\u0308cher.example.com",
        "ada lovelace@bücher.example.com",  # what a query string makes of a plus sign that is not encoded
    ],
)
def test_a_customer_is_found_by_any_spelling_of_its_email(api: Api, email: str) -> None:
    created = api.create(ADA)

    answer = api.find(email=email)

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json == {"data": [created.json], "next_cursor": None}


def test_a_space_within_quotes_is_part_of_the_email(api: Api) -> None:
    created = api.create({"email": '"ada lovelace"@example.com'})

    assert api.find(email=' "ada lovelace"@example.com ').json["data"] == [created.json]


@pytest.mark.parametrize("control", ["\x1c", "\x1f", "\x85"])
def test_a_control_character_around_an_email_is_refused_as_in_a_create(api: Api, control: str) -> None:
    api.create(ADA)

    answer = api.find(email=f"{control}Ada+Lovelace@Bücher.example.com")

    assert answer.status == 400
    assert answer.codes == {"email": "control_character"}


@pytest.mark.parametrize(("external_id", "found"), [("crm/1815 ö", 1), ("crm/1815 o\u0308 ", 1), ("CRM/1815 ö", 0)])
def test_a_customer_is_found_by_its_exact_external_id(api: Api, external_id: str, found: int) -> None:
    created = api.create(ADA)

    assert api.find(external_id=external_id).json == {"data": [created.json] * found, "next_cursor": None}


@pytest.mark.parametrize("parameters", [{"email": "eve@example.com"}, {"external_id": "crm-1"}], ids=str)
def test_nobody_found_is_an_empty_list(api: Api, parameters: dict[str, str]) -> None:
    api.create(ADA)

    answer = api.find(**parameters)

    assert (answer.status, answer.json) == (200, {"data": [], "next_cursor": None})


@pytest.mark.parametrize(
    ("parameters", "codes"),
    [
        ({"email": "a@example.com", "external_id": "1"}, {"email": "not_alone", "external_id": "not_alone"}),
        ({"email": "a@example.com", "limit": "1"}, {"email": "not_alone"}),
        ({"external_id": "1", "created_after": "2026-01-31"}, {"external_id": "not_alone"}),
        ({"external_id": "1", "name": "Ada"}, {"external_id": "not_alone"}),
        ({"email": ["a@example.com", "b@example.com"]}, {"email": "repeated"}),
    ],
    ids=str,
)
def test_a_search_takes_one_parameter_once(api: Api, parameters: dict[str, Any], codes: dict[str, str]) -> None:
    answer = api.find(**parameters)

    assert answer.status == 400
    assert answer.json["type"].endswith("/problems/malformed-request")
    assert answer.codes == codes


@pytest.mark.parametrize(
    ("parameters", "field", "code"),
    [
        ({"email": ""}, "email", "string_too_short"),
        ({"email": "ada"}, "email", "email_invalid"),
        ({"email": "a" * 10_000}, "email", "string_too_long"),
        ({"external_id": ""}, "external_id", "string_too_short"),
        ({"external_id": "\u200b"}, "external_id", "string_too_short"),
        ({"external_id": "Kunde-\ufffd1"}, "external_id", "replacement_character"),
        ({"email": "z\ufffd@example.com"}, "email", "replacement_character"),
        ({"external_id": "a\x00"}, "external_id", "control_character"),
        ({"name": "Ada"}, "name", "unknown_field"),
    ],
)
def test_a_bad_parameter_is_named(api: Api, parameters: dict[str, Any], field: str, code: str) -> None:
    answer = api.find(**parameters)

    assert answer.status == 400
    assert answer.json["type"].endswith("/problems/malformed-request")
    assert answer.codes == {field: code}


def test_reads_are_consistent(api: Api) -> None:
    created = api.create(ADA).json

    with faults() as calls:
        api.get(created["id"])
        api.find(email="ada+lovelace@bücher.example.com")

    assert [call.operation for call in calls] == ["GetItem"] * 3
    assert all(call.parameters["ConsistentRead"] is True for call in calls)
