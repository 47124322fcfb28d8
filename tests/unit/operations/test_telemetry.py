"""What operators see of each request, and what they never see."""

import json
from typing import Any

import pytest

from conftest import Api, Context, Log
from customers.errors import FieldError, InvalidCustomer
from customers.operations import telemetry
from faults import BEFORE_COMMIT, CANCELED, Fault, LostAnswer, answer, faults, raw_answer
from support import api_event

ADA = {"email": "ada@example.com", "external_id": "crm-1815", "name": "Ada Lovelace"}
KEY = {"Content-Type": ["application/json"], "Idempotency-Key": ["a-key-of-the-caller"]}
CONFLICT = answer(400, CANCELED, "None", "TransactionConflict", "None")


def counted(line: dict[str, Any]) -> dict[str, float]:
    """The counts of a line of metrics."""
    return {
        metric["Name"]: sum(line[metric["Name"]])
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
        if metric["Unit"] == "Count"
    }


def test_a_create_is_one_line_that_says_what_an_operator_asks(api: Api, log: Log) -> None:
    event = api_event(body=json.dumps(ADA))
    event["requestContext"]["authorizer"] = {"organization": "acme"}

    api.send(event)

    [line] = log()
    assert isinstance(line.pop("cold_start"), bool)
    assert [line.pop("duration_ms")] == line.pop("Latency")
    assert line.pop("_aws")
    assert line == {
        "method": "POST",
        "service": "customer-create",
        "Created": [1.0],
        "level": "INFO",
        "message": "request",
        "request_id": "5d4b2a10-7c3e-4f1d-9a6b-0c8e2f4a6b8d",
        "extended_request_id": "Tz1aBHexDoEFcQg=",
        "organization": "acme",
        "route": "POST /customers",
        "status": 201,
        "attempts": 1,
        "read_units": 0,
        "write_units": 0,  # moto's price
    }


def test_a_traced_request_is_joined_with_its_trace(api: Api, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-692097d5-3f1c5b0a2d7e4c6b8a9f0e1d;Parent=53995c3f42cd8ad8;Sampled=1")

    api.create(ADA)

    assert log()[0]["xray_trace_id"] == "1-692097d5-3f1c5b0a2d7e4c6b8a9f0e1d"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (BEFORE_COMMIT["read timeout"], "ReadTimeoutError"),
        (BEFORE_COMMIT["service unavailable"], "HTTP 503"),
        (answer(400, "ThrottlingException"), "ThrottlingException"),
    ],
    ids=["read timeout", "service unavailable", "throttled"],
)
def test_why_an_attempt_was_not_the_last_is_told(api: Api, log: Log, context: Context, fault: Fault, said: str) -> None:
    with faults(fault):
        created = api.create(ADA).json
    with faults(fault):
        api.get(created["id"])

    assert [line["last_failure"] for line in log()] == [said, said]


def test_a_conflict_is_a_reason_for_another_attempt(api: Api, log: Log) -> None:
    with faults(CONFLICT):
        api.create(ADA)
    api.create(ADA)

    retried, refused = log()
    assert (retried["status"], retried["last_failure"]) == (201, CANCELED)
    assert (refused["status"], "last_failure" in refused) == (409, False)


def test_only_the_first_request_of_a_process_is_a_cold_start(
    api: Api, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "_requests", iter(range(9)))

    api.create(ADA)
    api.create(ADA)

    assert [line["cold_start"] for line in log()] == [True, False]


def test_a_cold_start_that_is_not_told_is_not_told_of_the_next_request(
    api: Api, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "_requests", iter(range(9)))
    telemetry.logger.setLevel("WARNING")
    api.create(ADA)
    telemetry.logger.setLevel("INFO")

    api.create(ADA)

    assert [line.get("cold_start") for line in log()] == [None, False]


def test_a_refusal_says_which_fields_conflict_and_is_not_an_error(api: Api, log: Log) -> None:
    api.create(ADA)
    api.create(ADA)

    line = log()[-1]
    assert (line["level"], line["status"], line["problem"]) == ("INFO", 409, "customer-exists")
    assert line["conflicting_fields"] == ["email", "external_id"]


def test_invalid_fields_are_named_by_the_model_alone(api: Api, log: Log) -> None:
    api.create({"email": "ada", "ada_lovelace": 1, "metadata": {"a[": "x"}, "shipping": {"address": {"country": "Q"}}})
    api.create("[]")

    first, second = log()
    assert (first["level"], first["status"], first["problem"]) == ("INFO", 422, "invalid-customer")
    assert first["invalid_fields"] == ["email", "metadata", "shipping", "unknown"]
    assert second["invalid_fields"] == ["body"]


def test_attempts_and_capacity_are_of_this_request_alone(api: Api, log: Log) -> None:
    # moto charges nothing for a transaction; DynamoDB charges two units for each of the four items.
    charged = LostAnswer(raw_answer(200, b'{"ConsumedCapacity":[{"TableName":"customers","CapacityUnits":8.0}]}'))
    with faults(CONFLICT, BEFORE_COMMIT["read timeout"], charged):
        api.create(ADA, multiValueHeaders=KEY)
    api.create(ADA, multiValueHeaders=KEY)
    api.find(email="ada@example.com")

    created, replayed, found = log()
    assert (created["attempts"], created["write_units"], created["read_units"]) == (3, 8, 0)
    assert (replayed["attempts"], replayed["write_units"], replayed["read_units"] > 0) == (2, 0, True)
    assert (found["attempts"], found["write_units"], found["read_units"] > 0) == (2, 0, True)


def test_an_answer_that_sends_the_caller_away_is_a_warning(api: Api, log: Log) -> None:
    with faults(forever=CONFLICT):
        api.create(ADA)

    [line] = log()
    assert (line["level"], line["status"], line["problem"]) == ("WARNING", 503, "try-again")


def test_an_unexpected_error_can_be_joined_with_its_request(api: Api, log: Log) -> None:
    with faults(answer(400, "AccessDeniedException")):
        api.create(ADA)

    failure, line = log()
    assert (failure["level"], line["level"], line["status"]) == ("ERROR", "WARNING", 500)
    assert failure["request_id"] == line["request_id"]


@pytest.mark.parametrize(
    "body", [ADA, {**ADA, "email": "ada lovelace"}, {"Ada": "Lovelace"}, '{"Ada":', ADA | {"x": 1}]
)
def test_nothing_of_the_caller_is_logged_or_measured(api: Api, log: Log, body: Any) -> None:
    api.create(body, multiValueHeaders=KEY)
    api.create(body, multiValueHeaders=KEY)
    api.find(email="ada@example.com", lovelace="x")

    seen = json.dumps(log()).lower()
    assert not [secret for secret in ("ada", "lovelace", "crm-1815", "a-key", "example.com") if secret in seen]


@pytest.mark.parametrize(
    ("settings", "told"),
    [(("INFO", None), True), (("WARNING", None), False), (("WARNING", "0"), False), (("WARNING", "1"), True)],
    ids=str,
)
def test_the_level_and_the_sample_decide_on_the_particulars_and_not_on_the_metrics(
    api: Api, log: Log, monkeypatch: pytest.MonkeyPatch, settings: tuple[str, str | None], *, told: bool
) -> None:
    level, sample_rate = settings
    monkeypatch.setattr(telemetry.logger, "initial_log_level", level)
    monkeypatch.setattr(telemetry.logger, "sampling_rate", sample_rate)
    telemetry.logger.setLevel(level)

    api.create(ADA)

    [line] = log()
    assert ("request_id" in line) is told
    assert counted(line) == {"Created": 1}
    monkeypatch.undo()
    telemetry.logger.refresh_sample_rate_calculation()


def test_the_metrics_are_in_one_namespace_under_two_dimensions(api: Api, log: Log) -> None:
    api.create(ADA)

    [line] = log()
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "CustomerCreate"
    assert [sorted(dimensions) for dimensions in directive["Dimensions"]] == [["method", "service"]]
    assert (line["method"], line["service"]) == ("POST", "customer-create")
    assert {"Name": "Latency", "Unit": "Milliseconds"} in directive["Metrics"]
    assert line["Latency"][0] > 0


def test_what_became_of_requests_is_counted(api: Api, log: Log) -> None:
    created = api.create(ADA, multiValueHeaders=KEY).json
    api.create(ADA, multiValueHeaders=KEY)
    api.create({"email": "ADA@example.com", "external_id": "crm-1"})
    api.create({"email": "ada", "nope": 1, "nope_too": 2})
    with faults(CONFLICT, CONFLICT):
        api.create({"email": "grace@example.com"})
    with faults(forever=answer(400, "ThrottlingException")):
        api.create({"email": "mary@example.com"})
    api.get(created["id"])

    assert [counted(line) for line in log()] == [
        {"Created": 1},
        {"Replayed": 1},
        {"Duplicate.email": 1},
        {"Invalid.email": 1, "Invalid.unknown": 1},
        {"Created": 1, "ConflictsRetried": 2},
        {"TryAgain": 1},
        {},
    ]


def test_a_field_is_counted_once_a_request_under_its_first_name() -> None:
    paths = [("tax_ids", 0, "value"), ("email",), ("email",), (), ("Ada Lovelace",)]
    error = InvalidCustomer([FieldError(path, "invalid", "") for path in paths], len(paths))

    assert telemetry.invalid_fields(error) == ["body", "email", "tax_ids", "unknown"]
