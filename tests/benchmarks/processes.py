"""The processes of a comparison: the table, and one for each contender."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
PYTHON = sys._base_executable  # type: ignore[attr-defined]  # noqa: SLF001 - the one without this environment's packages


class Contender(NamedTuple):
    """Who takes part: modules of the handlers, and where they are imported from. Not everybody has changes."""

    creates: str
    reads: str
    path: list[Any]
    changes: str | None = None


@contextmanager
def stub() -> Iterator[str]:
    """A table that answers at once; yields its URL."""
    with subprocess.Popen(
        [PYTHON, HERE / "stub.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.communicate()


def environment(path: list[Any], endpoint_url: str) -> dict[str, str]:
    """Lambda's environment, as far as it matters; nothing is compiled on the way, for its file system is read-only."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, [*path, HERE])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint_url,
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_LAMBDA_FUNCTION_NAME": "create-customer",
        "LAMBDA_TASK_ROOT": "/var/task",
        "_X_AMZN_TRACE_ID": "Root=1-692097d5-3f1c5b0a2d7e4c6b8a9f0e1d;Parent=53995c3f42cd8ad8;Sampled=0",
        "TABLE_NAME": "customers",
        "EVENT_BUS_NAME": "customers",
        "UNPUBLISHED_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/unpublished",
        "BASE_URL": "https://$context.domainName/$context.stage",
        "POWERTOOLS_SERVICE_NAME": "customer-create",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
    }


def run(arguments: list[Any], path: list[Any], endpoint_url: str) -> str:
    """The output of a Python process."""
    return subprocess.run(
        [PYTHON, *arguments],
        env=environment(path, endpoint_url),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def start_cost(code: str, path: list[Any], endpoint_url: str) -> dict[str, float]:
    """The CPU in seconds of an interpreter from its beginning until it has run the code; on Lambda it has no end."""
    measure = 'import time, os; os.write(1, b"%f" % time.process_time()); os._exit(0)'
    return {"cpu": float(run(["-c", f"{code}\n{measure}"], path, endpoint_url))}


@contextmanager
def worker(contender: Contender, endpoint_url: str) -> Iterator[Callable[[str, int], dict[str, float]]]:
    """A contender's process; yields what makes it handle so many requests of a kind and tells the cost of one."""
    with subprocess.Popen(
        [PYTHON, HERE / "worker.py", contender.creates, contender.reads, contender.changes or contender.creates],
        env=environment(contender.path, endpoint_url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        commands, results = process.stdin, process.stdout

        def handle(kind: str, many: int) -> dict[str, float]:
            print(kind, many, file=commands, flush=True)
            cost: dict[str, float] = json.loads(results.readline())
            return cost

        yield handle
        process.communicate()
