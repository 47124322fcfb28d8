"""One change of the store at a time, each of which some schedule has to notice.

What no schedule notices is a condition that nothing needs, a branch that nothing proves, or a change that no caller
could see. The last are listed in `equivalent`, each with its reason; any other survivor fails the run, and so does an
entry of the list that no survivor needs.
"""

import importlib.util
import multiprocessing
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.machinery import ModuleSpec, SourceFileLoader
from itertools import chain
from types import CodeType

from schedules.equivalent import EQUIVALENT
from schedules.mutants import MODULES, Mutant, mutants

SECONDS = 300
"""A change with which the searches take longer, of CPU, has made the store run without end."""

DEPTH = 0

PRELOADED = (
    "boto3.dynamodb.types",
    "botocore.auth",
    "botocore.credentials",
    "botocore.httpsession",
    "botocore.utils",
    "customers.customer.model",
)
"""What each process would import, and what imports nothing that is changed."""


class _Changed(SourceFileLoader):
    """Loads one module from a changed source; it stands first among the finders."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.module, str(MODULES[mutant.module]))
        self._source = mutant.source

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - it knows its module
        code: CodeType = compile(self._source, self.path, "exec")
        return code


def _no_end(*_: object) -> None:
    raise TimeoutError


def noticed(mutant: Mutant) -> str:
    """The first promise that a schedule finds broken, in a process of its own; empty if none does.

    A change that is listed as equivalent meets no three requests at once: they take two thirds of the time, and could
    find no more than an entry too many in the list.
    """
    sys.meta_path.insert(0, _Changed(mutant))
    signal.signal(signal.SIGPROF, _no_end)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        from schedules.explore import explore
        from schedules.scenarios import scenarios

        # Most changes are noticed by one request without a fault, in a hundredth of the time that all searches take.
        every = sorted(scenarios(DEPTH), key=lambda scenario: (len(scenario.requests), sum(scenario.calls)))
        quick = (scenario._replace(faults=0) for scenario in every if len(scenario.requests) == 1)
        listed = _is_listed(mutant.name)
        for scenario in chain(quick, (each for each in every if len(each.requests) <= 2 or not listed)):
            if found := explore(scenario, first=True).found:
                return f"{scenario.name}: {found[0].promise}"
    except Exception as error:  # noqa: BLE001 - a store that can't be run or that sends nonsense is noticed, too
        return f"{type(error).__name__}: {error}"
    return ""


def _is_listed(name: str) -> bool:
    return any(name.startswith(beginning) for beginning in EQUIVALENT)


def main() -> int:
    """Try every mutant and say which survive."""
    every = list(mutants())
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED])
    with ProcessPoolExecutor(os.cpu_count(), context, max_tasks_per_child=1) as pool:
        survivors = []
        for mutant, promise in zip(every, pool.map(noticed, every), strict=True):
            if not promise:
                survivors.append(mutant.name)
            if "VERBOSE" in os.environ:
                print(f"{mutant.name}\n    {promise or 'NOT NOTICED'}", flush=True)
    needed = {beginning for beginning in EQUIVALENT if any(name.startswith(beginning) for name in survivors)}
    unknown = [name for name in survivors if not _is_listed(name)]
    stale = EQUIVALENT.keys() - needed
    noticed_, equivalent = len(every) - len(survivors), len(survivors) - len(unknown)
    print(f"{len(every)} changes of the store: {noticed_} noticed, {equivalent} equivalent, {len(unknown)} NOT NOTICED")
    for name in unknown:
        print(f"no schedule notices {name}")
    for beginning in stale:
        print(f"among the equivalent, but not needed there: {beginning}")
    return bool(unknown or stale)


if __name__ == "__main__":
    sys.exit(main())
