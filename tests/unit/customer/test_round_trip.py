"""Whatever is accepted is stored and comes back equal."""

import json
from typing import Any

import pytest

from conftest import Api
from customers.customer import model
from support import ASSIGNED, WHOLE_CUSTOMER, item_of, item_size

# --------------------------------------------------------------------------------------------------- the whole customer


def assert_whole(schema: dict[str, Any], value: Any) -> None:
    """The value has every field of the schema."""
    for option in (schema, *schema.get("anyOf", [])):
        if "$ref" in option:
            assert_whole(DEFINITIONS[option["$ref"].removeprefix("#/$defs/")], value)
        if "properties" in option:
            assert value.keys() == option["properties"].keys()
            for name, field in option["properties"].items():
                assert_whole(field, value[name])
        if "items" in option:
            for entry in value:
                assert_whole(option["items"], entry)


SCHEMA = model.NewCustomer.model_json_schema()
DEFINITIONS = SCHEMA["$defs"]


def test_the_whole_customer_has_every_field() -> None:
    assert_whole(SCHEMA, WHOLE_CUSTOMER)


def test_every_field_is_described_with_an_example() -> None:
    for owner in (SCHEMA, *DEFINITIONS.values(), *model.Customer.model_json_schema()["$defs"].values()):
        assert owner["description"]
        for name, field in owner["properties"].items():
            assert field["description"].endswith("."), name
            is_object = "$ref" in json.dumps(field)
            assert is_object or field["examples"], name


def test_the_examples_of_the_documentation_are_accepted_and_come_back(api: Api) -> None:
    for name, field in SCHEMA["properties"].items():
        for number, example in enumerate(field.get("examples", [])):
            answer = api.create({"external_id": f"{name}-{number}"} | {name: example})
            assert answer.status == 201, answer.text
            assert answer.json[name] == example


def test_the_whole_customer_comes_back_in_the_order_of_the_model(api: Api, table: Any) -> None:
    backwards = json.loads(json.dumps(WHOLE_CUSTOMER), object_pairs_hook=lambda members: dict(reversed(members)))

    answer = api.create(backwards)

    assert answer.status == 201, answer.text
    expected = json.loads(json.dumps(WHOLE_CUSTOMER)) | {"phone_e164": "+15417543010"}
    for tax_id in expected["tax_ids"]:
        tax_id["is_valid"] = True
    assert {name: value for name, value in answer.json.items() if name not in ASSIGNED} == expected
    assert list(answer.json) == ["id", "created_at", "updated_at", "revision", *expected]
    for name in ("billing_address", "shipping", "tax", "invoice_settings"):
        assert json.dumps(answer.json[name]) == json.dumps(expected[name])
    assert list(answer.json["metadata"]) == ["engine", "plan"]
    assert model.to_json(item_of(table, answer)) == answer.text


def test_a_stored_customer_is_plain_to_read(api: Api, table: Any) -> None:
    """In the DynamoDB console, maps are maps and free JSON is its text."""
    item = item_of(table, api.create(WHOLE_CUSTOMER))

    assert item["billing_address"]["city"] == "London"
    assert item["balance"] == -1250
    assert item["tax_ids"][0]["is_valid"] is True
    assert item["custom_fields"] == '{"a.b":[1,2.5,null,true,{"deep":""}],"empty":{},"none":[],"名":"李"}'


def test_an_old_customer_stays_readable() -> None:
    """Currencies, zones and rules change; reading does not validate."""
    old = {
        "pk": "acme#customer#cus_1",
        "id": "cus_1",
        "name": "x" * 1000,
        "currency": "DEM",
        "timezone": "Asia/Rangoon",
        "tax_ids": [{"value": "1", "type": "xx_vat"}],
    }

    assert model.to_json(old) == (
        '{"id":"cus_1","name":"' + "x" * 1000 + '","timezone":"Asia/Rangoon","currency":"DEM",'
        '"tax_ids":[{"type":"xx_vat","value":"1"}]}'
    )


# -------------------------------------------------------------------------------------------------------- custom_fields


@pytest.mark.parametrize(
    "value",
    [
        "0",
        "-0",
        "-0e0",
        "1.0",
        "1.10",
        "-0.0",
        "1e2",
        "1E+400",
        "1e99999999999999999999",
        "0.1000000000000000055511151231257827021181583404541015625",
        "123456789012345678901234567890123456789012345678901234567890",
        "9" * 4300,
        "3." + "1" * 10_000,
        "true",
        "null",
        '""',
        '" untrimmed "',
        '"-0"',
        '"1.0, -0, "',
        '"e\u0301 is not \u00e9"',
        '"\\u0000\\u001f\\n"',
        '"\x7f\x85\u2028\U0001f600"',
        '"\\"\\\\/"',
        "[]",
        "{}",
        "[[],{}]",
        '{"a.b":1,"a[0]":2,"":3}',
        '{"e\u0301":1,"\u00e9":2}',
        "[" * 150 + "]" * 150,
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_free_json_comes_back_to_the_letter(api: Api, table: Any, value: str) -> None:
    answer = api.create(f'{{"email": "ada@example.com", "custom_fields": {{"x": {value}}}}}')

    assert answer.status == 201, answer.text
    assert json.loads(answer.text, parse_float=str, parse_int=str)["custom_fields"] == json.loads(
        f'{{"x": {value}}}', parse_float=str, parse_int=str
    )
    assert model.to_json(item_of(table, answer)) == answer.text


@pytest.mark.parametrize(
    "value",
    ["9" * 4301, "NaN", "-Infinity", "01", "1.", '"\\ud800"', '{"a": 1, "a": 2}', "[" * 300 + "]" * 300],
    ids=lambda value: value[:20],
)
def test_free_json_that_would_change_or_is_beyond_a_limit_is_refused(api: Api, table: Any, value: str) -> None:
    answer = api.create(f'{{"email": "ada@example.com", "custom_fields": {{"x": {value}}}}}')

    assert answer.status == 400
    assert table.scan()["Count"] == 0


def test_free_json_has_one_order(api: Api, table: Any) -> None:
    """Names in an object have none of their own, so that a request that is sent again may have another."""
    answer = api.create('{"email": "ada@example.com", "custom_fields": {"b": {"d": 1, "c": 2}, "a": 3}}')

    assert item_of(table, answer)["custom_fields"] == '{"a":3,"b":{"c":2,"d":1}}'


@pytest.mark.parametrize("number", ["-0.5", "1.5e0", "1e-1", "100.01", "1e-999999999", "1e99999999999999999999"])
@pytest.mark.parametrize(
    ("field", "code"),
    [("balance", "int_type"), ("phone", "string_type"), ("name", "string_type"), ("tax", "object_type")],
)
def test_a_number_with_a_fraction_is_no_integer_and_no_text(api: Api, field: str, code: str, number: str) -> None:
    assert api.create(f'{{"email": "ada@example.com", "{field}": {number}}}').codes == {field: code}


@pytest.mark.parametrize("number", ["100", "100.0", "1e2", "1E+2", "1.00e2", "10000e-2", "100.00000000000000000000"])
def test_an_integer_is_one_however_it_is_written(api: Api, number: str) -> None:
    body = (
        f'{{"external_id": "1", "balance": {number}, "invoice_settings": {{"next_sequence": {number}}},'
        f'"phone": {number}, "shipping": {{"phone": {number}, "address": {{"postal_code": {number}}}}}}}'
    )

    customer = api.create(body).json

    assert (customer["balance"], customer["invoice_settings"]) == (100, {"next_sequence": 100})
    assert (customer["phone"], customer["shipping"]) == ("100", {"phone": "100", "address": {"postal_code": "100"}})


@pytest.mark.parametrize("number", ["1e400", "9007199254740992.0", "1e999999999"])
def test_an_integer_beyond_the_safe_ones_is_told_the_limit(api: Api, number: str) -> None:
    assert api.create(f'{{"email": "a@b.co", "balance": {number}}}').codes == {"balance": "less_than_equal"}
    assert api.create(f'{{"email": "a@b.co", "balance": -{number}}}').codes == {"balance": "greater_than_equal"}
    assert api.create(f'{{"email": "a@b.co", "phone": {number}}}').codes == {"phone": "string_type"}


# ------------------------------------------------------------------------------------------------- the largest customer


def test_the_largest_customer_fits_an_item(api: Api, table: Any) -> None:
    """No text grows more than threefold: four bytes of U+1D160 are twelve when they are normalised (Unicode's FAQ)."""
    wide = "\U0001d160" * 1666
    address = dict.fromkeys(("line1", "line2", "city", "state", "postal_code"), wide)
    customer: dict[str, Any] = {
        "external_id": "\U0001d160" * 85,
        "billing_address": address,
        "shipping": {"name": wide, "phone": wide, "address": address},
        "description": wide,
        "invoice_settings": {"footer": wide},
        "name": "\U0001d160" * 166,
        "metadata": {f"{number:02}" + "\U0001d160" * 12: "\U0001d160" * 166 for number in range(50)},
    }
    padding = 128 * 1024 - len(json.dumps(customer | {"custom_fields": {"x": ""}}, ensure_ascii=False).encode())
    assert 0 < padding < 6000

    answer = api.create(json.dumps(customer | {"custom_fields": {"x": "x" * padding}}, ensure_ascii=False))

    assert answer.status == 201, answer.text
    item = item_of(table, answer)
    assert model.to_json(item) == answer.text
    assert 380 * 1000 < item_size(item) < 400 * 1024


def test_text_that_grows_over_its_limit_is_refused(api: Api) -> None:
    assert api.create({"email": "ada@example.com", "description": "\U0001d160" * 1667}).codes == {
        "description": "string_too_long"
    }
