"""Many creates at once: each succeeds or fails by itself, in as few calls as can be."""

from collections.abc import Iterator
from typing import Any

import pytest

from conftest import Context
from customers.customer.model import Record, new_record
from customers.errors import CustomerExists, TryAgain
from customers.http.parsing import new_customer
from customers.table.dynamodb import of_function
from customers.table.imports import TOGETHER, Imports
from faults import AFTER_COMMIT, CANCELED, LostAnswer, answer, faults
from operate.verify_table import violations


@pytest.fixture(autouse=True)
def whole(table: Any) -> Iterator[None]:
    """After each test: no customer without its guards, no guard without its customer."""
    yield
    assert list(violations(table)) == []


class Rows:
    """Imports into one organization; each row's id says which it is."""

    def __init__(self, context: Context) -> None:
        self.imports, self.context = Imports(of_function(), "customers"), context

    def record(self, row: int, **values: Any) -> Record:
        customer = new_customer(values or {"email": f"a{row}@example.com", "external_id": f"x-{row}"})
        return new_record(customer) | {"id": f"cus_{row:032x}"}

    def create(self, *records: Record) -> list[dict[str, str] | None]:
        """For each the conflicts, None when it was created."""
        outcomes = self.imports.create_all("acme", records, lambda: self.context.milliseconds_left / 1000)
        return [conflicts(outcome) if outcome else None for outcome in outcomes]


def conflicts(exists: CustomerExists) -> dict[str, str]:
    return {conflict.field: conflict.customer_id[-2:] for conflict in exists.conflicts}


@pytest.fixture
def rows(table: Any, context: Context) -> Rows:
    return Rows(context)


def customers(table: Any) -> list[str]:
    return sorted(str(item["id"])[-2:] for item in table.scan()["Items"] if "id" in item)


def test_customers_that_nothing_is_in_the_way_of_take_one_call_for_many(rows: Rows, table: Any) -> None:
    with faults() as calls:
        outcomes = rows.create(*map(rows.record, range(2 * TOGETHER)))

    assert outcomes == [None] * 2 * TOGETHER
    assert [len(call.parameters["TransactItems"]) for call in calls] == [3 * TOGETHER] * 2
    assert len(customers(table)) == 2 * TOGETHER


def test_one_that_exists_keeps_nobody_else_out(rows: Rows, table: Any) -> None:
    rows.create(rows.record(0x99, email="taken@example.com"))

    with faults() as calls:
        outcomes = rows.create(
            rows.record(1), rows.record(2, email="TAKEN@example.com", external_id="x"), rows.record(3)
        )

    assert outcomes == [None, {"email": "99"}, None]
    assert len(calls) == 3, "all, all but one, and that one"
    assert customers(table) == ["01", "03", "99"]


def test_two_of_the_same_values_at_once_are_one_that_exists(rows: Rows, table: Any) -> None:
    twin, other = rows.record(2, email="A1@example.com"), rows.record(3, external_id="x-1", email="c@example.com")

    assert rows.create(rows.record(1), twin, other) == [None, {"email": "01"}, {"external_id": "01"}]
    assert customers(table) == ["01"]


def test_who_shares_a_value_with_another_is_created_in_the_order_of_the_rows(rows: Rows, table: Any) -> None:
    """Wherever in the batch they are, and whatever became of the first: as a dry run foresees it."""
    rows.create(rows.record(0x99, external_id="taken"))
    first = rows.record(0, email="twin@example.com", external_id="taken")
    second, third = (rows.record(row, email="twin@example.com") for row in (1, 0x90))
    between = [*map(rows.record, range(2, 2 + TOGETHER))]

    outcomes = rows.create(first, second, *between, third, rows.record(0x91))

    assert outcomes == [{"external_id": "99"}, None, *[None] * TOGETHER, {"email": "01"}, None]
    assert "90" not in customers(table)


def test_those_that_are_there_take_one_call_and_change_nothing(rows: Rows, table: Any) -> None:
    records = [*map(rows.record, range(TOGETHER))]
    rows.create(*records)
    before = table.scan()["Items"]

    with faults() as calls:
        outcomes = rows.create(*records)

    assert outcomes == [None] * TOGETHER
    assert len(calls) == 1
    assert table.scan()["Items"] == before


def test_of_an_import_that_was_half_done_the_other_half_is_created(rows: Rows, table: Any) -> None:
    records = [*map(rows.record, range(10))]
    rows.create(*records[::2])

    with faults() as calls:
        outcomes = rows.create(*records)

    assert outcomes == [None] * 10
    assert len(calls) == 2
    assert len(customers(table)) == 10


@pytest.mark.parametrize("fault", AFTER_COMMIT.values(), ids=AFTER_COMMIT)
def test_a_lost_answer_about_many_creates_nobody_twice(rows: Rows, table: Any, fault: Any) -> None:
    with faults(LostAnswer(fault)):
        assert rows.create(*map(rows.record, range(3))) == [None] * 3

    assert customers(table) == ["00", "01", "02"]


@pytest.mark.parametrize(
    "fault",
    [
        answer(400, "ThrottlingException"),
        answer(400, "ValidationException"),
        answer(400, CANCELED, *["TransactionConflict"] * 9),
    ],
    ids=["throttled", "too large", "contended"],
)
def test_what_many_can_not_do_at_once_they_do_one_by_one(rows: Rows, table: Any, fault: Any) -> None:
    with faults(fault) as calls:
        assert rows.create(*map(rows.record, range(3))) == [None] * 3

    assert [len(call.parameters["TransactItems"]) for call in calls] == [9, 3, 3, 3]
    assert customers(table) == ["00", "01", "02"]


def test_a_busy_table_ends_it_with_what_was_done_until_then(rows: Rows, table: Any) -> None:
    records = [*map(rows.record, range(TOGETHER + 2))]

    with faults(None, forever=answer(400, "ThrottlingException")), pytest.raises(TryAgain):
        rows.create(*records)
    rows.context.milliseconds_left = 15_000

    assert len(customers(table)) == TOGETHER
    assert rows.create(*records) == [None] * (TOGETHER + 2)
