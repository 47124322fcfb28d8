"""GET /customers/{id}, and GET /customers: one that is found by a unique field, or a list."""

import gc
from typing import Any

gc.disable()  # imports leave no garbage, and looking for it takes a tenth of a cold start

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from customers.errors import NotFound
from customers.http import edge, listing
from customers.http.parsing import parse_parameters, parse_query
from customers.settings import settings
from customers.table import dynamodb
from customers.table.lists import Listed, Lists

UNIQUE = {"email", "external_id"}

app = edge.resolver()
customers = Lists(dynamodb.of_function(), settings().table_name)

gc.freeze()  # all of this stays, and need not be looked at again
gc.enable()


@app.get("/customers/{id}")
def get_customer() -> Response[str]:
    """The customer with the id: 200, or 404."""
    event = app.current_event
    record = customers.get(edge.organization(event), edge.customer_id(event), edge.time_left(app))
    if record is None:
        raise NotFound("There is no customer with this id.")
    return edge.found(event, record)


@app.get("/customers")
def list_customers() -> Response[str]:
    """The customer with the e-mail address or the external id, or customers in order: 200 with a page of a list."""
    event = app.current_event
    organization, time_left = edge.organization(event), edge.time_left(app)
    parameters = event.get("multiValueQueryStringParameters") or {}
    if parameters.keys() & UNIQUE:
        record = customers.find(organization, *parse_query(parameters), time_left)
        return edge.found_list(event, *listing.page([Listed(record, rest=None)]))
    query = parse_parameters(listing.ListQuery, parameters)
    listed = customers.newest(
        organization, before=query.before, after=query.created_after, limit=query.limit, time_left=time_left
    )
    return edge.found_list(event, *listing.page(listed))


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point."""
    return edge.resolve(app, event, context)
