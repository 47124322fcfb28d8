"""Two ways to the API: the functions on a table in moto, and the deployed template over HTTP."""

import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import boto3
import httpx
import pytest

from local.in_memory import ENVIRONMENT, in_memory_aws
from local.stack import Stack, local_stack
from operate import api_keys
from support import HANDLERS, Answer, api_event, table_properties
from vendor_events import Call, vendor_event

os.environ |= ENVIRONMENT | {"POWERTOOLS_SERVICE_NAME": "customer-create"}


@pytest.fixture(scope="session")
def dynamodb() -> Iterator[Any]:
    """The DynamoDB of moto; a new client for each test would take longer than the tests."""
    with in_memory_aws():
        yield boto3.resource("dynamodb")


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest) -> None:
    """Unit tests reach none, whether they ask for a table or not."""
    if "unit" in request.path.parts:
        request.getfixturevalue("dynamodb")


@pytest.fixture
def table(dynamodb: Any) -> Iterator[Any]:
    """An empty table; `scan()["Items"]` of it shows all there is."""
    table = dynamodb.create_table(TableName="customers", **table_properties("CustomersTable"))
    yield table
    table.delete()


def body_of(value: Any) -> str | None:
    """The text of a body: a JSON value, or the text itself."""
    return value if isinstance(value, str | None) else json.dumps(value)


def with_headers(headers: Mapping[str, str]) -> dict[str, Any]:
    """Headers as the members of an event that have them, beside those of every request."""
    all_headers = api_event()["headers"] | headers
    return {"headers": all_headers, "multiValueHeaders": {name: [value] for name, value in all_headers.items()}}


def customer_event(
    method: str, customer_id: str, body: Any, headers: Mapping[str, str], **event: Any
) -> dict[str, Any]:
    """The event of a request for the customer with an id."""
    return api_event(
        **{
            "httpMethod": method,
            "resource": "/customers/{id}",
            "path": f"/customers/{customer_id}",
            "pathParameters": {"id": customer_id},
            "body": body_of(body),
            **with_headers(headers),
            **event,
        }
    )


class Context:
    """What the functions use of Lambda's context: a clock, here one that only pauses turn."""

    def __init__(self) -> None:
        self.milliseconds_left = 15_000.0
        self.pauses: list[float] = []

    def get_remaining_time_in_millis(self) -> float:
        return self.milliseconds_left

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.milliseconds_left -= seconds * 1000


@pytest.fixture
def keys(dynamodb: Any) -> Iterator[Any]:
    """An empty table of API keys."""
    table = dynamodb.create_table(TableName="api-keys", **table_properties("ApiKeysTable"))
    yield table
    table.delete()


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> Context:
    """The context of an invocation that has just begun."""
    context = Context()
    monkeypatch.setattr("customers.table.retries.time.sleep", context.sleep)
    return context


def function_of(event: dict[str, Any]) -> Any:
    """The module of the function that the template sends an event to; that of creates for a route that it has not."""
    route = (event["httpMethod"], event["resource"])
    return importlib.import_module(HANDLERS.get(route, "create_customer"))


class Api:
    """The functions as API Gateway calls them, with an event for each request."""

    def __init__(self, context: Context) -> None:
        self._context: Any = context

    def send(self, event: dict[str, Any]) -> Answer:
        return Answer(function_of(event).handler(json.loads(json.dumps(event)), self._context))

    def create(self, customer: Any = None, **event: Any) -> Answer:
        """POST a customer (a JSON value, or the text of a body)."""
        return self.send(api_event(body=body_of(customer), **event))

    def get(self, customer_id: str, **event: Any) -> Answer:
        """GET a customer by its id."""
        return self.send(customer_event("GET", customer_id, None, {}, **event))

    def patch(self, customer_id: str, patch: Any, headers: Mapping[str, str] = {}, **event: Any) -> Answer:
        """PATCH a customer with a JSON value, or the text of a body."""
        return self.send(customer_event("PATCH", customer_id, patch, headers, **event))

    def delete(self, customer_id: str, headers: Mapping[str, str] = {}, **event: Any) -> Answer:
        """DELETE a customer."""
        return self.send(customer_event("DELETE", customer_id, None, headers, **event))

    def put(self, external_id: str, customer: Any, headers: Mapping[str, str] = {}, **event: Any) -> Answer:
        """PUT a customer with an external id."""
        return self.send(
            api_event(
                httpMethod="PUT",
                body=body_of(customer),
                **with_headers(headers),
                queryStringParameters={"external_id": external_id},
                multiValueQueryStringParameters={"external_id": [external_id]},
                **event,
            )
        )

    def find(self, **parameters: str | list[str]) -> Answer:
        """GET the customers that the query parameters name."""
        values = {name: [value] if isinstance(value, str) else value for name, value in parameters.items()}
        return self.send(
            api_event(
                httpMethod="GET",
                body=None,
                queryStringParameters={name: value[-1] for name, value in values.items()} or None,
                multiValueQueryStringParameters=values or None,
            )
        )


@pytest.fixture
def api(table: Any, context: Context) -> Api:
    """The API on an empty table."""
    return Api(context)


@pytest.fixture
def call(table: Any, context: Context) -> Call:
    """Calls an API on an empty table: `call("orb", "POST", "/customers", '{"name": …')`."""

    def send(vendor: str, method: str, path: str, *arguments: Any, **headers: str) -> Answer:
        import vendor_customers

        of_lambda: Any = context
        event = vendor_event(vendor, method, path, *arguments, **headers)
        return Answer(vendor_customers.handler(json.loads(json.dumps(event)), of_lambda))

    return send


type Log = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Log:
    """What the functions wrote to their log so far: the logger's lines and those of the metrics."""
    from customers.operations import telemetry

    class Output:
        """The standard output of the moment, which pytest replaces while a test runs."""

        def write(self, text: str) -> None:
            sys.stdout.write(text)

        def flush(self) -> None:
            """There is nothing to flush."""

    monkeypatch.setattr(telemetry.logger.registered_handler, "stream", Output())
    lines: list[dict[str, Any]] = []

    def read() -> list[dict[str, Any]]:
        lines.extend(map(json.loads, capsys.readouterr().out.splitlines()))
        return lines

    return read


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The built template, deployed on the local emulator."""
    with local_stack() as stack:
        yield stack


type NewClient = Callable[..., httpx.Client]


@pytest.fixture
def new_client(stack: Stack) -> Iterator[NewClient]:
    """Makes clients of the deployed API, each with a key of its own."""
    with ExitStack() as clients:

        def new(
            organization: str = "acme", scopes: str = "customers:read customers:write customers:delete"
        ) -> httpx.Client:
            key, _ = api_keys.create(stack.api_keys, organization, scopes)
            headers = {"Authorization": f"Bearer {key}"}
            return clients.enter_context(httpx.Client(base_url=stack.api_url, headers=headers, timeout=30))

        yield new


@pytest.fixture(scope="session")
def api_key(stack: Stack) -> str:
    """A key of the organization acme that opens all routes."""
    key, _ = api_keys.create(stack.api_keys, "acme", "customers:read customers:write customers:delete")
    return key


@pytest.fixture(autouse=True)
def whole(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test of a table: no customer without its guards, no guard without its customer."""
    yield
    from operate.verify_table import violations

    if "stack" in request.fixturenames:
        assert list(violations(request.getfixturevalue("stack").table)) == []


@pytest.fixture
def client(stack: Stack, api_key: str) -> Iterator[httpx.Client]:
    """An HTTP client of the deployed API that shows the key."""
    with httpx.Client(base_url=stack.api_url, headers={"Authorization": f"Bearer {api_key}"}, timeout=30) as client:
        yield client
