"""One contender in a process of its own: it does what its standard input says, and prints what that cost.

Its arguments are the modules of the handlers: of creates, of reads and of changes. A line of input is a
kind of request and how many, a line of output the mean cost of one as JSON. Times are of this process alone, in
seconds.
"""

import http.client
import importlib
import json
import os
import re
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lambda_events import Context, Event, change_event, create_event, delete_event, read_event

ANSWERS = {
    "create": {200, 201},
    "duplicate": {400, 409},
    "replay": {200, 201},
    "read": {200},
    "change": {200},
    "delete": {204},
}
"""The statuses of each kind of request, Stripe's among them; the naive client has none."""


def units() -> dict[str, int]:
    """What the stub was asked for since the last time."""
    connection = http.client.HTTPConnection(urlsplit(os.environ["AWS_ENDPOINT_URL_DYNAMODB"]).netloc)
    connection.request("GET", "/")
    counts: dict[str, int] = json.loads(connection.getresponse().read())
    return counts


def measure(handle: Callable[[Any, Any], Any], requests: list[Any]) -> tuple[dict[str, float], list[Any]]:
    """The mean cost of a request in seconds and DynamoDB's units, and the answers."""
    context = Context()
    units()
    cpu, wall = time.process_time(), time.perf_counter()
    answers = [handle(request, context) for request in requests]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    cost = {"cpu": cpu, "wall": wall, **units()}
    return {name: value / len(requests) for name, value in cost.items()}, answers


def main() -> None:
    """Measure, and print what was measured, until the input ends."""
    creates, reads, changes = (importlib.import_module(name) for name in sys.argv[1:4])
    prepare = getattr(creates, "prepare", lambda event: event)
    numbers = count(os.getpid() * 10**6)
    created: list[tuple[int, str]] = []  # the number of each customer, and what it is read by
    turns = count()

    def event(kind: str) -> Event:
        if kind == "create":
            number = next(numbers)
            return create_event(number, str(number))
        if kind == "delete":
            return delete_event(created.pop()[1])
        number, name = created[next(turns) % len(created)]
        if kind == "change":
            return change_event(name, next(numbers))
        if kind == "read":
            return read_event(name)
        return create_event(number, str(number) if kind == "replay" else f"again-{next(numbers)}")

    for line in sys.stdin:
        kind, many = line.split()
        events = [event(kind) for _ in range(int(many))]
        module = {"read": reads, "change": changes, "delete": changes}.get(kind, creates)
        handler = module.handler
        cost, answers = measure(handler, [prepare(each) for each in events])
        if unexpected := [each for each in answers if each.get("statusCode") not in {None, *ANSWERS[kind]}]:
            raise SystemExit(f"{kind}: {unexpected[0]}")
        if kind == "create":
            made = [int(each["headers"]["Idempotency-Key"]) for each in events]
            ids = [json.loads(answer["body"])["id"] for answer in answers]
            created += zip(made, (f"ada.{n}@example.com" for n in made) if sys.argv[2] == "usual" else ids, strict=True)
        # The peak that getrusage tells is the parent's too.
        [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        print(json.dumps(cost | {"memory": int(peak) * 1024}), file=output, flush=True)


if __name__ == "__main__":
    # What the contenders log costs them what it costs on Lambda, and stays out of the result.
    output = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    main()
