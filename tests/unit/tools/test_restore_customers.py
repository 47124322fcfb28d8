"""Restoring puts back what a table lost and takes nothing from anybody, whatever callers do meanwhile."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import Api
from customers.table.dynamodb import of_function
from operate import restore_customers, scan
from operate.erase_customer import erase
from operate.repairs import Repairs
from operate.verify_table import violations
from support import table_properties

pytest_plugins = ["operators"]

ADA: dict[str, Any] = {"email": "ada@example.com", "external_id": "crm-1815", "metadata": {"plan": "gold"}}
GRACE = {"email": "grace@example.com"}
EMAIL, EXTERNAL_ID = "acme#email#ada@example.com", "acme#external_id#crm-1815"
KEY = {"Content-Type": ["application/json"], "Idempotency-Key": ["key-1"]}

type Interleave = Callable[..., list[Any]]


@pytest.fixture(autouse=True)
def whole(stack_in_memory: Any, table: Any) -> Iterator[None]:
    """After each test: no customer without its guards, no guard without its customer."""
    yield
    assert list(violations(table)) == []


def delete(customer: dict[str, Any]) -> None:
    """Delete a customer while others are busy."""
    erase(Repairs(of_function(), "customers"), "acme", "id", customer["id"])


def key_of(customer: dict[str, Any]) -> str:
    return f"acme#customer#{customer['id']}"


def keys_in(table: Any) -> set[str]:
    return {item["pk"] for item in table.scan()["Items"]}


def lose(table: Any, *keys: str) -> None:
    for key in keys:
        table.delete_item(Key={"pk": key})


@pytest.fixture
def copy(dynamodb: Any, table: Any, make: Any) -> Iterator[Any]:
    """Makes a copy of the table, as point-in-time recovery does; the command that restores from it."""
    made = []

    def copy() -> Any:
        client = dynamodb.meta.client
        client.update_continuous_backups(
            TableName=table.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        client.restore_table_to_point_in_time(
            SourceTableName=table.name, TargetTableName="copy", UseLatestRestorableTime=True
        )
        made.append(dynamodb.Table("copy"))
        return lambda **arguments: make("restore-customers", FROM="copy", **arguments)

    yield copy
    for each in made:
        each.delete()


LOSSES = {
    "the customer": ["customer"],
    "one guard": [EMAIL],
    "the other guard": [EXTERNAL_ID],
    "both guards": [EMAIL, EXTERNAL_ID],
    "the customer and one guard": ["customer", EMAIL],
    "the customer and the other guard": ["customer", EXTERNAL_ID],
    "the customer and both guards": ["customer", EMAIL, EXTERNAL_ID],
    "everything": ["customer", EMAIL, EXTERNAL_ID, "acme#idempotency#key-1"],
    "the idempotency record": ["acme#idempotency#key-1"],
}


@pytest.mark.parametrize("what", LOSSES)
def test_whatever_is_lost_is_put_back_as_it_was(api: Api, table: Any, copy: Any, what: str) -> None:
    ada, grace = api.create(ADA, multiValueHeaders=KEY).json, api.create(GRACE).json
    restore = copy()
    before = {item["pk"]: item for item in table.scan()["Items"]}
    lost = [key_of(ada) if key == "customer" else key for key in LOSSES[what]]
    lose(table, *lost)

    dry = restore(DRY_RUN="1")
    after_dry = keys_in(table)
    status, out, _ = restore()
    again = restore()

    *said, counts = out.splitlines()
    if key_of(ada) in lost:
        assert said == [f"restored {key_of(ada)}"]
        assert counts == "1 restored, 0 repaired, 1 in place, 0 left out"
    elif guards := [key.split("#")[1] for key in lost if "idempotency" not in key]:
        assert said == [f"repaired {key_of(ada)}: what guards its {' and its '.join(guards)} was lost"]
        assert counts == "0 restored, 1 repaired, 1 in place, 0 left out"
    else:
        assert (said, counts) == ([], "0 restored, 0 repaired, 2 in place, 0 left out")
    assert status == 0
    assert after_dry == before.keys() - set(lost)
    assert dry[1] == out.replace("restored acme", "would restore acme").replace(
        "repaired acme", "would repair acme"
    ).replace("left out\n", "left out (nothing was written)\n")
    assert again[1] == "0 restored, 0 repaired, 2 in place, 0 left out\n"
    assert {i["pk"]: i for i in table.scan()["Items"]} | {
        key: before[key] for key in lost if "idempotency" in key
    } == before
    assert (api.get(ada["id"]).json, api.get(grace["id"]).json) == (ada, grace)
    assert api.create(ADA).status == 409


def test_the_keys_are_put_back_as_they_were_stored(
    api: Api, table: Any, copy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = api.create(ADA).json
    restore = copy()
    lose(table, key_of(ada), EMAIL, EXTERNAL_ID)
    monkeypatch.setattr("customers.table.items.email_key", lambda address: f"moved-{address}")

    restore()

    assert keys_in(table) == {key_of(ada), EMAIL, EXTERNAL_ID}


@pytest.mark.parametrize("field", ["email", "external_id"])
def test_who_lost_an_address_to_somebody_else_is_left_out_and_named(
    api: Api, table: Any, copy: Any, field: str
) -> None:
    lost = api.create(ADA).json
    restore = copy()
    lose(table, key_of(lost), EMAIL, EXTERNAL_ID)
    other = api.create({field: ADA[field]}).json

    dry = restore(DRY_RUN="1")
    status, out, _ = restore()

    about = f"left out {key_of(lost)}: its {field} is of {key_of(other)}"
    assert status == 1
    assert out == f"{about}\n0 restored, 0 repaired, 0 in place, 1 left out\n"
    assert dry[1].splitlines()[0] == about.replace("left out", "would leave out")
    assert api.find(**{field: ADA[field]}).json["data"] == [other]


@pytest.mark.parametrize("lost", [["customer", EMAIL, EXTERNAL_ID], [EMAIL]], ids=["all of it", "a guard"])
def test_who_is_created_while_another_with_that_address_is_restored_keeps_it(
    api: Api, table: Any, copy: Any, before_the_next_writes: Interleave, lost: list[str]
) -> None:
    ada = api.create(ADA).json
    restore = copy()
    lose(table, *(key_of(ada) if key == "customer" else key for key in lost))
    created = before_the_next_writes(lambda: api.create({"email": ADA["email"]}).json)

    status, out, _ = restore()

    assert status == 1
    assert out.startswith(f"left out {key_of(ada)}: its email is of {key_of(created[0])}\n")
    assert api.find(email=ADA["email"]).json["data"] == created
    lose(table, key_of(ada), EXTERNAL_ID)  # a customer without its guard is what was there before


def test_two_who_restore_at_once_restore_once(
    api: Api, table: Any, copy: Any, before_the_next_writes: Interleave
) -> None:
    ada = api.create(ADA).json
    restore = copy()
    lose(table, key_of(ada), EMAIL)
    other = before_the_next_writes(restore)

    mine = restore()

    assert other[0][1].splitlines()[-1] == "1 restored, 0 repaired, 0 in place, 0 left out"
    assert mine[1] == "0 restored, 0 repaired, 1 in place, 0 left out\n"


def test_who_changed_since_stays_as_they_are(api: Api, table: Any, copy: Any) -> None:
    """The customer has a newer address, whose guard is lost."""
    ada = api.create(ADA).json
    restore = copy()
    table.update_item(
        Key={"pk": key_of(ada)},
        UpdateExpression="SET email = :email, guards.email = :key, revision = :two",
        ExpressionAttributeValues={":email": "a@example.com", ":key": "acme#email#a@example.com", ":two": 2},
    )
    lose(table, EMAIL)

    out = restore()[1]

    assert out.startswith(f"repaired {key_of(ada)}: what guards its email was lost\n")
    assert api.find(email="a@example.com").json["data"][0]["revision"] == 2
    assert api.create(GRACE | {"email": ADA["email"]}).status == 201


@pytest.mark.parametrize("changed", [False, True], ids=["as it was", "changed since"])
def test_who_is_deleted_during_the_restore_stays_deleted(
    api: Api,
    table: Any,
    copy: Any,
    before_the_next_writes: Interleave,
    changed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    ada = api.create(ADA).json
    restore = copy()
    if changed:
        table.update_item(
            Key={"pk": key_of(ada)},
            UpdateExpression="SET revision = :two",
            ExpressionAttributeValues={":two": 2},
        )
    lose(table, EMAIL)
    before_the_next_writes(lambda: delete(ada))

    out = restore()[1]

    assert out.startswith(f"left out {key_of(ada)}: it was deleted just now\n")
    assert keys_in(table) == set()


def test_a_half_that_a_scan_sees_of_a_deletion_is_not_put_back(
    api: Api, table: Any, copy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer is read before it is deleted, its guards after."""
    ada = api.create(ADA).json
    restore = copy()
    get = scan.get

    def delete_in_between(of: Any, keys: Any) -> Any:
        found = get(of, keys)
        if of.name == table.name and key_of(ada) in found:
            delete(ada)
        return found

    monkeypatch.setattr(restore_customers, "get", delete_in_between)

    assert restore()[0] == 1
    assert keys_in(table) == set()


def test_the_lines_of_a_dry_run_choose_who_comes_back(api: Api, table: Any, copy: Any, tmp_path: Path) -> None:
    """Who was deleted on purpose is struck out."""
    ada, grace = api.create(ADA).json, api.create(GRACE).json
    restore = copy()
    lose(table, *keys_in(table))
    plan = tmp_path / "plan.txt"
    dry = restore(DRY_RUN="1")[1]
    plan.write_text("".join(line for line in dry.splitlines(keepends=True) if ada["id"] not in line))

    out = restore(ONLY=str(plan))[1]

    assert out == f"restored {key_of(grace)}\n1 restored, 0 repaired, 0 in place, 0 left out\n"
    assert keys_in(table) == {key_of(grace), "acme#email#grace@example.com"}


def test_who_is_chosen_and_not_in_the_copy_is_left_out(copy: Any, tmp_path: Path) -> None:
    restore = copy()
    plan = tmp_path / "plan.txt"
    plan.write_text("acme#customer#cus_1")

    assert restore(ONLY=str(plan))[:2] == (
        1,
        "left out acme#customer#cus_1: it is not in copy\n0 restored, 0 repaired, 0 in place, 1 left out\n",
    )


def test_a_table_that_is_no_copy_is_refused_unless_the_operator_confirms_it(
    api: Api, table: Any, dynamodb: Any, make: Any
) -> None:
    ada = api.create(ADA).json
    other = dynamodb.create_table(TableName="another-stack", **table_properties("CustomersTable"))
    other.put_item(Item=table.get_item(Key={"pk": key_of(ada)})["Item"])
    lose(table, *keys_in(table))

    refused = make("restore-customers", FROM="another-stack")
    after = keys_in(table)
    mistaken = make("restore-customers", FROM="another-stack", CONFIRM="another-stack")
    confirmed = make("restore-customers", FROM="another-stack", CONFIRM=table.name)
    other.delete()

    assert refused[:2] == mistaken[:2] == (2, "")
    assert refused[2] == (
        "make restore-customers: AWS has no record that another-stack is a copy of customers. "
        "If its customers belong there anyway, add CONFIRM=customers\n"
    )
    assert after == set()
    assert confirmed[:2] == (0, f"restored {key_of(ada)}\n1 restored, 0 repaired, 0 in place, 0 left out\n")


def test_a_wrong_table_is_one_line(copy: Any, make: Any) -> None:
    copy()
    for name, complaint in {
        "nope": "there is no table nope in eu-west-1: check FROM",
        "customers": "customers is the table itself: FROM has to be a copy of it",
        "api-keys": "api-keys is not a copy of customers: it has a different key",
        "copy": "copy has no customers",
    }.items():
        status, out, err = make("restore-customers", FROM=name)
        assert status > 0
        assert (out, err) == ("", f"make restore-customers: {complaint}\n")
