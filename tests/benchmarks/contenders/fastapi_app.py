"""FastAPI behind Mangum, with the same model and the same transaction through a default boto3 client."""

import time
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from fastapi import FastAPI, Header, HTTPException
from mangum import Mangum

from customers.customer.model import NewCustomer

app = FastAPI()
client = boto3.client("dynamodb")


@app.post("/customers", status_code=201)
def create_customer(customer: NewCustomer, idempotency_key: Annotated[str, Header()]) -> dict[str, Any]:
    """Write the customer, its guards and the idempotency record in one transaction."""
    created_at = datetime.now(UTC).isoformat()
    record = {"id": f"cus_{uuid.uuid4().hex}", "created_at": created_at, "updated_at": created_at, "revision": 1}
    record |= customer.model_dump(mode="json", exclude_none=True)
    items = [
        {"pk": f"default#customer#{record['id']}", **record},
        {"pk": f"default#email#{record['email'].lower()}", "customer_id": record["id"]},
        {"pk": f"default#external_id#{record['external_id']}", "customer_id": record["id"]},
        {
            "pk": f"default#idempotency#{idempotency_key}",
            "customer_id": record["id"],
            "expires_at": int(time.time()) + 86_400,
        },
    ]
    try:
        client.transact_write_items(TransactItems=[put(item) for item in items])
    except client.exceptions.TransactionCanceledException as error:
        taken = [reason.get("Item") for reason in error.response["CancellationReasons"]]
        if taken[3]:
            return read_customer(taken[3]["customer_id"]["S"])
        raise HTTPException(409, "The customer already exists") from None
    return record


@app.get("/customers/{customer_id}")
def read_customer(customer_id: str) -> dict[str, Any]:
    """Get the customer with the id."""
    key = {"pk": {"S": f"default#customer#{customer_id}"}}
    item = client.get_item(TableName="customers", Key=key, ConsistentRead=True).get("Item")
    if item is None:
        raise HTTPException(404, "There is no such customer")
    return {name: TypeDeserializer().deserialize(value) for name, value in item.items() if name != "pk"}


def put(item: dict[str, Any]) -> Any:
    """The item on the condition that it is not there."""
    return {
        "Put": {
            "TableName": "customers",
            "Item": TypeSerializer().serialize(item)["M"],
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


handler = Mangum(app, lifespan="off")
