"""Between API Gateway and a vendor's API: what the APIs of all vendors have in common."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from customers.errors import CustomerError, NotFound
from customers.http import edge, problems
from customers.operations import observation, telemetry
from customers.vendors.fields import Table


class Reply(NamedTuple):
    """An answer in a vendor's words."""

    status: int
    body: Any
    headers: Mapping[str, str]
    content_type: str = "application/json"


class Dialect(NamedTuple):
    """A vendor: its name, its fields, its header of a request's id, and its words for an error."""

    name: str
    table: Table
    request_id: str
    failed: Callable[[Exception, str], Reply]


def resolver(dialect: Dialect) -> APIGatewayRestResolver:
    """A Powertools resolver that answers every error in the vendor's words; see `edge.resolver`."""
    app = APIGatewayRestResolver()

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]  # Powertools has no types for it
    def answer(error: Exception) -> Response[str]:
        if not isinstance(error, CustomerError):
            telemetry.log_failure(error)
        return _refused(app.current_event, dialect, error)

    @app.not_found
    def answer_no_route(_error: NotFoundError) -> Response[str]:
        return _refused(app.current_event, dialect, NotFound())

    return app


def shown(
    event: APIGatewayProxyEvent, dialect: Dialect, body: Any, headers: Mapping[str, str] = {}, *, status: int = 200
) -> Response[str]:
    """An answer with JSON that the vendor's client reads."""
    return _response(event, dialect, Reply(status, body, headers))


def nothing(event: APIGatewayProxyEvent, dialect: Dialect) -> Response[str]:
    """204: it is done, and there is nothing to show."""
    headers = {dialect.request_id: event.request_context.request_id}
    return edge.response(event, HTTPStatus.NO_CONTENT, "application/json", "", headers)


def _refused(event: APIGatewayProxyEvent, dialect: Dialect, error: Exception) -> Response[str]:
    seen = observation.current()
    seen.error, seen.problem = error, problems.problem_type(error).slug
    reply = dialect.failed(error, event.request_context.request_id)
    return _response(event, dialect, reply._replace(headers={**problems.headers(error), **reply.headers}))


def _response(event: APIGatewayProxyEvent, dialect: Dialect, answer: Reply) -> Response[str]:
    # Numbers that are kept as they were written are texts that no customer can hold: see `digits.VERBATIM`.
    text = _encode(answer.body).replace('"\ud800', "").replace('\udfff"', "")
    headers = {dialect.request_id: event.request_context.request_id, **answer.headers}
    return edge.response(event, answer.status, answer.content_type, text, headers)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
