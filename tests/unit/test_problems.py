import json
import re
from typing import Any

import botocore.session
import pytest

from conftest import Api, Log
from customers import edge, errors, problems
from support import api_event, template

CANCELLED = "TransactionCanceledException"


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make DynamoDB answer with an error."""
    import create_customer

    client = create_customer.customers._client  # noqa: SLF001 - faults belong below the store

    def fail(code: str, *reasons: str) -> None:
        response: Any = {
            "Error": {"Code": code, "Message": "arn:aws:dynamodb:eu-west-1:123456789012:table/customers"},
            "CancellationReasons": [{"Code": reason} for reason in reasons],
        }
        kind: Any = client.exceptions.from_code(code)

        def transact_write_items(**_parameters: Any) -> None:
            raise kind(response, "TransactWriteItems")

        monkeypatch.setattr(client, "transact_write_items", transact_write_items)

    return fail


@pytest.mark.parametrize(
    "fault",
    [
        ("ThrottlingException",),
        ("ProvisionedThroughputExceededException",),
        ("RequestLimitExceeded",),
        ("TransactionInProgressException",),
        (CANCELLED, "TransactionConflict", "None"),
        (CANCELLED, "None", "ThrottlingError"),
        (CANCELLED, "ProvisionedThroughputExceeded", "TransactionConflict"),
    ],
    ids=" ".join,
)
def test_a_busy_table_is_a_503_that_says_when_to_come_back(api: Api, failing: Any, fault: tuple[str, ...]) -> None:
    failing(*fault)

    answer = api.create({"email": "ada@example.com"})

    assert answer.status == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["X-Should-Retry"] == "true"
    assert answer.json == {
        "type": "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1/problems/try-again",
        "title": "Try again",
        "status": 503,
        "detail": "The service is busy. Nothing was created: send the same request again.",
        "instance": "urn:uuid:5d4b2a10-7c3e-4f1d-9a6b-0c8e2f4a6b8d",
    }


@pytest.mark.parametrize(
    "fault",
    [
        ("ResourceNotFoundException",),
        ("AccessDeniedException",),
        ("ValidationException",),
        (CANCELLED, "ValidationError", "None"),
        (CANCELLED, "ItemCollectionSizeLimitExceeded", "TransactionConflict"),
    ],
    ids=" ".join,
)
def test_of_an_unexpected_error_nothing_shows(api: Api, failing: Any, log: Log, fault: tuple[str, ...]) -> None:
    failing(*fault)

    answer = api.create({"email": "ada@example.com"})

    assert answer.status == 500
    assert "Retry-After" not in answer.headers
    assert "X-Should-Retry" not in answer.headers
    assert answer.json == {
        "type": "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1/problems/internal-error",
        "title": "Something went wrong on our side",
        "status": 500,
        "detail": "The request could not be completed. Quote the instance when you report it.",
        "instance": "urn:uuid:5d4b2a10-7c3e-4f1d-9a6b-0c8e2f4a6b8d",
    }
    [failure, _] = log()
    assert (failure["level"], failure["error_code"]) == ("ERROR", fault[0])
    assert "ada@example.com" not in str(failure)
    assert "arn:aws" not in str(failure)


@pytest.mark.parametrize("authorizer", [None, {}, {"principalId": "key_9f86d081884c7d65"}], ids=str)
def test_without_an_organization_nothing_is_created(api: Api, table: Any, authorizer: dict[str, str] | None) -> None:
    event = api_event()
    event["requestContext"]["authorizer"] = authorizer

    answer = api.send(event)

    assert answer.status == 500
    assert answer.json["type"].endswith("/problems/internal-error")
    assert table.scan()["Items"] == []


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_another_method_is_told_which_are_allowed(api: Api, method: str) -> None:
    answer = api.create(None, httpMethod=method)

    assert answer.status == 405
    assert answer.headers["Allow"] == "POST"
    assert answer.json["type"].endswith("/problems/method-not-allowed")
    assert answer.json["detail"] == "This resource answers to POST."


def test_an_unknown_route_is_not_found(api: Api) -> None:
    answer = api.create(None, path="/nope", resource="/nope")

    assert answer.status == 404
    assert answer.json["type"].endswith("/problems/not-found")
    assert answer.json["detail"] == "There is nothing at this address."


def test_every_error_has_a_problem_type() -> None:
    assert set(problems._TYPE_OF) == set(errors.CustomerError.__subclasses__())  # noqa: SLF001 - the table itself


def test_slugs_are_unique_and_urls() -> None:
    slugs = [kind.slug for kind in problems.PROBLEM_TYPES]

    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) for slug in slugs)


@pytest.mark.parametrize(
    ("path", "pointer", "field"),
    [
        ((), "#", ""),
        (("email",), "#/email", "email"),
        (("tax_ids", 0, "value"), "#/tax_ids/0/value", "tax_ids[0].value"),
        (("metadata", "a/b~c d"), "#/metadata/a~1b~0c%20d", "metadata.a/b~c d"),
    ],
)
def test_pointers_are_rfc_6901_fragments(path: tuple[str | int, ...], pointer: str, field: str) -> None:
    assert (problems.pointer(path), problems.field(path)) == (pointer, field)


GATEWAY_RESPONSES = template()["Resources"]["CustomersApi"]["Properties"]["GatewayResponses"]


@pytest.mark.parametrize("name", GATEWAY_RESPONSES)
def test_the_gateway_answers_with_the_same_problems(name: str) -> None:
    response = GATEWAY_RESPONSES[name]
    document = json.loads(response["ResponseTemplates"]["application/json"]["Fn::Sub"])
    [kind] = [kind for kind in problems.PROBLEM_TYPES if document["type"] == f"${{BaseUrl}}/problems/{kind.slug}"]
    headers = {k: v.strip("'") for k, v in response["ResponseParameters"]["Headers"].items()}

    assert document["title"] == kind.title
    assert document["instance"] == "urn:uuid:$context.requestId"
    assert document["status"] == response["StatusCode"]
    assert response["StatusCode"] == kind.status or (kind is problems.INTERNAL_ERROR and name.startswith("INTEGRATION"))
    assert list(document) == ["type", "title", "status", "detail", "instance"]
    challenge = {"WWW-Authenticate": "Bearer"} if response["StatusCode"] == 401 else {}
    assert headers == {
        "Content-Type": "application/problem+json",
        "X-Request-Id": "context.requestId",
        **edge.SECURITY_HEADERS,
        **challenge,
        **problems.retry_headers(kind),
    }


def test_every_refusal_of_the_gateway_has_an_answer_of_its_own() -> None:
    gateway = botocore.session.get_session().get_service_model("apigateway")
    types = set(gateway.shape_for("GatewayResponseType").metadata["enum"])

    assert GATEWAY_RESPONSES.keys() <= types
    assert types - GATEWAY_RESPONSES.keys() == {  # failures all, for DEFAULT_5XX
        "API_CONFIGURATION_ERROR",
        "AUTHORIZER_CONFIGURATION_ERROR",
        "AUTHORIZER_FAILURE",
    }


def test_the_allow_header_lists_the_methods_of_the_template() -> None:
    events = template()["Resources"]["CreateCustomerFunction"]["Properties"]["Events"]
    routed = {event["Properties"]["Path"] for event in events.values()}

    assert set(edge.ALLOWED_METHODS) == routed
