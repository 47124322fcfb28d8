"""What can happen next.

A schedule is an order of steps. A step is one of these:

- a request begins: its first call is on its way;
- a call arrives, and DynamoDB answers it, cancels it or prepares it;
- one item of a prepared transaction is committed; with the last of them the answer comes;
- instead of an answer a request gets none, while its call is on its way or under way, and goes on; the call may arrive
  later, or never (a fault);
- DynamoDB refuses a call though nothing that we see is in its way: it throttles, or a transaction of somebody else
  has one of the items (a fault).

An answer is there as soon as it is given: one that takes its time is a next call that takes its time. What a request
does between two calls is no step: nobody sees it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from schedules import client, fake
from schedules.model import Answer as Outcome
from schedules.scenarios import Scenario

NOT_BEGUN = -1

type Answers = tuple[fake.Answer | None, ...]


class State(NamedTuple):
    """`sent` are the calls on their way, in order; `at` is how far each request is, as an index of `Requests.nodes`.

    `before` has the requests that were answered before another began: (earlier, later).
    """

    server: fake.Server
    sent: tuple[fake.Call, ...]
    at: tuple[int, ...]
    before: frozenset[tuple[int, int]]
    faults: int


class Event(NamedTuple):
    """What happened to a request, or to a `call` of its; `item` is the key of the one that it is about."""

    request: int
    what: str
    call: fake.Call | None = None
    item: str = ""


class Step(NamedTuple):
    """An event, and how far its request is then."""

    event: Event
    at: int


class Node(NamedTuple):
    """How far one request is: what it was answered, and what it does then. Ways that differ in nothing
    that a promise speaks of end in one node."""

    request: int
    answers: Answers
    progress: client.Progress


class Requests:
    """The requests of a scenario and all the ways that they have gone so far."""

    def __init__(self, scenario: Scenario) -> None:
        self.nodes: list[Node] = []
        self._scenario = scenario
        self._numbers: dict[object, int] = {}
        self._tokens: dict[str, int] = {}

    def over(self, at: int) -> bool:
        return at != NOT_BEGUN and self.nodes[at].progress.outcome is not None

    def outcome(self, at: int) -> Outcome:
        """What a request answered that is over."""
        outcome = self.nodes[at].progress.outcome
        if outcome is None:
            raise AssertionError("the request is not over")
        return outcome

    def steps(self, state: State) -> Iterator[tuple[Step, State]]:
        """Every step that can be the next, with the state that it leads to."""
        weaker = state._replace(faults=state.faults - 1)
        for request, at in enumerate(state.at):
            if at == NOT_BEGUN:
                over = {(other, request) for other, at in enumerate(state.at) if self.over(at)}
                yield self._goes_on(state._replace(before=state.before | over), Event(request, "begins"), ())
            elif state.faults and not self.over(at):
                yield self._goes_on(weaker, Event(request, "gets no answer"), (*self.nodes[at].answers, client.LOST))
        for call in state.sent:
            yield self._arrives(state, Event(call.request, "arrives", call), {})
            if state.faults and self._waits_for(state, call):
                yield from self._refusals(weaker, call)
        for call, remaining in state.server.prepared:
            for key, _ in remaining:
                event = Event(call.request, "commits", call, key)
                yield self._answered(state, event, call, fake.commit(state.server, call, key))

    def _refusals(self, state: State, call: fake.Call) -> Iterator[tuple[Step, State]]:
        throttled = fake.refusal("ThrottlingException")
        yield self._answered(
            _off_the_way(state, call), Event(call.request, "is throttled", call), call, (state.server, throttled)
        )
        if call.operation.startswith("Transact"):
            for position, action in enumerate(call.actions):
                event = Event(call.request, "meets a stranger at", call, action.key)
                yield self._arrives(state, event, {position: fake.CONFLICT})

    def _arrives(self, state: State, event: Event, met: dict[int, str]) -> tuple[Step, State]:
        call = event.call
        if call is None:
            raise AssertionError("only calls arrive")
        return self._answered(_off_the_way(state, call), event, call, fake.arrive(state.server, call, met))

    def _answered(
        self, state: State, event: Event, call: fake.Call, result: tuple[fake.Server, fake.Answer | None]
    ) -> tuple[Step, State]:
        """The call was handled; if it is answered, and the request still waits for that, the request goes on."""
        server, answer = result
        state = state._replace(server=server)
        at = state.at[call.request]
        if answer is None:
            return Step(event, at), state
        if not self._waits_for(state, call):
            return Step(event._replace(what=f"(given up) {event.what}"), at), self._forgotten(state)
        return self._goes_on(state, event, (*self.nodes[at].answers, answer))

    def _goes_on(self, state: State, event: Event, answers: Answers) -> tuple[Step, State]:
        """The request sends its next call, or is over."""
        at = self._node(event.request, answers)
        state = state._replace(at=(*state.at[: event.request], at, *state.at[event.request + 1 :]))
        if call := self.nodes[at].progress.call:
            sent = sorted((*state.sent, call), key=lambda call: (call.request, call.number))
            state = state._replace(sent=tuple(sent))
        return Step(event, at), self._forgotten(state)

    def _forgotten(self, state: State) -> State:
        """Without the tokens of requests that are over and have no call left: nobody will send them again."""
        if not state.server.done:
            return state
        alive = {call.request for call in (*state.sent, *(call for call, _ in state.server.prepared))}
        alive |= {request for request, at in enumerate(state.at) if not self.over(at)}
        done = frozenset(call for call in state.server.done if call.request in alive)
        return state._replace(server=state.server._replace(done=done))

    def _waits_for(self, state: State, call: fake.Call) -> bool:
        return self.nodes[state.at[call.request]].progress.call is call

    def _node(self, request: int, answers: Answers) -> int:
        known = self._numbers.get((request, answers))
        if known is not None:
            return known
        progress = client.progress(request, self._scenario.requests[request], answers, self._scenario.attempts)
        lost = client.LOST in answers
        end = (request, repr(progress.outcome), progress.sent, lost) if progress.outcome else None
        number = self._numbers.setdefault(end, len(self.nodes)) if end else len(self.nodes)
        if (call := progress.call) and call.token and self._tokens.setdefault(call.token, request) != request:
            raise AssertionError("two requests share a token")
        if number == len(self.nodes):
            self.nodes.append(Node(request, answers, progress))
        self._numbers[request, answers] = number
        return number


def _off_the_way(state: State, call: fake.Call) -> State:
    return state._replace(sent=tuple(other for other in state.sent if other is not call))
