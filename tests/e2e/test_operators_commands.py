"""The operators' commands on a deployed stack, found as the local one and by its name."""

import os
import subprocess
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployed import post, unique_email
from local.account import REGION, ROOT, STACK_NAME, local_session
from local.stack import Stack
from operate import erase_customer, restore_customers, stacks
from operate.command import CommandError
from operate.repairs import Repairs

pytest_plugins = ["operators"]

type Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(params=["the local stack", "a stack by its name"])
def command(
    request: pytest.FixtureRequest, stack: Stack, make: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Command:
    """The commands, which find the stack through what `make run` leaves, or as they find one on AWS."""
    if request.param == "the local stack":
        monkeypatch.setattr(stacks, "API_ENV", tmp_path / "api.env")
        (tmp_path / "api.env").write_text(f"CUSTOMERS_API_URL={stack.api_url}\nCUSTOMERS_API_KEY=unused\n")
        return make  # type: ignore[no-any-return]  # the fixture's type is its own
    way = {"STACK": STACK_NAME, "AWS_ENDPOINT_URL": stack.endpoint_url, "AWS_DEFAULT_REGION": REGION}
    return lambda name, **arguments: make(name, **way, **arguments)


def test_a_key_works_from_when_it_is_made_until_it_is_revoked(command: Command, stack: Stack) -> None:
    def call(key: str) -> int:
        return post(stack, {"email": unique_email()}, Authorization=f"Bearer {key}").status_code

    used, unused = (command("api-key", ORG="initech", SCOPES="customers:write")[1].strip() for _ in range(2))
    of_initech = [line.split()[0] for line in command("api-keys")[1].splitlines() if " initech " in line]
    before = call(used)
    revoked = [command("api-key-revoke", ID=key_id)[1] for key_id in of_initech]

    assert before == 201
    assert all(" revoked " in line for line in revoked)
    assert call(unused) == 401  # the gateway knew nothing of this one, so it asked


def test_a_customer_that_was_erased_can_be_restored(command: Command, stack: Stack, client: httpx.Client) -> None:
    customer = client.post("/customers", json={"email": unique_email(), "external_id": uuid.uuid4().hex}).json()
    path, copy = f"/customers/{customer['id']}", f"copy-{uuid.uuid4().hex}"
    stack.client("dynamodb").restore_table_to_point_in_time(
        SourceTableName=stack.outputs["TableName"], TargetTableName=copy, UseLatestRestorableTime=True
    )

    # On AWS the copy says of what it is one. The emulator's doesn't.
    of = {"FROM": copy, "CONFIRM": stack.outputs["TableName"]}
    would_erase = command("erase-customer", ORG="acme", EMAIL=customer["email"], DRY_RUN="1")
    before = client.get(path)
    erased = command("erase-customer", ORG="acme", EMAIL=customer["email"])
    after = client.get(path)
    would_restore = command("restore-customers", **of, DRY_RUN="1")
    still = client.get(path)
    restored = command("restore-customers", **of)

    what = f"customer {customer['id']} and what guards its email and external_id\n"
    assert (would_erase, erased) == ((0, f"would erase {what}", ""), (0, f"erased {what}", ""))
    assert (before.status_code, after.status_code, still.status_code) == (200, 404, 404)
    assert would_restore[1].startswith(f"would restore acme#customer#{customer['id']}\n1 restored, 0 repaired, ")
    assert restored[1].startswith(f"restored acme#customer#{customer['id']}\n1 restored, 0 repaired, ")
    assert restored[0] == 0
    assert client.get(path).json() == customer
    assert client.post("/customers", json={"email": customer["email"]}).status_code == 409
    assert command("verify-table")[1] == f"{stack.outputs['TableName']}: no broken promises\n"


def test_erasing_and_restoring_beside_all_kinds_of_requests_never_makes_two(stack: Stack, client: httpx.Client) -> None:
    """Eight at a time, over and over, for one address: at most one customer has it, and all of them are whole."""
    email, external_id, tables = unique_email(), uuid.uuid4().hex, stack.client("dynamodb")
    copy = f"copy-{uuid.uuid4().hex}"
    first = client.post("/customers", json={"email": email, "external_id": external_id}).json()
    tables.restore_table_to_point_in_time(
        SourceTableName=stack.outputs["TableName"], TargetTableName=copy, UseLatestRestorableTime=True
    )
    deployed = stacks.DeployedStack(local_session(), stack.endpoint_url, stack.outputs)
    repairs = Repairs(deployed.dynamodb(), stack.outputs["TableName"])
    lost = Repairs(deployed.dynamodb(), copy)
    of = restore_customers.Copy(deployed.tables().Table(copy), stack.table, lost, repairs, dry_run=False)
    keys = [str(item["pk"]) for item in of.source.scan()["Items"] if item.get("email") == email]

    def erase() -> str:
        try:
            erase_customer.erase(repairs, "acme", "email", email)
        except CommandError:
            return "nothing to erase"
        return "erased"

    def restore() -> str:
        return next(restore_customers.restore(of, keys)).what

    def create() -> str:
        return f"POST {client.post('/customers', json={'email': email}).status_code}"

    def put() -> str:
        body = {"email": email, "name": uuid.uuid4().hex}
        return f"PUT {client.put('/customers', params={'external_id': external_id}, json=body).status_code}"

    def change() -> str:
        body = {"email": unique_email()}
        return f"PATCH {client.patch(f'/customers/{first["id"]}', json=body).status_code}"

    def delete() -> str:
        found = client.get("/customers", params={"email": email}).json()["data"]
        customer_id = found[0]["id"] if found else first["id"]
        return f"DELETE {client.delete(f'/customers/{customer_id}').status_code}"

    met = {"erased", "POST 201", "restored", "PATCH 404", "DELETE 204"}
    outcomes: Counter[str] = Counter()
    with ThreadPoolExecutor(8) as threads:
        actions = (erase, create, restore, put, change, erase, delete, create) * 12
        for _ in range(10):  # who meets whom is chance: on until all have met
            outcomes.update(threads.map(lambda action: action(), actions))
            if outcomes.keys() >= met:
                break

    may_be = {"erased", "nothing to erase", "restored", "in place", "left out", "repaired"}
    may_be |= {"POST 201", "POST 409", "PUT 200", "PUT 201", "PUT 409", "PATCH 200", "PATCH 404", "DELETE 204"}
    assert outcomes.keys() <= may_be | {"DELETE 404"}
    assert outcomes.keys() >= met
    having = [item["id"] for item in stack.table.scan()["Items"] if item.get("email") == email]
    assert having == [customer["id"] for customer in client.get("/customers", params={"email": email}).json()["data"]]
    assert len(having) <= 1


def test_a_table_of_another_stack_is_not_merged_into_this_one(command: Command, stack: Stack) -> None:
    name = f"other-{uuid.uuid4().hex}"
    stack.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )

    status, out, err = command("restore-customers", FROM=name)

    assert (status, out) == (2, "")
    assert f"add CONFIRM={stack.outputs['TableName']}" in err


@pytest.mark.parametrize(
    ("target", "variables", "complaint"),
    [
        ("erase-customer", {}, "make erase-customer: ORG is missing."),
        ("erase-customer", {"ORG": "acme"}, "make erase-customer: name the customer with one of CUSTOMER="),
        (
            "erase-customer",
            {"ORG": "acme", "CUSTOMER": "cus_1", "DRYRUN": "1"},
            "DRYRUN is not an argument of this command",
        ),
        ("restore-customers", {}, "make restore-customers: FROM is missing."),
        ("verify-table", {"STACK": "nope"}, "make verify-table: there is no stack nope in eu-west-1"),
        ("api-key", {"ORG": "acme"}, "make api-key: SCOPES is missing."),
        ("api-keys", {"STACK": "nope"}, "make api-keys: there is no stack nope in eu-west-1"),
        ("api-key-revoke", {"ID": "1"}, "make api-key-revoke: ID has to be the id of a key"),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_a_mistake_is_one_line_of_make(stack: Stack, target: str, variables: dict[str, str], complaint: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "STACK"}}

    result = subprocess.run(
        ["make", target, *(f"{name}={value}" for name, value in variables.items())],
        cwd=ROOT,
        env=environment | {"AWS_ENDPOINT_URL": stack.endpoint_url, "AWS_DEFAULT_REGION": REGION},
        capture_output=True,
        text=True,
        check=False,
    )

    said = [line for line in result.stderr.splitlines() if not line.startswith("make: ***")]
    assert result.returncode == 2
    assert result.stdout == ""
    assert len(said) == 1
    assert complaint in said[0]
