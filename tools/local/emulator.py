"""MiniStack as a process on loopback."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from local.account import REGION, ROOT


class StackError(Exception):
    """The stack can't be started; the message is one line for the person at the desk."""


def free_port(host: str, port: int) -> int:
    """The port, or any free one for 0; raises StackError when it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StackError(f"port {port} is in use: stop what listens there, or choose another with PORT=") from error
        return int(probe.getsockname()[1])


@contextmanager
def emulator(host: str, port: int, temporary: Path, log: IO[bytes]) -> Iterator[None]:
    """MiniStack with IAM enforced and nothing of this machine's environment."""
    process = subprocess.Popen(
        [ROOT / ".venv-emulator" / "bin" / "ministack"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(temporary),
            "TMPDIR": str(temporary),
            "BIND_HOST": host,
            "GATEWAY_PORT": str(port),
            "MINISTACK_REGION": REGION,
            "AUTH": "true",
            "IOT_MTLS_ENABLED": "0",
        },
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # a Ctrl-C is ours to handle, and its workers are one group to stop
    )
    try:
        _wait_for(process, (host, port), log.name)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _wait_for(process: subprocess.Popen[bytes], address: tuple[str, int], log: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(address, 1):
            return
        time.sleep(0.05)
    raise StackError(f"the emulator did not start: see {log}")
