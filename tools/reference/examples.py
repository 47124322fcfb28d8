"""What the API answers: to each event of the events folder, and to any request when things go wrong.

The functions themselves give the answers, on a table in moto and with ids and times that are always the same, so that
no example in the documentation can differ from what the code does.
"""

import hashlib
import importlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

import boto3
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from cfnlint.decode import cfn_yaml

from customers import errors
from customers.customer import identity, model
from customers.http import edge
from customers.table import changes
from local.in_memory import ENVIRONMENT, in_memory_aws

ROOT = Path(__file__).resolve().parents[2]
BASE_URL = "https://customers.example/v1"
"""Where the API is in the documents as they are committed."""

NOW = datetime(2026, 11, 21, 20, 14, 29, 53_000, UTC)
LATER = NOW + timedelta(days=1)
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 20_000)


NO_EVENT: tuple[tuple[Exception, tuple[str, str] | None], ...] = (
    (errors.CustomerDeleted(), ("POST", "/customers")),
    (errors.CustomerDeleted(), ("PUT", "/customers")),
    (errors.CustomerDeleted(), ("PATCH", "/customers/{id}")),
    (errors.TryAgain(), None),
)
"""The errors that no event of the folder can bring about, each with the route that can answer with it, None for any."""

METHODS = ("POST", "GET", "PUT", "PATCH", "DELETE")
"""The order in which events are answered: what is read, changed or deleted is there before."""

HEADERS = ("headers", "multiValueHeaders")
BODY = (*HEADERS, "body", "isBase64Encoded")
"""The members of an event that a body is in, with what describes it."""

FAILING_BODIES = (
    "malformed-request",
    "payload-too-large",
    "unsupported-media-type",
    "invalid-customer",
    "idempotency-key-reused",
    "customer-exists",
)
"""The events whose bodies fail in a change as they do in a create."""


class Example(NamedTuple):
    """An answer, and the body of the request that it answers; `route` is None when any request can get it."""

    name: str
    route: tuple[str, str] | None
    request_body: str | None
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def slug(self) -> str | None:
        """The problem type, None when the answer is not a problem."""
        return str(self.body["code"]) if self.headers.get("Content-Type") == "application/problem+json" else None


def examples() -> list[Example]:
    """The answers to the events, creates first, then those that any request can get."""
    resources = cfn_yaml.load(str(ROOT / "template.yaml"))["Resources"]
    paths = sorted((ROOT / "events").glob("*.json"), key=attrgetter("stem"))
    events = _requests({path.stem: json.loads(path.read_text()) for path in paths})
    with (
        patch.dict(os.environ, ENVIRONMENT),
        patch.object(edge, "base_url", return_value=BASE_URL),
        patch.object(model, "new_record", partial(model.new_record, now=lambda: NOW)),
        patch.object(changes, "revised", partial(model.revised, now=lambda: LATER)),
        in_memory_aws(),
        _table(resources["CustomersTable"]["Properties"]),
    ):
        some_event = APIGatewayProxyEvent(events["created"])
        return [
            *_answers(events, _handlers(resources)),
            *(_problem(some_event, error, route) for error, route in NO_EVENT),
            *_gateway(resources["CustomersApi"]["Properties"]["GatewayResponses"], some_event),
        ]


@contextmanager
def _table(properties: Mapping[str, Any]) -> Iterator[None]:
    names = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    description = {name: properties[name] for name in names}
    table = boto3.resource("dynamodb").create_table(TableName=ENVIRONMENT["TABLE_NAME"], **description)
    yield
    table.delete()


def _handlers(resources: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """The module of the handler of each route of the template."""
    functions = (r["Properties"] for r in resources.values() if r["Type"] == "AWS::Serverless::Function")
    return {
        (event["Properties"]["Method"].upper(), event["Properties"]["Path"]): function["Handler"].partition(".")[0]
        for function in functions
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    }


def _answers(events: Mapping[str, Any], handlers: Mapping[tuple[str, str], str]) -> Iterator[Example]:
    for name, event in events.items():
        route = (event["httpMethod"], event["resource"])
        with patch.object(identity, "new_customer_id", return_value=_customer_id(name)):
            answer = importlib.import_module(handlers[route]).handler(event, CONTEXT)
        headers = {header: values[0] for header, values in answer["multiValueHeaders"].items()}
        body = json.loads(answer["body"] or "null")  # 204 has none
        yield Example(name, route, event["body"], answer["statusCode"], headers, body)


def _customer_id(event: str) -> str:
    """The id of the customer that an event creates."""
    return f"cus_{hashlib.sha256(event.encode()).hexdigest()[:32]}"


def _requests(files: Mapping[str, Any]) -> dict[str, Any]:
    """The events of the folder, and those that differ from one of them in little, in the order of `METHODS`."""
    events = dict(files)
    events["found"] = _of(files["deleted"], "GET", _customer_id("created"))
    events["replayed"] = files["created-with-idempotency-key"]
    taken = json.dumps({"email": json.loads(files["customer-exists"]["body"])["email"]})
    for name in ("changed", "put-replaced"):
        request, method = files[name], files[name]["httpMethod"].lower()
        for problem in FAILING_BODIES:
            events[f"{problem}-{method}"] = {**request, **{member: files[problem][member] for member in BODY}}
        events[f"customer-exists-{method}"] |= {"body": taken}
    other_revision = {member: files["precondition-failed"][member] for member in HEADERS}
    events["precondition-failed-put"] = files["put-replaced"] | other_revision
    events["precondition-failed-delete"] = _of(files["deleted"], "DELETE", _customer_id("created")) | other_revision
    for name in ("changed", "deleted"):
        method = files[name]["httpMethod"]
        events[f"not-found-{method.lower()}"] = _of(files[name], method, files["not-found"]["pathParameters"]["id"])
    unquoted = {**files["deleted"]["multiValueHeaders"], "If-Match": ["1"]}
    events["malformed-request-delete"] = {**files["deleted"], "multiValueHeaders": unquoted}
    return dict(sorted(events.items(), key=lambda event: METHODS.index(event[1]["httpMethod"])))


def _of(event: Mapping[str, Any], method: str, customer_id: str) -> dict[str, Any]:
    """The event for another customer, or with another method."""
    path = f"/customers/{customer_id}"
    return {**event, "httpMethod": method, "path": path, "pathParameters": {"id": customer_id}}


def _problem(event: APIGatewayProxyEvent, error: Exception, route: tuple[str, str] | None) -> Example:
    answer = edge.problem(event, error)
    headers = {"Content-Type": str(answer.content_type)} | {name: str(value) for name, value in answer.headers.items()}
    body = json.loads(answer.body or "")
    return Example(body["code"], route, None, answer.status_code, headers, body)


def _gateway(responses: Mapping[str, Any], event: APIGatewayProxyEvent) -> Iterator[Example]:
    """API Gateway's own responses."""
    request_id = event.request_context.request_id
    for response in responses.values():
        headers = {
            header: value.strip("'").replace("context.requestId", request_id)
            for header, value in response["ResponseParameters"]["Headers"].items()
        }
        text = response["ResponseTemplates"]["application/json"]["Fn::Sub"]
        body = json.loads(text.replace("${BaseUrl}", BASE_URL).replace("$context.requestId", request_id))
        yield Example(body["code"], None, None, response["StatusCode"], headers, body)
