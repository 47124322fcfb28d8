"""`make bench`: what a request costs us and others, side by side.

Each round starts every contender anew in a process of its own, and lets them take turns at a few requests each, so that
whatever else the machine does meets them all alike. Reported are medians and quartiles; a ratio is the median of those
of one turn each. Ratios carry over to other machines, times don't.
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
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILT = ROOT / ".aws-sam" / "build"
PLAIN = ROOT / ".local" / "bench" / "plain"
ROUNDS = int(os.environ.get("ROUNDS", "9"))
REQUESTS = int(os.environ.get("REQUESTS", "300"))
STARTS_A_ROUND = 3
REQUESTS_A_TURN = 25
PYTHON = sys._base_executable  # type: ignore[attr-defined]  # noqa: SLF001 - the one without this environment's packages

FUNCTIONS = ("CreateCustomerFunction", "ReadCustomersFunction", "ChangeCustomersFunction")
BUILT_PATH = [*(BUILT / name for name in (*FUNCTIONS, "CustomersLayer/python")), BUILT / "DependenciesLayer" / "python"]
VENDORS = BUILT / "VendorCustomersFunction"
SITE_PACKAGES = next(p for p in sys.path if p.endswith("site-packages"))
OTHERS_PATH = [HERE / "contenders", BUILT / "CustomersLayer" / "python", SITE_PACKAGES]
PLAIN_PATH = [ROOT / "functions" / "create_customer", ROOT / "functions" / "read_customers", PLAIN]


class Contender(NamedTuple):
    """Who takes part: modules of the handlers, and where they are imported from. Not everybody has changes."""

    creates: str
    reads: str
    path: list[Any]
    changes: str | None = None


CONTENDERS = {
    "this function": Contender("create_customer", "read_customers", BUILT_PATH, "change_customers"),
    "Stripe's API": Contender("stripes_api", "read_customers", [HERE / "contenders", VENDORS, *BUILT_PATH]),
    "naive boto3": Contender("naive", "naive", OTHERS_PATH, "naive"),
    "usual style": Contender("usual", "usual", OTHERS_PATH),
    "FastAPI + Mangum": Contender("fastapi_app", "fastapi_app", OTHERS_PATH),
}
BOTO3 = "import boto3; boto3.client, same layer"
NOT_TRIMMED = "this function, plain sam build"
STARTS = {
    **{name: (f"import {contender.creates}", contender.path) for name, contender in CONTENDERS.items()},
    BOTO3: ('import boto3; boto3.client("dynamodb")', BUILT_PATH),
    NOT_TRIMMED: ("import create_customer", PLAIN_PATH),
}
US = "this function"
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


def shuffled(names: Iterable[str]) -> list[str]:
    """The names in another order each time."""
    names = list(names)
    return random.sample(names, len(names))


def measure(rounds: int, requests: int) -> Samples:
    """Every contender as often as all others."""
    samples: Samples = defaultdict(lambda: defaultdict(list))
    turns = math.ceil(requests / REQUESTS_A_TURN)

    def add(contender: str, scenario: str, measured: dict[str, float]) -> None:
        for name, value in measured.items():
            samples[contender, scenario][name].append(value)

    with stub() as url:
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
            for name in (name for _ in range(STARTS_A_ROUND) for name in shuffled(STARTS)):
                add(name, "cold", start_cost(*STARTS[name], url))
            with ExitStack() as processes:
                workers = {name: processes.enter_context(worker(its, url)) for name, its in CONTENDERS.items()}
                for name in shuffled(workers):
                    add(name, "first", workers[name]("create", 1))
                for kind in KINDS:
                    taking_part = [name for name in workers if kind not in CHANGES or CONTENDERS[name].changes]
                    for name in taking_part:
                        workers[name](kind, REQUESTS_A_TURN)  # to warm up
                    for name in (name for _ in range(turns) for name in shuffled(taking_part)):
                        add(name, kind, workers[name](kind, REQUESTS_A_TURN))
    return samples


def ratio(samples: Samples, ours: tuple[str, str], theirs: tuple[str, str]) -> float:
    """How many times the CPU of theirs ours takes: both were measured within moments, turn by turn."""
    pairs = zip(samples[ours]["cpu"], samples[theirs]["cpu"], strict=True)
    return statistics.median(our / their for our, their in pairs)


def build_plain() -> None:
    """What `sam build` makes of the same requirements by itself: everything, and nothing compiled."""
    requirements = ROOT / "layers" / "dependencies" / "requirements.txt"
    stamp = PLAIN / ".requirements"
    if not (stamp.exists() and stamp.read_text() == requirements.read_text()):
        subprocess.run(["rm", "-rf", PLAIN], check=True)
        # The environments are made without pip; uv's own has it.
        pip = [f"{ROOT}/.venv-uv/bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        subprocess.run([*pip, "--require-hashes", "--target", PLAIN, "-r", requirements], check=True)
        stamp.write_text(requirements.read_text())
    subprocess.run(["rm", "-rf", PLAIN / "customers"], check=True)
    subprocess.run(["cp", "-R", ROOT / "layers" / "customers" / "customers", PLAIN], check=True)
    subprocess.run(["find", PLAIN, "-name", "__pycache__", "-prune", "-exec", "rm", "-rf", "{}", "+"], check=True)


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
        for name in STARTS:
            if not (measured := samples.get((name, scenario))):
                continue
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
    for name in CONTENDERS:
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
    samples = measure(ROUNDS, REQUESTS)
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
    plot(samples, [*CONTENDERS], ROOT / ".local" / "bench.svg")
    print("\nplot: .local/bench.svg")


if __name__ == "__main__":
    main()
