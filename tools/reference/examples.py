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
from datetime import UTC, datetime
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
from local.in_memory import ENVIRONMENT, in_memory_aws

ROOT = Path(__file__).resolve().parents[2]
BASE_URL = "https://customers.example/v1"
"""Where the API is in the documents as they are committed."""

NOW = datetime(2026, 11, 21, 20, 14, 29, 53_000, UTC)
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 20_000)


NO_EVENT: tuple[tuple[Exception, tuple[str, str] | None], ...] = (
    (errors.CustomerDeleted(), ("POST", "/customers")),
    (errors.TryAgain(), None),
)
"""The errors that no event of the folder can bring about, each with the route that can answer with it, None for any."""


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
        return str(self.body["code"]) if self.headers["Content-Type"] == "application/problem+json" else None


def examples() -> list[Example]:
    """The answers to the events, in the order of their names, then those that any request can get."""
    resources = cfn_yaml.load(str(ROOT / "template.yaml"))["Resources"]
    paths = sorted((ROOT / "events").glob("*.json"), key=attrgetter("stem"))
    events = {path.stem: json.loads(path.read_text()) for path in paths}
    events["found"] = _get(events["created"], _customer_id("created"))
    events["replayed"] = events["created-with-idempotency-key"]
    with (
        patch.dict(os.environ, ENVIRONMENT),
        patch.object(edge, "base_url", return_value=BASE_URL),
        patch.object(model, "new_record", partial(model.new_record, now=lambda: NOW)),
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


def _get(event: Mapping[str, Any], customer_id: str) -> dict[str, Any]:
    """The event that reads a customer; its id can't be known to a file."""
    route = {"httpMethod": "GET", "resource": "/customers/{id}", "path": f"/customers/{customer_id}"}
    return {**event, **route, "pathParameters": {"id": customer_id}, "body": None}


def _problem(event: APIGatewayProxyEvent, error: Exception, route: tuple[str, str] | None) -> Example:
    answer = edge.problem(event, error)
    headers = {"Content-Type": str(answer.content_type)} | {name: str(value) for name, value in answer.headers.items()}
    body = json.loads(answer.body or "")
    return Example(body["code"], route, None, answer.status_code, headers, body)


def _gateway(responses: Mapping[str, Any], event: APIGatewayProxyEvent) -> Iterator[Example]:
    """What API Gateway answers by itself."""
    request_id = event.request_context.request_id
    for response in responses.values():
        headers = {
            header: value.strip("'").replace("context.requestId", request_id)
            for header, value in response["ResponseParameters"]["Headers"].items()
        }
        text = response["ResponseTemplates"]["application/json"]["Fn::Sub"]
        body = json.loads(text.replace("${BaseUrl}", BASE_URL).replace("$context.requestId", request_id))
        yield Example(body["code"], None, None, response["StatusCode"], headers, body)
