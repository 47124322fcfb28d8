"""One organization can't see, collide with or pose as another."""

import json
from typing import Any

import pytest

from conftest import Api
from support import Answer, api_event

ADA = {"email": "ada@example.com", "external_id": "crm-1815", "name": "Ada Lovelace"}


def send(api: Api, organization: str, **changes: Any) -> Answer:
    """A request with a key of the organization."""
    event = api_event(**changes)
    event["requestContext"]["authorizer"]["organization"] = organization
    return api.send(event)


def create(api: Api, organization: str, customer: Any = ADA, **changes: Any) -> Answer:
    """POST a customer."""
    return send(api, organization, body=json.dumps(customer), **changes)


def get(api: Api, organization: str, customer_id: str) -> Answer:
    """GET a customer by its id."""
    route = {"httpMethod": "GET", "resource": "/customers/{id}", "path": f"/customers/{customer_id}", "body": None}
    return send(api, organization, pathParameters={"id": customer_id}, **route)


def find(api: Api, organization: str, **query: str) -> list[dict[str, Any]]:
    """GET the customers with a value."""
    values = {name: [value] for name, value in query.items()}
    answer = send(api, organization, httpMethod="GET", body=None, multiValueQueryStringParameters=values)
    found: list[dict[str, Any]] = answer.json["data"]
    return found


def test_two_organizations_have_customers_with_the_same_identity(api: Api, table: Any) -> None:
    of_acme, of_globex = create(api, "acme"), create(api, "globex")

    assert (of_acme.status, of_globex.status) == (201, 201)
    assert of_acme.json["id"] != of_globex.json["id"]
    assert {item["pk"] for item in table.scan()["Items"]} == {
        f"acme#customer#{of_acme.json['id']}",
        "acme#email#ada@example.com",
        "acme#external_id#crm-1815",
        f"globex#customer#{of_globex.json['id']}",
        "globex#email#ada@example.com",
        "globex#external_id#crm-1815",
    }


def test_a_conflict_names_only_customers_of_the_own_organization(api: Api) -> None:
    of_acme = create(api, "acme").json["id"]
    of_globex = create(api, "globex").json["id"]

    again = create(api, "globex")

    assert again.status == 409
    assert {conflict["customer_id"] for conflict in again.json["conflicts"]} == {of_globex}
    assert of_acme not in again.text


def test_the_customer_of_another_organization_is_as_missing_as_one_that_never_was(api: Api) -> None:
    of_acme = create(api, "acme").json["id"]

    another, missing = get(api, "globex", of_acme), get(api, "globex", "cus_" + "0" * 32)

    assert get(api, "acme", of_acme).status == 200
    assert another.status == 404
    assert (another.text, another.headers) == (missing.text, missing.headers)


def test_customers_are_found_in_the_own_organization_alone(api: Api) -> None:
    of_acme = create(api, "acme").json

    for query in ({"email": ADA["email"]}, {"external_id": ADA["external_id"]}):
        assert find(api, "acme", **query) == [of_acme]
        assert find(api, "globex", **query) == []


@pytest.mark.parametrize("other", [ADA, {"email": "grace@example.com"}], ids=["the same request", "another request"])
def test_idempotency_keys_of_two_organizations_do_not_meet(api: Api, other: dict[str, str]) -> None:
    keyed = {"multiValueHeaders": api_event()["multiValueHeaders"] | {"Idempotency-Key": ["key-1"]}}

    of_acme = create(api, "acme", ADA, **keyed)
    of_globex = create(api, "globex", other, **keyed)
    replay = create(api, "acme", ADA, **keyed)

    assert (of_acme.status, of_globex.status) == (201, 201)
    assert of_globex.json["id"] != of_acme.json["id"]
    assert "Idempotent-Replayed" not in of_globex.headers
    assert replay.headers["Idempotent-Replayed"] == "true"
    assert replay.text == of_acme.text


def test_one_organization_cannot_spell_the_keys_of_another(api: Api, table: Any) -> None:
    create(api, "acme", {"external_id": "crm-1815"})

    answer = create(api, "a", {"external_id": "cme#external_id#crm-1815"})
    other = create(api, "acme", {"external_id": "#external_id#crm-1815"})

    assert (answer.status, other.status) == (201, 201)
    assert table.scan()["Count"] == 6


OTHER = "globex"


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": {"X-Organization": OTHER}},
        {"headers": {"X-Organization-Id": OTHER, "X-Tenant": OTHER, "X-Tenant-Id": OTHER, "Organization": OTHER}},
        {"headers": {"X-Amzn-Apigateway-Authorizer-Organization": OTHER, "organization": OTHER}},
        {
            "queryStringParameters": {"organization": OTHER},
            "multiValueQueryStringParameters": {"organization": [OTHER]},
        },
        {"pathParameters": {"organization": OTHER}},
        {"stageVariables": {"organization": OTHER}},
    ],
    ids=str,
)
def test_nothing_in_a_request_sets_the_organization(api: Api, table: Any, changes: dict[str, Any]) -> None:
    headers = api_event()["headers"] | changes.pop("headers", {})
    multi = {name: [value] for name, value in headers.items()}

    answer = create(api, "acme", headers=headers, multiValueHeaders=multi, **changes)

    assert answer.status == 201
    assert {item["pk"].split("#")[0] for item in table.scan()["Items"]} == {"acme"}
    assert OTHER not in answer.text


@pytest.mark.parametrize("field", ["organization_id", "org", "tenant", "pk", "id"])
def test_a_body_cannot_say_to_whom_the_customer_belongs(api: Api, table: Any, field: str) -> None:
    answer = create(api, "acme", ADA | {field: f"{OTHER}#customer#1"})

    assert answer.status == 422
    assert answer.codes == {field: "unknown_field"}
    assert table.scan()["Items"] == []


def test_the_field_organization_of_a_customer_is_not_the_caller(api: Api, table: Any) -> None:
    create(api, "acme", ADA | {"organization": OTHER})  # whether or not customers have such a field

    assert not [item for item in table.scan()["Items"] if item["pk"].startswith(OTHER)]
