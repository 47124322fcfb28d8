"""PATCH and DELETE /customers/{id}, and PUT /customers?external_id=…."""

import gc
from functools import partial
from typing import Any

gc.disable()  # imports leave no garbage, and looking for it takes a tenth of a cold start

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from customers.customer import changes, model
from customers.errors import InvalidCustomer
from customers.http import bodies, edge, edits
from customers.http.parsing import read_json
from customers.http.preconditions import precondition
from customers.settings import settings
from customers.table import dynamodb
from customers.table.changes import Changes, Edit

app = edge.resolver()
customers = Changes(dynamodb.of_function(), settings().table_name)

gc.freeze()  # all of this stays, and need not be looked at again
gc.enable()


@app.patch("/customers/{id}")
def change_customer() -> Response[str]:
    """Change the fields of the customer that the body names: 200, or a problem and no change."""
    event = app.current_event
    organization, time_left, customer_id = edge.organization(event), edge.time_left(app), edge.customer_id(event)
    accepts = precondition(event)
    data = read_json(bodies.json_body(event))
    idempotency = edge.idempotency(event, data)
    try:
        patch = edits.patch_of(data)
    except InvalidCustomer:
        # It may have been carried out before the rules became what they are.
        if idempotency and (record := customers.replay(organization, idempotency, time_left)):
            return edge.changed(event, record, replayed=True)
        raise
    edit = Edit(partial(edits.patched, patch=patch), accepts, idempotency)
    change = customers.change(organization, customer_id, edit, time_left)
    return edge.changed(event, change.record, replayed=change.replayed)


@app.put("/customers")
def put_customer() -> Response[str]:
    """Make the customer with the external id what the body says: 201 if that creates it, 200, or a problem."""
    event = app.current_event
    organization, time_left = edge.organization(event), edge.time_left(app)
    external_id = edits.parse_external_id(event.get("multiValueQueryStringParameters") or {})
    accepts = precondition(event)
    data = read_json(bodies.json_body(event))
    idempotency = edge.idempotency(event, data)
    try:
        customer = edits.replacement_of(data, external_id)
    except InvalidCustomer:
        if idempotency and (record := customers.replay(organization, idempotency, time_left)):
            return edge.changed(event, record, replayed=True)
        raise
    edit = Edit(partial(changes.replaced, customer=customer), accepts, idempotency)
    change = customers.put(organization, model.new_record(customer), edit, time_left)
    if change.created:
        return edge.created(event, change.record, replayed=False)
    return edge.changed(event, change.record, replayed=change.replayed)


@app.delete("/customers/{id}")
def delete_customer() -> Response[str]:
    """Delete the customer with the id: 204, or a problem and nothing deleted."""
    event = app.current_event
    organization, time_left, customer_id = edge.organization(event), edge.time_left(app), edge.customer_id(event)
    customers.delete(organization, customer_id, precondition(event), time_left)
    return edge.deleted(event)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point."""
    return edge.resolve(app, event, context)
