"""The events folder: what `sam local invoke` sends is what API Gateway sends, and does what its name says."""

import pytest
from aws_lambda_powertools.utilities.parser.models import APIGatewayProxyEventModel

from conftest import Api
from support import EVENTS, load_event

STATUS = {
    "created": 201,
    "created-with-email-only": 201,
    "customer-exists": 409,
    "invalid-customer": 422,
    "malformed-request": 400,
    "method-not-allowed": 405,
    "payload-too-large": 413,
    "unsupported-media-type": 415,
}


def test_there_is_an_expectation_for_each_event() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(STATUS)


@pytest.mark.parametrize("name", STATUS)
def test_an_event_is_shaped_like_api_gateways(name: str) -> None:
    event = load_event(name)

    APIGatewayProxyEventModel.model_validate(event)
    assert event.keys() == load_event("created").keys()
    assert event["requestContext"].keys() == load_event("created")["requestContext"].keys()


@pytest.mark.parametrize("name", STATUS)
def test_an_event_gets_the_answer_of_its_name(api: Api, name: str) -> None:
    if name == "customer-exists":
        api.send(load_event("created"))

    answer = api.send(load_event(name))

    assert answer.status == STATUS[name]
    if answer.status >= 400:
        assert answer.json["type"].endswith(f"/problems/{name}")
