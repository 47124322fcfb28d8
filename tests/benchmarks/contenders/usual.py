"""The usual style: Powertools' Idempotency, Tracer and validation, and a conditional put.

It guards the e-mail address only, by making it the key.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent

from customers.customer.model import NewCustomer

logger = Logger()
tracer = Tracer()
app = APIGatewayRestResolver(enable_validation=True)
dynamodb = boto3.resource("dynamodb")
table = dynamodb.Table("customers")
persistence = DynamoDBPersistenceLayer(table_name="idempotency")
config = IdempotencyConfig(event_key_jmespath='[headers."Idempotency-Key", httpMethod, path]')


@app.post("/customers")
@tracer.capture_method(capture_response=False)
def create_customer(customer: NewCustomer) -> Response[dict[str, Any]]:
    """Put the customer unless the e-mail address is taken."""
    time = datetime.now(UTC).isoformat()
    record = {"id": f"cus_{uuid.uuid4().hex}", "created_at": time, "updated_at": time, "revision": 1}
    record |= customer.model_dump(mode="json", exclude_none=True)
    try:
        table.put_item(Item={"pk": record["email"].lower(), **record}, ConditionExpression="attribute_not_exists(pk)")
    except dynamodb.meta.client.exceptions.ConditionalCheckFailedException:
        return Response(409, content_type="application/json", body={"message": "The customer already exists"})
    logger.info("created", customer_id=record["id"])
    return Response(201, content_type="application/json", body=record)


@app.get("/customers/<email>")
@tracer.capture_method(capture_response=False)
def get_customer(email: str) -> dict[str, Any]:
    """Get the customer with the e-mail address."""
    item = table.get_item(Key={"pk": email.lower()}, ConsistentRead=True).get("Item")
    if item is None:
        raise NotFoundError
    return item


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@tracer.capture_lambda_handler(capture_response=False)
@idempotent(persistence_store=persistence, config=config)
def create_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry point for POST."""
    return app.resolve(event, context)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@tracer.capture_lambda_handler(capture_response=False)
def read_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry point for GET."""
    return app.resolve(event, context)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Whichever of the two functions the event is for."""
    return (read_handler if event["httpMethod"] == "GET" else create_handler)(event, context)
