"""Whatever is wrong with a command or on its way to AWS is one line that says what to do."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
    TokenRetrievalError,
)

from customers.errors import OutcomeUnknown, TryAgain
from customers.table.dynamodb import Refused
from operate import stacks
from operate.command import ARGUMENTS, CommandError, command, optional

pytest_plugins = ["operators"]

ADA = {"ORG": "acme", "CUSTOMER": "cus_1"}
LOCAL = "name a stack on AWS with STACK="


def client_error(code: str, message: str = "Long story.") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeStacks")


ERRORS: dict[str, tuple[BaseException, int, str]] = {
    "a wrong call": (CommandError("Say who."), 2, "Say who."),
    "several lines": (CommandError("Say\n who.\n"), 2, "Say who."),
    "no region": (NoRegionError(), 1, "no AWS region is configured: set AWS_DEFAULT_REGION"),
    "no credentials": (NoCredentialsError(), 1, "sign in, or choose a profile with AWS_PROFILE"),
    "no profile": (ProfileNotFound(profile="nope"), 1, "The config profile (nope) could not be found"),
    "signed out": (TokenRetrievalError(provider="sso", error_msg="?"), 1, "sign in again"),
    "expired": (client_error("ExpiredToken"), 1, "DescribeStacks: AWS rejected the credentials"),
    "not allowed": (client_error("AccessDenied"), 1, "DescribeStacks: these credentials lack the permission"),
    "anything else": (client_error("Odd", "It is\n odd."), 1, "DescribeStacks: It is odd."),
    "nothing said": (client_error("Odd", ""), 1, "DescribeStacks: Odd"),
    "nobody there": (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), 1, "is the stack running"),
    "nobody answers": (ConnectTimeoutError(endpoint_url="http://127.0.0.1:1"), 1, "is the stack running"),
    "no table": (Refused("ResourceNotFoundException"), 1, "DynamoDB: ResourceNotFoundException"),
    "not allowed in the table": (
        Refused("AccessDeniedException"),
        1,
        "DynamoDB: these credentials lack the permission",
    ),
    "busy": (TryAgain(), 1, "DynamoDB is busy: run the same command again; completed work is kept"),
    "no answer": (OutcomeUnknown(), 1, "DynamoDB did not respond: run the same command again"),
    "Ctrl-C": (KeyboardInterrupt(), 130, "stopped; run the same command again"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    error, status, words = ERRORS[name]

    @command("try")
    def fail() -> int:
        raise error

    assert fail() == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("make try: ")
    assert words in err
    assert len(err.splitlines()) == 1


def test_a_mistake_of_ours_is_not_hidden() -> None:
    @command("try")
    def fail() -> int:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        fail()


def test_who_has_seen_enough_of_the_output_gets_no_complaint(tmp_path: Path) -> None:
    """As in `make api-keys | head -1`."""
    import subprocess
    import sys

    program = (
        "from operate.command import command\n"
        "@command('try')\ndef much():\n    while True: print('line' * 1000, flush=True)\n"
        "raise SystemExit(much())"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" | head -1', sys.executable, program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stderr == ""


@pytest.fixture
def nothing_runs_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As before `make run`."""
    monkeypatch.setattr(stacks, "API_ENV", tmp_path / "api.env")


@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("erase-customer", {}, "ORG is missing. It is an organization, as in ORG=acme."),
        ("erase-customer", {"ORG": "acme"}, "name the customer with one of CUSTOMER=cus_…, EMAIL=… and EXTERNAL_ID=…"),
        ("erase-customer", ADA | {"EMAIL": "a@example.com"}, "name the customer with one of CUSTOMER=cus_…"),
        ("erase-customer", ADA | {"ORG": "Acme"}, "ORG has to be an organization, as in ORG=acme."),
        ("erase-customer", ADA | {"CUSTOMER": "acme#customer#cus_1"}, "CUSTOMER has to be the id of a customer"),
        ("erase-customer", ADA | {"DRY_RUN": "true"}, "DRY_RUN has to be 1 or nothing."),
        ("erase-customer", ADA | {"DRY_RUN": "0"}, "DRY_RUN has to be 1 or nothing."),
        ("erase-customer", ADA | {"STACK": "a stack"}, "STACK has to be the name of a stack"),
        ("erase-customer", {"ORG": "acme", "EMAIL": "\udce9@example.com"}, "EMAIL has to be an e-mail address"),
        ("erase-customer", ADA, LOCAL),
        ("restore-customers", {}, "FROM is missing. It is the name of a table, as in FROM=customers-restored."),
        ("restore-customers", {"FROM": "a table"}, "FROM has to be the name of a table"),
        ("restore-customers", {"FROM": "copy", "ONLY": "nope.txt"}, "nope.txt can't be read: ONLY is a file"),
        ("restore-customers", {"FROM": "copy", "ONLY": "Makefile"}, "Makefile names no customer: ONLY is a file"),
        ("restore-customers", {"FROM": "copy"}, LOCAL),
        ("verify-table", {}, LOCAL),
        ("api-key", {"ORG": "acme", "SCOPES": "customers:read"}, LOCAL),
        ("api-keys", {}, LOCAL),
        ("api-key-revoke", {"ID": "key_0123456789abcdef"}, LOCAL),
    ],
    ids=lambda value: ascii(value)[:60],
)
@pytest.mark.usefixtures("nothing_runs_here")
def test_a_wrong_call_is_one_line(make: Any, name: str, arguments: dict[str, str], complaint: str) -> None:
    status, out, err = make(name, **arguments)

    assert (status, out) == (2, "")
    assert err.startswith(f"make {name}: ")
    assert complaint in err
    assert len(err.splitlines()) == 1


MAKEFLAGS = {
    "DRYRUN": " -- CUSTOMER=cus_1 DRYRUN=1 ORG=acme",
    "CUSTOMR": "k --no-print-directory -- ORG=acme CUSTOMR=cus_1",
    "FROM": "-j2 --jobserver-auth=3,4 -- FROM=x ORG=acme CUSTOMER=cus_1",
}


@pytest.mark.parametrize("name", MAKEFLAGS)
def test_an_argument_that_the_command_does_not_have_is_refused(
    make: Any, stack_in_memory: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "1")

    status, _, err = make(
        "erase-customer", MAKEFLAGS=MAKEFLAGS[name], **ADA, **({"FROM": "x"} if name == "FROM" else {})
    )

    assert status == 2
    assert err == (
        f"make erase-customer: {name} is not an argument of this command: "
        "it takes CUSTOMER, DRY_RUN, EMAIL, EXTERNAL_ID, ORG, STACK\n"
    )


@pytest.mark.parametrize(
    "flags",
    ["", "w", " -- ORG=acme CUSTOMER=cus_1", "w -- PYTHON=python3 EMAIL=a\\ HOME=b", "-j2 --jobserver-auth=3,4"],
)
def test_what_make_says_beside_is_no_argument(
    make: Any, stack_in_memory: Any, monkeypatch: pytest.MonkeyPatch, flags: str
) -> None:
    assert "has no customer cus_1" in make("erase-customer", MAKEFLAGS=flags, **ADA)[2]


def test_every_argument_says_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, argument in ARGUMENTS.items():
        monkeypatch.setenv(name, "\udcff")
        with pytest.raises(CommandError, match=f"^{name} has to be {argument.meaning}"[:30]):
            optional(name)


# ------------------------------------------------------------------------------------------------------- which stack


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Let CloudFormation answer so, or fail so."""

    def describe(answer: Any) -> None:
        def call(_client: Any, operation: str, _parameters: Any) -> Any:
            assert operation == "DescribeStacks"
            if isinstance(answer, Exception):
                raise answer
            return {"Stacks": [answer]}

        monkeypatch.setattr("botocore.client.BaseClient._make_api_call", call)

    return describe


@pytest.mark.parametrize("outputs", [{}, {"Outputs": [{"OutputKey": "TableName", "OutputValue": "x"}]}], ids=str)
def test_the_stack_of_another_template_is_refused(make: Any, described: Any, outputs: dict[str, Any]) -> None:
    described(outputs)

    assert make("api-keys", STACK="another") == (
        2,
        "",
        "make api-keys: another is not a stack of this template: it has no tables of customers and keys\n",
    )


def test_a_stack_that_is_not_there_is_one_line(make: Any, described: Any) -> None:
    described(client_error("ValidationError"))

    assert make("verify-table", STACK="nope") == (
        2,
        "",
        "make verify-table: there is no stack nope in eu-west-1: check STACK and the region\n",
    )


def test_the_stack_that_ran_here_and_ended_is_one_line(
    make: Any, described: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stacks, "API_ENV", tmp_path / "api.env")
    (tmp_path / "api.env").write_text("export CUSTOMERS_API_URL='http://127.0.0.1:1/v1'\nexport CUSTOMERS_API_KEY=ck\n")
    described(EndpointConnectionError(endpoint_url="http://127.0.0.1:1"))

    status, out, err = make("api-keys")

    assert (status, out) == (2, "")
    assert err == (
        "make api-keys: no stack is running on this machine: "
        "start one with `make run`, or name a stack on AWS with STACK=\n"
    )


@pytest.mark.parametrize(
    "error", [client_error("AccessDenied"), EndpointConnectionError(endpoint_url="https://x")], ids=str
)
def test_a_stack_on_aws_that_cannot_be_asked_is_one_line(make: Any, described: Any, error: Exception) -> None:
    described(error)

    status, out, err = make("api-keys", STACK="customer-create")

    assert (status, out) == (1, "")
    assert len(err.splitlines()) == 1


def test_without_a_region_or_credentials_it_says_so(make: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    assert make("api-keys", STACK="customer-create")[2] == (
        "make api-keys: no AWS region is configured: set AWS_DEFAULT_REGION\n"
    )
    assert make("api-keys", STACK="customer-create", AWS_DEFAULT_REGION="eu-west-1")[2] == (
        "make api-keys: there are no credentials for AWS: sign in, or choose a profile with AWS_PROFILE\n"
    )
    assert make("api-keys", STACK="customer-create", AWS_PROFILE="nope")[2] == (
        "make api-keys: The config profile (nope) could not be found\n"
    )
