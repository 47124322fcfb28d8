"""The check that proves the promises has to see when they are broken, and nothing else."""

from collections.abc import Callable
from threading import RLock
from typing import Any

import pytest

from conftest import Api
from customers.table.dynamodb import of_function
from operate import scan, verify_table
from operate.erase_customer import erase
from operate.repairs import Repairs
from operate.verify_table import violations

pytest_plugins = ["operators"]

ADA = {"email": "ada@example.com", "external_id": "crm-1815"}
EMAIL, EXTERNAL_ID, RECORD = "acme#email#ada@example.com", "acme#external_id#crm-1815", "acme#idempotency#key-1"


@pytest.fixture
def customer_key(api: Api) -> str:
    """The key of a customer that was created as any other, with an Idempotency-Key."""
    headers = {"Content-Type": ["application/json"], "Idempotency-Key": ["key-1"]}
    return f"acme#customer#{api.create(ADA, multiValueHeaders=headers).json['id']}"


def delete(customer_key: str) -> None:
    erase(Repairs(of_function(), "customers"), "acme", "id", customer_key.rpartition("#")[2])


@pytest.mark.usefixtures("stack_in_memory")
def test_a_whole_table_breaks_no_promise(table: Any, customer_key: str, make: Any) -> None:
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


def change(table: Any, key: str, expression: str, **values: Any) -> None:
    table.update_item(
        Key={"pk": key},
        UpdateExpression=expression,
        **({"ExpressionAttributeValues": {f":{name}": value for name, value in values.items()}} if values else {}),
    )


@pytest.mark.parametrize(
    ("expression", "words"),
    [
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
    ],
)
def test_a_customer_whose_keys_are_not_right_is_seen(
    table: Any, customer_key: str, expression: str, words: str
) -> None:
    change(table, customer_key, expression, **({"text": "x"} if ":text" in expression else {}))

    assert f"{customer_key} {words}" in list(violations(table))


@pytest.mark.parametrize("email", ['"ada"@example.com', "ada@XN--BCHER-KVA.example", "ädä@example.com"])
def test_an_address_whose_key_only_a_library_can_tell_is_trusted(table: Any, customer_key: str, email: str) -> None:
    change(table, customer_key, "SET email = :email", email=email)

    assert list(violations(table)) == []


def test_a_guard_that_a_change_left_behind_is_seen(table: Any, customer_key: str) -> None:
    former = "acme#email#former@example.com"
    table.put_item(Item={"pk": former, "customer_id": customer_key.rpartition("#")[2]})

    assert list(violations(table)) == [f"{former} is not what {customer_key} is guarded by"]


@pytest.mark.parametrize("field", ["customer_id", "fingerprint", "expires_at"])
def test_a_record_that_tells_nothing_is_seen(table: Any, customer_key: str, field: str) -> None:
    change(table, RECORD, f"REMOVE {field}")

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


@pytest.mark.parametrize("key", ["nobody", "acme#nothing#1", "acme#customer", "acme#email#", "#email#a@example.com"])
def test_what_is_nothing_of_ours_is_seen(table: Any, key: str) -> None:
    table.put_item(Item={"pk": key})

    assert list(violations(table)) == [f"{key} is nothing that this service writes"]


# ------------------------------------------------------------------------------------ while others create and delete


@pytest.fixture
def between_the_reads(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let others do something when a page has been read, and before the items that it names are."""
    get = scan.get

    def plan(*actions: Callable[[], Any]) -> None:
        waiting = list(actions)

        def interleaved(table: Any, keys: list[str]) -> Any:
            if waiting and keys:
                waiting.pop(0)()
            return get(table, keys)

        monkeypatch.setattr(verify_table, "get", interleaved)

    return plan


def test_who_is_deleted_between_the_reads_is_no_broken_promise(
    table: Any, customer_key: str, between_the_reads: Callable[..., None]
) -> None:
    between_the_reads(lambda: delete(customer_key))

    assert list(violations(table)) == []


def test_who_is_created_again_between_the_reads_is_no_broken_promise(
    table: Any, api: Api, customer_key: str, between_the_reads: Callable[..., None]
) -> None:
    def create_again() -> None:
        delete(customer_key)
        api.create(ADA)

    between_the_reads(create_again)

    assert list(violations(table)) == []


def test_who_moves_from_guard_to_guard_while_being_looked_at_is_no_broken_promise(
    table: Any, customer_key: str, between_the_reads: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer has a new address at each look, so each look is at guards that it had before."""
    addresses = [ADA["email"], *(f"ada-{number}@example.com" for number in range(4))]

    together = RLock()  # a change is one transaction, and a look at it too

    def move() -> None:
        old, new = (f"acme#email#{address}" for address in addresses[:2])
        table.delete_item(Key={"pk": old})
        table.put_item(Item={"pk": new, "customer_id": customer_key.rpartition("#")[2]})
        change(table, customer_key, "SET email = :email, guards.email = :to", email=addresses[1], to=new)
        del addresses[0]

    def move_at_once() -> None:
        with together:
            move()

    look = scan.get_at_once

    def moving_look(table: Any, keys: list[str]) -> Any:
        with together:
            if len(addresses) > 1:
                move()
            return look(table, keys)

    between_the_reads(move_at_once)
    monkeypatch.setattr(verify_table, "get_at_once", moving_look)
    monkeypatch.setattr(scan, "SEGMENTS", 1)

    assert list(violations(table)) == []
    assert addresses == ["ada-3@example.com"]


def test_what_others_are_writing_is_waited_for(
    table: Any, customer_key: str, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = table.meta.client
    table.delete_item(Key={"pk": EMAIL})
    busy = client.exceptions.TransactionCanceledException({"Error": {}}, "TransactGetItems")
    answers, look = [busy, busy], client.transact_get_items

    def transact_get_items(**parameters: Any) -> Any:
        if answers:
            raise answers.pop()
        return look(**parameters)

    monkeypatch.setattr(client, "transact_get_items", transact_get_items)

    assert list(violations(table)) == [f"{customer_key} has no {EMAIL}"]
    assert len(context.pauses) == 2


# --------------------------------------------------------------------------------------------------- of a large table


def test_every_item_is_read_once_in_pages_of_several_segments(
    table: Any, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = [f"acme#email#ada-{number}@example.com" for number in range(40)]
    for key in lost:
        table.put_item(Item={"pk": key, "customer_id": "cus_1"})
    client, requests = table.meta.client, []
    read = client.scan

    def scan_few(**parameters: Any) -> Any:
        requests.append(parameters)
        return read(**parameters, Limit=3)

    monkeypatch.setattr(client, "scan", scan_few)

    assert sorted(violations(table)) == sorted(f"{key} has no acme#customer#cus_1" for key in lost)
    assert {request["Segment"] for request in requests} == set(range(scan.SEGMENTS))
    assert len(requests) > scan.SEGMENTS
    assert all(request["ConsistentRead"] for request in requests)


def test_keys_that_dynamodb_left_out_are_asked_for_again(
    table: Any, customer_key: str, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = table.meta.client
    read, left = client.batch_get_item, [True]

    def batch_get_item(RequestItems: Any) -> Any:  # noqa: N803 - boto3's
        if left:
            left.pop()
            return {"Responses": {}, "UnprocessedKeys": RequestItems}
        return read(RequestItems=RequestItems)

    monkeypatch.setattr(client, "batch_get_item", batch_get_item)

    assert scan.get(table, [EMAIL, customer_key]).keys() == {EMAIL, customer_key}
    assert left == []


@pytest.mark.parametrize("terminal", [True, False], ids=["on a terminal", "elsewhere"])
def test_long_work_says_how_far_it_is(
    table: Any,
    customer_key: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    monkeypatch.setattr(scan, "SECONDS_ON_A_TERMINAL", 0)
    monkeypatch.setattr(scan, "SECONDS_BETWEEN_LINES", 0)

    list(violations(table))

    lines = capsys.readouterr().err.replace("\r\x1b[K", "\n" if terminal else "no").splitlines()
    assert any(line.startswith("make verify-table: 4 items, ") for line in lines)
    assert "no" not in "".join(lines)
