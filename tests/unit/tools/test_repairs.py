"""What operators do to the table by hand keeps its promises."""

from typing import Any

import boto3
import pytest

from conftest import Api
from operate.erase_customer import erase
from operate.restore_customers import restore
from operate.verify_table import violations
from support import table_properties

ADA = {"email": "ada@example.com", "external_id": "crm-1815", "metadata": {"plan": "gold"}}
GRACE = {"email": "grace@example.com"}
KEY = {"Content-Type": ["application/json"], "Idempotency-Key": ["key-1"]}


def test_nothing_is_left_of_a_customer_who_is_erased(api: Api, table: Any) -> None:
    ada = api.create(ADA, multiValueHeaders=KEY).json
    grace = api.create(GRACE).json

    erased = erase(table, "acme", ada["id"])

    assert erased == [
        f"acme#customer#{ada['id']}",
        "acme#email#ada@example.com",
        "acme#external_id#crm-1815",
        "acme#idempotency#key-1",
    ]
    assert ada["id"] not in str(table.scan()["Items"])
    assert list(violations(table)) == []
    assert api.get(grace["id"]).status == 200
    assert api.create(ADA, multiValueHeaders=KEY).status == 201


def test_a_customer_of_another_organization_is_not_erased(api: Api, table: Any) -> None:
    ada = api.create(ADA).json

    assert erase(table, "globex", ada["id"]) == []
    assert api.get(ada["id"]).json == ada


@pytest.fixture
def copy(dynamodb: Any, table: Any) -> Any:
    """Makes a copy of the table, as point-in-time recovery does."""
    copies = []

    def make() -> Any:
        copy = dynamodb.create_table(TableName="copy", **table_properties("CustomersTable"))
        copies.append(copy)
        for item in table.scan()["Items"]:
            copy.put_item(Item=item)
        return copy

    yield make
    for made in copies:
        made.delete()


def test_what_a_table_lost_is_put_back_with_its_guards(api: Api, table: Any, copy: Any) -> None:
    ada, grace = api.create(ADA).json, api.create(GRACE).json
    copy()
    erase(table, "acme", ada["id"])

    assert restore(boto3.Session(), None, "copy", table.name) == {"in place": 2}

    assert list(violations(table)) == []
    assert (api.get(ada["id"]).json, api.get(grace["id"]).json) == (ada, grace)
    assert api.create(ADA).status == 409


def test_a_customer_who_was_created_anew_since_is_not_doubled(
    api: Api, table: Any, copy: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = api.create(ADA).json
    copy()
    erase(table, "acme", lost["id"])
    anew = api.create({"email": ADA["email"]}).json
    capsys.readouterr()

    assert restore(boto3.Session(), None, "copy", table.name) == {"left out": 1}

    assert capsys.readouterr().out == f"left out: acme#customer#{lost['id']}\n"
    assert list(violations(table)) == []
    assert api.find(email="ada@example.com").json["data"] == [anew]
