"""Stripe's API of customers: POST and GET /customers, GET, POST and DELETE /customers/{id}."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from customers.customer.model import Record
from customers.errors import FieldError, MalformedRequest, NotFound
from customers.http import bodies, edge
from customers.settings import settings
from customers.table import dynamodb
from customers.vendors import answers, calls, forms, lists, stripe
from customers.vendors.calls import Customers

app = answers.resolver(stripe.DIALECT)
customers = Customers(dynamodb.of_function(), settings().table_name)


@app.post("/customers")
def create() -> Response[str]:
    """Create the customer that the form describes, once."""
    data = forms.read_form(bodies.form_body(_event()))
    return _shown(*calls.create(app, customers, stripe.DIALECT, data))


@app.get("/customers/{id}")
def retrieve() -> Response[str]:
    """The customer with the id."""
    _event()
    return _shown(calls.retrieve(app, customers, calls.path_parameter(app, "id")))


@app.post("/customers/{id}")
def update() -> Response[str]:
    """Change what the form names of the customer, once."""
    data = forms.read_form(bodies.form_body(_event()))
    return _shown(*calls.change(app, customers, stripe.DIALECT, calls.path_parameter(app, "id"), data))


@app.delete("/customers/{id}")
def delete() -> Response[str]:
    """Delete the customer; from then on it is not found, not even as a deleted one."""
    event, customer_id = _event(), calls.path_parameter(app, "id")
    calls.delete(app, customers, customer_id)
    deleted = {"id": customer_id, "object": "customer", "deleted": True}
    return answers.shown(event, stripe.DIALECT, deleted)


@app.get("/customers")
def list_customers() -> Response[str]:
    """The customer with an e-mail address, or customers in order."""
    event = _event()
    sent = lists.parameters(event, {"email", "limit", "starting_after", "ending_before", "created", "expand"})
    lists.refuse(sent, "ending_before")
    limit = lists.number(sent, "limit", 10, least=1, most=lists.MAX_LIMIT)
    before, after = lists.between(sent, "created", lists.unix, unit=1000)
    if "email" in sent:
        found = calls.find(app, customers, "email", sent["email"])
        records = [found] if found and after < lists.place(found) < before and "starting_after" not in sent else []
        page = lists.Page([*map(stripe.show, records)], None)
    else:
        if "starting_after" in sent:
            before = min(before, _place(sent["starting_after"]))
        page = lists.page(
            customers,
            edge.organization(event),
            stripe.show,
            edge.time_left(app),
            before=before,
            after=after,
            limit=limit,
        )
    shown = {"object": "list", "url": "/v1/customers", "has_more": page.rest is not None, "data": page.shown}
    return answers.shown(event, stripe.DIALECT, shown)


def _event() -> APIGatewayProxyEvent:
    """The request, which must not be meant for another account: there is none but the key's organization."""
    event = app.current_event
    for name in ("Stripe-Account", "Stripe-Context"):
        if event.headers.get(name):
            raise MalformedRequest(f"There are no connected accounts here: send the request without {name}.")
    return event


def _place(customer_id: str) -> str:
    """The place of a customer in the list; MalformedRequest when there is none."""
    try:
        return lists.place(calls.retrieve(app, customers, customer_id))
    except NotFound as error:
        raise MalformedRequest(
            "The query is not valid.", [FieldError(("starting_after",), "resource_missing", str(error))]
        ) from None


def _shown(record: Record, headers: calls.Headers | None = None) -> Response[str]:
    return answers.shown(app.current_event, stripe.DIALECT, stripe.show(record), headers or {})
