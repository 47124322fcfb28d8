"""What `sam build` made, by itself: nothing of this environment is in reach of the interpreter that imports it."""

import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from built import FUNCTIONS, LAYERS, MODULE, run
from lazy import PACKAGES

MAX_LAYER_BYTES = 12 * 2**20

NEVER = {
    "aws_xray_sdk": "Powertools' Tracer; more than the rest of a start together, and in maintenance mode",
    "boto3": "S3's transfers and resources",
    "customers.vendors": "the words of vendors, for those who call their APIs",
    "customers.vendors.stripe": "one vendor's, loaded with its first request",
    "customers.vendors.orb": "the same",
    "customers.vendors.rebilly": "the same",
    "botocore.client": "customers.table.dynamodb makes the two calls without",
    "botocore.credentials": "for functions that SnapStart restores",
    "botocore.loaders": "reads the models of services, for clients",
    "botocore.session": "makes clients",
    "s3transfer": "comes with boto3",
    "asyncio": "Powertools' resolvers of other services",
    "multiprocessing": "comes with boto3",
    "aws_lambda_powertools.event_handler.appsync": "another service's resolver",
    "aws_lambda_powertools.event_handler.openapi.models": "what `enable_validation` brings",
    "aws_lambda_powertools.utilities.data_classes.sqs_event": "another service's event",
    "customers.customer.changes": "for changes",
    "customers.http.edits": "for changes",
    "customers.http.preconditions": "for changes",
    "customers.table.changes": "for changes",
    "dateutil": "for the times in botocore's answers",
    "fastapi": "not ours",
    "idna": "for requests with an international domain",
    "importlib.metadata": "for plugins of Pydantic's, and for HTTP/2",
    "jmespath": "for searches in events",
    "langcodes": "for requests with a locale",
    "phonenumbers": "not used",
    "pycountry": "for requests with a country",
    "pydantic.networks": "customers.customer.emails knows what an address is",
    "pydantic.v1": "another Pydantic",
    "requests": "botocore has urllib3",
    "simplejson": "the standard library's will do",
    "stdnum": "for requests with a tax id",
    "tzdata": "for requests with a time zone",
    "unittest": "a test's",
}
"""Modules that a function must not load when it starts, and why."""

NEEDED = {
    "PublishCustomersFunction": {
        "botocore.client",
        "botocore.credentials",
        "botocore.loaders",
        "botocore.session",
        "dateutil",
        "jmespath",
    },
    "ChangeCustomersFunction": {
        "customers.customer.changes",
        "customers.http.edits",
        "customers.http.preconditions",
        "customers.table.changes",
    },
    "VendorCustomersFunction": {"customers.vendors"},
    "ImportCustomersFunction": {"customers.vendors"},
}
"""What one function needs nevertheless."""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_with_what_it_needs(function: str) -> None:
    start = run(f"import {MODULE[function]}", function)

    needed = NEEDED.get(function, set())
    assert {name: why for name, why in NEVER.items() if name in start["modules"] and name not in needed} == {}
    assert needed <= set(start["modules"])
    assert start["compiled"] == []
    assert start["written"] == []


def test_source_without_bytecode_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "fresh.py").write_text("x = 1")

    start = run(f"sys.path.insert(0, {str(tmp_path)!r}); import fresh")

    assert start["compiled"] == [str(tmp_path / "fresh.py")]


def test_a_package_made_lazy_still_offers_all_of_its_names() -> None:
    check = """
from importlib import import_module
for name in {names!r}:
    package = import_module(name)
    for attribute in package.__all__:
        assert not isinstance(getattr(package, attribute), type(package)), (name, attribute)
"""
    run(check.format(names=[package.replace("/", ".") for package in PACKAGES]))


def test_a_package_made_lazy_says_what_it_does_not_have() -> None:
    run(
        "import aws_lambda_powertools\n"
        "try: aws_lambda_powertools.nothing\n"
        "except AttributeError as error: assert 'nothing' in str(error)\n"
        "else: raise SystemExit(1)"
    )


USED = """
from datetime import UTC, datetime
from types import SimpleNamespace

import botocore.compat, botocore.utils, phonenumbers, pydantic.plugin._loader, urllib3.http2
from aws_lambda_powertools import Logger
from pydantic_core.core_schema import CoreSchema, str_schema

assert botocore.utils.parse_timestamp("2026-11-26T03:00:00Z") == datetime(2026, 11, 26, 3, tzinfo=UTC)
assert botocore.compat.get_tzinfo_options()
assert [*phonenumbers.PhoneNumberMatcher("Call +44 20 7946 0018.", None)]
assert {*pydantic.plugin._loader.get_plugins()} == set()
assert str_schema(max_length=1) == {"type": "str", "max_length": 1}
logger = Logger(service="test")
logger.inject_lambda_context(lambda event, context: None, correlation_id_path="requestContext.requestId")(
    {"requestContext": {"requestId": "id of the request"}},
    SimpleNamespace(function_name="", memory_limit_in_mb=0, invoked_function_arn="", aws_request_id=""),
)
assert logger.get_correlation_id() == "id of the request"
try: urllib3.http2.inject_into_urllib3()
except ModuleNotFoundError: pass
else: raise SystemExit(1)
"""


def test_what_is_imported_late_is_there_when_it_is_used() -> None:
    run(USED)


CALL = """
import socket, threading
import urllib3.connection
from botocore.credentials import Credentials
from customers.table.dynamodb import DynamoDB

def answer():
    connection, _ = server.accept()
    body = b'{"ConsumedCapacity": {"CapacityUnits": 1}}'
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%b" % (len(body), body))

def connect(self):
    sockets.append(original(self))
    return sockets[-1]

sockets = []
original = urllib3.connection.HTTPConnection._new_conn
urllib3.connection.HTTPConnection._new_conn = connect
server = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=answer, daemon=True).start()
dynamodb = DynamoDB(f"http://127.0.0.1:{server.getsockname()[1]}", "eu-west-1", Credentials("test", "test"))
assert dynamodb.get_item("customers", {"pk": {"S": "pk"}}, lambda: 15) is None
[connection] = sockets
assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
"""


def test_the_body_of_a_call_does_not_wait_until_its_headers_are_confirmed() -> None:
    assert len(run(CALL)["connected"]) == 1


def test_the_layers_are_small(tmp_path: Path, record_property: Any) -> None:
    for layer in LAYERS:
        archive = tmp_path / f"{layer.parent.name}.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
            for path in layer.rglob("*"):
                zipped.write(path, path.relative_to(layer.parent))
        record_property(layer.parent.name, archive.stat().st_size)
        sys.stdout.write(f"{layer.parent.name}: {archive.stat().st_size / 2**20:.1f} MB zipped\n")
        assert archive.stat().st_size <= MAX_LAYER_BYTES
