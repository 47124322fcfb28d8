"""The search through every schedule of a scenario.

States that are equal have the same future, so each is visited once, and the schedules are counted as the paths through
the states. The search is breadth first, so the first schedule that breaks a promise is a shortest one.
"""

import gc
import os
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from schedules import client, fake
from schedules.kinds import KINDS
from schedules.promises import Ended, broken_promises, model_of, some_order_explains, stored
from schedules.request import GAVE_UP, UNKNOWN
from schedules.scenarios import Scenario
from schedules.steps import NOT_BEGUN, Node, Requests, State, Step

LATE = "NOLATE" not in os.environ
EARLY = "NOEARLY" not in os.environ


class Found(NamedTuple):
    """A promise that a schedule breaks, and the steps that lead there."""

    promise: str
    steps: tuple[Step, ...]


class Result(NamedTuple):
    """What a search found: how many schedules there are, how many states they share, what was broken and answered.

    `seconds` are of CPU; `outcomes` counts the ends by what some request answered in them.
    """

    scenario: Scenario
    schedules: int
    states: int
    seconds: float
    found: tuple[Found, ...]
    nodes: tuple[Node, ...]
    outcomes: Counter[str]


def explore(scenario: Scenario, *, first: bool = False) -> Result:
    """Visit every state of a scenario; with `first`, only until a promise is broken."""
    gc.disable()  # there is nothing but states, which all stay, and it would look through them again and again
    try:
        return _Search(scenario).run(first=first)
    finally:
        gc.enable()


class _Search:
    """One scenario's search."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._requests = Requests(scenario)
        self._table = stored(scenario.given)
        self._explanations: dict[object, bool] = {}

    def run(self, *, first: bool) -> Result:
        began = time.process_time()
        start = State(
            fake.Server(self._table),
            (),
            (NOT_BEGUN,) * len(self._scenario.requests),
            frozenset(),
            frozenset(),
            frozenset(),
            self._scenario.faults,
        )
        states: dict[State, int] = {start: 0}
        parents: list[tuple[int, tuple[Step, ...]]] = [(0, ())]
        edges: list[Sequence[int]] = []
        broken: dict[str, int] = {}
        outcomes: Counter[str] = Counter()
        ends = set()
        queue = deque([start])
        while queue and not (first and broken):
            state = queue.popleft()
            number = len(edges)
            for promise in self._broken(state):
                broken.setdefault(promise, number)
            if self._ended(state):
                ends.add(number)
                outcomes.update({str(self._requests.outcome(at)[0]) for at in state.at})
            reached = []
            for steps, after in self._requests.moves(state):
                if after not in states:
                    states[after] = len(parents)
                    parents.append((number, steps))
                    queue.append(after)
                reached.append(states[after])
            edges.append(reached)
        schedules = 0 if queue else _paths(edges, ends)
        found = tuple(Found(promise, _path(parents, number)) for promise, number in broken.items())
        seconds = time.process_time() - began
        return Result(self._scenario, schedules, len(states), seconds, found, tuple(self._requests.nodes), outcomes)

    def _ended(self, state: State) -> bool:
        """Every request is answered and nothing is under way; a call that comes late may still come, or never."""
        return not state.server.prepared and all(map(self._requests.over, state.at))

    def _broken(self, state: State) -> Iterator[str]:
        yield from (p for p in _broken_tables(fake.decided(state.server)) if p not in _broken_tables(self._table))
        for at in state.at:
            if self._requests.over(at):
                yield from self._broken_answer(at)
        if self._ended(state):
            yield from self._broken_end(state)

    def _broken_answer(self, at: int) -> Iterator[str]:
        request, answers, progress = self._requests.nodes[at]
        name, outcome = self._scenario.requests[request].name, self._requests.outcome(at)
        if outcome[0] == "broken":
            yield f"{name} fails: {outcome[1]}"
        if outcome[0] in GAVE_UP and progress.sent < self._scenario.calls[request]:
            yield f"{name} gives up while there is time"
        if outcome == UNKNOWN and client.LOST not in answers:
            yield f"{name} does not know its outcome though every call was answered"
        if progress.sent > self._scenario.calls[request]:
            yield f"{name} makes another attempt when time is over"

    def _broken_end(self, state: State) -> Iterator[str]:
        requests = self._scenario.requests
        if not self._explained(state):
            outcomes = (self._requests.outcome(at)[0] for at in state.at)
            answers = (f"{request.name}: {outcome}" for request, outcome in zip(requests, outcomes, strict=True))
            yield f"no order of the requests explains {', '.join(answers)}"
        if state.faults < self._scenario.faults:
            return
        for number, request in enumerate(requests):
            if sum(number in pair for pair in state.before) < len(requests) - 1:
                continue  # others disturb it
            at = state.at[number]
            answer = self._requests.outcome(at)[0]
            if answer in GAVE_UP:
                yield f"{request.name} gives up though nothing disturbs it"
            trips = KINDS[request.kind].round_trips.get(answer, 0)
            if self._requests.nodes[at].progress.sent > trips and not _broken_tables(self._table):
                yield f"{request.name} makes more round trips than it needs"

    def _explained(self, state: State) -> bool:
        key = state.at, state.before, state.late, state.early, state.server.table
        if key not in self._explanations:
            ended = Ended(tuple(map(self._requests.outcome, state.at)), state.before, state.late, state.early)
            first, last = model_of(self._table), model_of(state.server.table)
            self._explanations[key] = some_order_explains(self._scenario.requests, ended, first, last)
        return self._explanations[key]


@cache
def _broken_tables(table: fake.Table) -> tuple[str, ...]:
    return tuple(broken_promises(table))


def _path(parents: Sequence[tuple[int, tuple[Step, ...]]], number: int) -> tuple[Step, ...]:
    path: tuple[Step, ...] = ()
    while number:
        number, steps = parents[number]
        path = (*steps, *path)
    return path


def _paths(edges: Sequence[Sequence[int]], ends: set[int]) -> int:
    """How many ways lead from the first state to an end; every step leads on, so there are no circles."""
    ways = [1] + [0] * (len(edges) - 1)
    entries = Counter(after for reached in edges for after in reached)
    free = [0]
    while free:
        number = free.pop()
        for after in edges[number]:
            ways[after] += ways[number]
            entries[after] -= 1
            if not entries[after]:
                free.append(after)
    return sum(ways[end] for end in ends)
