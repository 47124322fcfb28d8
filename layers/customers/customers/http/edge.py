"""Between API Gateway and the domain: requests in, responses out, every error a problem document.

A function makes its resolver here and adds its routes; nothing else in the package knows Lambda, and only `telemetry`
knows Powertools too.
"""

import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from customers.customer import model
from customers.customer.identity import CUSTOMER_ID
from customers.errors import CustomerError, MethodNotAllowed, NotFound
from customers.http import documents, problems
from customers.http.fingerprint import fingerprint
from customers.http.parsing import parse_idempotency_key
from customers.operations import observation, telemetry
from customers.settings import settings
from customers.table.items import Idempotency
from customers.table.retries import TimeLeft

ALLOWED_METHODS = {"/customers": "GET, POST, PUT", "/customers/{id}": "DELETE, GET, PATCH"}
"""The methods of each resource, for the Allow header; a test holds them against template.yaml."""

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
"""On every answer, API Gateway's own included: a test holds them against template.yaml."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def resolver() -> APIGatewayRestResolver:
    """A Powertools resolver that answers every error with a problem document.

    Routes are the resources of template.yaml, spelled the same: `/customers/{id}`.

    Powertools looks a handler up along the error's class tree, so the one for Exception would also take the
    router's own: a route that is not found has a handler of its own.
    """
    app = APIGatewayRestResolver()

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]  # Powertools has no types for it
    def answer(error: Exception) -> Response[str]:
        if not isinstance(error, CustomerError):
            telemetry.log_failure(error)
        return problem(app.current_event, error)

    @app.not_found
    def answer_no_route(_error: NotFoundError) -> Response[str]:
        event = app.current_event
        allow = ALLOWED_METHODS.get(event.resource, "")
        known = allow and event.http_method not in allow.split(", ")
        return problem(event, MethodNotAllowed(allow) if known else NotFound())

    return app


def resolve(app: APIGatewayRestResolver, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an event, and log it."""
    event = _normalized(event)
    with telemetry.request(event) as seen:
        response = app.resolve(event, context)
        seen.status = response["statusCode"]
    return response


def _normalized(event: dict[str, Any]) -> dict[str, Any]:
    """The event with what the functions rely on, and the caller can influence, made certain.

    Powertools routes by `path`. That is the path of the caller's domain, base path included, so the resource that API
    Gateway matched takes its place; `requestContext.path` still has what was asked for.

    Callers can override the request id with a header. One that is no UUID is replaced, since it goes into a URN, a
    header and the log.
    """
    context = event["requestContext"]
    if not _UUID.fullmatch(str(context["requestId"])):
        context = {**context, "requestId": str(uuid4())}
    return {**event, "path": event["resource"], "requestContext": context}


def idempotency(event: APIGatewayProxyEvent, data: Any) -> Idempotency | None:
    """What a repetition of the request is known by, if it has an Idempotency-Key; `data` is its body as parsed.

    Raises MalformedRequest; see `parsing.parse_idempotency_key`.
    """
    headers = event.get("multiValueHeaders") or {}
    key = parse_idempotency_key(
        [value for name, values in headers.items() if name.lower() == "idempotency-key" for value in values]
    )
    if key is None:
        return None
    path = event.resource.format_map(
        event.get("pathParameters") or {}
    )  # without what a domain's mapping puts before it
    query = event.get("multiValueQueryStringParameters") or {}
    return Idempotency(key, fingerprint(event.http_method, path, query, data))


def time_left(app: APIGatewayRestResolver) -> TimeLeft:
    """The clock of the invocation that the resolver is working on."""
    return lambda: app.lambda_context.get_remaining_time_in_millis() / 1000


def organization(event: APIGatewayProxyEvent) -> str:
    """The organization of the caller, which the authorizer alone can set.

    API Gateway lets no request through without it; KeyError, and so an internal error, if it did.
    """
    return str(event.request_context.authorizer["organization"])


def base_url(event: APIGatewayProxyEvent) -> str:
    """The public URL of the API, without a slash at the end.

    The deployment may leave API Gateway's variables in it to the request. In place of the stage comes what stands
    before the resource in the path that was asked for: on API Gateway's own domain that is the stage, on a custom
    domain its base path or nothing.
    """
    context = event.request_context
    resource = re.search(re.sub(r"{\w+}", "[^/]+", event.resource) + "/*$", context.path)
    prefix = context.path[: resource.start()] if resource else f"/{context.stage}"
    url = settings().base_url
    return url.replace("$context.domainName", context.domain_name or "").replace("/$context.stage", prefix)


def customer_id(event: APIGatewayProxyEvent) -> str:
    """The customer's id in the path; raises NotFound when it can't be one."""
    found = str(event.path_parameters["id"])
    if not CUSTOMER_ID.fullmatch(found):
        raise NotFound("There is no customer with this id.")
    return found


def created(event: APIGatewayProxyEvent, record: model.Record, *, replayed: bool) -> Response[str]:
    """201 with the customer and where it is."""
    location = f"{base_url(event)}/customers/{record['id']}"
    return _customer(event, HTTPStatus.CREATED, record, {"Location": location, **problems.NO_RETRY}, replayed=replayed)


def changed(event: APIGatewayProxyEvent, record: model.Record, *, replayed: bool) -> Response[str]:
    """200 with the customer that a change led to."""
    return _customer(event, HTTPStatus.OK, record, problems.NO_RETRY, replayed=replayed)


def deleted(event: APIGatewayProxyEvent) -> Response[str]:
    """204, without a body."""
    return response(event, HTTPStatus.NO_CONTENT, None, "", problems.NO_RETRY)


def found(event: APIGatewayProxyEvent, record: model.Record) -> Response[str]:
    """200 with the customer."""
    return _customer(event, HTTPStatus.OK, record, {})


def found_list(event: APIGatewayProxyEvent, customers: Iterable[str], next_cursor: str | None) -> Response[str]:
    """200 with a list of customers, each as JSON, and the cursor of the next page."""
    body = f'{{"data":[{",".join(customers)}],"next_cursor":{json.dumps(next_cursor)}}}'
    return response(event, HTTPStatus.OK, "application/json", body, {})


def problem(event: APIGatewayProxyEvent, error: Exception) -> Response[str]:
    """The error as application/problem+json."""
    seen = observation.current()
    seen.error, seen.problem = error, problems.problem_type(error).slug
    document = documents.document(error, base_url=base_url(event), request_id=event.request_context.request_id)
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return response(event, document["status"], "application/problem+json", body, problems.headers(error))


def _customer(
    event: APIGatewayProxyEvent,
    status: int,
    record: model.Record,
    headers: Mapping[str, str],
    *,
    replayed: bool = False,
) -> Response[str]:
    """The customer, and by its ETag which revision of it."""
    observation.current().replayed = replayed
    etag = {"ETag": f'"{record["revision"]}"'}
    replay = {"Idempotent-Replayed": "true"} if replayed else {}
    return response(event, status, "application/json", model.to_json(record), {**etag, **headers, **replay})


def response(
    event: APIGatewayProxyEvent, status: int, content_type: str | None, body: str, headers: Mapping[str, str]
) -> Response[str]:
    """An answer; Powertools turns only application/json bodies into text, so it gets text always."""
    return Response(
        status_code=status,
        content_type=content_type,
        headers={"X-Request-Id": event.request_context.request_id, **SECURITY_HEADERS, **headers},
        body=body,
    )
