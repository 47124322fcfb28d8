"""The vendors' SDKs, each in a program of its own that calls what a test asks for."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Self

from support import ROOT

FOLDER = Path(__file__).parent
NODE = ROOT / "tools" / "node"


class SdkError(Exception):
    """What the SDK raised: its class and what it shows of the error."""

    def __init__(self, shown: dict[str, Any]) -> None:
        super().__init__(shown)
        self.shown = shown

    def __getattr__(self, name: str) -> Any:
        try:
            return self.shown[name]
        except KeyError:
            raise AttributeError(name) from None


class Sdk:
    """An SDK with a base URL and a key: `sdk("create", email="…")`.

    `last` is what the SDK shows of the last answer besides the result, such as its headers.
    """

    def __init__(self, program: str, url: str, key: str) -> None:
        interpreter = "node" if program.endswith(".mjs") else str(ROOT / ".venv-sdks" / "bin" / "python")
        self._process = subprocess.Popen(
            [interpreter, FOLDER / program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "NODE_FOLDER": str(NODE)},
            text=True,
        )
        self.last: dict[str, Any] = {}
        self._send({"url": url, "key": key})

    def __call__(self, method: str, *arguments: Any, **options: Any) -> Any:
        """The result of a call; raises SdkError."""
        assert self._process.stdout
        self._send([method, arguments, options])
        self.last = json.loads(self._process.stdout.readline())
        if error := self.last.get("error"):
            raise SdkError(error)
        return self.last["result"]

    def _send(self, value: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(value) + "\n")
        self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
