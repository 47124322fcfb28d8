"""`make import`: every row is decided once, wherever the tool was killed before."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aws_imports import Aws, Killed
from conftest import Api
from operate.imports import reports
from operate.verify_table import violations

pytest_plugins = ["operators"]

CSV = """email,external_id,name
ada@example.com,c-1,Ada
ada@example.com,,Twin
eve@example.com,c-3,Eve
nobody,c-4,No
bob@example.com,c-5
,c-6,Six
"""

REPORTS = {
    "created": r"row,customer_id\n1,cus_\w{32}\n6,cus_\w{32}\n",
    "existing": r"row,fields,customer_ids\n2,email,cus_\w{32}\n3,email;external_id,cus_\w{32};cus_\w{32}\n",
    "invalid": r'row,pointer,code,detail\n4,#/email,email_invalid,"This is not .*"\n5,#,row_length,".*"\n',
}
LAST_LINE = "2 created, 2 existing, 2 invalid"


@pytest.fixture(autouse=True)
def eve(api: Api) -> None:
    """A customer who is there before."""
    api.create({"email": "eve@example.com", "external_id": "c-3"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(CSV)
    return path


type Make = Callable[..., tuple[int, str, str]]


def read(file: Path) -> dict[str, str]:
    return {outcome: path.read_text() for outcome, path in reports.files(file).items()}


def customers(table: Any) -> set[str]:
    return {str(item["pk"]) for item in table.scan()["Items"]}


def test_a_file_is_imported_and_reported_row_by_row(aws: Aws, make: Make, file: Path, table: Any) -> None:
    status, out, err = make("import", FILE=str(file), ORG="acme")

    assert (status, out.splitlines()[-1]) == (0, LAST_LINE)
    assert {path.name for path in file.parent.iterdir()} == {
        "people.csv",
        "people.created.csv",
        "people.existing.csv",
        "people.invalid.csv",
    }
    for outcome, pattern in REPORTS.items():
        assert re.fullmatch(pattern, read(file)[outcome]), outcome
    assert all(line.startswith("make import: ") for line in err.splitlines())
    assert list(violations(table)) == []
    assert aws.objects == {}, "nobody's data stays in the bucket"


def test_run_again_it_decides_the_same_and_creates_nobody(aws: Aws, make: Make, file: Path, table: Any) -> None:
    make("import", FILE=str(file), ORG="acme")
    first, before = read(file), customers(table)

    copy = file.with_name("copy.csv")
    copy.write_bytes(file.read_bytes())
    again = make("import", FILE=str(copy), ORG="acme")

    assert (again[0], again[1].strip()) == (0, LAST_LINE)
    assert read(copy) == first
    assert customers(table) == before
    assert [name.rpartition("-")[2] for name in aws.executions] == ["1", "2"]


def test_a_dry_run_reports_the_same_and_writes_nothing(aws: Aws, make: Make, file: Path, table: Any) -> None:
    before = customers(table)

    dry = make("import", FILE=str(file), ORG="acme", DRY_RUN="1")
    foreseen, after = read(file), customers(table)
    wet = make("import", FILE=str(file), ORG="acme")

    assert dry[1].strip() == f"{LAST_LINE} (nothing was written)"
    assert after == before
    assert foreseen == read(file), "the twin too"
    assert wet[1].strip() == LAST_LINE


@pytest.fixture
def calls(aws: Aws, make: Make, file: Path) -> int:
    """How many calls an import makes."""
    make("import", FILE=str(file), ORG="initech")
    count = len(aws.calls)
    for path in reports.files(file).values():
        path.unlink()
    aws.calls.clear()
    aws.executions.clear()
    return count


@pytest.mark.parametrize("when", ["before the call", "after the call"])
def test_killed_at_any_call_it_can_be_run_again(  # noqa: PLR0913, PLR0917 - fixtures
    aws: Aws, make: Make, file: Path, table: Any, calls: int, when: str
) -> None:
    """Each point has a file of its own, whose customers nobody else has."""
    assert calls > 10
    for point in range(calls):
        text = re.sub(
            r"(ada|bob)@", rf"\1.{point}@", CSV.replace("c-1,", f"c-1-{point},").replace(",c-6,", f",c-6-{point},")
        )
        file.write_text(text)
        aws.calls.clear()
        aws.dies_at, aws.dies_after_effect = point, when == "after the call"
        with pytest.raises(Killed):
            make("import", FILE=str(file), ORG="acme")
        aws.dies_at = -1

        status, out, _ = make("import", FILE=str(file), ORG="acme")

        assert (status, out.strip().splitlines()[-1]) == (0, LAST_LINE), f"killed at call {point}"
        for outcome, pattern in REPORTS.items():
            assert re.fullmatch(pattern, read(file)[outcome]), f"killed at call {point}"
        assert sum(f".{point}@" in key for key in customers(table)) == 1
        assert not any(key.startswith("files/") or b"example.com" in content for key, content in aws.objects.items())
    assert list(violations(table)) == []


def test_the_end_of_a_run_that_nobody_saw_is_reported_without_another_run(aws: Aws, make: Make, file: Path) -> None:
    aws.dies_at = 3  # the run has been started
    with pytest.raises(Killed):
        make("import", FILE=str(file), ORG="acme")
    aws.dies_at = -1
    [arn] = aws.executions
    while aws.executions[arn]["status"] == "RUNNING":
        aws.describe_execution(executionArn=arn)

    status, out, _ = make("import", FILE=str(file), ORG="acme")

    assert (status, out.strip()) == (0, LAST_LINE)
    assert [*aws.executions] == [arn]


def test_a_run_that_failed_is_one_line_and_the_next_one_goes_on(aws: Aws, make: Make, file: Path, table: Any) -> None:
    aws.dies_at = 5
    with pytest.raises(Killed):
        make("import", FILE=str(file), ORG="acme")
    aws.dies_at = -1
    [arn] = aws.executions
    aws.executions[arn] |= {"status": "FAILED", "batches": []}

    failed = make("import", FILE=str(file), ORG="acme")

    assert failed[0] == 0, "a run that failed before is begun again"
    assert failed[1].strip() == LAST_LINE
    assert list(violations(table)) == []


def test_rows_that_no_run_decided_are_counted_and_the_status_says_so(
    aws: Aws, make: Make, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = aws.decide
    monkeypatch.setattr(aws, "decide", lambda event: decide(event)[1:])

    status, out, err = make("import", FILE=str(file), ORG="acme")

    assert status == 1
    assert out.strip().endswith("invalid")
    assert err.splitlines()[-1].startswith("make import: 3 rows were not processed: ")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"ORG": "acme"}, "make import: FILE is missing."),
        ({"FILE": "people.csv"}, "make import: ORG is missing."),
        ({"FILE": "nobody.csv", "ORG": "acme"}, "make import: nobody.csv can't be read: No such file or directory"),
        ({"FILE": "people.csv", "ORG": "acme", "DRY_RUN": "yes"}, "make import: DRY_RUN has to be 1 or nothing."),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_imported(
    aws: Aws, make: Make, file: Path, arguments: dict[str, str], complaint: str
) -> None:
    if arguments.get("FILE") == "people.csv":
        arguments = {**arguments, "FILE": str(file)}

    status, out, err = make("import", **arguments)

    assert (status, out) == (2, "")
    assert err.splitlines()[-1].startswith(complaint)
    assert aws.calls == []
