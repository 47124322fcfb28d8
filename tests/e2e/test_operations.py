"""What the deployed stack tells its operators."""

import json
import time
import uuid
from typing import Any

import httpx

from local.stack import Stack


def lines_of(stack: Stack, function: str, request_id: str) -> list[dict[str, Any]]:
    """The JSON lines that a function wrote for a request."""
    logs = stack.client("logs")
    [group] = [
        group["logGroupName"]
        for group in logs.describe_log_groups()["logGroups"]
        if f"{function}LogGroup" in group["logGroupName"]
    ]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        messages = [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]
        lines = [json.loads(message) for message in messages if message.startswith("{")]
        if any(line.get("request_id") == request_id for line in lines):
            return lines
        time.sleep(0.2)
    return []


def test_a_request_is_found_by_the_id_in_its_answer(client: httpx.Client, stack: Stack) -> None:
    customer = {"email": f"ada-{uuid.uuid4().hex}@example.com", "external_id": uuid.uuid4().hex}

    created = client.post("/customers", json=customer, headers={"Idempotency-Key": uuid.uuid4().hex})

    request_id = created.headers["X-Request-Id"]
    lines = lines_of(stack, "CreateCustomer", request_id)
    [line] = [line for line in lines if line.get("request_id") == request_id]
    assert (line["level"], line["message"], line["service"]) == ("INFO", "request", "customer-create")
    assert (line["route"], line["status"], line["attempts"]) == ("POST /customers", 201, 1)
    assert line["write_units"] == 9, "customer, two guards and the idempotency record, two units each, and the index"
    assert [entry for entry in lines if "_aws" in entry and entry.get("Created") == [1.0]]
    assert customer["email"] not in str(lines)
    assert customer["external_id"] not in str(lines)


def test_every_alarm_that_the_emulator_knows_is_there_and_calls_somebody(stack: Stack) -> None:
    alarms = stack.client("cloudwatch").describe_alarms()["MetricAlarms"]

    assert {"5XXError", "IteratorAge", "SystemErrors"} <= {alarm.get("MetricName") for alarm in alarms}
    for alarm in alarms:
        [topic] = alarm["AlarmActions"]
        assert topic.startswith("arn:aws:sns:")


def test_the_dashboard_is_there(stack: Stack) -> None:
    [dashboard] = stack.client("cloudwatch").list_dashboards()["DashboardEntries"]

    body = stack.client("cloudwatch").get_dashboard(DashboardName=dashboard["DashboardName"])["DashboardBody"]
    assert dashboard["DashboardName"] == "customer-create"
    assert json.loads(body)["widgets"]
    assert "${" not in body
