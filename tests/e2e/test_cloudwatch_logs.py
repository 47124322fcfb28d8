"""The logs of the deployed functions: there, and silent about who sent what."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from conftest import NewClient
from deployed import post
from local.account import STACK_NAME
from local.stack import Stack
from support import MARKED_CUSTOMER, MARKED_KEY, MARKED_QUERY, MARKED_REQUESTS


def log_lines(stack: Stack) -> dict[str, list[str]]:
    """Every line of every log group of the stack, by the group's name in the template."""
    logs = stack.client("logs")
    resources = stack.client("cloudformation").describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    groups = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources if "LogGroup" in r["ResourceType"]}
    filter_log_events = logs.get_paginator("filter_log_events")
    return {
        name: [e["message"] for page in filter_log_events.paginate(logGroupName=group) for e in page["events"]]
        for name, group in groups.items()
    }


@pytest.fixture
def answers(new_client: NewClient) -> list[httpx.Response]:
    """The answers to every marked request; all of them are refused."""
    client = new_client("globex")

    def send(  # noqa: PLR0913 - all that may differ in a request
        *,
        body: str,
        content_type: str = "application/json",
        method: str = "POST",
        path: str = "/customers",
        headers: Mapping[str, str] = {},
        query: Mapping[str, str] = MARKED_QUERY,
    ) -> Any:
        own = {"Content-Type": content_type, "User-Agent": "marked/1.0", "Idempotency-Key": "marked-too"}
        return client.request(method, path, params=query, content=body, headers={**own, **headers})

    created = client.post("/customers", json=MARKED_CUSTOMER, headers=MARKED_KEY)
    assert created.status_code in {201, 409}
    return [send(**request) for request in MARKED_REQUESTS.values()]


def test_no_line_tells_what_was_sent(answers: list[httpx.Response], new_client: NewClient, stack: Stack) -> None:
    forbidden = new_client("globex", "customers:read").post("/customers", json=MARKED_CUSTOMER)
    refused = post(stack, MARKED_CUSTOMER, Authorization="Bearer marked")

    lines = log_lines(stack)

    # The emulator writes no access logs, and the publisher and the pages may not have been asked yet.
    assert all(lines[f"{function}LogGroup"] for function in ("CreateCustomer", "ReadCustomers", "Authorizer"))
    for line in (line for group in lines.values() for line in group):
        assert "marked" not in line.lower()
        assert "ck_" not in line
    for answer in (*answers, forbidden, refused):
        assert answer.status_code >= 400
        assert "marked" not in answer.text.lower()
        assert "marked" not in str(answer.headers).lower()
