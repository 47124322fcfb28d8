"""A row of CSV becomes the customer that its columns describe, typed by the model."""

import json
from typing import Any

import pytest

from customers.http.parsing import new_customer, read_json
from operate.imports.columns import HeaderError, columns, document
from support import WHOLE_CUSTOMER


def customer(**values: str) -> Any:
    """The document of a row whose columns have these values."""
    return json.loads(document(columns([*values]), [*values.values()]))


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("name", " Ada ", {"name": " Ada "}),  # the model trims
        ("billing_address.line1", "1 Street\nFlat 2", {"billing_address": {"line1": "1 Street\nFlat 2"}}),
        ("shipping.address.postal_code", "01234", {"shipping": {"address": {"postal_code": "01234"}}}),
        ("phone", "5417543010", {"phone": "5417543010"}),
        ("balance", "-1250", {"balance": -1250}),
        ("balance", " 100.0 ", {"balance": 100.0}),
        ("balance", "1,000", {"balance": "1,000"}),  # not an integer: the model says so
        ("balance", "007", {"balance": "007"}),
        ("invoice_settings.email_delivery", "TRUE", {"invoice_settings": {"email_delivery": True}}),
        ("reporting.exempt", "false", {"reporting": {"exempt": False}}),
        ("reporting.exempt", "yes", {"reporting": {"exempt": "yes"}}),
        ("preferred_locales", "fr-CA; en;", {"preferred_locales": ["fr-CA", "en"]}),
        ("additional_emails", "a@example.com;b@example.com", {"additional_emails": ["a@example.com", "b@example.com"]}),
        ("metadata.crm", "17", {"metadata": {"crm": "17"}}),
        ("metadata.a.b", "x", {"metadata": {"a.b": "x"}}),
        ("metadata", '{"crm": "17"}', {"metadata": {"crm": "17"}}),
        ("custom_fields.note", "x", {"custom_fields": {"note": "x"}}),
        ("custom_fields", "not JSON", {"custom_fields": "not JSON"}),
        ("tax_ids", '[{"type": "eu_vat"}]', {"tax_ids": [{"type": "eu_vat"}]}),
        ("tax_ids[0].value", "DE1", {"tax_ids": [{"value": "DE1"}]}),
        ("emails[1].value", "a@example.com", {"emails": [{"value": "a@example.com"}]}),
        ("name", "", {}),
        ("name", " \u200b", {}),
        ("balance", "", {}),
    ],
)
def test_text_becomes_the_type_of_its_field(column: str, text: str, value: dict[str, Any]) -> None:
    assert customer(**{column: text}) == value


def test_numbers_of_custom_fields_stay_digit_for_digit() -> None:
    text = document(columns(["custom_fields"]), ['{"a": 1.10, "b": [-0, 12345678901234567890, 1e400]}'])

    assert text == '{"custom_fields":{"a": 1.10, "b": [-0, 12345678901234567890, 1e400]}}'


@pytest.mark.parametrize(
    "cell",
    [
        '{"a": 1, "a": 2}',
        r'{"a": "\ud900"}',
        r'{"a": "\ud8001},\"name\":{\"x\":1\udfff"}',
        f'{{"a": {"1" * 5000}}}',
        f'{{"a": {"[" * 100_000}',
    ],
    ids=["a member twice", "half a character", "what stands for JSON", "a long number", "deep"],
)
def test_json_stays_as_it_was_written_for_the_import_to_judge(cell: str) -> None:
    assert document(columns(["custom_fields", "name"]), [cell, "Ada"]) == f'{{"custom_fields":{cell},"name":"Ada"}}'


@pytest.mark.parametrize("cell", ['{"a": NaN}', "{'a': 1}", '{"a": 1', "\ufeff{}", '{"a": "1\n2"}'])
def test_a_cell_that_is_not_json_stays_text(cell: str) -> None:
    assert customer(custom_fields=cell) == {"custom_fields": cell}


def test_a_column_for_every_value_makes_the_whole_customer() -> None:
    def cells(value: Any, path: str) -> dict[str, str]:
        match value:
            case dict():
                return {
                    name: text for key, entry in value.items() for name, text in cells(entry, f"{path}.{key}").items()
                }
            case [dict(), *_]:
                return {
                    name: text
                    for index, entry in enumerate(value)
                    for name, text in cells(entry, f"{path}[{index}]").items()
                }
            case list():
                return {path: ";".join(value)}
            case bool():
                return {path: str(value)}
            case _:
                return {path: str(value)}

    plain = {name: value for name, value in WHOLE_CUSTOMER.items() if name != "custom_fields"}
    row = {name.removeprefix("."): text for name, text in cells(plain, "").items()}
    row["custom_fields"] = json.dumps(WHOLE_CUSTOMER["custom_fields"])

    assert customer(**row) == WHOLE_CUSTOMER
    made = new_customer(read_json(document(columns([*row]), [*row.values()]).encode()))
    assert made == new_customer(read_json(json.dumps(WHOLE_CUSTOMER).encode()))


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        (["email", "nmae", "Telefon"], "unknown columns: nmae, Telefon"),
        (["Email", "E-Mail", "Billing_Address.Line1"], "Email (is it email?), E-Mail (is it email?), Billing_Address"),
        (["email", "preferred locales"], "preferred locales (is it preferred_locales?)"),
        (["email", "\x1b[31mred"], r"unknown columns: \x1b[31mred"),
        (["email", "tax_ids[\u0661].type"], "unknown columns: tax_ids"),
        (["email", ""], "unknown columns: (empty)"),
        (["email", "billing_address.street", "tax_ids.value"], "billing_address.street, tax_ids.value"),
        (["email", "name[0]", "metadata.", "emails[x].value", "name."], "name[0], metadata., emails[x].value, name."),
        (["email", "id", "created_at", "revision"], "unknown columns: id, created_at, revision"),
        (["email", "name", " email"], "duplicate columns: email"),
        (
            ["email", "billing_address", "billing_address.line1"],
            "the column billing_address also contains the values of",
        ),
        (["ada@example.com", "Ada"], "the first row is not a header"),
    ],
)
def test_a_header_that_cant_be_is_one_line(header: list[str], complaint: str) -> None:
    with pytest.raises(HeaderError) as error:
        columns(header)

    assert complaint in str(error.value)
    assert "\n" not in str(error.value)
