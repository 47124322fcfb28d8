import json
import re
from typing import Any

import botocore.session
import pytest

from conftest import Api
from customers import errors
from customers.http import documents, edge, pointers, problems
from support import api_event, template


@pytest.mark.parametrize("authorizer", [None, {}, {"principalId": "key_9f86d081884c7d65"}], ids=str)
def test_without_an_organization_nothing_is_created(api: Api, table: Any, authorizer: dict[str, str] | None) -> None:
    event = api_event()
    event["requestContext"]["authorizer"] = authorizer

    answer = api.send(event)

    assert answer.status == 500
    assert answer.json["type"].endswith("/problems/internal-error")
    assert table.scan()["Items"] == []


@pytest.mark.parametrize(
    ("resource", "method", "allow"),
    [
        *(("/customers", method, "GET, POST, PUT") for method in ("PATCH", "DELETE", "OPTIONS", "HEAD")),
        *(("/customers/{id}", method, "DELETE, GET, PATCH") for method in ("POST", "PUT", "OPTIONS", "HEAD")),
    ],
)
def test_another_method_is_told_which_are_allowed(api: Api, resource: str, method: str, allow: str) -> None:
    answer = api.create(None, httpMethod=method, resource=resource, path=resource)

    assert answer.status == 405
    assert answer.headers["Allow"] == allow
    assert answer.json["type"].endswith("/problems/method-not-allowed")
    assert answer.json["detail"] == f"This resource allows {allow}."


def test_an_unknown_route_is_not_found(api: Api) -> None:
    answer = api.create(None, path="/nope", resource="/nope")

    assert answer.status == 404
    assert answer.json["type"].endswith("/problems/not-found")
    assert answer.json["detail"] == "There is nothing at this address."


MEMBERS = ["type", "code", "title", "status", "detail", "instance"]


@pytest.mark.parametrize("error", [*errors.CustomerError.__subclasses__(), RuntimeError])
def test_a_problem_names_its_type_for_programs_too(error: type[Exception]) -> None:
    document = documents.document(error.__new__(error), base_url="https://customers.example", request_id="1")

    assert document["type"] == f"https://customers.example/problems/{document['code']}"
    assert list(document) == MEMBERS


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
    assert (pointers.pointer(path), pointers.field(path)) == (pointer, field)


GATEWAY_RESPONSES = template()["Resources"]["CustomersApi"]["Properties"]["GatewayResponses"]


@pytest.mark.parametrize("name", GATEWAY_RESPONSES)
def test_the_gateway_answers_with_the_same_problems(name: str) -> None:
    response = GATEWAY_RESPONSES[name]
    document = json.loads(response["ResponseTemplates"]["application/json"]["Fn::Sub"])
    [kind] = [kind for kind in problems.PROBLEM_TYPES if document["type"] == f"${{BaseUrl}}/problems/{kind.slug}"]
    headers = {k: v.strip("'") for k, v in response["ResponseParameters"]["Headers"].items()}

    assert document["code"] == kind.slug
    assert document["title"] == kind.title
    assert document["instance"] == "urn:uuid:$context.requestId"
    assert document["status"] == response["StatusCode"]
    assert response["StatusCode"] == kind.status or (kind is problems.INTERNAL_ERROR and name.startswith("INTEGRATION"))
    assert list(document) == MEMBERS
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


def test_the_allow_header_lists_the_methods_that_a_function_has_a_route_for() -> None:
    import change_customers
    import create_customer
    import read_customers

    apps = {"Change": change_customers.app, "Create": create_customer.app, "Read": read_customers.app}
    routes: dict[str, set[str]] = {}
    for name, app in apps.items():
        [function] = [f for f in template()["Resources"] if re.fullmatch(f"{name}Customers?Function", f)]
        for event in template()["Resources"][function]["Properties"]["Events"].values():
            path, method = event["Properties"]["Path"], event["Properties"]["Method"].upper()
            answers = [r for r in app._static_routes + app._dynamic_routes if method in r.method]  # noqa: SLF001 - the table
            if any(route.rule.match(path) for route in answers):
                routes.setdefault(path, set()).add(method)

    assert {path: ", ".join(sorted(methods)) for path, methods in routes.items()} == edge.ALLOWED_METHODS
