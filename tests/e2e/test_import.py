"""`make import` on the deployed stack: a thousand rows, some of them twice, taken, invalid and broken."""

import csv
import json
import os
import shlex
import subprocess
import uuid
from pathlib import Path
from typing import Any

import httpx

from deployed import unique_email
from local.account import REGION, ROOT, STACK_NAME
from local.stack import Stack
from support import WHOLE_CUSTOMER

ROWS = 1000


def make(stack: Stack, target: str, reader: str = "cat", **arguments: str) -> subprocess.CompletedProcess[str]:
    """A target of make for this stack, whose output a command reads."""
    words = ["make", "--silent", target, f"STACK={STACK_NAME}", *(f"{n}={value}" for n, value in arguments.items())]
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL"}}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{shlex.join(words)} | {reader}"],
        cwd=ROOT,
        env=environment | {"AWS_ENDPOINT_URL": stack.endpoint_url, "AWS_DEFAULT_REGION": REGION},
        capture_output=True,
        text=True,
        check=False,
    )


def report(file: Path, outcome: str) -> list[dict[str, str]]:
    with file.with_name(f"{file.stem}.{outcome}.csv").open(newline="") as lines:
        return [*csv.DictReader(lines)]


def numbers(rows: list[dict[str, str]]) -> list[int]:
    return [int(row["row"]) for row in rows]


def test_a_thousand_rows_are_imported_once_and_reported(stack: Stack, client: httpx.Client, tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    taken = client.post("/customers", json={"email": unique_email()}).json()

    def row(number: int) -> str:
        match number % 20:
            case 1:
                return f"twin.{number - 1}.{mark}@example.com,Twin,,x"  # of the row before
            case 2 if number < 100:
                return f"{taken['email'].upper()},Taken,,x"
            case 3:
                return f"nobody,Nobody {mark},,x"
            case 4 if number < 100:
                return f"a.{number}.{mark}@example.com,Broken"
            case 0:
                return f"twin.{number}.{mark}@example.com,First,,x"
            case _:
                return f'a.{number}.{mark}@example.com,"O""Neil, {number}\nLtd. 李",{number},x'

    file = tmp_path / "people.csv"
    file.write_text("\ufeffemail,description,balance,metadata.crm\n" + "\n".join(map(row, range(1, ROWS + 1))) + "\n")

    first = make(stack, "import", FILE=str(file), ORG="acme")
    created, existing, invalid = (report(file, outcome) for outcome in ("created", "existing", "invalid"))
    items = stack.table.scan(Select="COUNT")["Count"]
    again = make(stack, "import", FILE=str(file), ORG="acme")

    assert first.returncode == 0, first.stderr
    last_line = f"{len(created):,} created, {len(existing):,} existing, {len({r['row'] for r in invalid}):,} invalid"
    assert first.stdout.splitlines()[-1] == last_line == again.stdout.splitlines()[-1]
    assert all(numbers(rows) == sorted(numbers(rows)) for rows in (created, existing, invalid))
    assert sorted({*numbers(created), *numbers(existing), *numbers(invalid)}) == [*range(1, ROWS + 1)]
    # One of two twins exists: which one, who comes first decides.
    twins = {n for n in range(1, ROWS + 1) if n % 20 in {0, 1}} - {1, ROWS}
    assert {n for n in numbers(existing) if n not in twins} == {2, 22, 42, 62, 82}
    assert len(twins & {*numbers(existing)}) == len(twins) / 2
    assert {(r["code"], int(r["row"]) % 20) for r in invalid} == {("email_invalid", 3), ("row_length", 4)}
    assert {r["customer_ids"] for r in existing if int(r["row"]) == 22} == {taken["id"]}
    shown = client.get(f"/customers/{next(r['customer_id'] for r in created if r['row'] == '5')}").json()
    assert shown.items() >= {"description": 'O"Neil, 5\nLtd. 李', "balance": 5, "metadata": {"crm": "x"}}.items()
    assert [report(file, outcome) for outcome in ("created", "existing", "invalid")] == [created, existing, invalid]
    assert stack.table.scan(Select="COUNT")["Count"] == items
    assert_nothing_is_left(stack, mark)


def assert_nothing_is_left(stack: Stack, mark: str) -> None:
    """No file is in the bucket any more, and no log has a word of it."""
    assert stack.client("s3").list_objects_v2(Bucket=stack.outputs["ImportBucketName"]).get("Contents", []) == []
    logs: Any = stack.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    lines = [
        event["message"] for group in groups for event in logs.filter_log_events(logGroupName=group).get("events", [])
    ]
    assert not [line for line in lines if mark in line or "people" in line]
    assert any('"rows":1' in line.replace(" ", "") for line in lines)


def test_a_dry_run_writes_nothing(stack: Stack, client: httpx.Client, tmp_path: Path) -> None:
    taken, free = client.post("/customers", json={"email": unique_email()}).json(), unique_email()
    file = tmp_path / "people.jsonl"
    file.write_text("".join(json.dumps({"email": email}) + "\n" for email in (free, taken["email"], free, "nobody")))
    before = stack.table.scan(Select="COUNT")["Count"]

    dry = make(stack, "import", FILE=str(file), ORG="acme", DRY_RUN="1")

    assert (dry.returncode, dry.stdout) == (0, "1 created, 2 existing, 1 invalid (nothing was written)\n"), dry.stderr
    assert report(file, "existing")[0] == {"row": "2", "fields": "email", "customer_ids": taken["id"]}
    assert stack.table.scan(Select="COUNT")["Count"] == before
    assert client.get("/customers", params={"email": free}).json()["data"] == []


def test_who_leaves_can_come_again(stack: Stack, tmp_path: Path) -> None:
    """An export is what an import takes, and its import exports the same."""
    here, there = (f"org-{uuid.uuid4().hex[:8]}" for _ in range(2))
    file = tmp_path / "whole.jsonl"
    file.write_text("".join(f"{json.dumps(each)}\n" for each in (WHOLE_CUSTOMER, {"external_id": "李\u2028"})))

    came = make(stack, "import", FILE=str(file), ORG=here)
    left = make(stack, "export", ORG=here)
    file.write_text(left.stdout)
    moved = make(stack, "import", FILE=str(file), ORG=there)

    assert (came.stdout, moved.stdout) == ("2 created, 0 existing, 0 invalid\n",) * 2, came.stderr + moved.stderr
    assert (left.returncode, left.stderr.splitlines()[-1]) == (0, "make export: 2 customers")
    assert sorted(make(stack, "export", ORG=there).stdout.splitlines()) == sorted(left.stdout.splitlines())


def test_the_reader_of_an_export_may_stop(stack: Stack, tmp_path: Path) -> None:
    organization = f"org-{uuid.uuid4().hex[:8]}"
    file = tmp_path / "large.jsonl"
    large = {"custom_fields": {"note": "x" * 100_000}}  # more than a pipe holds, which is 64 KiB
    file.write_text("".join(f"{json.dumps(large | {'external_id': str(n)})}\n" for n in range(3)))
    came = make(stack, "import", FILE=str(file), ORG=organization)
    assert came.stdout == "3 created, 0 existing, 0 invalid\n", came.stderr

    left = make(stack, "export", ORG=organization, reader="head -c 10")

    assert len(left.stdout) == 10, left.stderr
    assert "Traceback" not in left.stderr
