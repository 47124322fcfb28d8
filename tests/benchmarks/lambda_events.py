"""The events that the contenders get: customers that differ in what is unique about them and in nothing else."""

import json
from pathlib import Path
from typing import Any

type Event = dict[str, Any]

CREATED = Path(__file__).resolve().parents[2] / "events" / "created.json"


def create_event(number: int, key: str, **changes: Any) -> Event:
    """POST the customer of events/created.json under the e-mail address and the external id of that number."""
    event: Event = json.loads(CREATED.read_text())
    customer = json.loads(event["body"]) | {"email": f"Ada.{number}@example.com", "external_id": f"crm-{number}"}
    event["body"] = json.dumps(customer | changes, ensure_ascii=False)
    event["headers"]["Idempotency-Key"] = key
    event["multiValueHeaders"]["Idempotency-Key"] = [key]
    return event


def read_event(customer_id: str) -> Event:
    """GET a customer."""
    return _event_of(customer_id, "GET")


def change_event(customer_id: str, number: int) -> Event:
    """PATCH a customer: give it the e-mail address of another number."""
    return _event_of(customer_id, "PATCH") | {"body": json.dumps({"email": f"Ada.{number}@example.com"})}


def delete_event(customer_id: str) -> Event:
    """DELETE a customer."""
    return _event_of(customer_id, "DELETE")


def _event_of(customer_id: str, method: str) -> Event:
    event: Event = json.loads(CREATED.read_text())
    return event | {
        "resource": "/customers/{id}",
        "path": f"/customers/{customer_id}",
        "httpMethod": method,
        "body": None,
        "pathParameters": {"id": customer_id},
    }


class Context:
    """Lambda's context, of an invocation that has all its time."""

    function_name = "create-customer"
    function_version = "$LATEST"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:create-customer"
    aws_request_id = "8d1c1f0e-7f0e-4a53-9d3b-0d4a5f1b2c3d"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 15_000
