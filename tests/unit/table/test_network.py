"""Every call ends in its time, whatever the other side does with its bytes: real sockets on loopback."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from customers.errors import OutcomeUnknown, TryAgain
from customers.settings import settings
from customers.table import dynamodb
from customers.table.dynamodb import Busy, DynamoDB, NoAnswer
from customers.table.lists import Lists
from customers.table.reads import Reads
from customers.table.writes import Writes
from proxy import whole_request

SEND = URLLib3Session.send
"""As it was before moto took its place."""

BODY = b'{"ConsumedCapacity":[{"CapacityUnits":2.0}]}' + b" " * 200
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
HEADERS = len(ANSWER) - len(BODY)
SECONDS = 0.4
SLACK = 0.15
"""For the machine, which other tests keep busy."""

type Behaviour = Callable[[socket.socket], None]


@pytest.fixture(autouse=True)
def real_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(URLLib3Session, "send", SEND)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "localhost.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def server(behaviour: Behaviour, certificate: Path | None = None) -> Iterator[str]:
    """The URL of a server that treats each connection so, once it has read a request."""
    listening = socket.create_server(("127.0.0.1", 0))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate:
        context.load_cert_chain(certificate)

    def serve(client: socket.socket) -> None:
        with (
            suppress(OSError),
            client,
            context.wrap_socket(client, server_side=True) if certificate else nullcontext(client) as connection,
        ):
            while whole_request(connection):
                behaviour(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=[listening.accept()[0]], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"{'https://localhost' if certificate else 'http://127.0.0.1'}:{listening.getsockname()[1]}"
    finally:
        listening.close()


def drip(data: bytes, seconds: float = 0.02) -> Behaviour:
    """Send byte by byte, each well within any timeout of a socket."""

    def send(client: socket.socket) -> None:
        for byte in data:
            client.sendall(bytes([byte]))
            time.sleep(seconds)

    return send


def drip_body(client: socket.socket) -> None:
    client.sendall(ANSWER[:HEADERS])
    drip(ANSWER[HEADERS:])(client)


def silent(client: socket.socket) -> None:
    client.settimeout(10)
    client.recv(1)


def stop_half_way(client: socket.socket) -> None:
    client.sendall(ANSWER[:-100])
    silent(client)


BEHAVIOURS: dict[str, Behaviour] = {
    "silent": silent,
    "dripping": drip(ANSWER),
    "dripping its body": drip_body,
    "stopping half-way": stop_half_way,
    "sending headers for ever": drip(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 50),
}


def of(url: str) -> DynamoDB:
    return DynamoDB(url, "eu-west-1", Credentials("key", "secret"))


@contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_an_attempt_ends_in_its_time(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str, *, secure: bool
) -> None:
    monkeypatch.setattr("botocore.httpsession.where", lambda: str(certificate))

    with (
        server(BEHAVIOURS[behaviour], certificate if secure else None) as url,
        ends_within(SECONDS + SLACK),
        pytest.raises(NoAnswer) as lost,
    ):
        of(url).transact_write_items("customers", [], "t", SECONDS)

    assert str(lost.value) == "ReadTimeoutError"


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_a_connection_is_used_again_and_each_answer_has_its_own_time(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, *, secure: bool
) -> None:
    monkeypatch.setattr("botocore.httpsession.where", lambda: str(certificate))
    peers: list[Any] = []

    def answer(client: socket.socket) -> None:
        peers.append(client.getpeername())
        time.sleep(0.15)
        client.sendall(ANSWER)

    with server(answer, certificate if secure else None) as url:
        table = of(url)
        for _ in range(4):
            table.transact_write_items("customers", [], "t", SECONDS)

    assert len(peers) == 4
    assert len(set(peers)) == 1


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_a_request_goes_out_in_one_piece(certificate: Path, monkeypatch: pytest.MonkeyPatch, *, secure: bool) -> None:
    monkeypatch.setattr("botocore.httpsession.where", lambda: str(certificate))
    sent: list[bytes] = []
    send = HTTPConnection.send

    def seen(self: HTTPConnection, data: bytes) -> None:
        sent.append(bytes(data))
        send(self, data)

    monkeypatch.setattr(HTTPConnection, "send", seen)
    with server(lambda client: client.sendall(ANSWER), certificate if secure else None) as url:
        of(url).transact_write_items("customers", [{"Put": {"Item": {}}}], "token", SECONDS)

    [request] = sent
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST / HTTP/1.1\r\n")
    assert "TransactItems" in json.loads(body)


def test_a_connection_that_is_not_made_takes_no_longer() -> None:
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        socket.create_connection(full.getsockname()),  # fills the queue: the next is neither taken nor refused
        ends_within(SECONDS + SLACK),
        pytest.raises(NoAnswer, match="ConnectTimeoutError"),
    ):
        of(f"http://127.0.0.1:{full.getsockname()[1]}").transact_write_items("customers", [], "t", SECONDS)


@pytest.mark.parametrize(("milliseconds", "longest"), [(300, 0.3), (1000, 1.0), (249, 0.01)])
@pytest.mark.parametrize("behaviour", ["silent", "dripping"])
def test_a_request_is_answered_before_its_invocation_ends(behaviour: str, milliseconds: int, longest: float) -> None:
    with server(BEHAVIOURS[behaviour]) as url:
        table = of(url)
        for call, error in (
            (write, OutcomeUnknown if longest > 0.1 else TryAgain),
            (read, TryAgain),
            (lists, TryAgain),
        ):
            end = time.monotonic() + milliseconds / 1000
            threads = 0.1 if call is lists else 0  # to start 16 of them while others use the machine
            with ends_within(longest + threads), pytest.raises(error):
                call(table, lambda end=end: end - time.monotonic())  # type: ignore[misc]  # bound in each round


def write(table: DynamoDB, time_left: Callable[[], float]) -> None:
    Writes(table, "customers").create(
        "acme", {"id": "cus_1", "created_at": "2026-01-31T12:00:00.000Z", "email": "ada@example.com"}, time_left
    )


def read(table: DynamoDB, time_left: Callable[[], float]) -> None:
    Reads(table, "customers").get("acme", "cus_1", time_left)


def lists(table: DynamoDB, time_left: Callable[[], float]) -> None:
    list(Lists(table, "customers").newest("acme", before="~", after="", limit=20, time_left=time_left))


@pytest.mark.parametrize(("lifetime", "outcome"), [(5 * 60, "Busy"), (12 * 60, "written")])
def test_a_source_of_credentials_that_hangs_leaves_time_to_the_call(
    monkeypatch: pytest.MonkeyPatch, lifetime: int, outcome: str
) -> None:
    """botocore asks for new ones 15 minutes before the old expire, and doesn't do without in the last 10."""
    end = datetime.now(UTC) + timedelta(seconds=lifetime)
    credentials = {"AccessKeyId": "key", "SecretAccessKey": "secret", "Token": "t", "Expiration": end.isoformat()}
    body = json.dumps(credentials).encode()
    answers = iter([b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)])
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def once(client: socket.socket) -> None:
        if first := next(answers, None):
            client.sendall(first)
        else:
            silent(client)

    with server(once) as source, server(lambda client: client.sendall(ANSWER)) as url:
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", source)
        monkeypatch.setattr(dynamodb, "settings", lambda: settings()._replace(dynamodb_url=url))
        table = dynamodb.of_function()
        with ends_within(SECONDS * 0.6 + SLACK):
            if outcome == "written":
                table.transact_write_items("customers", [], "t", SECONDS)
            else:
                with pytest.raises(Busy, match="CredentialRetrievalError"):
                    table.transact_write_items("customers", [], "t", SECONDS)
