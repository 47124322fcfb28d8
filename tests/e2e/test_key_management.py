"""`make api-key` and its sisters on a stack."""

import sys
from pathlib import Path

import httpx
import pytest

import api_keys
from deployed import unique_email
from local_stack import REGION, STACK_NAME, Stack


@pytest.fixture(params=["the local stack", "a stack by its name"])
def options(request: pytest.FixtureRequest, stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The options that lead the tool to the stack: through what `make run` leaves, or like one on AWS."""
    if request.param == "the local stack":
        monkeypatch.setattr(api_keys, "API_ENV", tmp_path / "api.env")
        (tmp_path / "api.env").write_text(f"CUSTOMERS_API_URL={stack.api_url}\nCUSTOMERS_API_KEY=ck_unused\n")
        return ["--stack", ""]
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.endpoint_url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    return ["--stack", STACK_NAME]


def test_a_key_works_from_when_it_is_made_until_it_is_revoked(
    options: list[str], stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["api_keys.py", *options, *arguments])
        assert api_keys.main() == 0
        return capsys.readouterr().out

    def call(key: str) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.post(f"{stack.api_url}/customers", json={"email": unique_email()}, headers=headers).status_code

    key = run("create", "--organization=initech", "--scopes=customers:write").strip()
    unused = run("create", "--organization=initech", "--scopes=customers:write").strip()
    mine = [line.split()[0] for line in run("list").splitlines() if " initech " in line][-2:]
    before = call(key)
    revoked = [run("revoke", key_id) for key_id in mine]

    assert before == 201
    assert all(" revoked " in line for line in revoked)
    assert call(unused) == 401  # no kept policy spares it the table


def test_an_unknown_stack_is_one_line(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.endpoint_url)
    monkeypatch.setattr(sys, "argv", ["api_keys.py", "--stack", "nope", "list"])

    assert api_keys.main() == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert "nope" in err
    assert len(err.splitlines()) == 1
