"""The deployed API against its own OpenAPI document, by schemathesis; tests/schemathesis.toml says what it checks."""

import os
import subprocess
import sys
from pathlib import Path

from local.account import ROOT
from local.stack import Stack

# The same requests every time, unless a number is asked for: see `make fuzz`.
ASKED = os.environ.get("EXAMPLES")
EXTENT = [f"--max-examples={ASKED}"] if ASKED else ["--max-examples=20", "--generation-deterministic"]


def test_the_api_does_what_its_document_says(stack: Stack, api_key: str) -> None:
    schemathesis = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            f"--config-file={ROOT / 'tests' / 'schemathesis.toml'}",
            "--no-color",
            "run",
            f"{stack.api_url}/openapi.json",
            f"--header=Authorization: Bearer {api_key}",
            *EXTENT,
        ],
        cwd=ROOT,
        check=False,
    )

    assert schemathesis.returncode == 0
