"""Whatever a request of up to 128 KiB has in it, it takes a small multiple of the CPU of an ordinary one.

A machine that is busy with something else adds to a time and never takes from it: the least of several counts.
"""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.httpsession import URLLib3Session

import create_customer
import dearest
from faults import raw_answer
from support import Answer, api_event

LIMIT = 50
CHEAP = 12
"""So little that its growth shows no law: half of it may be refused for another reason, sooner or later."""

type Create = Callable[[str], Answer]


@pytest.fixture
def create(context: Any, monkeypatch: pytest.MonkeyPatch) -> Create:
    """A create of which DynamoDB costs nothing but the call."""
    consumed = b'{"ConsumedCapacity": [{"CapacityUnits": 6}]}'
    monkeypatch.setattr(URLLib3Session, "send", lambda *_: raw_answer(200, consumed))
    return lambda body: Answer(create_customer.handler(api_event(body=body), context))


@pytest.fixture(scope="module")
def half() -> dict[str, str]:
    return dict(dearest.bodies(dearest.KIB_128 // 2))


@pytest.mark.parametrize(("name", "body"), [pytest.param(*each, id=each[0]) for each in dearest.bodies()])
def test_a_request_costs_a_small_multiple_of_an_ordinary_one(
    create: Create, half: dict[str, str], name: str, body: str
) -> None:
    assert len(body.encode()) <= dearest.KIB_128
    assert create(body).status in {201, 400, 422}
    ordinary, whole, part = [], [], []

    for _ in range(5):
        ordinary.append(dearest.cost(create, dearest.MINIMAL, 10))
        whole.append(dearest.cost(create, body, 2))
        part.append(dearest.cost(create, half[name], 2))
        if min(whole) <= CHEAP * min(ordinary) or (
            min(whole) <= LIMIT * min(ordinary) and min(whole) <= 3 * min(part)  # twice the size, twice the time
        ):
            return

    pytest.fail(f"{min(whole) / min(ordinary):.0f} times an ordinary one, {min(whole) / min(part):.1f} times its half")


@pytest.mark.parametrize(
    "body", ["{" + '"a":{' * 190 + "}" * 191, '{"email": "a@b.co", "custom_fields": {"a": [' + "1," * 9_990 + "1]}}"]
)
def test_what_is_within_the_limits_is_read(create: Create, body: str) -> None:
    assert create(body).status in {201, 422}


def test_more_values_than_a_customer_can_have_are_a_limit_of_their_own(create: Create) -> None:
    answer = create('{"email": "a@b.co", "custom_fields": {"a": [' + "1," * 10_000 + "1]}}")

    assert (answer.status, answer.json["detail"]) == (
        400,
        "The body is over a limit: it may have up to 10000 members and entries in total.",
    )


def test_commas_and_brackets_in_texts_are_no_values(create: Create) -> None:
    assert create('{"email": "a@b.co", "custom_fields": {"a": "' + r"[{,\\\"" * 9_000 + '"}}').status == 201
