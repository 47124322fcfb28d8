"""`make export` writes what `make import` takes: leaving is as easy as coming."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aws_imports import Aws
from conftest import Api
from customers.customer.model import new_record, to_json
from customers.table import dynamodb
from customers.table.writes import Writes
from customers.vendors import stripe
from operate import export_customers
from support import ASSIGNED, WHOLE_CUSTOMER

pytest_plugins = ["operators"]

type Make = Callable[..., tuple[int, str, str]]

TRICKY: list[dict[str, Any]] = [
    WHOLE_CUSTOMER,
    {"external_id": "only", "name": "line\u2028separator 李"},
    {"email": "zoë@bücher.example", "metadata": {"empty": ""}},
    {"email": "n@example.com", "balance": -1250, "tax_ids": [{"type": "eu_vat", "value": "DE123456789"}]},
]


@pytest.fixture
def exported(stack_in_memory: Any, table: Any) -> Callable[[str], list[str]]:
    return lambda organization: [*export_customers.lines(table, organization)]


def test_all_customers_of_an_organization_come_out_the_newest_last(
    api: Api, table: Any, exported: Callable[[str], list[str]]
) -> None:
    for number in (3, 1, 2):
        customer = api.create({"external_id": f"x-{number}"}).json
        table.update_item(
            Key={"pk": f"acme#customer#{customer['id']}"},
            UpdateExpression="SET created_at = :time",
            ExpressionAttributeValues={":time": f"2026-01-0{number}T00:00:00.000Z"},
        )
    assert exported("acme") == [f'{{"external_id":"x-{number}"}}' for number in (1, 2, 3)]
    assert exported("acm") == []


def test_an_import_of_an_export_makes_equal_customers(  # noqa: PLR0913, PLR0917 - fixtures
    api: Api, make: Make, aws: Aws, table: Any, exported: Callable[[str], list[str]], tmp_path: Path
) -> None:
    originals = [api.create(json.dumps(customer)) for customer in TRICKY]
    assert [answer.status for answer in originals] == [201] * len(TRICKY), [answer.text for answer in originals]
    file = tmp_path / "customers.jsonl"
    file.write_text("".join(f"{line}\n" for line in exported("acme")))

    status, out, _ = make("import", FILE=str(file), ORG="initech")

    assert (status, out.strip()) == (0, f"{len(TRICKY)} created, 0 existing, 0 invalid")
    assert sorted(exported("initech")) == sorted(exported("acme"))
    copies = [item for item in table.scan()["Items"] if str(item["pk"]).startswith("initech#customer#")]
    assert aws.objects == {}

    def shown(customer: dict[str, Any]) -> str:
        return json.dumps({name: value for name, value in customer.items() if name not in ASSIGNED}, sort_keys=True)

    assert sorted(shown(json.loads(to_json(item))) for item in copies) == sorted(shown(each.json) for each in originals)


def test_it_says_how_many_beside_what_it_writes(api: Api, make: Make, stack_in_memory: Any) -> None:
    api.create({"external_id": "x-1"})

    status, _, err = make("export", ORG="acme")

    assert (status, err.splitlines()[-1]) == (0, "make export: 1 customer")
    assert make("export", ORG="initech")[::2] == (0, "make export: 0 customers\n")
    assert make("export")[2].startswith("make export: ORG is missing.")


def test_who_has_no_identity_gets_the_id_as_external_id_and_can_be_imported(
    make: Make, aws: Aws, table: Any, exported: Callable[[str], list[str]], tmp_path: Path
) -> None:
    """Stripe's and Rebilly's clients need not say who a customer is."""
    record = new_record(stripe.TABLE.new({"description": "A walk-in"}))
    Writes(dynamodb.of_function(), "customers").create("acme", record, lambda: 15.0)
    file = tmp_path / "customers.jsonl"
    file.write_text("".join(f"{line}\n" for line in exported("acme")))

    status, out, _ = make("import", FILE=str(file), ORG="initech")

    assert (status, out.strip()) == (0, "1 created, 0 existing, 0 invalid")
    [line] = exported("initech")
    assert json.loads(line) == {"description": "A walk-in", "external_id": record["id"]}


def test_it_writes_utf_8_whatever_the_terminal_has(
    api: Api, make: Make, stack_in_memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.create({"external_id": "x-1", "name": "李"})
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))

    status, _, _ = make("export", ORG="acme")

    assert status == 0
    assert written.getvalue().decode() == '{"external_id":"x-1","name":"李"}\n'
