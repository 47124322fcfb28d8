"""Faults between the functions and DynamoDB, injected where botocore hands requests to the network."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.httpsession import URLLib3Session

URL = "https://dynamodb.eu-west-1.amazonaws.com"
CANCELED = "TransactionCanceledException"


class Raw:
    """The body of an answer, as urllib3 gives it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body


def answer(status: int, code: str, *reasons: str | dict[str, Any]) -> AWSResponse:
    """What DynamoDB answers when it refuses; the reasons are those of a cancelled transaction."""
    body: dict[str, Any] = {
        "__type": f"com.amazonaws.dynamodb.v20120810#{code}",
        "message": "arn:aws:dynamodb:eu-west-1:123456789012:table/customers",
    }
    if reasons:
        body["CancellationReasons"] = [{"Code": r} if isinstance(r, str) else r for r in reasons]
    return raw_answer(status, json.dumps(body).encode())


def raw_answer(status: int, body: bytes) -> AWSResponse:
    """An answer of any bytes."""
    headers: Any = {"content-type": "application/x-amz-json-1.0"}
    return AWSResponse(URL, status, headers, Raw(body))


BEFORE_COMMIT: dict[str, AWSResponse | Exception] = {
    "connection refused": EndpointConnectionError(endpoint_url=URL),
    "connect timeout": ConnectTimeoutError(endpoint_url=URL),
    "reset": ConnectionClosedError(endpoint_url=URL),
    "read timeout": ReadTimeoutError(endpoint_url=URL),
    "internal server error": answer(500, "InternalServerError"),
    "service unavailable": raw_answer(503, b"<html>busy</html>"),
    "malformed answer": raw_answer(200, b"{"),
}
"""What happens instead of the call."""

AFTER_COMMIT = {name: fault for name, fault in BEFORE_COMMIT.items() if name != "connection refused"}
"""What happens instead of the answer, once the call was carried out."""


class LostAnswer:
    """The call is carried out, and this is all that comes back."""

    def __init__(self, instead: AWSResponse | Exception) -> None:
        self.instead = instead


type Fault = AWSResponse | Exception | LostAnswer | Callable[[], object] | None
"""None lets the call through, a function does so once it has done its work."""


class Call(NamedTuple):
    """A call to DynamoDB."""

    operation: str
    parameters: dict[str, Any]


@contextmanager
def faults(*sequence: Fault, forever: Fault = None) -> Iterator[list[Call]]:
    """Let the next calls of the functions fail one by one, and all that follow by `forever`; yields the calls made."""
    calls: list[Call] = []
    planned = iter(sequence)
    send = URLLib3Session.send

    def inject(session: URLLib3Session, request: Any) -> AWSResponse:
        calls.append(Call(request.headers["X-Amz-Target"].partition(".")[2], json.loads(request.body)))
        fault = next(planned, forever)
        if callable(fault):
            fault()
        if fault is None or callable(fault):
            return send(session, request)
        if isinstance(fault, LostAnswer):
            send(session, request)
            fault = fault.instead
        if isinstance(fault, Exception):
            raise fault
        return fault

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", inject)
        yield calls
