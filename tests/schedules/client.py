"""The shipped store, from its methods down to the bytes that it sends, run as far as the answers go that it has got.

A request is a function of the answers to its calls: its clock, its random numbers and its pauses are fixed here. So
there is nothing to suspend and to resume. It is run from the start with one answer more.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from typing import Any, NamedTuple
from unittest import mock

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSResponse
from botocore.credentials import Credentials
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

from customers.customer.model import revised
from customers.table import changes
from customers.table.dynamodb import DynamoDB
from operate.repairs import Repairs
from schedules import fake
from schedules.kinds import answer_of
from schedules.model import Answer as Outcome
from schedules.request import TIME, Request

URL = "https://dynamodb.eu-west-1.amazonaws.com"
NOW = 1_800_000_000
"""What every clock shows; a request lives too short for the difference to matter to an idempotency record."""

PATIENCE = 3
"""So many attempts after its time a request is taken to make them without end."""

LOST: None = None
"""Instead of an answer: none came."""

_INSTEAD: Sequence[fake.Answer | Exception] = (
    ReadTimeoutError(endpoint_url=URL),
    fake.Answer(500, '{"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"}'),
    EndpointConnectionError(endpoint_url=URL),
)
"""What comes when no answer does; each has its turn."""

type Answers = Sequence[fake.Answer | None]


class Progress(NamedTuple):
    """How far a request got: the call that it makes next, or what it answered; `sent` are the calls before."""

    call: fake.Call | None
    outcome: Outcome | None
    sent: int


class _NoAnswerYet(BaseException):
    """The request has made a call whose answer is not known yet; nothing in the store may catch it."""

    def __init__(self, operation: str, parameters: Any) -> None:
        super().__init__(operation)
        self.operation = operation
        self.parameters = parameters


class _NoEnd(BaseException):
    """The request makes one attempt after the other when its time is over."""


class _Raw:
    """A body as urllib3 gives it."""

    def __init__(self, body: str) -> None:
        self._body = body.encode()

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body


def progress(number: int, request: Request, answers: Answers, attempts: int) -> Progress:
    """Run a request, which is the `number`th of its scenario, with time for so many attempts."""
    sent = reads = 0

    def send(_: URLLib3Session, http: Any) -> AWSResponse:
        nonlocal sent
        if sent == attempts + PATIENCE:
            raise _NoEnd
        if sent == len(answers):
            operation = http.headers["X-Amz-Target"].partition(".")[2]
            raise _NoAnswerYet(operation, json.loads(http.body))
        answer = answers[sent] or _INSTEAD[sent % len(_INSTEAD)]
        sent += 1
        if isinstance(answer, Exception):
            raise answer
        headers: Any = {"content-type": "application/x-amz-json-1.0"}
        return AWSResponse(URL, answer.status, headers, _Raw(answer.body))

    def elapsed() -> float:
        """What the clock of the operators' tools shows: once the time is over, it is over for whatever they begin."""
        nonlocal reads
        reads += 1
        return 0.0 if sent < attempts else 100.0 * reads

    with _deterministic(request.name, send, elapsed):
        try:
            outcome = answer_of(request, _store(), lambda: 15.0 if sent < attempts else 0.0)
        except _NoAnswerYet as waiting:
            return Progress(fake.call(number, sent, waiting.operation, waiting.parameters), None, sent)
        except _NoEnd:
            return Progress(None, ("broken", "it makes attempts without end"), sent)
    return Progress(None, outcome, sent)


@cache
def _store() -> Repairs:
    """The store, with all that tools add to it. It keeps nothing from one request to the next, and making its
    connections takes longest."""
    return Repairs(DynamoDB(URL, "eu-west-1", Credentials("id", "secret")), fake.TABLE)


def _nothing(*_: object) -> None:
    """Instead of signing, which takes half of the time and which nobody checks here, and of waiting."""


def _now() -> float:
    return NOW


def _at() -> datetime:
    return datetime.fromisoformat(TIME)


@contextmanager
def _deterministic(
    seed: str, send: Callable[[URLLib3Session, Any], AWSResponse], elapsed: Callable[[], float]
) -> Iterator[None]:
    """The same tokens and clocks in each run of a request, other tokens in each request, and no waiting."""
    drawn = 0

    def urandom(size: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.shake_256(f"{seed} {drawn}".encode()).digest(size)

    with (
        mock.patch.object(URLLib3Session, "send", send),
        mock.patch.object(SigV4Auth, "add_auth", _nothing),
        mock.patch("os.urandom", urandom),
        mock.patch.object(time, "time", _now),
        mock.patch.object(time, "monotonic", elapsed),
        mock.patch.object(changes, "revised", partial(revised, now=_at)),
        mock.patch.object(time, "sleep", _nothing),
    ):
        yield
