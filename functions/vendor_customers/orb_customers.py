"""Orb's API of customers, who are found by Orb's id, which is ours, or by the caller's own."""

from aws_lambda_powertools.event_handler import Response

from customers.customer.model import Record
from customers.http import bodies, edge
from customers.http.parsing import read_json
from customers.settings import settings
from customers.table import dynamodb
from customers.vendors import answers, calls, lists, orb
from customers.vendors.calls import Customers

app = answers.resolver(orb.DIALECT)
customers = Customers(dynamodb.of_function(), settings().table_name)


@app.post("/customers")
def create() -> Response[str]:
    """Create the customer that the body describes, once."""
    data = read_json(bodies.json_body(app.current_event))
    return _shown(*calls.create(app, customers, orb.DIALECT, data), status=201)


@app.get("/customers/{id}")
def fetch() -> Response[str]:
    """The customer with the id."""
    return _shown(calls.retrieve(app, customers, calls.path_parameter(app, "id")))


@app.get("/customers/external_customer_id/{external_id}")
def fetch_by_external_id() -> Response[str]:
    """The customer with the external id."""
    return _shown(calls.retrieve_with(app, customers, calls.path_parameter(app, "external_id")))


@app.put("/customers/{id}")
def update() -> Response[str]:
    """Change what the body names of the customer, once."""
    data = read_json(bodies.json_body(app.current_event))
    return _shown(*calls.change(app, customers, orb.DIALECT, calls.path_parameter(app, "id"), data))


@app.put("/customers/external_customer_id/{external_id}")
def update_by_external_id() -> Response[str]:
    """The same for the customer with an external id."""
    data = read_json(bodies.json_body(app.current_event))
    return _shown(*calls.change_with(app, customers, orb.DIALECT, calls.path_parameter(app, "external_id"), data))


@app.delete("/customers/{id}")
def delete() -> Response[str]:
    """Delete the customer."""
    calls.delete(app, customers, calls.path_parameter(app, "id"))
    return answers.nothing(app.current_event, orb.DIALECT)


@app.get("/customers")
def list_customers() -> Response[str]:
    """Customers in order, by pages."""
    event = app.current_event
    sent = lists.parameters(event, {"limit", "cursor", "created_at", "created_at[]"})
    before, after = lists.between(sent, "created_at", lists.iso)
    page = lists.page(
        customers,
        edge.organization(event),
        orb.show,
        edge.time_left(app),
        before=min(before, lists.place_of(sent.get("cursor"))),
        after=after,
        limit=lists.number(sent, "limit", 20, least=1, most=lists.MAX_LIMIT),
    )
    more = {"has_more": page.rest is not None, "next_cursor": lists.cursor(page.rest)}
    return answers.shown(event, orb.DIALECT, {"data": page.shown, "pagination_metadata": more})


def _shown(record: Record, headers: calls.Headers | None = None, *, status: int = 200) -> Response[str]:
    return answers.shown(app.current_event, orb.DIALECT, orb.show(record), headers or {}, status=status)
