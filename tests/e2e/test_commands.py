"""The commands and the code of README.md and docs, as they stand there; docs/contributing.md has the rules."""

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import proxy as network
from local.account import API_ENV
from local.run import write_api_env
from local.stack import Stack
from proxy import proxy
from support import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NOT_RUN = {"aws", "docker", "long", "registry"}
"""The second word of a block that can't be run here, and why it can't."""


def blocks(language: str) -> list[Any]:
    """The page and the line of each block of a language, the words behind the language, and its text."""
    return [
        pytest.param(block[1].strip(), block[2], id=f"{page.name}:{text[: block.start()].count('\n') + 1}")
        for page in PAGES
        for text in [page.read_text()]
        for block in re.finditer(rf"^```{language}\b(.*)\n((?:.*\n)*?)```$", text, re.MULTILINE)
    ]


@pytest.fixture
def served(stack: Stack, api_key: str) -> Iterator[None]:
    """The stack, where commands look for the one that `make run` serves."""
    before = API_ENV.read_text() if API_ENV.exists() else None
    write_api_env({"CUSTOMERS_API_URL": stack.api_url, "CUSTOMERS_API_KEY": api_key})
    yield
    API_ENV.unlink()
    if before is not None:
        API_ENV.touch(0o600)
        API_ENV.write_text(before)


def run(script: str) -> str:
    """Run a block as somebody would who pastes it; what it prints."""
    strange = {"STACK", "PORT", "MAKEFLAGS", "MAKELEVEL"}
    environment = {name: value for name, value in os.environ.items() if name not in strange}
    result = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.parametrize(("words", "script"), blocks("sh"))
def test_a_block_of_commands_works(words: str, script: str, served: None) -> None:
    if words:
        assert words in NOT_RUN, f"why is it not run? one of {sorted(NOT_RUN)}"
        return

    run(script)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_block_of_commands_hides_behind_another_name(page: Path) -> None:
    assert not re.search(r"^[ \t]*```(bash|shell|console|zsh)|^[ \t]+```sh|^~~~", page.read_text(), re.MULTILINE)


def test_the_curl_line_creates_a_customer_and_then_says_that_it_exists(served: None, client: httpx.Client) -> None:
    email = "grace@example.com"
    [script] = {p.values[1] for p in blocks("sh") if "curl" in p.values[1] and email in p.values[1]}
    fresh = script.replace(email, "grace-once@example.com")

    first, second = run(fresh), run(fresh)

    assert first.startswith("HTTP/1.1 201")
    assert '"name":"Grace Hopper"' in first
    assert second.startswith("HTTP/1.1 409")


@pytest.mark.parametrize("fault", ["pass_on", "reset_before", "reset_after", "cut_answer", "garbage_after"])
def test_the_sample_creates_one_customer_whatever_is_lost(
    stack: Stack, served: None, client: httpx.Client, api_key: str, fault: str
) -> None:
    [script] = {p.values[1] for p in blocks("sh") if "def create_customer" in p.values[1]}
    email = f"readme-{fault.replace('_', '-')}@example.com"
    assert "katherine@example.com" in script

    with proxy(stack.api_url, getattr(network, fault)) as url:
        write_api_env(
            {"CUSTOMERS_API_URL": stack.api_url.replace(stack.endpoint_url, url), "CUSTOMERS_API_KEY": api_key}
        )
        printed = run(script.replace("katherine@example.com", email))

    status, document = printed.split(" ", 1)
    assert status == "201"
    customer = ast.literal_eval(document)
    assert customer["email"] == email
    found = client.get("/customers", params={"email": email})
    assert found.json() == {"data": [customer], "next_cursor": None}
