"""Rebilly's API of customers, whose id is the one that the caller chose, or else ours."""

import re
from typing import Any
from urllib.parse import quote

from aws_lambda_powertools.event_handler import Response

from customers.customer.identity import CUSTOMER_ID
from customers.customer.model import Record
from customers.errors import FieldError, InvalidCustomer, NotFound
from customers.http import bodies, edge
from customers.http.parsing import read_json
from customers.settings import settings
from customers.table import dynamodb
from customers.vendors import answers, calls, lists, rebilly
from customers.vendors.calls import Customers

app = answers.resolver(rebilly.DIALECT)
_UNIQUE = re.compile(r"(?P<field>email|id):(?P<value>(?![!@])(?!.*\.\.)[^;,]+)")
"""A filter with one field and one value: no negation (`!`), no list (`@`), no range (`..`)."""

customers = Customers(dynamodb.of_function(), settings().table_name)


@app.post("/customers")
def create() -> Response[str]:
    """Create the customer that the body describes."""
    data = read_json(bodies.json_body(app.current_event), rebilly.FREE_JSON)
    _refuse_id(data, None, "This is for PUT /customers/{id}, which creates a customer under an id of your choice.")
    record, headers = calls.create(app, customers, rebilly.DIALECT, data)
    return _created(record, headers)


@app.get("/customers/{id}")
def get() -> Response[str]:
    """The customer with the id."""
    return _shown(_with_id(calls.path_parameter(app, "id")))


@app.put("/customers/{id}")
def put() -> Response[str]:
    """Replace the customer with the id by what the body says, or create it under this id of the caller's choice."""
    data = read_json(bodies.json_body(app.current_event), rebilly.FREE_JSON)
    customer_id = calls.path_parameter(app, "id")
    if not CUSTOMER_ID.fullmatch(customer_id):  # our id also finds customers that are shown with the caller's
        _refuse_id(data, customer_id, "This is not the id of the customer that the request is for.")
    record, headers, created = calls.put(app, customers, rebilly.DIALECT, customer_id, data)
    return _created(record, headers) if created else _shown(record, headers)


@app.delete("/customers/{id}")
def delete() -> Response[str]:
    """Delete the customer."""
    sent = lists.parameters(app.current_event, {"targetCustomerId"})
    lists.refuse(sent, "targetCustomerId")  # that would be a merge
    calls.delete(app, customers, _with_id(calls.path_parameter(app, "id"))["id"])
    return answers.nothing(app.current_event, rebilly.DIALECT)


@app.get("/customers")
def list_customers() -> Response[str]:
    """The customer with an e-mail address or an id, or customers in order, by pages."""
    event = app.current_event
    sent = lists.parameters(event, {"limit", "offset", "filter", "sort", "q", "expand", "fields"})
    limit = lists.number(sent, "limit", lists.MAX_LIMIT, least=1, most=rebilly.MAX_LIMIT)
    offset = lists.number(sent, "offset", 0, least=0, most=rebilly.MAX_OFFSET)
    lists.refuse(sent, "q", *(["sort"] if sent.get("sort", rebilly.NEWEST) != rebilly.NEWEST else []))
    if "filter" in sent:
        found = _filtered(sent["filter"])
        shown = [] if found is None else [_body(found)]
        total, shown = len(shown), shown[offset:]
    else:
        page = lists.page(
            customers,
            edge.organization(event),
            _body,
            edge.time_left(app),
            before=lists.FIRST,
            after=lists.LAST,
            limit=limit,
            skip=offset,
        )
        shown, total = page.shown, page.total
    headers = {"Pagination-Total": str(total), "Pagination-Limit": str(limit), "Pagination-Offset": str(offset)}
    return answers.shown(event, rebilly.DIALECT, shown, headers)


def _filtered(expression: str) -> Record | None:
    """The customer that a filter finds, by one `email` or one `id`."""
    unique = _UNIQUE.fullmatch(expression)
    if not unique:
        raise lists.not_supported("filter")
    if unique["field"] == "email":
        return calls.find(app, customers, "email", unique["value"])
    try:
        return _with_id(unique["value"])
    except NotFound:
        return None


def _with_id(customer_id: str) -> Record:
    """The customer that a path names; our ids take precedence over equal ones that a caller chose."""
    try:
        return calls.retrieve(app, customers, customer_id)
    except NotFound:
        return calls.retrieve_with(app, customers, customer_id)


def _refuse_id(data: Any, customer_id: str | None, detail: str) -> None:
    """Refuse a body with an id other than the customer's; raises InvalidCustomer."""
    if isinstance(data, dict) and data.get("id") not in (None, customer_id):
        raise InvalidCustomer([FieldError(("id",), "id_differs", detail)], 1)


def _url(customer_id: str) -> str:
    """The URL path of a customer on the requested host, with a custom domain's base path."""
    event = app.current_event
    path = event.request_context.path.rstrip("/")
    customers_ = path.rpartition("/")[0] if event.path_parameters else path
    return f"{customers_}/{quote(customer_id, safe='')}"


def _created(record: Record, headers: calls.Headers) -> Response[str]:
    location = _url(rebilly.id_of(record))
    return answers.shown(
        app.current_event, rebilly.DIALECT, _body(record), {**headers, "Location": location}, status=201
    )


def _shown(record: Record, headers: calls.Headers | None = None) -> Response[str]:
    return answers.shown(app.current_event, rebilly.DIALECT, _body(record), headers or {})


def _body(record: Record) -> dict[str, Any]:
    return rebilly.show(record, edge.organization(app.current_event), _url(rebilly.id_of(record)))
