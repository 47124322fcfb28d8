"""What operators see of a request: one line, with its metrics and its particulars and nothing of the caller's.

The line is in CloudWatch's embedded metric format, so the metrics cost no call, and the particulars are its metadata:
one write for both, and one line to pay for. Where metrics are switched off (POWERTOOLS_METRICS_DISABLED) there is no
line. The metrics' namespace is CustomerCreate and their dimensions are `service`
(the stack) and `method`:

    Created             customers created
    Changed             changes carried out, those that had nothing to change too
    Deleted             customers deleted
    Replayed            answers given again to an Idempotency-Key whose request was carried out before
    Duplicate.{field}   writes refused because another customer has the value of the field
    Invalid.{field}     requests refused because the field is not valid; `unknown` is any field that does not exist
    ConflictsRetried    attempts that another transaction got in the way of
    TryAgain            answers that send the caller away for now (503)
    Latency             milliseconds that the function took

CloudWatch charges each name with its dimensions as a metric, 0.30 USD in a month in which it occurs, whatever the
number of values. A field counts under its first name (`billing_address`, not its `country`), and a name that is not
the model's under `unknown`: callers can't make metrics.
"""

import logging
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from itertools import count
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.shared.functions import get_tracer_id

from customers.customer.model import NewCustomer
from customers.errors import CustomerError, TryAgain
from customers.operations.observation import Observation, observed

NAMESPACE = "CustomerCreate"

logger = Logger(utc=True, use_rfc3339=True)

_requests = count()


@contextmanager
def request(event: Mapping[str, Any]) -> Iterator[Observation]:
    """Tell of one request when it is over: what becomes of it is noted in the observation meanwhile."""
    if float(logger.sampling_rate or 0):  # a second look makes every logger find out again whether it is on
        logger.refresh_sample_rate_calculation()
    start = time.perf_counter()
    with observed() as observation, logger.append_context_keys(request_id=event["requestContext"]["requestId"]):
        try:
            yield observation
        finally:
            _tell(event, observation, milliseconds=round((time.perf_counter() - start) * 1000, 1))


def log_failure(error: BaseException) -> None:
    """Log an unexpected error without its message, which may hold what the caller sent."""
    chain: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        chain += [type(cause).__qualname__, *traceback.format_tb(cause.__traceback__)]
        cause = cause.__cause__ or cause.__context__
    response = getattr(error, "response", None) or {}  # of EventBridge; None in botocore's connection errors
    code = getattr(error, "code", None) or response.get("Error", {}).get("Code")  # of DynamoDB
    logger.error("unexpected error", error=type(error).__qualname__, error_code=code, error_chain=chain)


def invalid_fields(error: Exception | None) -> list[str]:
    """The model's names of the fields that an error calls invalid, `unknown` for any other name."""
    return _names(e.path[0] if e.path else "body" for e in error.errors) if isinstance(error, CustomerError) else []


def conflicting_fields(error: Exception | None) -> list[str]:
    """The unique fields whose values are taken."""
    return [conflict.field for conflict in error.conflicts] if isinstance(error, CustomerError) else []


def _names(names: Iterable[str | int]) -> list[str]:
    known = NewCustomer.model_fields.keys() | {"body"}
    return sorted({str(name) if name in known else "unknown" for name in names})


def _tell(event: Mapping[str, Any], observation: Observation, *, milliseconds: float) -> None:
    cold_start = next(_requests) == 0
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    metrics.add_dimension("method", event["httpMethod"])
    metrics.add_metric("Latency", MetricUnit.Milliseconds, milliseconds)
    for name, number in _counts(event["httpMethod"], observation).items():
        if number:
            metrics.add_metric(name, MetricUnit.Count, number)
    # A refusal that the contract provides for is no more than information; what needs a look is a warning.
    level = logging.WARNING if observation.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
    if level >= logger.log_level:
        metrics.add_metadata("level", logging.getLevelName(level))
        particulars = _particulars(event, observation) | {"cold_start": cold_start, "duration_ms": milliseconds}
        for name, value in particulars.items():
            if value is not None:
                metrics.add_metadata(name, value)
    metrics.flush_metrics()


def _counts(method: str, observation: Observation) -> dict[str, int]:
    wrote = None if observation.replayed else observation.wrote or _written(method, observation.status)
    return {
        "Created": wrote == "Created",
        "Changed": wrote == "Changed",
        "Deleted": wrote == "Deleted",
        "Replayed": observation.replayed,
        **{f"Duplicate.{field}": 1 for field in conflicting_fields(observation.error)},
        **{f"Invalid.{field}": 1 for field in invalid_fields(observation.error)},
        "ConflictsRetried": observation.conflicts,
        "TryAgain": isinstance(observation.error, TryAgain),
    }


def _written(method: str, status: int) -> str | None:
    """What a request wrote, by its answer."""
    if status == HTTPStatus.OK:
        return "Changed" if method in {"PATCH", "PUT"} else None
    return {HTTPStatus.CREATED: "Created", HTTPStatus.NO_CONTENT: "Deleted"}.get(HTTPStatus(status))


def _particulars(event: Mapping[str, Any], observation: Observation) -> dict[str, Any]:
    context, error = event["requestContext"], observation.error
    return {
        "message": "request",
        "request_id": context["requestId"],
        "extended_request_id": context.get("extendedRequestId"),  # the caller can't set it
        "xray_trace_id": get_tracer_id(),
        "organization": (context.get("authorizer") or {}).get("organization"),
        "route": f"{event['httpMethod']} {event['resource']}",
        "status": observation.status,
        "problem": observation.problem,
        "conflicting_fields": conflicting_fields(error) or None,
        "invalid_fields": invalid_fields(error) or None,
        "attempts": observation.attempts,
        "last_failure": observation.last_failure,
        "read_units": observation.read_units,
        "write_units": observation.write_units,
    }
