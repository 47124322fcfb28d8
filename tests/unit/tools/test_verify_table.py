"""The check that proves the promises has to see when they are broken, and nothing else."""

from typing import Any

import pytest

from conftest import Api
from operate.verify_table import violations
from support import WHOLE_CUSTOMER
from verified import EMAIL, EXTERNAL_ID, RECORD, change, delete

pytest_plugins = ["operators"]


@pytest.mark.usefixtures("stack_in_memory")
def test_a_whole_table_breaks_no_promise(table: Any, customer_key: str, api: Api, make: Any) -> None:
    whole = api.create(WHOLE_CUSTOMER | {"external_id": "whole"}).json["id"]
    api.patch(whole, {"email": "changed@example.com", "name": None})

    assert list(violations(table)) == []
    assert make("verify-table") == (0, "customers: no broken promises\n", "")


@pytest.mark.parametrize("guard", [EMAIL, EXTERNAL_ID])
def test_a_customer_without_a_guard_is_seen(
    table: Any, customer_key: str, guard: str, make: Any, stack_in_memory: Any
) -> None:
    table.delete_item(Key={"pk": guard})

    assert list(violations(table)) == [f"{customer_key} has no {guard}"]
    assert make("verify-table") == (1, f"{customer_key} has no {guard}\ncustomers: 1 broken promise\n", "")


def test_guards_without_their_customer_are_seen(table: Any, customer_key: str) -> None:
    table.delete_item(Key={"pk": customer_key})

    assert set(violations(table)) == {f"{key} has no {customer_key}" for key in (EMAIL, EXTERNAL_ID)}


def test_the_record_of_a_customer_that_was_deleted_is_as_it_should_be(table: Any, customer_key: str) -> None:
    delete(customer_key)

    assert [item["pk"] for item in table.scan()["Items"]] == [RECORD]
    assert list(violations(table)) == []


def test_a_guard_of_another_customer_is_seen_from_both_sides(table: Any, api: Api, customer_key: str) -> None:
    other = api.create({"email": "eve@example.com"}).json["id"]
    table.put_item(Item={"pk": EMAIL, "customer_id": other})

    assert set(violations(table)) == {
        f"{customer_key} has not {EMAIL}, which is of customer {other}",
        f"{EMAIL} is not what acme#customer#{other} is guarded by",
    }


def test_the_keys_count_that_were_stored_whatever_a_library_makes_of_an_address_today(
    table: Any, customer_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.table.items.email_key", None)

    assert list(violations(table)) == []


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("REMOVE list_shard", "is not in its place in the list"),
        ("SET list_shard = :text", "is not in its place in the list"),
        ("REMOVE listed_at", "is not in its place in the list"),
        ("SET listed_at = :text", "is not in its place in the list"),
        ("REMOVE created_at", "has no created_at"),
        ("REMOVE guards", "has no guards"),
        ("REMOVE guards, id", "has no id and no guards"),
        ("SET guards = :text", "has no guards"),
        ("REMOVE guards.email", "has no stored key of its email"),
        ("REMOVE email", "has stored key of its email"),
        ("SET id = :text", "has another id"),
        ("SET guards.email = :text", "is guarded by x, which guards no email of acme"),
        ("SET guards.email = guards.external_id", f"is guarded by {EXTERNAL_ID}, which guards no email of acme"),
        ("SET email = :text", f"is guarded by {EMAIL}, which is not of its email"),
        ("SET external_id = :text", f"is guarded by {EXTERNAL_ID}, which is not of its external_id"),
        ("SET external_id = :empty", "has no external_id"),
        ("SET email = :number", "has no email"),
        ("SET id = :empty", "has no id"),
        ("SET id = :number", "has no id"),
        ("SET guards.email = :number", "has no guards"),
        ("SET guards.email = :empty", "has no guards"),
        ("SET guards.email = :long", "has no guards"),
        ("SET guards.phone = :text", "has no guards"),
        ("SET created_at = :text", "has no created_at"),
        ("REMOVE updated_at", "has no updated_at"),
        ("REMOVE revision", "has no revision"),
        ("SET revision = :text", "has no revision"),
        ("SET expires_at = :number", "has expires_at, which it must not have"),
        ("SET customer_id = :text", "has customer_id, which it must not have"),
    ],
)
def test_a_customer_whose_keys_are_not_right_is_seen(
    table: Any, customer_key: str, expression: str, words: str
) -> None:
    values = {"text": "x", "empty": "", "number": 1, "long": "x" * 3000}
    change(table, customer_key, expression, **{name: v for name, v in values.items() if f":{name}" in expression})

    assert f"{customer_key} {words}" in list(violations(table))


@pytest.mark.parametrize("expression", ["SET expires_at = :one", "REMOVE revision", "SET created_at = :one"])
def test_what_is_wrong_with_a_customer_is_not_said_of_its_guards(
    table: Any, customer_key: str, expression: str
) -> None:
    change(table, customer_key, expression, **({"one": 1} if ":one" in expression else {}))

    [words] = violations(table)
    assert words.startswith(f"{customer_key} has ")


@pytest.mark.usefixtures("customer_key")
@pytest.mark.parametrize("key", [EMAIL, EXTERNAL_ID])
@pytest.mark.parametrize("attribute", ["expires_at", "id", "list_shard", "listed_at"])
def test_a_guard_that_would_expire_or_be_listed_is_seen(table: Any, key: str, attribute: str) -> None:
    change(table, key, f"SET {attribute} = :text", text="x")

    assert list(violations(table)) == [f"{key} has {attribute}, which it must not have"]


@pytest.mark.usefixtures("customer_key")
@pytest.mark.parametrize("attribute", ["id", "list_shard", "guards"])
def test_a_record_that_would_be_listed_is_seen(table: Any, attribute: str) -> None:
    change(table, RECORD, f"SET {attribute} = :text", text="x")

    assert list(violations(table)) == [f"{RECORD} has {attribute}, which it must not have"]


@pytest.mark.parametrize("email", ['"ada"@example.com', "ada@XN--BCHER-KVA.example", "ädä@example.com"])
def test_an_address_whose_key_only_a_library_can_tell_is_trusted(table: Any, customer_key: str, email: str) -> None:
    change(table, customer_key, "SET email = :email", email=email)

    assert list(violations(table)) == []


def test_a_guard_that_a_change_left_behind_is_seen(table: Any, customer_key: str) -> None:
    former = "acme#email#former@example.com"
    table.put_item(Item={"pk": former, "customer_id": customer_key.rpartition("#")[2]})

    assert list(violations(table)) == [f"{former} is not what {customer_key} is guarded by"]


@pytest.mark.usefixtures("customer_key")
@pytest.mark.parametrize("field", ["customer_id", "fingerprint", "expires_at"])
@pytest.mark.parametrize("expression", ["REMOVE {}", "SET {} = :empty"])
def test_a_record_that_tells_nothing_is_seen(table: Any, field: str, expression: str) -> None:
    change(table, RECORD, expression.format(field), **({"empty": ""} if ":empty" in expression else {}))

    assert list(violations(table)) == [f"{RECORD} has no {field}"]


def test_a_record_is_for_a_day(table: Any, customer_key: str) -> None:
    change(table, RECORD, "SET expires_at = expires_at + :more", more=3600)

    assert list(violations(table)) == [f"{RECORD} expires too late"]


def test_a_guard_that_names_nobody_is_seen(table: Any, customer_key: str) -> None:
    change(table, EMAIL, "REMOVE customer_id")

    assert set(violations(table)) == {
        f"{EMAIL} has no customer_id",
        f"{customer_key} has not {EMAIL}, which is of customer None",
    }


@pytest.mark.parametrize(
    "key", ["nobody", "acme#nothing#1", "acme#customer", "acme#customer#cus_1", "acme#email#", "#email#a@example.com"]
)
def test_what_is_nothing_of_ours_is_seen(table: Any, key: str) -> None:
    table.put_item(Item={"pk": key})

    assert list(violations(table)) == [f"{key} is nothing that this service writes"]
