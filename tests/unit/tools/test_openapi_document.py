"""The OpenAPI document says what the code does."""

import json
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

from customers.errors import CustomerError
from customers.http import edge, problems
from customers.http.parsing import new_customer
from reference import contract, openapi, operations

DOCUMENT = json.loads(openapi.DOCUMENT.read_text())
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
RESPONSES = {
    f"{name} {status}": response
    for name, operation in OPERATIONS.items()
    for status, response in operation["responses"].items()
}
ROUTES = [
    f"{method} {path}" for path, methods in edge.ALLOWED_METHODS.items() for method in methods.split(", ")
]  # a test of the template holds them
CONTRACT = "tools/reference/operations.py"


def validator(schema: Any) -> jsonschema_rs.Validator:
    """A validator of the schema, in which its references to the document's components lead somewhere."""
    return jsonschema_rs.Draft202012Validator({"components": DOCUMENT["components"], **schema}, validate_formats=True)


def test_the_committed_document_is_the_one_that_the_code_makes() -> None:
    assert openapi.DOCUMENT.read_text() == openapi.text(), "run make openapi"


def test_it_is_valid_openapi() -> None:
    schemathesis.openapi.from_dict(DOCUMENT).validate()


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_is_an_operation_with_an_answer_that_succeeds(route: str) -> None:
    assert route in OPERATIONS, f"add a row for {route} to OPERATIONS in {CONTRACT}, then run make openapi"
    answers = OPERATIONS[route]["responses"]
    assert any(status.startswith("2") for status in answers), (
        f"add an event to events/ that {route} fulfils, then run make openapi"
    )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_a_route(operation: str) -> None:
    assert operation in ROUTES, f"add {operation} to ALLOWED_METHODS in http/edge.py, or remove its row from {CONTRACT}"


@pytest.mark.parametrize("operation", operations.OPERATIONS, ids=lambda operation: operation.id)
def test_every_success_of_an_operation_has_an_example(operation: operations.Operation) -> None:
    answers = OPERATIONS[f"{operation.method} {operation.path}"]["responses"]

    assert {int(status) for status in answers if status.startswith("2")} == operation.success.keys(), (
        f"events/ needs an event for each status in the `success` of {operation.id} in {CONTRACT}"
    )


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("slug", contract.ANY_OPERATION)
def test_every_operation_names_the_problems_that_any_request_can_get(operation: str, slug: str) -> None:
    [kind] = [kind for kind in problems.PROBLEM_TYPES if kind.slug == slug]

    assert kind.title in OPERATIONS[operation]["responses"][str(kind.status)]["description"]


@pytest.mark.parametrize("kind", problems.PROBLEM_TYPES, ids=lambda kind: kind.slug)
def test_every_problem_has_an_example(kind: problems.ProblemType) -> None:
    assert kind.slug in DOCUMENT["x-problems"], (
        f"add an event to events/ that is answered with {kind.slug}, or a row to NO_EVENT in "
        "tools/reference/examples.py, then run make openapi"
    )
    example = DOCUMENT["x-problems"][kind.slug]
    assert (example["code"], example["status"]) == (kind.slug, kind.status)
    validator({"$ref": "#/components/schemas/Problem"}).validate(example)


def test_of_two_kinds_of_problem_with_one_status_the_usual_one_comes_first() -> None:
    [content] = RESPONSES["POST /customers 422"]["content"].values()

    assert next(iter(content["examples"])) == "invalid-customer"


@pytest.mark.parametrize("status", ["400", "409", "413", "415", "422", "429", "500", "502", "503", "504"])
def test_every_status_of_a_create_is_documented(status: str) -> None:
    assert f"POST /customers {status}" in RESPONSES


@pytest.mark.parametrize("name", RESPONSES)
def test_every_example_agrees_with_its_schema(name: str) -> None:
    for content in RESPONSES[name].get("content", {}).values():
        assert content["examples"]
        for example in content["examples"]:
            value = DOCUMENT["components"]["examples"][example]["value"]
            # Answers may get new members; those that they have now should be described.
            properties = DOCUMENT["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]["properties"]
            validator(content["schema"]).validate(value)
            assert value.keys() <= properties.keys()


@pytest.mark.parametrize("name", RESPONSES)
def test_every_answer_has_the_id_of_the_request(name: str) -> None:
    assert RESPONSES[name]["headers"]["X-Request-Id"]["required"] is True


@pytest.mark.parametrize("status", ["429", "503"])
def test_an_answer_that_asks_to_come_back_says_when(status: str) -> None:
    assert RESPONSES[f"POST /customers {status}"]["headers"]["Retry-After"]["required"] is True


EMAIL = {"email": "ada@example.com"}


@pytest.mark.parametrize(
    ("customer", "valid"),
    [
        (EMAIL, True),
        ({"external_id": "crm-1815"}, True),
        ({}, False),
        ({"email": None}, False),
        ({"email": None, "external_id": "crm-1815"}, True),
        ({"name": "Ada"}, False),
        ([], False),
        (None, False),
        (EMAIL | {"emial": "ada@example.com"}, False),
        (EMAIL | {"name": None, "phone": None, "billing_address": None, "metadata": None}, True),
        (EMAIL | {"name": "", "timezone": "", "billing_address": {"country": ""}, "tax": {"exempt_status": ""}}, True),
        (EMAIL | {"invoice_settings": {"prefix": ""}}, True),
        (EMAIL | {"additional_emails": [""]}, False),
        (EMAIL | {"balance": ""}, False),
        ({"email": ""}, False),
        (EMAIL | {"name": "x" * 500}, True),
        (EMAIL | {"name": "x" * 501}, False),
        (EMAIL | {"name": 1}, False),
        (EMAIL | {"phone": 5417543010}, True),
        (EMAIL | {"phone": "x" * 51}, False),
        (EMAIL | {"phone": 1.5}, False),
        (EMAIL | {"phone": True}, False),
        (EMAIL | {"billing_address": {"postal_code": 10469, "city": None}}, True),
        (EMAIL | {"billing_address": {"zip": "10469"}}, False),
        (EMAIL | {"billing_address": []}, False),
        (EMAIL | {"shipping": {"address": {"country": "DE"}, "phone": 42}}, True),
        (EMAIL | {"metadata": {"plan": None, "engine": "2"}}, True),
        (EMAIL | {"metadata": {"plan": 1}}, False),
        (EMAIL | {"metadata": {"plan": "x" * 501}}, False),
        (EMAIL | {"metadata": {"x" * 41: "x"}}, False),
        (EMAIL | {"metadata": {"x" * 41: None}}, False),
        (EMAIL | {"metadata": {str(n): None for n in range(51)}}, False),
        (EMAIL | {"metadata": {str(n): "x" for n in range(51)}}, False),
        ({"email": "ada"}, False),
        ({"email": "a" * 255 + "@example.com"}, False),
    ],
    ids=lambda value: f"{str(value)[:50]} ({len(str(value))})",
)
def test_the_request_schema_accepts_what_the_api_accepts(customer: Any, *, valid: bool) -> None:
    try:
        new_customer(customer)
    except CustomerError:
        accepted = False
    else:
        accepted = True

    assert validator({"$ref": "#/components/schemas/NewCustomer"}).is_valid(customer) == accepted == valid
