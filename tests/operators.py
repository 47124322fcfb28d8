"""What the tests of the operators' commands share."""

import json
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from aws_imports import BUCKET, MACHINE, Aws
from conftest import Api
from customers.table import dynamodb
from operate import api_keys, erase_customer, export_customers, import_customers, restore_customers, verify_table
from operate.command import ARGUMENTS
from verified import ADA

type Run = Callable[..., tuple[int, str, str]]

COMMANDS = {
    "api-key": api_keys.create_key,
    "api-keys": api_keys.list_keys,
    "api-key-revoke": api_keys.revoke_key,
    "erase-customer": erase_customer.main,
    "export": export_customers.main,
    "import": import_customers.main,
    "restore-customers": restore_customers.main,
    "verify-table": verify_table.main,
}


@pytest.fixture
def customer_key(api: Api) -> str:
    """The key of a customer that was created as any other, with an Idempotency-Key."""
    headers = {"Content-Type": ["application/json"], "Idempotency-Key": ["key-1"]}
    return f"acme#customer#{api.create(ADA, multiValueHeaders=headers).json['id']}"


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command as make runs it, with no arguments but these: its exit status, its output and its errors."""
    for name in (*ARGUMENTS, "MAKEFLAGS"):
        monkeypatch.delenv(name, raising=False)

    def run(name: str, **arguments: str) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            for argument, value in arguments.items():
                patch.setenv(argument, value)
            status = COMMANDS[name]()
        out, err = capsys.readouterr()
        # Beside what the functions log in this process, which is JSON.
        return status, "".join(line for line in out.splitlines(keepends=True) if not line.startswith("{")), err

    return run


@pytest.fixture
def stack_in_memory(table: Any, keys: Any, dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stack of the tables in moto, which is the one that every command finds."""
    tables = {"TableName": table, "ApiKeysTableName": keys}
    stack = SimpleNamespace(
        outputs={output: table.name for output, table in tables.items()},
        table=tables.__getitem__,
        tables=lambda: dynamodb,
        dynamodb=of_function,
    )
    for module in (api_keys, erase_customer, export_customers, import_customers, restore_customers, verify_table):
        monkeypatch.setattr(sys.modules[module.__name__], "chosen_stack", lambda: stack)
    return stack


@pytest.fixture
def aws(stack_in_memory: Any, context: Any, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """The stack of the tables in moto, with a bucket and a state machine."""
    import import_customers as function

    aws = Aws(lambda event: json.loads(json.dumps(function.handler(event, context))))
    stack_in_memory.session, stack_in_memory.endpoint_url = aws, None
    stack_in_memory.outputs |= {"ImportBucketName": BUCKET, "ImportStateMachineArn": MACHINE}
    monkeypatch.setattr(import_customers, "POLL_SECONDS", 0)
    return aws


of_function = dynamodb.of_function


@pytest.fixture
def before_the_next_writes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Let others do something just before each of the next writes, when everything has been read for it."""
    write = dynamodb.DynamoDB.transact_write_items

    def plan(*actions: Callable[[], Any]) -> list[Any]:
        waiting, results = list(actions), []

        def interleaved(self: Any, *arguments: Any) -> None:
            if waiting:
                results.append(waiting.pop(0)())
            write(self, *arguments)

        monkeypatch.setattr(dynamodb.DynamoDB, "transact_write_items", interleaved)
        return results

    return plan
