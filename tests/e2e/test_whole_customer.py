"""The whole customer through the deployed layers, which leave out what no function runs."""

import json
import uuid
from typing import Any

import httpx
from boto3.dynamodb.types import TypeDeserializer

from customers.customer import model, tax_ids
from local.stack import Stack
from support import ASSIGNED, ROOT, WHOLE_CUSTOMER


def unique() -> dict[str, Any]:
    return {"external_id": uuid.uuid4().hex, "email": f"ada-{uuid.uuid4().hex}@example.com"}


def test_the_whole_customer_is_stored_and_comes_back(client: httpx.Client, stack: Stack) -> None:
    customer = WHOLE_CUSTOMER | unique()

    answer = client.post("/customers", json=customer)

    assert answer.status_code == 201, answer.text
    expected = json.loads(json.dumps(customer)) | {"phone_e164": "+15417543010"}
    for tax_id in expected["tax_ids"]:
        tax_id["is_valid"] = True
    assert {name: value for name, value in answer.json().items() if name not in ASSIGNED} == expected
    item = stack.client("dynamodb").get_item(
        TableName=stack.outputs["TableName"], Key={"pk": {"S": f"acme#customer#{answer.json()['id']}"}}
    )["Item"]
    record = {name: TypeDeserializer().deserialize(value) for name, value in item.items()}
    assert model.to_json(record) == answer.text


def test_every_module_for_tax_ids_is_in_the_layer(client: httpx.Client) -> None:
    numbers = json.loads((ROOT / "tests" / "data" / "tax_ids.json").read_text())
    kinds = [kind for kind, modules in tax_ids.TYPES.items() if modules]

    for some in (kinds[:50], kinds[50:]):
        sent = [{"type": kind, "value": next(iter(numbers[kind]["valid"]))} for kind in some]
        answer = client.post("/customers", json=unique() | {"tax_ids": sent})
        assert answer.status_code == 201, answer.text
        assert [tax_id["type"] for tax_id in answer.json()["tax_ids"] if not tax_id["is_valid"]] == []


def test_names_of_countries_currencies_zones_and_languages_are_in_the_layer(client: httpx.Client) -> None:
    customer = unique() | {
        "billing_address": {"country": "Ivory Coast"},
        "phone": "27 20 21 22 23",
        "currency": "xof",
        "timezone": "Africa/Abidjan",
        "preferred_locales": ["FR_ci"],
    }

    answer = client.post("/customers", json=customer)

    assert answer.status_code == 201, answer.text
    assert (
        answer.json().items()
        >= {
            "billing_address": {"country": "CI"},
            "phone_e164": "+2252720212223",
            "currency": "XOF",
            "timezone": "Africa/Abidjan",
            "preferred_locales": ["fr-CI"],
        }.items()
    )
