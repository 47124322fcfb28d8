"""The check that proves the promises has to see when they are broken."""

from typing import Any

import pytest

from conftest import Api
from operate.verify_table import violations

ADA = {"email": "ada@example.com", "external_id": "crm-1815"}
EMAIL, EXTERNAL_ID = "acme#email#ada@example.com", "acme#external_id#crm-1815"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again without waiting."""
    monkeypatch.setattr("operate.verify_table.time.sleep", lambda _: None)


@pytest.fixture
def customer_key(api: Api) -> str:
    """The key of a customer that was created as any other, with an Idempotency-Key."""
    headers = {"Content-Type": ["application/json"], "Idempotency-Key": ["key-1"]}
    return f"acme#customer#{api.create(ADA, multiValueHeaders=headers).json['id']}"


def test_a_whole_table_breaks_no_promise(table: Any, customer_key: str) -> None:
    assert list(violations(table)) == []


@pytest.mark.parametrize("guard", [EMAIL, EXTERNAL_ID])
def test_a_customer_without_a_guard_is_seen(table: Any, customer_key: str, guard: str) -> None:
    table.delete_item(Key={"pk": guard})

    assert list(violations(table)) == [f"{customer_key} has no {guard}"]


def test_guards_and_records_without_their_customer_are_seen(table: Any, customer_key: str) -> None:
    table.delete_item(Key={"pk": customer_key})

    assert set(violations(table)) == {
        f"{key} has no {customer_key}" for key in (EMAIL, EXTERNAL_ID, "acme#idempotency#key-1")
    }


def test_a_guard_of_another_customer_is_seen_from_both_sides(table: Any, api: Api, customer_key: str) -> None:
    other = api.create({"email": "eve@example.com"}).json["id"]
    table.put_item(Item={"pk": EMAIL, "customer_id": other})

    assert set(violations(table)) == {
        f"{customer_key} and {EMAIL} don't agree",
        f"{EMAIL} and acme#customer#{other} don't agree",
    }


def test_a_record_that_has_expired_needs_no_customer(
    table: Any, customer_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in (customer_key, EMAIL, EXTERNAL_ID):
        table.delete_item(Key={"pk": key})

    assert list(violations(table)) == [f"acme#idempotency#key-1 has no {customer_key}"]
    monkeypatch.setattr("operate.verify_table.time.time", lambda: 10**10)
    assert list(violations(table)) == []


@pytest.mark.parametrize("key", ["nobody", "acme#nothing#1", "acme#customer"])
def test_what_is_nothing_of_ours_is_seen(table: Any, key: str) -> None:
    table.put_item(Item={"pk": key})

    assert list(violations(table)) == [f"{key} stands for nothing"]


def test_a_transaction_that_is_seen_half_done_is_looked_at_again(
    table: Any, customer_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = table.get_item(Key={"pk": EMAIL})["Item"]
    table.delete_item(Key={"pk": EMAIL})
    monkeypatch.setattr("operate.verify_table.time.sleep", lambda _: table.put_item(Item=guard))

    assert list(violations(table)) == []
