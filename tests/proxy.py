"""A loopback proxy in front of the emulator that loses, cuts or delays what passes through it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

type Exchange = Callable[[socket.socket, bytes, Callable[[bytes], bytes]], None]
"""What happens to one request: the client's socket, the request, and the function that carries it out."""


def pass_on(client: socket.socket, request: bytes, carry_out: Callable[[bytes], bytes]) -> None:
    client.sendall(carry_out(request))


def reset_before(client: socket.socket, _request: bytes, _carry_out: Callable[[bytes], bytes]) -> None:
    _reset(client)


def reset_after(client: socket.socket, request: bytes, carry_out: Callable[[bytes], bytes]) -> None:
    carry_out(request)
    _reset(client)


def cut_answer(client: socket.socket, request: bytes, carry_out: Callable[[bytes], bytes]) -> None:
    answer = carry_out(request)
    client.sendall(answer[: len(answer) - 1])
    _reset(client)


def drip_after(client: socket.socket, request: bytes, carry_out: Callable[[bytes], bytes]) -> None:
    """No wait for a byte is long, and all of them together are."""
    with suppress(OSError):
        for byte in carry_out(request):
            client.sendall(bytes([byte]))
            time.sleep(0.05)


def silent_before(client: socket.socket, _request: bytes, _carry_out: Callable[[bytes], bytes]) -> None:
    _wait_for_hang_up(client)


def silent_after(client: socket.socket, request: bytes, carry_out: Callable[[bytes], bytes]) -> None:
    carry_out(request)
    _wait_for_hang_up(client)


def garbage_after(client: socket.socket, request: bytes, carry_out: Callable[[bytes], bytes]) -> None:
    carry_out(request)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n<html></>")


def _reset(client: socket.socket) -> None:
    """Close without the courtesy of TCP: the other side sees a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    client.close()


def _wait_for_hang_up(client: socket.socket) -> None:
    client.settimeout(20)
    with suppress(OSError):
        client.recv(1)


@contextmanager
def proxy(endpoint_url: str, *exchanges: Exchange) -> Iterator[str]:
    """The URL of a proxy that treats the first requests as told, and passes the others on."""
    target = (str(urlsplit(endpoint_url).hostname), int(urlsplit(endpoint_url).port or 80))
    planned = iter(exchanges)
    server = socket.create_server(("127.0.0.1", 0))

    def carry_out(request: bytes) -> bytes:
        with socket.create_connection(target, 10) as upstream:
            upstream.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            return b"".join(iter(lambda: upstream.recv(65536), b""))

    def serve(client: socket.socket) -> None:
        with client, suppress(OSError):
            if request := whole_request(client):
                next(planned, pass_on)(client, request, carry_out)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=[server.accept()[0]], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()


def whole_request(client: socket.socket) -> bytes:
    """One whole request, or nothing when the client only hangs up."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = client.recv(65536)
        if not chunk:
            return b""
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    length = sum(lengths)
    while len(body) < length:
        body += client.recv(65536)
    return head + b"\r\n\r\n" + body
