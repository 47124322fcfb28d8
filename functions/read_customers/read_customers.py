"""GET /customers/{id} and GET /customers?email=… or ?external_id=…."""

import gc
import re
from typing import Any

gc.disable()  # imports leave no garbage, and looking for it takes a tenth of a cold start

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from customers.errors import NotFound
from customers.http import edge
from customers.http.parsing import parse_query
from customers.settings import settings
from customers.table import dynamodb
from customers.table.reads import Reads

CUSTOMER_ID = re.compile(r"cus_[0-9a-f]{32}")

app = edge.resolver()
customers = Reads(dynamodb.of_function(), settings().table_name)

gc.freeze()  # all of this stays, and need not be looked at again
gc.enable()


@app.get("/customers/{id}")
def get_customer() -> Response[str]:
    """The customer with the id: 200, or 404."""
    event = app.current_event
    customer_id = event.path_parameters["id"]
    if CUSTOMER_ID.fullmatch(customer_id):
        record = customers.get(edge.organization(event), customer_id, edge.time_left(app))
        if record is not None:
            return edge.found(event, record)
    raise NotFound("There is no customer with this id.")


@app.get("/customers")
def find_customers() -> Response[str]:
    """The customer with the e-mail address or the external id: 200 with a list of one or none."""
    event = app.current_event
    field, value = parse_query(event.get("multiValueQueryStringParameters") or {})
    record = customers.find(edge.organization(event), field, value, edge.time_left(app))
    return edge.found_list(event, [] if record is None else [record])


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point."""
    return edge.resolve(app, event, context)
