"""The events folder through `sam local invoke`: the built functions in a container like Lambda's.

Needs a Docker engine, and the image that SAM would otherwise fetch. The container can't reach loopback, so for these
tests alone the emulator listens on the address of Docker's bridge, which only this machine and its containers reach.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from local.account import CREDENTIALS, ROOT
from local.stack import Stack, local_stack
from support import EVENTS

FUNCTION = "CreateCustomerFunction"


@pytest.fixture(scope="module")
def bridged_stack() -> Iterator[Stack]:
    """The deployed template where a container reaches it."""
    inspected = subprocess.run(
        ["docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}"],
        check=True,
        capture_output=True,
        text=True,
    )
    with local_stack(host=str(next(ip_network(inspected.stdout.strip()).hosts()))) as stack:
        yield stack


@pytest.fixture(scope="module")
def variables(bridged_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `--env-vars` takes: the emulator's table in place of the template's."""
    path = tmp_path_factory.mktemp("sam") / "variables.json"
    endpoint = {"AWS_ENDPOINT_URL_DYNAMODB": bridged_stack.endpoint_url}
    path.write_text(json.dumps({FUNCTION: {"TABLE_NAME": bridged_stack.outputs["TableName"], **endpoint}}))
    return path


def invoke(event: str, stack: Stack, variables: Path) -> Any:
    """The function's answer to an event, through the command of the README."""
    result = subprocess.run(
        [
            ROOT / ".venv-sam" / "bin" / "sam",
            "local",
            "invoke",
            FUNCTION,
            f"--event={EVENTS / event}.json",
            f"--env-vars={variables}",
            "--parameter-overrides=Architecture=x86_64",
            "--skip-pull-image",
        ],
        cwd=ROOT,
        # SAM asks STS for the account's number.
        env={
            **os.environ,
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL_STS": stack.endpoint_url,
        },
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(result.stdout)


def test_a_customer_is_created_in_the_container_and_not_twice(bridged_stack: Stack, variables: Path) -> None:
    created = invoke("created", bridged_stack, variables)
    again = invoke("customer-exists", bridged_stack, variables)

    assert created["statusCode"] == 201
    customer = json.loads(created["body"])
    assert customer["email"] == "Ada.Lovelace@example.com"
    assert customer["billing_address"]["country"] == "GB"
    assert again["statusCode"] == 409
    assert {c["customer_id"] for c in json.loads(again["body"])["conflicts"]} == {customer["id"]}


@pytest.mark.parametrize(
    ("event", "status"), [("invalid-customer", 422), ("malformed-request", 400), ("method-not-allowed", 405)]
)
def test_a_bad_request_is_a_problem_in_the_container(
    bridged_stack: Stack, variables: Path, event: str, status: int
) -> None:
    answer = invoke(event, bridged_stack, variables)

    assert answer["statusCode"] == status
    assert json.loads(answer["body"])["type"].endswith(f"/problems/{event}")
