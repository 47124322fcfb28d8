"""DynamoDB pushes back, loses answers or is not there: never a duplicate, a lost customer or a false conflict."""

from collections.abc import Iterator
from typing import Any

import pytest

from conftest import Api, Context, Log
from faults import AFTER_COMMIT, BEFORE_COMMIT, CANCELED, Call, Fault, LostAnswer, answer, faults, raw_answer
from operate.verify_table import violations

ADA = {"email": "ada@example.com", "external_id": "crm-1815"}
KEY = {"Content-Type": "application/json", "Idempotency-Key": "first"}
NO_KEY = {"Content-Type": "application/json"}
BY_KEY = pytest.mark.parametrize("headers", [KEY, NO_KEY], ids=["with a key", "without a key"])
BY_PLACE = pytest.mark.parametrize("place", [0, 1, 2])


@pytest.fixture(autouse=True)
def whole(table: Any) -> Iterator[None]:
    """After each fault: no customer without its guards, no guard without its customer."""
    yield
    assert list(violations(table)) == []


def create(api: Api, headers: dict[str, str], customer: Any = None) -> Any:
    return api.create(customer or ADA, multiValueHeaders={name: [value] for name, value in headers.items()})


def customers(table: Any) -> list[str]:
    return [item["id"] for item in table.scan()["Items"] if "#customer#" in item["pk"]]


@BY_KEY
@pytest.mark.parametrize("fault", AFTER_COMMIT)
def test_a_lost_answer_to_a_create_is_still_its_success(
    api: Api, table: Any, headers: dict[str, str], fault: str
) -> None:
    with faults(LostAnswer(AFTER_COMMIT[fault])) as calls:
        created = create(api, headers)

    assert created.status == 201
    assert "Idempotent-Replayed" not in created.headers
    assert [call.operation for call in calls] == ["TransactWriteItems", "TransactWriteItems"]
    assert customers(table) == [created.json["id"]]


@BY_KEY
@pytest.mark.parametrize("fault", BEFORE_COMMIT)
def test_a_call_that_never_arrived_is_made_again(api: Api, table: Any, headers: dict[str, str], fault: str) -> None:
    with faults(BEFORE_COMMIT[fault], BEFORE_COMMIT[fault]) as calls:
        created = create(api, headers)

    assert created.status == 201
    assert len(calls) == 3
    assert customers(table) == [created.json["id"]]


BUSY: dict[str, Fault] = {
    "throttled": answer(400, "ThrottlingException"),
    "throughput": answer(400, "ProvisionedThroughputExceededException"),
    "account limit": answer(400, "RequestLimitExceeded"),
    "transaction in progress": answer(400, "TransactionInProgressException"),
    "conflict": answer(400, CANCELED, "TransactionConflict", "None", "None"),
    "conflict on a guard": answer(400, CANCELED, "None", "None", "TransactionConflict"),
    "throttled inside": answer(400, CANCELED, "None", "ThrottlingError", "None"),
    "throughput inside": answer(400, CANCELED, "ProvisionedThroughputExceeded", "TransactionConflict", "None"),
}


@pytest.mark.parametrize("fault", BUSY)
def test_a_busy_table_is_tried_again_after_a_pause_with_full_jitter(
    api: Api, table: Any, context: Context, fault: str
) -> None:
    with faults(*[BUSY[fault]] * 5) as calls:
        created = create(api, NO_KEY)

    assert created.status == 201
    assert len(calls) == 6
    assert customers(table) == [created.json["id"]]
    limits = [0.025, 0.05, 0.1, 0.2, 0.4]
    assert all(0 <= pause <= limit for pause, limit in zip(context.pauses, limits, strict=True))
    assert len(set(context.pauses)) == 5


@pytest.mark.parametrize("fault", BUSY)
def test_a_table_that_stays_busy_is_a_503_and_writes_nothing(
    api: Api, table: Any, context: Context, fault: str
) -> None:
    with faults(forever=BUSY[fault]):
        answer = create(api, KEY)

    assert answer.status == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["X-Should-Retry"] == "true"
    assert answer.json["type"].endswith("/problems/try-again")
    assert answer.json["detail"] == "The service is busy and nothing was written. Send the same request again."
    assert table.scan()["Count"] == 0
    assert 0 < context.milliseconds_left < 5000
    assert max(context.pauses) <= 1
    assert create(api, KEY).status == 201


@BY_KEY
@pytest.mark.parametrize("fault", BEFORE_COMMIT)
def test_when_no_answer_ever_comes_nobody_is_told_that_nothing_happened(
    api: Api, table: Any, headers: dict[str, str], fault: str
) -> None:
    with faults(forever=BEFORE_COMMIT[fault]):
        answer = create(api, headers)

    assert answer.status == 500
    assert "Retry-After" not in answer.headers
    assert answer.json["type"].endswith("/problems/internal-error")
    assert answer.json["detail"].startswith("The request may or may not have been carried out.")
    assert create(api, headers).status == 201


def test_a_lost_answer_before_a_throttle_is_not_forgotten(api: Api) -> None:
    lost = BEFORE_COMMIT["read timeout"]

    with faults(lost, forever=BUSY["throttled"]):
        assert create(api, NO_KEY).status == 500


@pytest.mark.parametrize(("milliseconds", "attempts"), [(0, 0), (249, 0), (250.01, 1)])
def test_without_time_for_an_attempt_there_is_none(
    api: Api, context: Context, milliseconds: float, attempts: int
) -> None:
    context.milliseconds_left = milliseconds

    with faults(forever=BUSY["conflict"]) as calls:
        answer = create(api, NO_KEY)

    assert (answer.status, len(calls), context.pauses) == (503, attempts, [])


def tokens(calls: list[Call]) -> list[str]:
    return [call.parameters["ClientRequestToken"] for call in calls]


def test_each_attempt_after_a_lost_answer_has_the_same_token(api: Api) -> None:
    """The lost one may be carried out at any time; with another token a late one would be a second write."""
    with faults(BEFORE_COMMIT["read timeout"], BUSY["conflict"], BUSY["throttled"]) as calls:
        assert create(api, NO_KEY).status == 201

    assert len(calls) == 4
    assert len(set(tokens(calls))) == 1


def test_an_attempt_after_one_that_was_cancelled_is_a_request_of_its_own(api: Api) -> None:
    with faults(BUSY["conflict"], BUSY["throttled"], BEFORE_COMMIT["read timeout"]) as calls:
        assert create(api, NO_KEY).status == 201

    cancelled, throttled, lost, last = tokens(calls)
    assert cancelled != throttled == lost == last


def exists(customer_id: str) -> dict[str, Any]:
    return {"Code": "ConditionalCheckFailed", "Item": {"customer_id": {"S": customer_id}}}


CONFLICT_AND: dict[str, list[str | dict[str, Any]]] = {
    "a contended guard": ["None", exists("cus_1"), "TransactionConflict"],
    "a throttled guard": ["None", exists("cus_1"), "ThrottlingError"],
    "a contended guard before it": ["None", "TransactionConflict", exists("cus_1")],
}


@pytest.mark.parametrize("reasons", CONFLICT_AND)
def test_a_409_names_every_field_also_when_one_is_about_to_be_taken(api: Api, reasons: str) -> None:
    both = answer(400, CANCELED, "None", exists("cus_1"), exists("cus_2"))

    with faults(answer(400, CANCELED, *CONFLICT_AND[reasons]), both) as calls:
        refused = create(api, NO_KEY)

    assert (refused.status, len(calls)) == (409, 2)
    assert refused.json["conflicts"] == [
        {"pointer": "#/email", "field": "email", "customer_id": "cus_1"},
        {"pointer": "#/external_id", "field": "external_id", "customer_id": "cus_2"},
    ]


@BY_KEY
@pytest.mark.parametrize("reasons", CONFLICT_AND)
def test_a_conflict_that_is_never_known_in_full_is_a_503(
    api: Api, context: Context, headers: dict[str, str], reasons: str
) -> None:
    with faults(forever=answer(400, CANCELED, *CONFLICT_AND[reasons])):
        assert create(api, headers).status == 503

    assert 0 < context.milliseconds_left < 2000


def test_a_lost_answer_before_a_conflict_that_is_never_known_in_full_is_not_forgotten(api: Api) -> None:
    with faults(BEFORE_COMMIT["reset"], forever=answer(400, CANCELED, *CONFLICT_AND["a contended guard"])):
        assert create(api, NO_KEY).status == 500


def test_a_twin_that_is_being_written_is_waited_for(api: Api) -> None:
    """The guards of a request's twin can be seen before its idempotency record: that is no conflict."""
    twin = create(api, KEY).json
    half_seen = answer(400, CANCELED, "None", exists(twin["id"]), exists(twin["id"]), "TransactionConflict")

    with faults(half_seen):
        replayed = create(api, KEY)

    assert (replayed.status, replayed.json) == (201, twin)
    assert replayed.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("guards", [("TransactionConflict", "ThrottlingError"), ("TransactionConflict", "None")])
def test_a_record_that_is_there_decides_whatever_is_contended(api: Api, table: Any, guards: tuple[str, str]) -> None:
    """Its request's guards may still be being committed."""
    first = create(api, KEY).json
    record = table.get_item(Key={"pk": "acme#idempotency#first"})["Item"]
    there = {"customer_id": {"S": first["id"]}, "fingerprint": {"S": record["fingerprint"]}}

    with faults(answer(400, CANCELED, "None", *guards, {"Code": "ConditionalCheckFailed", "Item": there})) as calls:
        replayed = create(api, KEY)

    assert (replayed.status, replayed.json) == (201, first)
    assert [call.operation for call in calls] == ["TransactWriteItems", "TransactGetItems"]


@BY_KEY
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_item_with_the_own_id_is_a_lost_attempt_that_was_carried_out(
    api: Api, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], place: int
) -> None:
    """A late first attempt may be seen half done, in the way of the one that was made after a conflict."""
    monkeypatch.setattr("customers.customer.identity.new_customer_id", lambda _moment: "cus_own")
    reasons: list[str | dict[str, Any]] = ["TransactionConflict"] * 3
    reasons[place] = (
        exists("cus_own") if place else {"Code": "ConditionalCheckFailed", "Item": {"id": {"S": "cus_own"}}}
    )
    record = {"customer_id": {"S": "cus_own"}, "fingerprint": {"S": "of this request"}}
    half_seen = [*reasons, {"Code": "ConditionalCheckFailed", "Item": record}] if headers is KEY else reasons

    with faults(BEFORE_COMMIT["read timeout"], BUSY["conflict"], answer(400, CANCELED, *half_seen)) as calls:
        created = create(api, headers)

    assert (created.status, created.json["id"], len(calls)) == (201, "cus_own", 3)
    assert "Idempotent-Replayed" not in created.headers


UNEXPECTED: dict[str, Fault] = {
    "ResourceNotFoundException": answer(400, "ResourceNotFoundException"),
    "AccessDeniedException": answer(400, "AccessDeniedException"),
    "ExpiredTokenException": answer(400, "ExpiredTokenException"),
    "UnrecognizedClientException": answer(400, "UnrecognizedClientException"),
    "ValidationException": answer(400, "ValidationException"),
    "IdempotentParameterMismatchException": answer(400, "IdempotentParameterMismatchException"),
    CANCELED: answer(400, CANCELED, "None", "ValidationError", "TransactionConflict"),
}


@pytest.mark.parametrize("code", UNEXPECTED)
def test_of_an_unexpected_error_nothing_shows(api: Api, table: Any, log: Log, code: str) -> None:
    with faults(forever=UNEXPECTED[code]) as calls:
        answer = create(api, KEY)

    assert (answer.status, len(calls)) == (500, 1)
    assert "Retry-After" not in answer.headers
    assert answer.headers["X-Should-Retry"] == "true"
    assert answer.json == {
        "type": "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1/problems/internal-error",
        "code": "internal-error",
        "title": "Something went wrong on our side",
        "status": 500,
        "detail": "The request could not be completed. Quote the instance when you report it.",
        "instance": "urn:uuid:5d4b2a10-7c3e-4f1d-9a6b-0c8e2f4a6b8d",
    }
    [failure] = [line for line in log() if line["level"] == "ERROR"]
    assert failure["error_code"] == code
    assert "ada@example.com" not in str(failure)
    assert "arn:aws" not in str(failure)
    assert table.scan()["Count"] == 0


def test_a_replay_survives_faults_of_its_read(api: Api) -> None:
    created = create(api, KEY)

    with faults(None, BEFORE_COMMIT["read timeout"], BUSY["throttled"], raw_answer(200, b"")):
        replayed = create(api, KEY)

    assert (replayed.status, replayed.text) == (201, created.text)


@pytest.mark.parametrize("fault", ["throttled", "throughput", "account limit"])
def test_a_read_is_tried_again_and_then_a_503(api: Api, fault: str) -> None:
    customer = create(api, NO_KEY).json

    with faults(BUSY[fault], BEFORE_COMMIT["read timeout"]):
        assert api.get(customer["id"]).json == customer
    with faults(forever=BUSY[fault]):
        answer = api.get(customer["id"])
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
