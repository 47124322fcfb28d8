"""The events folder: what `sam local invoke` sends is what API Gateway sends, and does what its name says."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from aws_lambda_powertools.utilities.parser.models import APIGatewayProxyEventModel

from conftest import Api
from customers.customer import identity
from support import EVENTS, load_event

ANSWERS = {
    "created": (201, None),
    "created-with-email-only": (201, None),
    "created-with-everything": (201, None),
    "created-with-idempotency-key": (201, None),
    "changed": (200, None),
    "customer-exists": (409, "customer-exists"),
    "deleted": (204, None),
    "found-by-email": (200, None),
    "idempotency-key-reused": (422, "idempotency-key-reused"),
    "invalid-customer": (422, "invalid-customer"),
    "listed": (200, None),
    "malformed-list": (400, "malformed-request"),
    "malformed-query": (400, "malformed-request"),
    "malformed-request": (400, "malformed-request"),
    "method-not-allowed": (405, "method-not-allowed"),
    "not-found": (404, "not-found"),
    "payload-too-large": (413, "payload-too-large"),
    "precondition-failed": (412, "precondition-failed"),
    "put-created": (201, None),
    "put-replaced": (200, None),
    "unsupported-media-type": (415, "unsupported-media-type"),
}
"""Of each event the status of its answer, and the problem type."""

BEFORE = {
    "changed": "created-with-email-only",
    "customer-exists": "created",
    "deleted": "created-with-idempotency-key",
    "found-by-email": "created",
    "idempotency-key-reused": "created-with-idempotency-key",
    "listed": "created",
    "precondition-failed": "created-with-email-only",
    "put-replaced": "put-created",
}
"""The events that need another one before them."""


def test_there_is_an_expectation_for_each_event() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_event_is_shaped_like_api_gateways(name: str) -> None:
    event = load_event(name)

    APIGatewayProxyEventModel.model_validate(event)
    assert event.keys() == load_event("created").keys()
    assert event["requestContext"].keys() == load_event("created")["requestContext"].keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_an_event_gets_the_answer_of_its_name(api: Api, name: str) -> None:
    if name in BEFORE:
        customer_id = (load_event(name)["pathParameters"] or {}).get("id", identity.new_customer_id(datetime.now(UTC)))
        with patch.object(identity, "new_customer_id", return_value=customer_id):
            api.send(load_event(BEFORE[name]))

    answer = api.send(load_event(name))

    status, slug = ANSWERS[name]
    assert answer.status == status
    assert (answer.json.get("type", "") if answer.text else "").rpartition("/")[2] == (slug or "")
