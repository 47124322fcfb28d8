"""POST /customers."""

import gc
from typing import Any

gc.disable()  # imports leave no garbage, and looking for it takes a tenth of a cold start

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from customers.customer import model
from customers.errors import InvalidCustomer
from customers.http import bodies, edge
from customers.http.parsing import new_customer, read_json
from customers.settings import settings
from customers.table import dynamodb
from customers.table.writes import Writes

app = edge.resolver()
customers = Writes(dynamodb.of_function(), settings().table_name)

gc.freeze()  # all of this stays, and need not be looked at again
gc.enable()


@app.post("/customers")
def create_customer() -> Response[str]:
    """Create the customer that the body describes, once: 201, or a problem and no customer."""
    event = app.current_event
    organization, time_left = edge.organization(event), edge.time_left(app)
    data = read_json(bodies.json_body(event))
    idempotency = edge.idempotency(event, data)
    try:
        customer = new_customer(data)
    except InvalidCustomer:
        # It may have been carried out before the rules became what they are.
        if idempotency and (record := customers.replay(organization, idempotency, time_left)):
            return edge.created(event, record, replayed=True)
        raise
    creation = customers.create(organization, model.new_record(customer), time_left, idempotency)
    return edge.created(event, creation.record, replayed=creation.replayed)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point."""
    return edge.resolve(app, event, context)
