"""`make bench-runtime`: the same contenders under Lambda's own runtime client and its interface emulator.

The emulator comes with the SAM CLI. It starts the runtime at the first invocation and takes one at a time; what it
reports as the init is not a forecast of Lambda's, where the code comes over a network and the CPU is another.
"""

import json
import os
import platform
import random
import re
import socket
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from builds import ROOT, SITE_PACKAGES
from compare import CONTENDERS
from lambda_events import create_event
from processes import PYTHON, environment, stub

MACHINE = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
[EMULATOR] = (ROOT / ".venv-sam").glob(f"lib/*/site-packages/samcli/local/rapid/aws-lambda-rie-{MACHINE}")
LOG = ROOT / ".local" / "bench" / "runtime.log"
ROUNDS = int(os.environ.get("ROUNDS", "5"))
REQUESTS = int(os.environ.get("REQUESTS", "100"))
TAKES_PART = ("this function", "usual style", "FastAPI + Mangum")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def lambda_runtime(name: str, endpoint_url: str) -> Iterator[int]:
    """A contender's function in the emulator; yields the port that it is invoked on."""
    creates, _, path, _ = CONTENDERS[name]
    port = free_port()
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            [
                *(EMULATOR, "--log-level", "info"),
                *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
                *("--runtime-api-address", f"127.0.0.1:{free_port()}"),
                *(PYTHON, "-m", "awslambdaric", f"{creates}.handler"),
            ],
            # Lambda's runtime, too, stands behind the function and its layers.
            env=environment([*path, SITE_PACKAGES], endpoint_url) | {"_HANDLER": f"{creates}.handler"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def invoke(port: int, number: int) -> float:
    """Create a customer; the seconds that it took."""
    body = json.dumps(create_event(number, str(number)))
    started = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/2015-03-31/functions/function/invocations", body)
    answer = json.loads(connection.getresponse().read())
    if answer["statusCode"] != 201:
        raise SystemExit(f"not created: {answer}; see {LOG}")
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    init: dict[str, list[float]] = defaultdict(list)
    warm: dict[str, list[float]] = defaultdict(list)
    with stub() as url:
        for number in range(ROUNDS):
            print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
            for name in random.sample(TAKES_PART, len(TAKES_PART)):
                first = random.randrange(10**12)
                with lambda_runtime(name, url) as port:
                    invoke(port, first)
                    latencies = [invoke(port, first + n + 1) for n in range(REQUESTS)]
                warm[name].append(statistics.median(latencies) * 1000)
                init[name].append(float(re.findall(r"INIT REPORT\(durationMs: ([\d.]+)\)", LOG.read_text())[0]))
    print(f"medians of {ROUNDS} rounds of {REQUESTS} invocations; ratio: this function over the row\n")
    for title, measured in (("init, ms", init), ("warm create, ms (wall)", warm)):
        print(title)
        ours = statistics.median(measured[TAKES_PART[0]])
        for name in TAKES_PART:
            low, median, high = statistics.quantiles(measured[name])
            print(f"  {name:20}{median:9.2f}   {low:.2f} … {high:.2f}   {ours / median:5.2f}")


if __name__ == "__main__":
    main()
