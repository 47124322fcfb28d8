"""POST /customers."""

import gc
from typing import Any

gc.disable()  # imports leave no garbage, and looking for it takes a tenth of a cold start

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from customers.customer import identity, model
from customers.http import edge
from customers.http.parsing import parse_customer
from customers.settings import settings
from customers.table import dynamodb, store

app = edge.resolver()
customers = store.CustomerStore(dynamodb.of_function(), settings().table_name)

gc.freeze()  # all of this stays, and need not be looked at again
gc.enable()


@app.post("/customers")
def create_customer() -> Response[str]:
    """Create the customer that the body describes, once: 201, or a problem and no customer."""
    event = app.current_event
    key = edge.idempotency_key(event)
    customer = parse_customer(edge.json_body(event))
    creation = customers.create(
        edge.organization(event),
        model.new_record(customer),
        edge.time_left(app),
        store.Idempotency(key, identity.fingerprint(customer.model_dump(exclude_none=True))) if key else None,
    )
    return edge.created(event, creation.record, replayed=creation.replayed)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point."""
    return edge.resolve(app, event, context)
