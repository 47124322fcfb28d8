"""`make api-key` and its sisters on a stack."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deployed import post, unique_email
from local.account import REGION, STACK_NAME
from local.stack import Stack
from operate import api_keys, stacks

type Command = Callable[..., str]


@pytest.fixture(params=["the local stack", "a stack by its name"])
def command(
    request: pytest.FixtureRequest,
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """The tool, which finds the stack through what `make run` leaves, or as it finds one on AWS."""
    if request.param == "the local stack":
        monkeypatch.delenv("STACK", raising=False)
        monkeypatch.setattr(stacks, "API_ENV", tmp_path / "api.env")
        (tmp_path / "api.env").write_text(
            f"export CUSTOMERS_API_URL={stack.api_url}\nexport CUSTOMERS_API_KEY=unused\n"
        )
    else:
        monkeypatch.setenv("STACK", STACK_NAME)
        monkeypatch.setenv("AWS_ENDPOINT_URL", stack.endpoint_url)
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["api_keys.py", *arguments])
        assert api_keys.main() == 0
        return capsys.readouterr().out

    return run


def test_a_key_works_from_when_it_is_made_until_it_is_revoked(command: Command, stack: Stack) -> None:
    def call(key: str) -> int:
        return post(stack, {"email": unique_email()}, Authorization=f"Bearer {key}").status_code

    used, unused = (command("create", "--organization=initech", "--scopes=customers:write").strip() for _ in range(2))
    of_initech = [line.split()[0] for line in command("list").splitlines() if " initech " in line]
    before = call(used)
    revoked = [command("revoke", key_id) for key_id in of_initech]

    assert before == 201
    assert all(" revoked " in line for line in revoked)
    assert call(unused) == 401  # the gateway knew nothing of this one, so it asked


def test_an_unknown_stack_is_one_line(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STACK", "nope")
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.endpoint_url)
    monkeypatch.setattr(sys, "argv", ["api_keys.py", "list"])

    assert api_keys.main() == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert "nope" in err
    assert len(err.splitlines()) == 1
