"""One contender in a process of its own: its first request, then each kind of request, many times.

Its arguments are the modules of the handlers (of creates, and of reads when that is another) and how often; the result
goes to its standard output as JSON. Times are of this process alone, in seconds.
"""

import http.client
import importlib
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lambda_events import Context, create_event, read_event

WARM_UP = 30


def units() -> dict[str, int]:
    """What the stub was asked for since the last time."""
    connection = http.client.HTTPConnection(urlsplit(os.environ["AWS_ENDPOINT_URL_DYNAMODB"]).netloc)
    connection.request("GET", "/")
    counts: dict[str, int] = json.loads(connection.getresponse().read())
    return counts


def measure(handle: Callable[[Any, Any], Any], requests: Iterable[Any]) -> tuple[dict[str, float], list[Any]]:
    """The mean cost of a request in seconds and DynamoDB's units, and the answers."""
    requests, context = list(requests), Context()
    answers = [handle(request, context) for request in requests[:WARM_UP]]
    units()
    cpu, wall = time.process_time(), time.perf_counter()
    answers += [handle(request, context) for request in requests[WARM_UP:]]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    count = len(requests) - WARM_UP
    return {"cpu": cpu / count, "wall": wall / count, **{name: n / count for name, n in units().items()}}, answers


def main() -> None:
    """Measure, and print what was measured."""
    creates, reads = (importlib.import_module(name) for name in sys.argv[1:3])
    prepare = getattr(creates, "prepare", lambda event: event)
    first_event = prepare(create_event(os.getpid() * 10**6, f"{os.getpid()}-first"))
    cpu, wall = time.process_time(), time.perf_counter()
    creates.handler(first_event, Context())
    first = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}

    numbers = [os.getpid() * 10**6 + n + 1 for n in range(int(sys.argv[3]) + WARM_UP)]
    create, answers = measure(creates.handler, [prepare(create_event(n, str(n))) for n in numbers])
    ids = [json.loads(answer["body"])["id"] for answer in answers]
    if sys.argv[2] == "usual":
        ids = [f"ada.{n}@example.com" for n in numbers]
    scenarios = {
        "create": create,
        "duplicate": measure(creates.handler, [prepare(create_event(n, f"again-{n}")) for n in numbers])[0],
        "replay": measure(creates.handler, [prepare(create_event(n, str(n))) for n in numbers])[0],
        "read": measure(reads.handler, [prepare(read_event(customer_id)) for customer_id in ids])[0],
    }
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())  # getrusage has the parent's too
    output.write(json.dumps({"first": first, **scenarios, "memory": {"peak": int(peak) * 1024}}))


if __name__ == "__main__":
    # What the contenders log costs them what it costs on Lambda, and stays out of the result.
    output = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    main()
    output.flush()
