"""Customers are changed, replaced and deleted, and their guards with them, whatever others do meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from conftest import Context
from customers.customer.model import Record, new_record
from customers.errors import (
    Conflict,
    CustomerDeleted,
    CustomerExists,
    IdempotencyKeyReused,
    NotFound,
    OutcomeUnknown,
    PreconditionFailed,
    TryAgain,
)
from customers.http.parsing import new_customer
from customers.table.changes import Change, Changes, Edit
from customers.table.dynamodb import of_function
from customers.table.items import Idempotency
from faults import AFTER_COMMIT, BEFORE_COMMIT, CANCELED, LostAnswer, answer, faults
from operate.repairs import Repairs
from operate.verify_table import violations

ADA = {"email": "ada@example.com", "external_id": "crm-1815", "name": "Ada"}
EVE = {"email": "eve@example.com", "external_id": "crm-2"}
KEY = Idempotency("first", "the fingerprint")


@pytest.fixture(autouse=True)
def whole(table: Any) -> Iterator[None]:
    """After each test: no customer without its guards, no guard without its customer."""
    yield
    assert list(violations(table)) == []


@pytest.fixture
def customers(table: Any) -> Changes:
    return Changes(of_function(), "customers")


class Requests:
    """Requests of one organization, each with the time of an invocation of its own."""

    def __init__(self, customers: Changes, context: Context) -> None:
        self.customers, self.context = customers, context

    def time_left(self) -> float:
        return self.context.milliseconds_left / 1000

    def create(self, customer: Any = ADA) -> Record:
        return self.customers.create("acme", new_record(new_customer(customer)), self.time_left).record

    def change(
        self, customer_id: str, key: Idempotency | None = None, revision: int | None = None, **values: Any
    ) -> Change:
        return self.customers.change("acme", customer_id, edit(values, key, revision), self.time_left)

    def put(self, customer: Any, key: Idempotency | None = None, revision: int | None = None) -> Change:
        new = new_record(new_customer(customer))
        return self.customers.put("acme", new, edit(customer, key, revision), self.time_left)

    def delete(self, customer_id: str, revision: int | None = None) -> None:
        self.customers.delete("acme", customer_id, accepts(revision), self.time_left)

    def get(self, customer_id: str) -> Record | None:
        return self.customers.get("acme", customer_id, self.time_left)

    def find(self, field: str, value: str) -> str | None:
        found = self.customers.find("acme", field, value, self.time_left)
        return None if found is None else found["id"]


@pytest.fixture
def requests(customers: Changes, context: Context) -> Requests:
    return Requests(customers, context)


def accepts(revision: int | None) -> Callable[[int | None], bool]:
    return lambda found: revision in (None, found)


def edit(values: dict[str, Any], key: Idempotency | None, revision: int | None) -> Edit:
    """Set these values; None removes one."""

    def apply(record: Record) -> Record:
        return {name: value for name, value in {**record, **values}.items() if value is not None}

    return Edit(apply, accepts(revision), key)


def keys_in(table: Any) -> set[str]:
    return {item["pk"] for item in table.scan()["Items"]}


def parts(call: Any) -> list[tuple[str, str]]:
    """What a transaction does to which items."""
    return [
        (action, (what.get("Key") or what["Item"])["pk"]["S"])
        for part in call.parameters["TransactItems"]
        for action, what in part.items()
    ]


def test_the_guard_moves_with_the_value_in_two_round_trips(requests: Requests) -> None:
    ada = requests.create()
    customer_key = f"acme#customer#{ada['id']}"

    with faults() as calls:
        changed = requests.change(ada["id"], email="countess@example.com")

    assert changed.record == ada | {
        "email": "countess@example.com",
        "revision": 2,
        "updated_at": changed.record["updated_at"],
    }
    assert not changed.created
    assert not changed.replayed
    assert [call.operation for call in calls] == ["GetItem", "TransactWriteItems"]
    assert parts(calls[1]) == [
        ("Put", customer_key),
        ("Put", "acme#email#countess@example.com"),
        ("Delete", "acme#email#ada@example.com"),
    ]
    assert requests.get(ada["id"]) == changed.record
    assert requests.find("email", "ada@example.com") is None
    assert requests.find("email", "countess@example.com") == ada["id"]
    assert requests.create({"email": "ada@example.com"})["id"] != ada["id"]


def test_a_value_that_is_removed_is_free(requests: Requests) -> None:
    ada = requests.create()

    changed = requests.change(ada["id"], external_id=None)

    assert "external_id" not in changed.record
    requests.create({"external_id": "crm-1815"})


def test_another_spelling_moves_no_guard(requests: Requests) -> None:
    ada = requests.create()

    with faults() as calls:
        changed = requests.change(ada["id"], email="ADA@Example.com")

    assert changed.record["email"] == "ADA@Example.com"
    assert parts(calls[1]) == [("Put", f"acme#customer#{ada['id']}")]


def test_a_key_that_a_later_release_would_not_make_stays_where_it_is(
    requests: Requests, table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = requests.create()

    def no_address(_: str) -> str:
        raise ValueError

    monkeypatch.setattr("customers.table.items.email_key", no_address)
    requests.change(ada["id"], name="Countess", external_id="crm-1")

    assert keys_in(table) == {
        f"acme#customer#{ada['id']}",
        "acme#email#ada@example.com",
        "acme#external_id#crm-1",
    }


def test_a_change_that_changes_nothing_writes_nothing(requests: Requests) -> None:
    ada = requests.create()

    with faults() as calls:
        unchanged = requests.change(ada["id"], name="Ada")

    assert unchanged.record == ada
    assert [call.operation for call in calls] == ["GetItem"]


def test_a_change_that_changes_nothing_is_remembered_by_its_key(requests: Requests) -> None:
    ada = requests.create()

    first = requests.change(ada["id"], KEY, name="Ada")
    requests.change(ada["id"], name="Countess")
    again = requests.change(ada["id"], KEY, name="Ada")

    assert (first.record, first.replayed) == (ada, False)
    assert (again.record["name"], again.record["revision"], again.replayed) == ("Countess", 2, True)


@pytest.mark.parametrize("values", [ADA, {"email": "ADA@example.com"}, {"external_id": "crm-1815"}])
def test_a_value_of_another_customer_is_refused_with_its_id(requests: Requests, values: dict[str, Any]) -> None:
    ada, eve = requests.create(), requests.create(EVE)

    with pytest.raises(CustomerExists) as refusal:
        requests.change(eve["id"], **values)

    taken = [field for field in ("email", "external_id") if field in values]
    assert refusal.value.conflicts == [Conflict(field, ada["id"]) for field in taken]
    assert requests.get(eve["id"]) == eve


def test_two_changes_at_once_are_both_carried_out(requests: Requests) -> None:
    ada = requests.create()

    with faults(None, lambda: requests.change(ada["id"], email="b@example.com")) as calls:
        changed = requests.change(ada["id"], email="c@example.com", name="Countess")

    assert (changed.record["email"], changed.record["revision"]) == ("c@example.com", 3)
    assert requests.find("email", "b@example.com") is None
    assert [call.operation for call in calls] == ["GetItem", "TransactWriteItems"] * 3  # the other's are among them


def test_a_change_that_expects_a_revision_does_not_overwrite_another(requests: Requests) -> None:
    ada = requests.create()

    with (
        faults(None, lambda: requests.change(ada["id"], name="Countess")),
        pytest.raises(PreconditionFailed) as refusal,
    ):
        requests.change(ada["id"], revision=1, name="Lady")

    assert refusal.value.revision == 2
    found = requests.get(ada["id"])
    assert found
    assert found["name"] == "Countess"


def test_a_customer_that_is_deleted_meanwhile_is_not_brought_back(requests: Requests, table: Any) -> None:
    ada = requests.create()

    with faults(None, lambda: requests.delete(ada["id"])), pytest.raises(NotFound):
        requests.change(ada["id"], name="Countess")

    assert keys_in(table) == set()


def test_a_change_of_what_was_restored_since_is_not_written_over_it(requests: Requests, table: Any) -> None:
    ada = requests.create()
    requests.change(ada["id"], email="b@example.com")
    repairs = Repairs(of_function(), "customers")
    copy = repairs.item(f"acme#customer#{ada['id']}")
    assert copy
    requests.change(ada["id"], email="c@example.com")

    def restore_and_change() -> None:
        requests.delete(ada["id"])
        assert not repairs.put_customer(copy)
        requests.change(ada["id"], email="d@example.com")

    with faults(None, restore_and_change):
        changed = requests.change(ada["id"], name="Countess")

    assert (changed.record["email"], changed.record["revision"]) == ("d@example.com", 4)
    assert requests.find("email", "d@example.com") == ada["id"]


@pytest.mark.parametrize("key", [KEY, None], ids=["with a key", "without a key"])
@pytest.mark.parametrize("fault", AFTER_COMMIT)
def test_a_lost_answer_to_a_change_is_still_its_success(
    requests: Requests, key: Idempotency | None, fault: str
) -> None:
    ada = requests.create()

    with faults(None, LostAnswer(AFTER_COMMIT[fault])):
        changed = requests.change(ada["id"], key, email="b@example.com")

    assert (changed.record["revision"], changed.replayed) == (2, False)
    assert requests.get(ada["id"]) == changed.record


@pytest.mark.parametrize("fault", BEFORE_COMMIT)
def test_when_no_answer_ever_comes_nobody_is_told_that_nothing_happened(requests: Requests, fault: str) -> None:
    ada = requests.create()

    with faults(None, forever=BEFORE_COMMIT[fault]), pytest.raises(OutcomeUnknown):
        requests.change(ada["id"], name="Countess")


@pytest.mark.parametrize("work", ["change", "delete", "put"])
def test_a_table_that_stays_busy_is_left_as_it_is(requests: Requests, work: str) -> None:
    ada = requests.create()
    reads = 2 if work == "put" else 1
    busy = answer(400, CANCELED, "TransactionConflict", "None", "None")
    works: dict[str, Callable[[], object]] = {
        "change": lambda: requests.change(ada["id"], name="Countess"),
        "delete": lambda: requests.delete(ada["id"]),
        "put": lambda: requests.put(ADA | {"name": "Countess"}),
    }

    with faults(*[None] * reads, forever=busy), pytest.raises(TryAgain):
        works[work]()

    assert requests.get(ada["id"]) == ada


def test_a_contended_guard_is_waited_for_before_anybody_is_named(requests: Requests) -> None:
    ada, _eve = requests.create(), requests.create(EVE)
    taken = {"Code": "ConditionalCheckFailed", "Item": {"customer_id": {"S": "cus_x"}}}

    with faults(None, answer(400, CANCELED, "None", taken, "TransactionConflict", "None", "None")) as calls:
        changed = requests.change(ada["id"], email="b@example.com", external_id="crm-3")

    assert changed.record["revision"] == 2
    assert len(calls) == 3


def test_a_keyed_change_is_carried_out_once(requests: Requests) -> None:
    ada = requests.create()

    first = requests.change(ada["id"], KEY, email="b@example.com")
    requests.change(ada["id"], email="c@example.com")
    again = requests.change(ada["id"], KEY, email="b@example.com")

    assert (first.record["email"], first.replayed) == ("b@example.com", False)
    assert (again.record["email"], again.replayed) == ("c@example.com", True)


def test_twins_with_a_key_are_carried_out_once(requests: Requests) -> None:
    ada = requests.create()

    with faults(None, lambda: requests.change(ada["id"], KEY, name="Countess")):
        changed = requests.change(ada["id"], KEY, name="Countess")

    assert (changed.record["revision"], changed.replayed) == (2, True)


def test_a_key_of_another_request_changes_nothing(requests: Requests) -> None:
    ada = requests.create()
    requests.change(ada["id"], KEY, name="Countess")

    others: list[Callable[[], object]] = [
        lambda: requests.change(ada["id"], Idempotency("first", "another"), name="Lady"),
        lambda: requests.put(ADA | {"name": "Lady"}, Idempotency("first", "another")),
    ]
    for request in others:
        with pytest.raises(IdempotencyKeyReused) as refusal:
            request()
        assert refusal.value.customer_id == ada["id"]
    found = requests.get(ada["id"])
    assert found
    assert found["name"] == "Countess"


def test_a_key_that_is_used_for_something_else_meanwhile_changes_nothing(requests: Requests) -> None:
    ada, eve = requests.create(), requests.create(EVE)
    with (
        faults(None, lambda: requests.change(eve["id"], Idempotency("first", "another"), name="Eve")),
        pytest.raises(IdempotencyKeyReused) as refusal,
    ):
        requests.change(ada["id"], KEY, name="Lady")
    assert refusal.value.customer_id == eve["id"]

    reads = [None] * 4
    with (
        faults(*reads, lambda: requests.change(eve["id"], Idempotency("second", "another"), name="Mallory")),
        pytest.raises(IdempotencyKeyReused) as refusal,
    ):
        requests.put(ADA | {"name": "Lady"}, Idempotency("second", "theirs"))
    assert refusal.value.customer_id == eve["id"]
    assert requests.get(ada["id"]) == ada


def test_a_change_repeated_after_its_customer_was_deleted_says_so(requests: Requests) -> None:
    ada = requests.create()
    requests.change(ada["id"], KEY, name="Countess")
    requests.put(EVE, Idempotency("second", "theirs"))
    eve = requests.find("external_id", "crm-2")
    assert eve
    requests.delete(ada["id"])
    requests.delete(eve)

    with pytest.raises(CustomerDeleted):
        requests.change(ada["id"], KEY, name="Countess")
    with pytest.raises(CustomerDeleted):
        requests.put(EVE, Idempotency("second", "theirs"))


def test_a_customer_that_is_not_there_is_not_found(requests: Requests) -> None:
    with pytest.raises(NotFound):
        requests.change("cus_0", name="Nobody")
    with pytest.raises(NotFound):
        requests.change("cus_0", KEY, name="Nobody")
    with pytest.raises(NotFound):
        requests.delete("cus_0")


def test_put_creates_once_and_then_replaces(requests: Requests) -> None:
    created = requests.put(ADA)
    replaced = requests.put(ADA | {"email": "b@example.com"})

    assert (created.created, replaced.created) == (True, False)
    assert replaced.record["id"] == created.record["id"]
    assert (replaced.record["revision"], replaced.record["email"]) == (2, "b@example.com")
    assert requests.find("email", "ada@example.com") is None


def test_put_against_put_makes_one_customer(requests: Requests) -> None:
    with faults(None, None, lambda: requests.put(ADA)):
        put = requests.put(ADA | {"name": "Countess"})

    assert (put.created, put.record["revision"], put.record["name"]) == (False, 2, "Countess")


def test_put_that_may_only_create_leaves_what_is_there(requests: Requests, customers: Changes) -> None:
    ada = requests.create()
    new = new_record(new_customer(ADA))

    with pytest.raises(PreconditionFailed) as refusal:
        customers.put("acme", new, Edit(lambda _: new, lambda found: found is None), requests.time_left)

    assert refusal.value.revision == 1
    assert requests.get(ada["id"]) == ada


def test_put_that_may_only_replace_creates_nobody(requests: Requests, table: Any) -> None:
    with pytest.raises(PreconditionFailed) as refusal:
        requests.put(ADA, revision=1)

    assert refusal.value.revision is None
    assert keys_in(table) == set()


@pytest.mark.parametrize("exists", [True, False])
def test_put_with_the_address_of_another_customer_is_refused(requests: Requests, *, exists: bool) -> None:
    ada = requests.create()
    if exists:
        requests.create(EVE)

    with pytest.raises(CustomerExists) as refusal:
        requests.put(EVE | {"email": ADA["email"]})

    assert refusal.value.conflicts == [Conflict("email", ada["id"])]


def test_a_keyed_put_is_carried_out_once(requests: Requests) -> None:
    first = requests.put(ADA, KEY)
    again = requests.put(ADA, KEY)

    assert (first.created, first.replayed) == (True, False)
    assert (again.record, again.created, again.replayed) == (first.record, False, True)


def test_what_is_deleted_is_gone_and_free_in_two_round_trips(requests: Requests, table: Any) -> None:
    ada = requests.create()

    with faults() as calls:
        requests.delete(ada["id"], revision=1)

    assert [call.operation for call in calls] == ["GetItem", "TransactWriteItems"]
    assert keys_in(table) == set()
    requests.create()


def test_a_delete_that_expects_a_revision_leaves_another(requests: Requests) -> None:
    ada = requests.create()

    with (
        faults(None, lambda: requests.change(ada["id"], name="Countess")),
        pytest.raises(PreconditionFailed) as refusal,
    ):
        requests.delete(ada["id"], revision=1)

    assert refusal.value.revision == 2
    assert requests.get(ada["id"])


def test_a_delete_takes_the_guards_of_the_moment(requests: Requests, table: Any) -> None:
    ada = requests.create()

    with faults(None, lambda: requests.change(ada["id"], email="b@example.com")):
        requests.delete(ada["id"])

    assert keys_in(table) == set()


@pytest.mark.parametrize("fault", AFTER_COMMIT)
def test_a_lost_answer_to_a_delete_deletes_nobody_else(requests: Requests, table: Any, fault: str) -> None:
    ada = requests.create()

    # moto knows no tokens, and so finds nothing any more where DynamoDB would repeat its answer.
    with faults(None, LostAnswer(AFTER_COMMIT[fault]), requests.create), suppress(NotFound):
        requests.delete(ada["id"])

    assert len(keys_in(table)) == 3


@pytest.mark.parametrize("work", ["change", "delete"])
def test_a_guard_that_another_customer_has_is_left_to_it(requests: Requests, table: Any, work: str) -> None:
    ada = requests.create()
    table.delete_item(Key={"pk": "acme#email#ada@example.com"})
    other = requests.create({"email": "ada@example.com"})

    if work == "change":
        requests.change(ada["id"], email="b@example.com")
    else:
        requests.delete(ada["id"])

    assert requests.find("email", "ada@example.com") == other["id"]


@pytest.mark.parametrize("work", ["change", "delete"])
def test_a_guard_that_is_lost_is_in_nobodys_way(requests: Requests, table: Any, work: str) -> None:
    ada = requests.create()
    table.delete_item(Key={"pk": "acme#email#ada@example.com"})

    if work == "change":
        requests.change(ada["id"], email="b@example.com")
    else:
        requests.delete(ada["id"])
