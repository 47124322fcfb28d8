"""The OpenAPI document says what the code does."""

import json
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

from customers.errors import CustomerError
from customers.http import edge, problems
from customers.http.parsing import new_customer
from reference import openapi

DOCUMENT = json.loads(openapi.DOCUMENT.read_text())
OPERATIONS = [
    (path, method, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
]
RESPONSES = {
    f"{method} {path} {status}": response
    for path, method, operation in OPERATIONS
    for status, response in operation["responses"].items()
} | DOCUMENT["components"]["responses"]


def validator(schema: Any) -> jsonschema_rs.Validator:
    """A validator of the schema, in which its references to the document's components lead somewhere."""
    return jsonschema_rs.Draft202012Validator({"components": DOCUMENT["components"], **schema}, validate_formats=True)


def test_the_committed_document_is_the_one_that_the_code_makes() -> None:
    assert openapi.DOCUMENT.read_text() == openapi.text(), "run make openapi"


def test_it_is_valid_openapi() -> None:
    schemathesis.openapi.from_dict(DOCUMENT).validate()


def test_it_has_the_operations_that_the_allow_headers_name() -> None:
    methods = {path: ", ".join(sorted(method.upper() for method in item)) for path, item in DOCUMENT["paths"].items()}

    assert methods == edge.ALLOWED_METHODS


@pytest.mark.parametrize("kind", problems.PROBLEM_TYPES, ids=lambda kind: kind.slug)
def test_every_problem_is_documented_with_an_example(kind: problems.ProblemType) -> None:
    examples = [
        DOCUMENT["components"]["examples"][name]["value"]
        for response in RESPONSES.values()
        for content in response["content"].values()
        for name in content["examples"]
    ]

    assert any(
        example.get("type", "").endswith(f"/problems/{kind.slug}") and example["status"] == kind.status
        for example in examples
    )


@pytest.mark.parametrize("status", ["400", "409", "413", "415", "422", "429", "500", "502", "503", "504"])
def test_every_status_of_a_create_is_documented(status: str) -> None:
    assert f"post /customers {status}" in RESPONSES


@pytest.mark.parametrize("name", RESPONSES)
def test_every_example_agrees_with_its_schema(name: str) -> None:
    for content in RESPONSES[name]["content"].values():
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
    assert RESPONSES[f"post /customers {status}"]["headers"]["Retry-After"]["required"] is True


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
        (EMAIL | {"name": ""}, False),
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
