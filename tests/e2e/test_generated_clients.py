"""Clients that generators make of the served document: they send every field and read typed problems."""

import json
import os
import subprocess
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.account import ROOT
from local.stack import Stack
from support import ASSIGNED, WHOLE_CUSTOMER

PROGRAMS = ROOT / ".venv-clients" / "bin"
NODE = ROOT / "tools" / "node"
CLIENTS = ROOT / "tests" / "clients"

GENERATORS = {
    "openapi_generator": [
        "openapi-generator-cli",
        *("generate", "-g", "python", "-i", "openapi.json", "-o", ".", "--package-name", "customers_client"),
    ],
    "openapi_python_client": [
        "openapi-python-client",
        *("generate", "--path", "openapi.json", "--meta", "none", "--output-path", "customers_client"),
        *("--config", "config.json"),
    ],
}
"""For each program of tests/clients what makes the client that it uses."""


@pytest.fixture
def document(stack: Stack, tmp_path: Path) -> Path:
    """The document, as the API serves it."""
    path = tmp_path / "openapi.json"
    path.write_bytes(httpx.get(f"{stack.api_url}/openapi.json", timeout=60).content)
    (tmp_path / "config.json").write_text('{"post_hooks": []}')  # nobody reads what is generated here
    return path


@pytest.mark.parametrize("generator", GENERATORS)
def test_a_generated_client_sends_every_field_and_reads_typed_problems(
    client: httpx.Client, stack: Stack, api_key: str, document: Path, generator: str
) -> None:
    program, *arguments = GENERATORS[generator]
    run([PROGRAMS / program, *arguments], document.parent)
    customer = WHOLE_CUSTOMER | {"email": f"ada-{uuid.uuid4().hex}@example.com", "external_id": uuid.uuid4().hex}
    asked = {"url": stack.api_url, "key": api_key, "customer": customer, "idempotency_key": uuid.uuid4().hex}

    reported = json.loads(
        run([PROGRAMS / "python", CLIENTS / f"{generator}.py"], document.parent, input=json.dumps(asked))
    )

    shown = client.get("/customers", params={"email": customer["email"]}).json()["data"][0]
    assert sent_of(shown) == customer
    assert sent_of(reported["shown"]) == customer
    assert reported["city"] == "London"
    assert reported["found"] == [shown["id"]]
    assert reported["conflict"] == [409, "customer-exists", {"#/email": shown["id"], "#/external_id": shown["id"]}]
    assert reported["invalid"] == [
        422,
        "invalid-customer",
        {"#/email": "email_invalid", "#/timezone": "timezone_unknown"},
    ]


def sent_of(customer: Any) -> Any:
    """What was sent of a customer that is shown."""
    tax_ids = [{name: value for name, value in tax_id.items() if name != "is_valid"} for tax_id in customer["tax_ids"]]
    added = ASSIGNED | {"phone_e164"}
    return {name: value for name, value in customer.items() if name not in added} | {"tax_ids": tax_ids}


@pytest.fixture
def node() -> Path:
    """Where the programs that need Node are."""
    programs = NODE / "node_modules" / ".bin"
    if not programs.exists():
        missing = "needs Node and npm: `make tools/node/node_modules/ready` installs the rest"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return programs


def test_the_types_that_are_made_of_it_take_a_whole_customer(node: Path, document: Path) -> None:
    run([node / "openapi-typescript", document, "-o", "schema.d.ts"], document.parent)
    source = (CLIENTS / "typed.ts").read_text().replace("WHOLE_CUSTOMER", json.dumps(WHOLE_CUSTOMER))
    (document.parent / "typed.ts").write_text(source)

    run([node / "tsc", "--strict", "--noEmit", "--skipLibCheck", "false", "typed.ts"], document.parent)


def test_spectral_finds_nothing(node: Path, document: Path) -> None:
    run([node / "spectral", "lint", "--fail-severity=hint", "-r", NODE / "spectral.yaml", document], document.parent)


def test_redocly_finds_nothing(node: Path, document: Path) -> None:
    found = run(
        [node / "redocly", "lint", "--format=json", "--config", NODE / "redocly.yaml", document], document.parent
    )

    assert json.loads(found)["problems"] == []


def run(command: list[str | Path], folder: Path, *, input: str = "") -> str:  # noqa: A002 - subprocess's name
    """What a program prints, which has to succeed."""
    result = subprocess.run(
        command,
        cwd=folder,
        input=input,
        env={**os.environ, "PYTHONPATH": str(folder), "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
