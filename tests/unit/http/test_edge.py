"""What API Gateway hands over, wherever it answers: its own domain, custom domains with and without a base path."""

import re
import uuid
from typing import Any

import pytest

from conftest import Api, Log
from support import api_event, load_event

DOMAIN = "api.example.com"


def on_domain(event: dict[str, Any], base_path: str) -> dict[str, Any]:
    """The event as a custom domain sends it: both paths are the caller's."""
    path = base_path + event["path"]
    context = event["requestContext"] | {"domainName": DOMAIN, "path": path}
    return event | {"path": path, "requestContext": context}


@pytest.mark.parametrize("base_path", ["", "/crm", "/v1", "/customers", "/eu/crm"])
def test_every_url_is_the_one_that_the_caller_uses(api: Api, base_path: str) -> None:
    created = api.send(on_domain(api_event(), base_path))
    location = created.headers["Location"]
    shown = on_domain(load_event("not-found"), base_path) | {"pathParameters": {"id": created.json["id"]}}
    taken = api.send(on_domain(api_event(), base_path))
    missing = api.send(on_domain(load_event("not-found"), base_path))

    assert created.status == 201
    assert location == f"https://{DOMAIN}{base_path}/customers/{created.json['id']}"
    assert api.send(shown).json == created.json
    assert taken.json["type"] == f"https://{DOMAIN}{base_path}/problems/customer-exists"
    assert missing.json["type"] == f"https://{DOMAIN}{base_path}/problems/not-found"


def test_a_slash_at_the_end_changes_nothing(api: Api) -> None:
    event = on_domain(api_event(path="/customers/"), "/crm")

    created = api.send(event)

    assert created.headers["Location"] == f"https://{DOMAIN}/crm/customers/{created.json['id']}"


@pytest.mark.parametrize(
    "given", ['x" , "status":"200', "", "../../etc/passwd", "5d4b2a10", "urn:uuid:x\r\nSet-Cookie: a"]
)
def test_a_request_id_that_is_no_uuid_is_replaced(api: Api, log: Log, given: str) -> None:
    event = load_event("malformed-request")
    event["requestContext"]["requestId"] = given

    answer = api.send(event)

    own = answer.headers["X-Request-Id"]
    assert str(uuid.UUID(own)) == own
    assert answer.json["instance"] == f"urn:uuid:{own}"
    [line] = log()
    assert line["request_id"] == own
    assert line["extended_request_id"] == event["requestContext"]["extendedRequestId"]


def test_the_resource_decides_and_not_the_path(api: Api) -> None:
    answer = api.send(api_event(path="/anything/else"))

    assert answer.status == 201
    assert re.search(r"/customers/cus_[0-9a-f]{32}$", answer.headers["Location"])
