"""Calls to DynamoDB without botocore's client: sent like its own, and their answers understood."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import Mock

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError
from botocore.httpsession import URLLib3Session
from moto.core.models import botocore_stubber

from customers.settings import settings
from customers.table import dynamodb
from customers.table import network as network_module
from customers.table.dynamodb import BUSY, Busy, Canceled, DynamoDB, NoAnswer, Refused
from faults import raw_answer
from support import template

URL = "https://dynamodb.eu-west-1.amazonaws.com"
KEY = {"pk": {"S": "acme#customer#cus_1"}}
PUT: Any = {"Put": {"Item": KEY | {"name": {"S": "Zoë 李"}}}}
WRITTEN = raw_answer(200, b'{"ConsumedCapacity": [{"TableName": "customers", "CapacityUnits": 2.0}]}')

type Network = Callable[[Callable[[Any], AWSResponse]], None]


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """Lets a function answer all that is sent."""
    return lambda answer: monkeypatch.setattr(URLLib3Session, "send", lambda _, request: answer(request))


@pytest.fixture
def requests(network: Network) -> list[Any]:
    """What is sent; each time the answer is that the items are written."""
    requests: list[Any] = []

    def answer(request: Any) -> AWSResponse:
        requests.append(request)
        return WRITTEN

    network(answer)
    return requests


def text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def expected_signature(request: Any) -> str:
    """By the recipe (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)."""
    names = ("content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target")
    headers = {name.lower(): text(value) for name, value in request.headers.items()} | {"host": URL[8:]}
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    canonical = f"POST\n/\n\n{lines}\n{';'.join(names)}\n{hashlib.sha256(request.body).hexdigest()}"
    scope = ["20261121", "eu-west-1", "dynamodb", "aws4_request"]
    to_sign = [
        "AWS4-HMAC-SHA256",
        headers["x-amz-date"],
        "/".join(scope),
        hashlib.sha256(canonical.encode()).hexdigest(),
    ]
    key = b"AWS4secret"
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, "\n".join(to_sign).encode(), "sha256").hex()


def test_a_call_goes_out_as_boto3_sends_it(requests: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 21, 20, 14, 29, tzinfo=UTC)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: now)
    credentials = Credentials("key", "secret", "session-token")
    client = boto3.client(
        "dynamodb", aws_access_key_id="key", aws_secret_access_key="secret", aws_session_token="session-token"
    )
    stubber: Any = botocore_stubber
    client.meta.events.unregister("before-send", stubber)

    their_put: Any = {"Put": {"TableName": "customers", **PUT["Put"]}}
    client.transact_write_items(TransactItems=[their_put], ClientRequestToken="t", ReturnConsumedCapacity="TOTAL")
    DynamoDB(URL, "eu-west-1", credentials).transact_write_items("customers", [PUT], "t", 2)

    theirs, ours = requests
    assert (ours.method, ours.url) == (theirs.method, theirs.url)
    assert json.loads(ours.body) == json.loads(theirs.body)
    of_theirs = {name: text(value) for name, value in theirs.headers.items()}
    of_ours = {name: text(value) for name, value in ours.headers.items()}
    same = {"Content-Type", "X-Amz-Target", "X-Amz-Date", "X-Amz-Security-Token"}
    assert {name: of_ours[name] for name in same} == {name: of_theirs[name] for name in same}
    assert of_ours["Content-Length"] == str(len(ours.body))
    scope, signed, signature = of_ours["Authorization"].split(", ")
    assert scope == of_theirs["Authorization"].split(", ")[0]
    assert signed == "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
    assert signature == f"Signature={expected_signature(ours)}"


def test_the_template_knows_the_address_in_every_region() -> None:
    session = botocore.session.get_session()
    partitions = session.get_data("partitions")["partitions"]
    suffixes = {partition["id"]: partition["outputs"]["dnsSuffix"] for partition in partitions}
    url = template()["Globals"]["Function"]["Environment"]["Variables"]["DYNAMODB_URL"]["Fn::Sub"]
    regions = [r for p in session.get_available_partitions() for r in session.get_available_regions("dynamodb", p)]

    assert len(regions) > 30
    for region in regions:
        suffix = suffixes[session.get_partition_for_region(region)]
        here = url.replace("${AWS::Region}", region).replace("${AWS::URLSuffix}", suffix)
        assert here == boto3.client("dynamodb", region_name=region).meta.endpoint_url


@pytest.mark.parametrize(
    ("overrides", "url"),
    [
        ({}, URL),
        ({"AWS_ENDPOINT_URL_DYNAMODB": ""}, URL),
        ({"AWS_ENDPOINT_URL": "http://all"}, "http://all"),
        ({"AWS_ENDPOINT_URL_DYNAMODB": "", "AWS_ENDPOINT_URL": "http://all"}, "http://all"),
        ({"AWS_ENDPOINT_URL_DYNAMODB": "http://one", "AWS_ENDPOINT_URL": "http://all"}, "http://one"),
    ],
    ids=str,
)
def test_the_address_is_overridden_as_in_every_sdk(
    monkeypatch: pytest.MonkeyPatch, overrides: dict[str, str], url: str
) -> None:
    for name, value in overrides.items():
        monkeypatch.setenv(name, value)

    assert settings.__wrapped__().dynamodb_url == url


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://127.0.0.1:8000/"])
def test_an_address_may_end_with_a_slash(requests: list[Any], url: str) -> None:
    DynamoDB(url, "eu-west-1", Credentials("key", "secret")).transact_write_items("customers", [PUT], "t", 2)

    assert [request.url for request in requests] == ["http://127.0.0.1:8000/"]


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Mock()
    monkeypatch.setattr(network_module, "Session", session)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    for url in (URL, "https://127.0.0.1:8000"):
        DynamoDB(url, "eu-west-1", Credentials("key", "secret"))

    assert [call.args[0].get("https") for call in session.mock_calls] == ["http://proxy:3128", None]


def without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def test_a_restored_function_asks_for_new_credentials_before_they_expire(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SnapStart: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html."""
    address = "http://127.0.0.1:9001/credentials"
    tokens = count(1)
    signed: list[str] = []

    def answer(request: Any) -> AWSResponse:
        if request.url != address:
            signed.append(text(request.headers["X-Amz-Security-Token"]))
            return WRITTEN
        assert text(request.headers["Authorization"]) == "of-lambda"
        soon = f"{datetime.now(UTC) + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
        credentials = {"AccessKeyId": "key", "SecretAccessKey": "secret", "Token": f"token {next(tokens)}"}
        return raw_answer(200, json.dumps(credentials | {"Expiration": soon}).encode())

    network(answer)
    without_credentials(monkeypatch)
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", address)
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of-lambda")

    table = dynamodb.of_function()
    table.transact_write_items("customers", [PUT], "t", 2)
    table.transact_write_items("customers", [PUT], "t", 2)

    assert signed == ["token 2", "token 3"]  # the first was about to expire when it was needed


def test_without_credentials_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    without_credentials(monkeypatch)

    with pytest.raises(NoCredentialsError):
        dynamodb.of_function()


def write(network: Network, status: int, body: bytes) -> None:
    network(lambda _: raw_answer(status, body))
    DynamoDB(URL, "eu-west-1", Credentials("key", "secret")).transact_write_items("customers", [PUT], "t", 2)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"{"),
        (200, b"[]"),
        (200, b"null"),
        (200, b"\xff"),
        (200, b"{}"),
        (200, b'{"Item": {}}'),
        (302, b""),
        (400, b"<html>"),
        (400, b'{"message": "no type"}'),
        (400, b'{"__type": 1}'),
        (500, b'{"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError"}'),
        (500, b'{"ConsumedCapacity": []}'),
        (503, b'{"__type": "com.amazon.coral.availability#ThrottlingException"}'),
    ],
    ids=str,
)
def test_an_answer_that_does_not_say_what_happened_is_none(network: Network, status: int, body: bytes) -> None:
    with pytest.raises(NoAnswer):
        write(network, status, body)


@pytest.mark.parametrize("code", sorted(BUSY))
@pytest.mark.parametrize("name", ["com.amazonaws.dynamodb.v20120810#", "com.amazon.coral.availability#", ""])
def test_a_busy_table_is_known_by_its_code(network: Network, code: str, name: str) -> None:
    with pytest.raises(Busy) as busy:
        write(network, 400, json.dumps({"__type": f"{name}{code}", "message": "secret"}).encode())

    assert busy.value.code == code
    assert "secret" not in str(busy.value)


@pytest.mark.parametrize("status", [400, 403, 413])
def test_any_other_code_is_a_refusal(network: Network, status: int) -> None:
    with pytest.raises(Refused) as refused:
        write(network, status, b'{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "secret"}')

    assert type(refused.value) is Refused
    assert (refused.value.code, str(refused.value)) == ("AccessDeniedException", "AccessDeniedException")


def test_a_cancelled_transaction_has_its_reasons(network: Network) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": KEY}]
    body = {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", "CancellationReasons": reasons}

    with pytest.raises(Canceled) as canceled:
        write(network, 400, json.dumps(body).encode())

    assert canceled.value.reasons == reasons
