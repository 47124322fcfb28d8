"""What can happen next.

A schedule is an order of steps. A step is one of these:

- a request begins: its first call is on its way;
- a call arrives, and DynamoDB answers it, cancels it or prepares it;
- one item of a prepared transaction is committed; with the last of them the answer comes;
- instead of an answer a request gets none, and goes on; its call may arrive later, or never (a fault);
- DynamoDB refuses a call though nothing that we see is in its way: it throttles, or a transaction of somebody else
  has one of the items (a fault).

What a request does between two calls is no step: nobody sees it. Of the schedules that nobody could tell apart one is
tried, and it is the one of which most is promised:

- A request begins when its first call arrives. Had it begun before, there would be less that it has to have seen.
- An item is committed when a call that looks at it arrives, or when the whole transaction is: nobody sees it before.
- A call whose request has gone on arrives only if it is carried out then, and it never does if it can't be.
- An answer is there as soon as it is given: one that takes its time is a next call that takes its time. One that is
  lost is a call that arrives right after its request has gone on.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from schedules import client, fake
from schedules.model import Answer as Outcome
from schedules.request import UNKNOWN
from schedules.scenarios import Scenario

NOT_BEGUN = -1

type Answers = tuple[fake.Answer | None, ...]


class State(NamedTuple):
    """`sent` are the calls on their way, in order; `at` is how far each request is, as an index of `Requests.nodes`.

    `before` has the requests that were answered before another began: (earlier, later). `late` and `early` are
    requests as `promises.Ended` has them.
    """

    server: fake.Server
    sent: tuple[fake.Call, ...]
    at: tuple[int, ...]
    before: frozenset[tuple[int, int]]
    late: frozenset[int]
    early: frozenset[int]
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


type Move = tuple[tuple[Step, ...], State]
"""Steps that come together, and the state that they lead to."""


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

    def moves(self, state: State) -> Iterator[Move]:
        """All that can come next."""
        for request, at in enumerate(state.at):
            if at == NOT_BEGUN:
                over = {(other, request) for other, at in enumerate(state.at) if self.over(at)}
                begun = self._goes_on(state._replace(before=state.before | over), Event(request, "begins"), ())
                if self.over(begun[1].at[request]):
                    yield begun
                for call in begun[1].sent:
                    if call.request == request:
                        yield from (_joined(begun, then) for then in self._waited_for(begun[1], call))
        for call in state.sent:
            if self._waits_for(state, call):
                yield from self._waited_for(state, call)
            else:
                yield from self._given_up(state, call)
        for call, remaining in state.server.prepared:
            yield self._committed(state, [(call, key) for key, _ in remaining])

    def _waited_for(self, state: State, call: fake.Call) -> Iterator[Move]:
        """What can happen to a call whose request waits for the answer."""
        for seen in self._seen(state, call):
            yield self._arrives(seen, Event(call.request, "arrives", call), {})
        if state.faults:
            weaker = state._replace(faults=state.faults - 1)
            answers = self.nodes[state.at[call.request]].answers
            yield self._goes_on(weaker, Event(call.request, "gets no answer"), (*answers, client.LOST))
            yield from self._refusals(weaker, call)

    def _refusals(self, state: State, call: fake.Call) -> Iterator[Move]:
        throttled = state.server, fake.refusal("ThrottlingException")
        yield self._answered(_off_the_way(state, call), Event(call.request, "is throttled", call), call, throttled)
        if call.operation.startswith("Transact"):
            for position, action in enumerate(call.actions):
                event = Event(call.request, "meets a stranger at", call, action.key)
                for seen in self._seen(state, call, but_for=action.key):
                    yield self._arrives(seen, event, {position: fake.CONFLICT})

    def _given_up(self, state: State, call: fake.Call) -> Iterator[Move]:
        """A call whose request has gone on is carried out; if it is refused, that is as if it never came."""
        for seen in self._seen(state, call):
            server, answer = fake.arrive(seen[1].server, call)
            if answer is None:
                waiting, outcome = self.nodes[state.at[call.request]].progress[:2]
                same = waiting is not None and waiting.token == call.token
                late = state.late if same or outcome == UNKNOWN else state.late | {call.request}
                after = _off_the_way(seen[1], call)._replace(server=server, late=late)
                step = Step(Event(call.request, "(given up) arrives", call), state.at[call.request])
                yield (*seen[0], step), after

    def _seen(self, state: State, call: fake.Call, but_for: str = "") -> Iterator[Move]:
        """What a call can see of the transactions that are being committed: each of its items as it was, or as it
        will be."""
        keys = {action.key for action in call.actions} - {but_for}
        met = [(other, key) for other, left in state.server.prepared for key, _ in left if key in keys]
        remaining = {other: len(left) for other, left in state.server.prepared}
        for size in range(len(met) + 1):
            for commits in combinations(met, size):
                if all(sum(other is one for one, _ in commits) < left for other, left in remaining.items()):
                    yield self._committed(state, commits)

    def _committed(self, state: State, commits: Sequence[tuple[fake.Call, str]]) -> Move:
        move: Move = (), state
        for call, key in commits:
            event = Event(call.request, "commits", call, key)
            now = move[1]
            move = _joined(move, self._answered(now, event, call, fake.commit(now.server, call, key)))
        return move

    def _arrives(self, seen: Move, event: Event, met: dict[int, str]) -> Move:
        call, state = event.call, seen[1]
        if call is None:
            raise AssertionError("only calls arrive")
        if call.operation == "GetItem" and fake.locks(state.server, call):
            state = state._replace(early=state.early | {call.request})
        result = fake.arrive(state.server, call, met)
        return _joined(seen, self._answered(_off_the_way(state, call), event, call, result))

    def _answered(
        self, state: State, event: Event, call: fake.Call, result: tuple[fake.Server, fake.Answer | None]
    ) -> Move:
        """The call was handled; if it is answered, and the request still waits for that, the request goes on."""
        server, answer = result
        state = state._replace(server=server)
        at = state.at[call.request]
        if answer is None:
            return (Step(event, at),), state
        if not self._waits_for(state, call):
            return (Step(event._replace(what=f"(given up) {event.what}"), at),), self._forgotten(state)
        return self._goes_on(state, event, (*self.nodes[at].answers, answer))

    def _goes_on(self, state: State, event: Event, answers: Answers) -> Move:
        """The request sends its next call, or is over."""
        at = self._node(event.request, answers)
        state = state._replace(at=(*state.at[: event.request], at, *state.at[event.request + 1 :]))
        if call := self.nodes[at].progress.call:
            sent = sorted((*state.sent, call), key=lambda call: (call.request, call.number))
            state = state._replace(sent=tuple(sent))
        return (Step(event, at),), self._forgotten(state)

    def _forgotten(self, state: State) -> State:
        """Without what can't matter any more: calls that were given up and can't do anything (reads, and what was
        carried out under their token, or will be), and the tokens that nobody will send again."""
        known = {call.token for call in (*state.server.done, *(call for call, _ in state.server.prepared))}
        sent: list[fake.Call] = []
        for call in state.sent:
            if not self._waits_for(state, call):
                if call.token is None or call.token in known:
                    continue
                known.add(call.token)
            sent.append(call)
        if len(sent) < len(state.sent):
            state = state._replace(sent=tuple(sent))
        if not state.server.done:
            return state
        alive = {call.request for call in (*sent, *(call for call, _ in state.server.prepared))}
        alive |= {request for request, at in enumerate(state.at) if not self.over(at)}
        done = frozenset(call for call in state.server.done if call.request in alive)
        return state._replace(server=state.server._replace(done=done))

    def _waits_for(self, state: State, call: fake.Call) -> bool:
        return self.nodes[state.at[call.request]].progress.call is call

    def _node(self, request: int, answers: Answers) -> int:
        known = self._numbers.get((request, answers))
        if known is not None:
            return known
        progress = client.progress(request, self._scenario.requests[request], answers, self._scenario.calls[request])
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


def _joined(move: Move, then: Move) -> Move:
    return (*move[0], *then[0]), then[1]
