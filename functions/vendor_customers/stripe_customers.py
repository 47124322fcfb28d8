"""Stripe's API of customers: POST and GET /customers, GET, POST and DELETE /customers/{id}, GET /customers/search."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from customers.customer.model import Record
from customers.errors import FieldError, MalformedRequest, NotFound
from customers.http import bodies, edge
from customers.settings import settings
from customers.table import dynamodb
from customers.vendors import answers, calls, forms, lists, stripe, stripe_object
from customers.vendors.calls import Customers

app = answers.resolver(stripe.DIALECT)
customers = Customers(dynamodb.of_function(), settings().table_name)


@app.post("/customers")
def create() -> Response[str]:
    """Create the customer that the form describes, once."""
    _query()
    data = forms.read_form(bodies.form_body(app.current_event))
    return _shown(*calls.create(app, customers, stripe.DIALECT, data))


@app.get("/customers/{id}")
def retrieve() -> Response[str]:
    """The customer with the id."""
    _query("expand[]")
    return _shown(calls.retrieve(app, customers, calls.path_parameter(app, "id")))


@app.post("/customers/{id}")
def update() -> Response[str]:
    """Change what the form names of the customer, once."""
    _query()
    data = forms.read_form(bodies.form_body(app.current_event))
    return _shown(*calls.change(app, customers, stripe.DIALECT, calls.path_parameter(app, "id"), data))


@app.delete("/customers/{id}")
def delete() -> Response[str]:
    """Delete the customer; from then on it is not found, not even as a deleted one."""
    _query()
    customer_id = calls.path_parameter(app, "id")
    calls.delete(app, customers, customer_id)
    return _answer({"id": customer_id, "object": "customer", "deleted": True})


@app.get("/customers")
def list_customers() -> Response[str]:
    """The customer with an e-mail address, or customers in order."""
    sent = _query("created", "created[]", "email", "ending_before", "expand[]", "limit", "starting_after", "test_clock")
    backwards = "ending_before" in sent
    lists.refuse(sent, "test_clock", *(["starting_after"] if backwards else []))
    limit = lists.number(sent, "limit", 10, least=1, most=lists.MAX_LIMIT)
    before, after = lists.between(sent, "created", lists.unix, unit=1000)
    if "starting_after" in sent:
        before = min(before, _place(sent, "starting_after"))
    if backwards:
        after = max(after, _place(sent, "ending_before"))
    if "email" in sent:
        found = calls.find(app, customers, "email", sent["email"])
        page = lists.Page([stripe_object.show(found)] if found and after < lists.place(found) < before else [], None)
    else:
        page = lists.page(
            customers,
            edge.organization(app.current_event),
            stripe_object.show,
            edge.time_left(app),
            before=before,
            after=after,
            limit=limit,
            backwards=backwards,
        )
    return _answer({"object": "list", "url": "/v1/customers", "has_more": page.rest is not None, "data": page.shown})


@app.get("/customers/search")
def search() -> Response[str]:
    """The customer with an e-mail address, as of now; nothing else can be searched for."""
    sent = _query("expand[]", "limit", "query")
    lists.number(sent, "limit", 10, least=1, most=lists.MAX_LIMIT)
    email = stripe.searched_email(sent.get("query", ""))
    if email is None:
        refusal = FieldError(("query",), "not_supported", "Only email:'…' can be searched for.")
        raise MalformedRequest("The query is not valid.", [refusal])
    found = calls.find(app, customers, "email", email)
    data = [stripe_object.show(found)] if found else []
    url = "/v1/customers/search"
    return _answer({"object": "search_result", "url": url, "has_more": False, "next_page": None, "data": data})


def _query(*known: str) -> dict[str, str]:
    """The parameters in the URL of a request; see `lists.parameters`.

    The request must not be for another account: the key's organization is the only one.
    """
    event = app.current_event
    for name in ("Stripe-Account", "Stripe-Context"):
        if event.headers.get(name):
            raise MalformedRequest(f"There are no connected accounts here: send the request without {name}.")
    if event.body and event.http_method != "POST":
        raise MalformedRequest("Only a POST has parameters in its body: send these in the URL.")
    sent = lists.parameters(event, known)
    for name, values in event.multi_value_query_string_parameters.items():
        if name.startswith("expand") and not all(each.removeprefix("data.") in stripe.EXPANDED for each in values):
            lists.refuse(sent, name)
    return sent


def _place(sent: Mapping[str, str], name: str) -> str:
    """The place of the customer with the id in a parameter, even when it was deleted; see `lists.place_of_deleted`."""
    try:
        return lists.place(calls.retrieve(app, customers, sent[name]))
    except NotFound:
        return lists.place_of_deleted(sent[name], name)


def _shown(record: Record, headers: Mapping[str, str] = {}) -> Response[str]:
    return _answer(stripe_object.show(record), headers)


def _answer(body: dict[str, Any], headers: Mapping[str, str] = {}) -> Response[str]:
    return answers.shown(app.current_event, stripe.DIALECT, body, headers)
