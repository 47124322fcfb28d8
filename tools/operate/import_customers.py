"""`make import`: create the customers of a file in the organization ORG, each once, and report about each row.

If it is stopped at any point, it can be called again and continues with what it finds: a run that is still in progress,
or a finished run that has not been reported.
"""

import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from customers.vendors.exports import VENDORS
from operate.command import Argument, CommandError, argument, command, dry_run, optional
from operate.imports import reports, source
from operate.imports.engine import RUNNING, SUCCEEDED, Engine, Job, Progress, Run, import_id
from operate.lines import Line
from operate.stacks import chosen_stack

POLL_SECONDS = 2.0

VENDOR = Argument(re.compile("|".join(VENDORS)), f"{', '.join(VENDORS[:-1])} or {VENDORS[-1]}")

REASON = "the logs of import_customers and of the state machine have the reason"
AGAIN = "Run the same command again; no row is imported twice"

type Sleep = Callable[[float], None]


def run_import(engine: Engine, job: Job, lines: Callable[[], Iterable[bytes]], line: Line, sleep: Sleep) -> Run:
    """A finished run of the job: one that has not been reported, or a new one."""
    run = engine.unreported(job)
    if run is None or run.status not in {RUNNING, SUCCEEDED}:
        line.say("uploading")
        run = engine.begin(job, lines())
    begin, before = time.monotonic(), None
    while run.status == RUNNING:
        if progress := engine.progress(run):
            before = before or progress
            line.show(words(progress, progress.decided - before.decided, time.monotonic() - begin))
        sleep(POLL_SECONDS)
        run = engine.refresh(run)
    return run


def uploading(file: source.Source, vendor: str, line: Line) -> Iterator[bytes]:
    """The lines to upload; reports the progress."""
    begin = time.monotonic()

    def tell(count: int) -> None:
        line.show(f"uploading: {words(Progress(file.rows, count, 0), count, time.monotonic() - begin)}")

    return source.told(source.unchanged(file, vendor), tell)


def words(progress: Progress, decided: int, seconds: float) -> str:
    """The progress: rows, rows per second and the remaining time."""
    rate = decided / seconds if seconds > 0 else 0
    left = f", {_duration((progress.total - progress.decided) / rate)} left" if rate else ""
    return f"{progress.decided:,} of {progress.total:,} rows, {rate:,.0f} a second{left}"


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


@command("import", "FILE", "ORG", "FROM", "DRY_RUN")
def main() -> int:
    """Import into the stack that `make run` serves, or into STACK on AWS."""
    path, organization = Path(argument("FILE")), argument("ORG")
    only_say, vendor = dry_run(), optional("FROM", VENDOR)
    stack = chosen_stack()
    if "ImportStateMachineArn" not in stack.outputs:
        raise CommandError("the stack can't import yet: deploy this release first", 1)
    line = Line("import")
    with line:
        line.say(f"reading {path}")
        file = source.check(path, vendor, lambda count: line.show(f"reading {path}: {count:,} rows"))
        reports.check(path)
        job = Job(import_id(organization, file.digest), organization, vendor, only_say)
        engine = Engine(stack)
        run = run_import(engine, job, lambda: uploading(file, vendor, line), line, time.sleep)
        if run.status != SUCCEEDED:
            raise CommandError(f"the run ended as {run.status} {run.error}: {REASON}. {AGAIN}", 1)
        counts = reports.write(path, engine.decisions(run))
        engine.forget(job, run)
    print(", ".join(f"{counts[outcome]:,} {outcome}" for outcome in reports.HEADERS), end="")
    print(" (nothing was written)" if only_say else "")
    if undecided := file.rows - counts.total():
        raise CommandError(f"{undecided:,} rows were not processed: {REASON}. {AGAIN}", 1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
