"""The searches, on all cores at once, and a table of what they were."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from schedules.explore import Result, explore
from schedules.scenarios import DEPTH, scenarios

RESULTS = pytest.StashKey[list[Result]]()


@pytest.fixture(scope="session")
def explored(pytestconfig: pytest.Config) -> Iterator[Callable[[str], Result]]:
    """What the search of a scenario found, by its name; all are under way since the first question."""
    results = pytestconfig.stash.setdefault(RESULTS, [])
    # Not forked: pytest's process may have threads by then.
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        searches = {scenario.name: pool.submit(explore, scenario) for scenario in scenarios(DEPTH)}

        def result(name: str) -> Result:
            results.append(searches[name].result())
            return results[-1]

        yield result
        pool.shutdown(cancel_futures=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How many schedules there were, and in which bounds."""
    results = config.stash.get(RESULTS, [])
    if not results:
        return
    terminalreporter.section(f"every schedule, DEPTH={DEPTH}")
    row = "{:>21} {:>11} {:>5} {:>6} {:>8}  {}"
    terminalreporter.line(row.format("schedules", "states", "calls", "faults", "seconds", "scenario"))
    for result in results:
        name, _, _, calls, faults = result.scenario
        counted = (
            f"{result.schedules:,}",
            f"{result.states:,}",
            " ".join(map(str, calls)),
            faults,
            f"{result.seconds:.1f}",
        )
        terminalreporter.line(row.format(*counted, name))
    schedules, states = sum(result.schedules for result in results), sum(result.states for result in results)
    terminalreporter.line(row.format(f"{schedules:,}", f"{states:,}", "", "", "", f"{len(results)} scenarios"))
