"""POST /customers."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from customers import edge, model, store
from customers.parsing import parse_customer
from customers.settings import settings

app = edge.resolver()
customers = store.CustomerStore(store.dynamodb(), settings().table_name)


@app.post("/customers")
def create_customer() -> Response[str]:
    """Create the customer that the body describes: 201, or a problem and no customer."""
    event = app.current_event
    record = model.new_record(parse_customer(edge.json_body(event)))
    customers.create(edge.organization(event), record)
    return edge.created(event, record)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point."""
    return edge.resolve(app, event, context)
