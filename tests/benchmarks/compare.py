"""`make bench`: what a request costs us and others, side by side.

Each round starts every contender in a new process, and lets them take turns at a few requests each, so that
whatever else the machine does meets them all alike. Reported are medians and quartiles; a ratio is the median of those
of one turn each. Ratios carry over to other machines, times don't. With BEFORE=revision this function as it was then
takes part too.
"""

import json
import math
import os
import random
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from builds import BUILT, PLAIN, ROOT, SITE_PACKAGES, build_plain, build_revision, path_of
from processes import HERE, PYTHON, Contender, environment, run, start_cost, stub, worker

ROUNDS = int(os.environ.get("ROUNDS", "9"))
REQUESTS = int(os.environ.get("REQUESTS", "300"))
BEFORE = os.environ.get("BEFORE")
STARTS_A_ROUND = 3
REQUESTS_A_TURN = 25

BUILT_PATH = path_of(BUILT)
OTHERS_PATH = [HERE / "contenders", BUILT / "CustomersLayer" / "python", SITE_PACKAGES]
VENDORS_PATH = [HERE / "contenders", BUILT / "VendorCustomersFunction", *BUILT_PATH]
PLAIN_PATH = [ROOT / "functions" / "create_customer", PLAIN]

US = "this function"
CONTENDERS = {
    US: Contender("create_customer", "read_customers", BUILT_PATH, "change_customers"),
    "Stripe's API": Contender("stripes_api", "read_customers", VENDORS_PATH),
    "naive boto3": Contender("naive", "naive", OTHERS_PATH, "naive"),
    "usual style": Contender("usual", "usual", OTHERS_PATH),
    "FastAPI + Mangum": Contender("fastapi_app", "fastapi_app", OTHERS_PATH),
}
BOTO3 = "import boto3; boto3.client, same layer"
NOT_TRIMMED = "this function, plain sam build"
type Start = tuple[str, list[Any]]
"""What a process does before its first request, and where it imports from."""

# DESIGN: figure, ours, the other's, the goal for the ratio of the two
GOALS = (
    ("CPU of a warm create / naive boto3", (US, "create"), ("naive boto3", "create"), 0.85),
    ("CPU of a warm create / usual style", (US, "create"), ("usual style", "create"), 0.25),
    ("CPU of a warm change / naive boto3", (US, "change"), ("naive boto3", "change"), 0.85),
    ("CPU of a create by Stripe's API / native", ("Stripe's API", "create"), (US, "create"), 1.3),
    ("CPU of a cold start / boto3 and a client", (US, "cold"), (BOTO3, "cold"), 1.0),
    ("CPU of a cold start / plain sam build", (US, "cold"), (NOT_TRIMMED, "cold"), 0.5),
)
IMPORT_GOAL = 0.5
ROUND_TRIPS = {"create": 1, "duplicate": 1, "replay": 2, "change": 2, "delete": 2}

CHANGES = ("change", "delete")
KINDS = ("create", "duplicate", "replay", "read", *CHANGES)

type Samples = dict[tuple[str, str], dict[str, list[float]]]
"""By contender and scenario: what was measured (CPU and wall time in seconds, units, bytes), once a turn."""


def shuffled(names: Iterable[str]) -> list[str]:
    """The names in another order each time."""
    names = list(names)
    return random.sample(names, len(names))


def takes_part() -> dict[str, Contender]:
    """The contenders, this function as it was before among them."""
    if not BEFORE:
        return CONTENDERS
    build = build_revision(BEFORE)
    changes = "change_customers" if (build / "ChangeCustomersFunction").exists() else None
    before = Contender("create_customer", "read_customers", path_of(build), changes)
    return {**CONTENDERS, f"{US}, {BEFORE}": before}


def measure(contenders: Mapping[str, Contender], rounds: int, requests: int) -> Samples:
    """Every contender as often as all others."""
    starts: dict[str, Start] = {
        **{name: (f"import {contender.creates}", contender.path) for name, contender in contenders.items()},
        BOTO3: ('import boto3; boto3.client("dynamodb")', BUILT_PATH),
        NOT_TRIMMED: ("import create_customer", PLAIN_PATH),
    }
    samples: Samples = defaultdict(lambda: defaultdict(list))
    turns = math.ceil(requests / REQUESTS_A_TURN)

    def add(contender: str, scenario: str, measured: dict[str, float]) -> None:
        for name, value in measured.items():
            samples[contender, scenario][name].append(value)

    with stub() as url:
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
            for name in (name for _ in range(STARTS_A_ROUND) for name in shuffled(starts)):
                add(name, "cold", start_cost(*starts[name], url))
            with ExitStack() as processes:
                workers = {name: processes.enter_context(worker(its, url)) for name, its in contenders.items()}
                for name in shuffled(workers):
                    add(name, "first", workers[name]("create", 1))
                for kind in KINDS:
                    taking_part = [name for name in workers if kind not in CHANGES or contenders[name].changes]
                    for name in taking_part:
                        workers[name](kind, REQUESTS_A_TURN)  # to warm up
                    for name in (name for _ in range(turns) for name in shuffled(taking_part)):
                        add(name, kind, workers[name](kind, REQUESTS_A_TURN))
    return samples


def ratio(samples: Samples, ours: tuple[str, str], theirs: tuple[str, str]) -> float:
    """How many times the CPU of theirs ours takes: both were measured within moments, turn by turn."""
    pairs = zip(samples[ours]["cpu"], samples[theirs]["cpu"], strict=True)
    return statistics.median(our / their for our, their in pairs)


def imports(runs: int = 5) -> list[tuple[float, str]]:
    """The modules that the function's import takes longest over, by themselves, in milliseconds: the least of runs."""
    least: dict[str, float] = {}
    for _ in range(runs):
        report = subprocess.run(
            [PYTHON, "-X", "importtime", "-c", "import create_customer"],
            env=environment(BUILT_PATH, "http://127.0.0.1"),
            check=True,
            capture_output=True,
            text=True,
        ).stderr
        for microseconds, module in re.findall(r"import time: +(\d+) \| +\d+ \| +(\S+)", report):
            least[module] = min(int(microseconds) / 1000, least.get(module, 1e9))
    return sorted(((time, module) for module, time in least.items()), reverse=True)


def table(samples: Samples) -> Iterator[str]:
    """The lines of the report."""
    yield f"{'':34}{'CPU ms':>9}{'quartiles':>16}{'ratio':>7}{'wall ms':>9}{'trips':>7}{'WU':>5}{'RU':>5}"
    for scenario in ("cold", "first", *KINDS):
        yield {"cold": "cold start", "first": "first create of a process"}.get(scenario, scenario)
        for name, measured in ((name, measured) for (name, kind), measured in samples.items() if kind == scenario):
            median = {what: statistics.median(values) for what, values in measured.items()}
            low, _, high = statistics.quantiles(measured["cpu"])
            wall = f"{median['wall'] * 1e3:9.2f}" if "wall" in median else ""
            units = (
                "".join(
                    f"{median[what]:{width}.0f}"
                    for what, width in (("round_trips", 7), ("write_units", 5), ("read_units", 5))
                )
                if "round_trips" in median
                else ""
            )
            spread = f"{low * 1e3:.2f} … {high * 1e3:.2f}"
            ours = ratio(samples, (US, scenario), (name, scenario))
            yield f"  {name:38}{median['cpu'] * 1e3:9.2f}{spread:>18}{ours:7.2f}{wall}{units}"
    yield "peak memory, MB"
    for name in (name for name, kind in samples if kind == "read"):
        yield f"  {name:38}{statistics.median(samples[name, 'read']['memory']) / 1e6:9.1f}"


def import_row() -> str:
    """The goal of a row of an import, and what was measured."""
    with stub() as url:
        measured = json.loads(run([HERE / "import_rows.py"], [BUILT / "ImportCustomersFunction", *BUILT_PATH], url))
    verdict = "met" if measured["ratio"] <= IMPORT_GOAL else "not met"
    return f"  {'CPU of a row of an import / a create':44} {measured['ratio']:5.2f}   goal ≤ {IMPORT_GOAL:<5} {verdict}"


def goals(samples: Samples) -> Iterator[str]:
    """The goals and what was measured."""
    for figure, ours, theirs, goal in GOALS:
        measured = ratio(samples, ours, theirs)
        yield f"  {figure:44} {measured:5.2f}   goal ≤ {goal:<5} {'met' if measured <= goal else 'not met'}"
    for scenario, goal in ROUND_TRIPS.items():
        trips = statistics.median(samples[US, scenario]["round_trips"])
        verdict = "met" if trips == goal else "not met"
        yield f"  {f'round trips per {scenario}':44} {trips:5.0f}   goal = {goal:<5} {verdict}"


def main() -> None:
    """Measure, print, plot."""
    from plot import plot

    build_plain()
    contenders = takes_part()
    samples = measure(contenders, ROUNDS, REQUESTS)
    top = imports()
    print(f"medians of {ROUNDS} rounds of {REQUESTS} requests; ratio: this function over the row\n")
    print("\n".join(table(samples)))
    print(
        f"\nimports of create_customer by their own time: {sum(time for time, _ in top):.0f} ms in {len(top)} modules"
    )
    print("\n".join(f"  {time:6.1f} ms  {module}" for time, module in top[:15]))
    with stub() as url:
        print("\nthe dearest requests of 128 KiB, as multiples of an ordinary create")
        print(run([HERE / "dearest_requests.py"], [*BUILT_PATH, HERE.parent], url))
    print("goals")
    print("\n".join(goals(samples)))
    print(import_row())
    plot(samples, ROOT / ".local" / "bench.svg")
    print("\nplot: .local/bench.svg")


if __name__ == "__main__":
    main()
