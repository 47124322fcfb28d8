"""The import's function: each row of a batch is decided, and decided the same way whenever it comes again."""

import json
from typing import Any

import pytest

from conftest import Api, Context, Log
from customers.errors import OutcomeUnknown, TryAgain
from faults import AFTER_COMMIT, CANCELED, LostAnswer, answer, faults
from operate.verify_table import violations
from support import MARKED_CUSTOMER

JOB = {"id": "0123456789abcdef", "organization": "acme", "vendor": "", "dry_run": False}
DRY = JOB | {"dry_run": True}
ADA = {"email": "ada@example.com", "external_id": "crm-1815", "name": "Ada"}


class Import:
    """The function, with rows that are numbered from 1."""

    def __init__(self, context: Context) -> None:
        self.context: Any = context

    def __call__(self, *documents: Any, job: dict[str, Any] = JOB) -> list[dict[str, Any]]:
        """A batch of documents, each a JSON value or the text of one."""
        items = [
            {"row": row, "document": document if isinstance(document, str) else json.dumps(document)}
            for row, document in enumerate(documents, 1)
        ]
        return self.batch({"Items": [{"import": job, "item": item} for item in items]})

    def batch(self, event: Any) -> list[dict[str, Any]]:
        import import_customers

        decisions: list[dict[str, Any]] = json.loads(json.dumps(import_customers.handler(event, self.context)))
        return decisions


@pytest.fixture
def importer(table: Any, context: Context) -> Import:
    return Import(context)


def items(table: Any) -> list[dict[str, Any]]:
    return sorted(table.scan()["Items"], key=lambda item: str(item["pk"]))


def test_each_row_is_created_exists_or_is_invalid(importer: Import, api: Api) -> None:
    eve = api.create({"email": "eve@example.com"}).json["id"]
    carl = api.create({"external_id": "c-1"}).json["id"]

    created, existing, invalid, broken, large = importer(
        ADA,
        {"email": "EVE@example.com", "external_id": "c-1"},
        {"email": "nobody", "nmae": "Ada"},
        '{"email": ',
        json.dumps(ADA | {"description": "x" * 140_000}),
    )

    assert api.get(created["created"]).json.items() >= ADA.items()
    assert existing == {"row": 2, "existing": {"email": eve, "external_id": carl}}
    assert {(pointer, code) for pointer, code, _ in invalid["invalid"]} == {
        ("#/email", "email_invalid"),
        ("#/nmae", "unknown_field"),
    }
    assert [error[:2] for error in broken["invalid"]] == [["#", "malformed-request"]]
    assert [error[:2] for error in large["invalid"]] == [["#", "payload-too-large"]]
    assert [created["row"], existing["row"], invalid["row"], broken["row"], large["row"]] == [1, 2, 3, 4, 5]


def test_it_takes_one_row_as_the_emulator_sends_it(importer: Import) -> None:
    [alone] = importer.batch({"import": JOB, "item": {"row": 1, "document": json.dumps(ADA)}})
    [of_batch] = importer(ADA)

    assert alone == of_batch


def test_what_the_tool_found_wrong_with_a_row_is_reported_as_it_is(importer: Import, table: Any) -> None:
    errors = [["#", "row_length", "It has 2 values, and the header 3."]]

    assert importer.batch({"import": JOB, "item": {"row": 7, "invalid": errors}}) == [{"row": 7, "invalid": errors}]
    assert items(table) == []


def test_rows_that_come_again_are_decided_the_same_way_and_create_nobody(importer: Import, table: Any) -> None:
    documents = [ADA, ADA | {"name": "Twin"}, {"email": "no"}, {"external_id": "c-2"}]

    first = importer(*documents)
    before = items(table)

    assert importer(*documents) == first
    assert items(table) == before
    assert list(violations(table)) == []


def test_another_file_or_organization_is_another_import(importer: Import) -> None:
    [first] = importer(ADA)
    [other_file] = importer(ADA, job=JOB | {"id": "fedcba9876543210"})
    [other_organization] = importer(ADA, job=JOB | {"organization": "initech", "id": "0000"})

    assert other_file == {"row": 1, "existing": {"email": first["created"], "external_id": first["created"]}}
    assert other_organization["created"] != first["created"]


def test_a_row_whose_customer_was_changed_since_finds_it(importer: Import, table: Any, context: Context) -> None:
    """Its address is somebody else's by now."""
    from customers.table.changes import Changes, Edit
    from customers.table.dynamodb import of_function

    [created] = importer(ADA)
    moved = Changes(of_function(), "customers")
    moved.change(
        "acme",
        created["created"],
        Edit(lambda record: {**record, "email": "ada@lovelace.example"}, lambda _: True),
        lambda: context.milliseconds_left / 1000,
    )
    importer({"email": "ada@example.com"}, job=JOB | {"id": "another"})
    before = items(table)

    assert importer(ADA) == [created]
    assert items(table) == before


def test_a_row_whose_customer_was_deleted_since_creates_it_again(importer: Import, table: Any) -> None:
    """Nothing remembers it: docs/import.md says so."""
    [created] = importer(ADA)
    for item in items(table):
        table.delete_item(Key={"pk": item["pk"]})

    assert importer(ADA) == [created]
    assert len(items(table)) == 3


def test_a_lost_answer_creates_nobody_twice(importer: Import, table: Any) -> None:
    with faults(LostAnswer(AFTER_COMMIT["read timeout"])):
        [created] = importer(ADA)

    assert {item.get("customer_id", item.get("id")) for item in items(table)} == {created["created"]}


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (answer(400, "ThrottlingException"), TryAgain),
        (answer(400, CANCELED, "ThrottlingError", "None", "None"), TryAgain),
        (AFTER_COMMIT["read timeout"], OutcomeUnknown),
    ],
    ids=["throttled", "throttled in a transaction", "no answers"],
)
def test_a_batch_that_meets_trouble_is_sent_again_and_loses_nothing(
    importer: Import, table: Any, context: Context, fault: Any, raised: type[Exception]
) -> None:
    documents = [{"external_id": "c-1"}, ADA]
    with faults(LostAnswer(AFTER_COMMIT["reset"]), forever=fault), pytest.raises(raised):
        importer(*documents)
    context.milliseconds_left = 15_000

    again = importer(*documents)

    assert [decision.keys() for decision in again] == [{"row", "created"}] * 2
    assert len(items(table)) == 2 + 3


def test_an_unexpected_error_says_nothing_of_the_row(importer: Import, log: Log) -> None:
    with (
        faults(forever=answer(400, "AccessDeniedException")),
        pytest.raises(Exception, match=r"^$") as raised,
    ):
        importer(MARKED_CUSTOMER)

    assert type(raised.value).__name__ == "ImportFailed"
    assert raised.value.__suppress_context__
    errors = [line for line in log() if line["level"] == "ERROR"]
    assert [line["error_code"] for line in errors] == ["AccessDeniedException"]
    assert "marked" not in json.dumps(log()).lower()


def test_a_batch_is_one_line_that_says_nothing_of_the_rows(importer: Import, log: Log) -> None:
    importer(MARKED_CUSTOMER, MARKED_CUSTOMER, {"email": "marked", "marked": 1}, '"marked"')

    [line] = log()
    assert line["rows"] == 4
    assert line["outcomes"] == {"created": 1, "existing": 1, "invalid": 2}
    assert line["attempts"] == 2
    assert "marked" not in json.dumps(line).lower()


def test_a_dry_run_says_the_same_and_writes_nothing(importer: Import, table: Any, api: Api) -> None:
    eve = api.create({"email": "eve@example.com"}).json["id"]
    documents = [ADA, {"email": "eve@example.com", "external_id": "new"}, {"email": "no"}]
    before = items(table)

    dry = importer(*documents, job=DRY)
    after = items(table)
    wet = importer(*documents)

    assert after == before
    assert dry[0].pop("unique").keys() == {"email", "external_id"}
    assert dry == wet
    assert wet[1]["existing"] == {"email": eve}
    [again] = importer(ADA, job=DRY)
    assert again["created"] == wet[0]["created"], "created by the run before"


def test_a_dry_run_tells_two_rows_of_one_customer_by_values_that_tell_nobody_else(importer: Import) -> None:
    first, twin, other = importer(ADA, {"email": "ADA@EXAMPLE.COM"}, {"external_id": "ada@example.com"}, job=DRY)

    assert first["unique"]["email"] == twin["unique"]["email"]
    assert other["unique"]["external_id"] not in first["unique"].values()
    assert "ada" not in json.dumps([first, twin, other]).lower()


def test_a_result_stays_within_what_step_functions_hands_on(importer: Import) -> None:
    documents = [{"email": "no", **{f"unknown_{n}": n for n in range(200)}} for _ in range(50)]

    decisions = importer(*documents)

    assert len(json.dumps(decisions)) < 250 * 1024
    for decision in decisions:
        *listed, (_, code, detail) = decision["invalid"]
        assert listed
        assert (code, detail) == ("more_errors", f"There are {100 - len(listed)} more errors.")
