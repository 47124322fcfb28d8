"""Connections that keep one deadline for a whole call: connecting, sending, and the answer to its last byte.

A socket's timeout starts again with every byte that arrives, so an answer that drips in can take minutes, and urllib3's
`Timeout(total=…)` covers all but the answer itself. Here each read gets what is left of the call's time.

Two things are not in the deadline: resolving a name, which Python can't interrupt, and a second address of that name,
which is tried for another `CONNECT_SECONDS`. Both happen only when a connection is opened.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from typing import Any

from botocore.awsrequest import (
    AWSConnection,
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.httpsession import URLLib3Session
from urllib3.util import Timeout

CONNECT_SECONDS = 1.0

MAX_CONNECTIONS = 16
"""As many calls as are made at the same time, one to each shard of the list; it is opened when it is needed."""

DEFAULT_SECONDS = 2.0
"""For a call outside of any `within`: the first credentials of a process."""

_SOONEST = 0.001
"""A timeout of 0 would mean a socket that doesn't block."""

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Every call inside has ended after so many seconds, all of them together."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


class Session(URLLib3Session):
    """botocore's connections, with its proxies, certificates and errors, and our deadline.

    No call takes more than its `share` of the time that is left.
    """

    def __init__(self, proxies: dict[str, Any] | None = None, *, share: float = 1) -> None:
        # The last part of a large body must not wait until the rest of it is confirmed.
        options: list[Any] = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        super().__init__(proxies=proxies, socket_options=options, max_pool_connections=MAX_CONNECTIONS)
        self._share = share
        classes: dict[str, type] = self._pool_classes_by_scheme  # type: ignore[attr-defined]  # the stubs lack it
        classes.update(http=_Pool, https=_SecurePool)

    def _get_request_timeout(self, request: object) -> Timeout:  # noqa: ARG002 - botocore asks for each request
        deadline = _deadline.get()
        seconds = DEFAULT_SECONDS if deadline is None else max(_SOONEST, (deadline - time.monotonic()) * self._share)
        return Timeout(connect=min(CONNECT_SECONDS, seconds), total=seconds)


class _Answer(HTTPResponse):
    """An answer that is read until the timeout that its socket begins with is over."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(_Timed(sock), *args, **kwargs)  # type: ignore[arg-type]  # of which it uses makefile alone


class _Timed(RawIOBase):
    """What `http.client` reads from a socket: bytes while there is time left."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._bytes = sock.makefile("rb", buffering=0)
        self._deadline = time.monotonic() + (sock.gettimeout() or DEFAULT_SECONDS)

    def makefile(self, _mode: str) -> BufferedReader:
        return BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(max(_SOONEST, self._deadline - time.monotonic()))
        return self._bytes.readinto(buffer)

    def close(self) -> None:
        self._bytes.close()
        super().close()


class _InOnePiece(AWSConnection):
    """A request goes out as one packet and one record of TLS.

    urllib3 sends the headers and then the body; here they wait for each other.
    """

    _unsent: list[bytes] | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]  # botocore's parameters are urllib3's
        unsent: list[bytes] = []
        self._unsent = unsent
        try:
            super().request(*args, **kwargs)
        finally:
            self._unsent = None
        self.send(b"".join(unsent))

    def send(self, data: bytes) -> None:  # type: ignore[override]  # the stubs say str
        if self._unsent is None:
            super().send(data)  # type: ignore[arg-type]  # the same
        else:
            self._unsent.append(data)


class _Connection(_InOnePiece, AWSHTTPConnection):  # type: ignore[misc]  # the stubs of send differ
    response_class = _Answer  # type: ignore[assignment]  # http.client takes any HTTPResponse


class _SecureConnection(_InOnePiece, AWSHTTPSConnection):  # type: ignore[misc]  # the same
    response_class = _Answer  # type: ignore[assignment]  # the same


class _Pool(AWSHTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(AWSHTTPSConnectionPool):
    ConnectionCls = _SecureConnection
