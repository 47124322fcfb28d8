"""The facts about the current request, noted where they are known; `telemetry` logs them once."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Observation:
    """One request, as operators see it; nothing in it may come from the caller but an error's attributes.

    `problem` is the slug of the problem that was answered, None for a success.
    `wrote` is `Created`, `Changed` or `Deleted`, where the status of the answer does not say it.
    `attempts` are the calls made to DynamoDB: a create needs one, a replay or a search two. The capacity units are
    what DynamoDB says that it charged; of a transaction that it cancelled it charges without saying how much.
    `last_failure` is why an attempt was not the last: DynamoDB's code, or what came instead of an answer.
    `conflicts` are attempts cancelled because another transaction had the same items at that moment.
    """

    status: int = 500
    error: Exception | None = None
    problem: str | None = None
    replayed: bool = False
    wrote: str | None = None
    attempts: int = 0
    conflicts: int = 0
    last_failure: str | None = None
    read_units: float = 0
    write_units: float = 0

    def add(self, part: "Observation") -> None:
        """Count what a part of the request, in another thread, has counted for itself."""
        self.attempts += part.attempts
        self.last_failure = part.last_failure or self.last_failure
        self.read_units += part.read_units


_current: ContextVar[Observation | None] = ContextVar("observation", default=None)


@contextmanager
def observed(observation: Observation | None = None) -> Iterator[Observation]:
    """Observe one request, or a part of it: what `current` returns inside."""
    observation = observation or Observation()
    token = _current.set(observation)
    try:
        yield observation
    finally:
        _current.reset(token)


def current() -> Observation:
    """The observation of the current request; outside of any, one that nobody reads."""
    return _current.get() or Observation()
