"""A large table is read once, in segments at the same time, and says how far it is."""

from typing import Any

import pytest

from operate import scan
from operate.verify_table import violations
from verified import EMAIL

pytest_plugins = ["operators"]


def test_every_item_is_read_once_in_pages_of_several_segments(table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
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
