"""What several tests need: events, answers, the template."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from local.build import load

ROOT = Path(__file__).resolve().parent.parent
EVENTS = ROOT / "events"

WHOLE_CUSTOMER = json.loads((ROOT / "tests" / "data" / "whole_customer.json").read_text())
"""A customer with every field, in the order of the model."""

ASSIGNED = {"id", "created_at", "updated_at", "revision"}
"""The fields that every customer gets from the service."""


@cache
def template() -> Any:
    """template.yaml, with its intrinsic functions as `{"Ref": …}` and `{"Fn::…": …}`."""
    return load(ROOT / "template.yaml")


HANDLERS = {
    (event["Properties"]["Method"].upper(), event["Properties"]["Path"]): function["Properties"]["Handler"].partition(
        "."
    )[0]
    for function in template()["Resources"].values()
    if function["Type"] == "AWS::Serverless::Function"
    for event in function["Properties"].get("Events", {}).values()
    if event["Type"] == "Api"
}
"""The module of the function that answers each route of the template."""


def table_properties(logical_id: str) -> dict[str, Any]:
    """The properties of a table in the template that tell how items are found in it."""
    properties = template()["Resources"][logical_id]["Properties"]
    told = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    return {name: properties[name] for name in told if name in properties}


def load_event(name: str) -> dict[str, Any]:
    """An event of the events folder."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def api_event(**changes: Any) -> dict[str, Any]:
    """The event of a valid POST /customers, with some of its members changed."""
    return load_event("created") | changes


MARKED_CUSTOMER: dict[str, Any] = {
    "email": "marked.address@example.com",
    "external_id": "marked-external-id",
    "additional_emails": ["marked.additional@example.com"],
    "emails": [{"label": "marked label", "value": "marked.labelled@example.com"}],
    "name": "Marked Name",
    "first_name": "Marked",
    "last_name": "Marked-Smith",
    "organization": "Marked Ltd.",
    "job_title": "Marked Officer",
    "description": "Marked description",
    "phone": "+44 20 7946 0018 marked",
    "phone_numbers": [{"label": "marked label", "value": "020 7946 0018 marked"}],
    "billing_address": {
        "line1": "Marked Street",
        "line2": "Marked Floor",
        "city": "Marked City",
        "state": "Marked State",
        "postal_code": "MARKED",
        "country": "GB",
    },
    "shipping": {
        "name": "Marked Recipient",
        "phone": "marked",
        "address": {
            "line1": "Marked Street",
            "line2": "Marked Floor",
            "city": "Marked City",
            "state": "Marked State",
            "postal_code": "MARKED",
        },
    },
    "tax": {"exemption_code": "marked", "provider": "marked"},
    "tax_ids": [{"type": "eu_vat", "value": "marked-1"}],
    "invoice_settings": {
        "prefix": "MARKED",
        "footer": "Marked footer",
        "custom_fields": [{"name": "marked name", "value": "marked value"}],
        "email_to": "marked.to@example.com",
        "email_cc": ["marked.cc@example.com"],
    },
    "accounting": {"providers": [{"type": "marked", "external_id": "marked"}]},
    "external_refs": [{"provider": "marked", "kind": "marked", "id": "marked"}],
    "metadata": {"plan": "marked metadata"},
    "custom_fields": {"note": ["marked"]},
}
"""A valid customer with each field that takes any words. Every value can be told in a log by the word "marked",
whatever its case."""

MARKED_QUERY = {"email": "marked@example.com", "marked": "1"}
"""The query of each of these requests that has none of its own."""

MARKED_KEY = {"Idempotency-Key": "marked"}
"""The headers with which that customer is created before each of these requests."""

MARKED_REQUESTS: dict[str, dict[str, Any]] = {
    "exists": {"body": json.dumps(MARKED_CUSTOMER)},
    "invalid": {
        "body": json.dumps(
            {
                "email": "marked",
                "name": ["Marked"],
                "phone": "marked" * 100,
                "external_id": "marked\x00",
                "billing_address": {"country": "Marked", "marked street": "Marked"},
                "metadata": {"marked[0]": "Marked", "plan": "marked" * 100},
                "tax_ids": [
                    {"type": "eu_vat", "value": "MARKED", "country": "Marked"},
                    {"type": "marked", "value": "1"},
                ],
                "preferred_locales": ["marked"],
                "timezone": "Marked/Marked",
                "currency": "marked",
                "marked name": "Marked",
            }
        )
    },
    "no object": {"body": '"marked"'},
    "not JSON": {"body": '{"email": "marked@example.com"'},
    "named twice": {"body": '{"marked": 1, "marked": 2}'},
    "no number": {"body": '{"name": "Marked", "description": NaN}'},
    "lone surrogate": {"body": '{"email": "marked\\ud800@example.com"}'},
    "too large": {"body": json.dumps(MARKED_CUSTOMER | {"description": "marked " * 30_000})},
    "another type": {"body": "email=marked%40example.com", "content_type": "text/marked"},
    "another revision": {
        "body": json.dumps(MARKED_CUSTOMER),
        "method": "PUT",
        "headers": {"If-Match": '"marked"'},
        "query": {"external_id": "marked-external-id"},
    },
    "a bad patch": {"body": '{"marked name": 1}', "method": "PATCH", "path": f"/customers/cus_{32 * '0'}"},
    "a bad precondition": {
        "body": "",
        "method": "DELETE",
        "path": f"/customers/cus_{32 * '0'}",
        "headers": {"If-Match": "marked"},
    },
    "a bad query": {"body": "", "method": "GET"},
    "another method": {"body": json.dumps(MARKED_CUSTOMER), "method": "PATCH"},
    "not there": {"body": "", "method": "GET", "path": "/customers/cus_marked"},
    "key reused": {"body": json.dumps({"external_id": "marked"}), "headers": MARKED_KEY},
}
"""A request for each way to fail once that customer exists, all of them marked."""


def marked_event(  # noqa: PLR0913 - all that may differ in a request
    *,
    body: str,
    content_type: str = "application/json",
    method: str = "POST",
    path: str = "/customers",
    headers: Mapping[str, str] = {},
    query: Mapping[str, str] = MARKED_QUERY,
) -> dict[str, Any]:
    """A marked request as API Gateway hands it over: with all the headers that it came with, the key among them."""
    all_headers = api_event()["headers"] | {
        "Authorization": f"Bearer ck_{'marked' * 7}A",
        "Content-Type": content_type,
        "User-Agent": "marked/1.0",
        "X-Forwarded-For": "192.0.2.77",
        **headers,
    }
    _, _, customer_id = path.removeprefix("/").partition("/")
    return api_event(
        httpMethod=method,
        path=path,
        resource="/customers/{id}" if customer_id else path,
        pathParameters={"id": customer_id} if customer_id else None,
        body=body,
        headers=all_headers,
        multiValueHeaders={name: [value] for name, value in all_headers.items()},
        queryStringParameters=dict(query),
        multiValueQueryStringParameters={name: [value] for name, value in query.items()},
    )


class Answer:
    """What a function returned to API Gateway."""

    def __init__(self, response: dict[str, Any]) -> None:
        self.status: int = response["statusCode"]
        self.headers: dict[str, str] = {name: values[0] for name, values in response["multiValueHeaders"].items()}
        self.text: str = response["body"]

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.text)

    @property
    def codes(self) -> dict[str, str]:
        """The code of each invalid field that a problem lists."""
        return {error["field"]: error["code"] for error in self.json["errors"]}


def item_of(table: Any, answer: Answer) -> dict[str, Any]:
    """The item of the customer that an answer shows, as boto3 reads it."""
    item: dict[str, Any] = table.get_item(Key={"pk": f"acme#customer#{answer.json['id']}"})["Item"]
    return item


def item_size(value: Any) -> int:
    """The bytes that DynamoDB counts for a value, by its rules for the sizes of items."""
    match value:
        case str():
            return len(value.encode())
        case bool() | None:
            return 1
        case dict():
            return 3 + sum(len(name.encode()) + item_size(entry) + 1 for name, entry in value.items())
        case list():
            return 3 + sum(item_size(entry) + 1 for entry in value)
        case _:
            return len(str(value)) // 2 + 2
