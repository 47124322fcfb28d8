"""`make import`: every row is decided once, wherever the tool was killed before."""

import re
from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

from aws_imports import Aws, Killed
from conftest import Api
from operate import lines
from operate.import_customers import words
from operate.imports import reports, source
from operate.imports.engine import Progress
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
    assert len(aws.executions) == 2
    assert all(len(arn.rpartition(":")[2]) <= 80 for arn in aws.executions), "as Step Functions has it"


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


def killed_and_run_again(aws: Aws, make: Make, file: Path, point: int, when: str) -> tuple[int, str]:
    """The status and the last line of an import after one that was killed at one of its calls to AWS."""
    aws.calls.clear()
    aws.dies_at, aws.dies_after_effect = point, when == "after the call"
    with pytest.raises(Killed):
        make("import", FILE=str(file), ORG="acme")
    aws.dies_at = -1
    status, out, _ = make("import", FILE=str(file), ORG="acme")
    return status, out.strip().splitlines()[-1]


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
        assert killed_and_run_again(aws, make, file, point, when) == (0, LAST_LINE), f"killed at call {point}"

        for outcome, pattern in REPORTS.items():
            assert re.fullmatch(pattern, read(file)[outcome]), f"killed at call {point}"
        assert sum(f".{point}@" in key for key in customers(table)) == 1
        assert not any(key.startswith("files/") or b"example.com" in content for key, content in aws.objects.items())
    assert list(violations(table)) == []


@pytest.mark.parametrize("when", ["before the call", "after the call"])
def test_killed_at_any_call_of_a_second_run_it_can_be_run_again(
    aws: Aws, make: Make, file: Path, table: Any, when: str
) -> None:
    make("import", FILE=str(file), ORG="acme")
    first, before = read(file), customers(table)
    aws.calls.clear()
    make("import", FILE=str(file), ORG="acme")
    assert len(aws.calls) > 10
    for point in range(len(aws.calls)):
        assert killed_and_run_again(aws, make, file, point, when) == (0, LAST_LINE), f"killed at call {point}"
        assert read(file) == first, f"killed at call {point}"
    assert customers(table) == before


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


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_a_run_that_failed_is_one_line_and_the_next_one_goes_on(  # noqa: PLR0913, PLR0917 - fixtures
    aws: Aws, make: Make, file: Path, table: Any, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    def end(self: Aws, _arn: str, execution: dict[str, Any]) -> None:
        execution |= {"status": status, "error": "States.ExceedToleratedFailureThreshold"}

    with monkeypatch.context() as patch:
        patch.setattr(Aws, "_end", end)
        failed = make("import", FILE=str(file), ORG="acme")
    assert (failed[0], failed[1]) == (1, "")
    assert failed[2].splitlines()[-1].startswith(f"make import: the run ended as {status} States.ExceedToleratedF")
    assert [path.name for path in file.parent.iterdir()] == ["people.csv"], "no report of half an import"

    again = make("import", FILE=str(file), ORG="acme")

    assert (again[0], again[1].strip()) == (0, LAST_LINE)
    assert list(violations(table)) == []


def test_a_file_that_changes_while_it_is_read_is_not_imported(
    aws: Aws, make: Make, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = Aws.upload_fileobj

    def appended(self: Aws, *arguments: Any, **named: Any) -> None:
        file.write_text(f"{CSV}late@example.com,,Late\n")
        upload(self, *arguments, **named)

    monkeypatch.setattr(Aws, "upload_fileobj", appended)

    status, _, err = make("import", FILE=str(file), ORG="acme")

    assert (status, aws.executions, aws.objects) == (1, {}, {})
    assert err.splitlines()[-1] == f"make import: {file} was changed while it was read: nothing was imported"


def test_where_no_report_can_be_written_nothing_is_imported(aws: Aws, make: Make, file: Path) -> None:
    (file.parent / ".people.existing.csv.part").mkdir()

    status, out, err = make("import", FILE=str(file), ORG="acme")

    assert (status, out, aws.calls) == (1, "", [])
    assert re.fullmatch(
        r"make import: /\S+/.people.existing.csv.part: Is a directory; run the same .*", err.splitlines()[-1]
    )
    assert sorted(path.name for path in file.parent.iterdir()) == [".people.existing.csv.part", "people.csv"]


def test_reports_that_fail_to_be_written_are_written_by_the_next_run(
    aws: Aws, make: Make, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(decisions: Any) -> Any:
        yield next(iter(decisions))
        raise OSError(ENOSPC, "No space left on device", "people.invalid.csv")

    with monkeypatch.context() as patch:
        patch.setattr(reports, "_in_order", full)
        status, out, err = make("import", FILE=str(file), ORG="acme")
    assert (status, out) == (1, "")
    assert err.splitlines()[-1].startswith("make import: people.invalid.csv: No space left on device; run the same")
    assert [path.name for path in file.parent.iterdir()] == ["people.csv"]

    assert make("import", FILE=str(file), ORG="acme")[1].strip() == LAST_LINE
    assert len(aws.executions) == 1


def test_a_long_file_says_how_far_it_is_before_its_import_begins(
    aws: Aws, make: Make, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "ROWS_BETWEEN_WORDS", 3)
    monkeypatch.setattr(lines, "SECONDS_BETWEEN_LINES", 0.0)

    _, _, err = make("import", FILE=str(file), ORG="acme")

    said = [line.removeprefix("make import: ") for line in err.splitlines()]
    assert said[:3] == [f"reading {file}", f"reading {file}: 3 rows", f"reading {file}: 6 rows"]
    assert said[3] == "uploading"
    assert re.fullmatch(r"uploading: 3 of 6 rows, [\d,]+ a second, 0 s left", said[4])
    assert said[-1].startswith("6 of 6 rows")


def test_progress_counts_from_where_this_tool_began_to_look() -> None:
    assert words(Progress(1000, 590, 10), 100, 10.0) == "600 of 1,000 rows, 10 a second, 40 s left"
    assert words(Progress(1000, 500, 0), 0, 0.0) == "500 of 1,000 rows, 0 a second"
    assert words(Progress(10_000_000, 1_000_000, 0), 1000, 1.0).endswith("1,000 a second, 2 h 30 min left")


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
        ({"FILE": "people.csv", "ORG": "ac me"}, "make import: ORG has to be an organization"),
        ({"FILE": "people.csv", "ORG": "acme", "FROM": "x"}, "make import: FROM has to be stripe, orb or rebilly."),
        ({"FILE": "people.csv", "ORG": "acme", "FROM": "Stripe"}, "make import: FROM has to be stripe, orb or rebi"),
        ({"FILE": "/", "ORG": "acme"}, "make import: / is not a regular file, and it has to be read more than once"),
        (
            {"FILE": "/dev/null", "ORG": "acme"},
            "make import: /dev/null is not a regular file, and it has to be read more than once",
        ),
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
