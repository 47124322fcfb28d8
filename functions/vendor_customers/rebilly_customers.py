"""Rebilly's API of customers, whose id is the one that the caller chose, or else ours."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from customers.customer.model import Record
from customers.errors import NotFound
from customers.http import bodies, edge
from customers.http.parsing import read_json
from customers.settings import settings
from customers.table import dynamodb
from customers.vendors import answers, calls, lists, rebilly
from customers.vendors.calls import Customers

app = answers.resolver(rebilly.DIALECT)
customers = Customers(dynamodb.of_function(), settings().table_name)


@app.post("/customers")
def create() -> Response[str]:
    """Create the customer that the body describes."""
    data = read_json(bodies.json_body(app.current_event), rebilly.FREE_JSON)
    record, headers = calls.create(app, customers, rebilly.DIALECT, data)
    return _shown(record, {**headers, "Location": f"{_url()}/{rebilly.id_of(record)}"}, status=201)


@app.get("/customers/{id}")
def get() -> Response[str]:
    """The customer with the id."""
    return _shown(_with_id(calls.path_parameter(app, "id")))


@app.put("/customers/{id}")
def put() -> Response[str]:
    """Replace the customer with the id by what the body says, or create it under this id of the caller's choice."""
    data = read_json(bodies.json_body(app.current_event), rebilly.FREE_JSON)
    record, headers, created = calls.put(app, customers, rebilly.DIALECT, calls.path_parameter(app, "id"), data)
    return _shown(record, headers, status=201 if created else 200)


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
    limit = lists.number(sent, "limit", lists.MAX_LIMIT, least=1, most=lists.MAX_LIMIT)
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
        shown, total = page.shown, offset + len(page.shown) + (page.rest is not None)
    headers = {"Pagination-Total": str(total), "Pagination-Limit": str(limit), "Pagination-Offset": str(offset)}
    return answers.shown(event, rebilly.DIALECT, shown, headers)


def _filtered(expression: str) -> Record | None:
    """The customer that a filter finds: by `email` or `id` alone, which are unique."""
    field, colon, value = expression.partition(":")
    if not colon or field not in ("email", "id") or {";", ","} & {*value}:
        lists.refuse({"filter": expression}, "filter")
    if field == "email":
        return calls.find(app, customers, "email", value)
    try:
        return _with_id(value)
    except NotFound:
        return None


def _with_id(customer_id: str) -> Record:
    """The customer that a path names; an id of ours comes before one that a caller chose alike."""
    try:
        return calls.retrieve(app, customers, customer_id)
    except NotFound:
        return calls.retrieve_with(app, customers, customer_id)


def _url() -> str:
    """Where the customers are on the host that was asked, whatever base path a domain puts before them."""
    event = app.current_event
    before, customers_, _ = event.request_context.path.rpartition("/customers")
    return before + customers_


def _shown(record: Record, headers: calls.Headers | None = None, *, status: int = 200) -> Response[str]:
    return answers.shown(app.current_event, rebilly.DIALECT, _body(record), headers or {}, status=status)


def _body(record: Record) -> dict[str, Any]:
    return rebilly.show(record, edge.organization(app.current_event), _url())
