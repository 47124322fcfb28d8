"""The README's commands and its code, as they stand there."""

import os
import re
import subprocess
from typing import Any

import httpx
import pytest

import proxy as network
from local.stack import Stack
from proxy import proxy
from support import ROOT

README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_curl_line_creates_a_customer_and_then_says_that_it_exists(stack: Stack, api_key: str) -> None:
    [script] = [block for block in blocks("sh") if "curl" in block]
    request = script.partition("\n")[2]  # the first line reads the file that `make run` writes
    environment = {**os.environ, "CUSTOMERS_API_URL": stack.api_url, "CUSTOMERS_API_KEY": api_key}

    first, second = (
        subprocess.run(["bash", "-c", request], env=environment, check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    )

    assert script.startswith(". .local/api.env\n")
    assert first.startswith("HTTP/1.1 201")
    assert '"name":"Grace Hopper"' in first
    assert second.startswith("HTTP/1.1 409")


@pytest.mark.parametrize("fault", ["pass_on", "reset_before", "reset_after", "cut_answer"])
def test_the_sample_creates_one_customer_whatever_is_lost(
    stack: Stack, client: httpx.Client, api_key: str, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    sample: dict[str, Any] = {}
    [code] = blocks("python")
    exec(code, sample)  # noqa: S102 - it is our own README
    monkeypatch.setenv("CUSTOMERS_API_KEY", api_key)
    email = f"readme-{fault}@example.com"

    with proxy(stack.api_url, getattr(network, fault)) as url:
        monkeypatch.setenv("CUSTOMERS_API_URL", stack.api_url.replace(stack.endpoint_url, url))
        answer = sample["create_customer"]({"email": email})

    assert answer.status_code == 201
    customer = answer.json()
    assert customer["email"] == email
    found = client.get("/customers", params={"email": email})
    assert found.json() == {"data": [customer]}
