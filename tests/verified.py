"""A table to verify: a customer with all that belongs to it, and what may be done to it."""

from typing import Any

from customers.table.dynamodb import of_function
from operate.erase_customer import erase
from operate.repairs import Repairs

ADA = {"email": "ada@example.com", "external_id": "crm-1815"}
EMAIL, EXTERNAL_ID, RECORD = "acme#email#ada@example.com", "acme#external_id#crm-1815", "acme#idempotency#key-1"


def delete(customer_key: str) -> None:
    erase(Repairs(of_function(), "customers"), "acme", "id", customer_key.rpartition("#")[2])


def change(table: Any, key: str, expression: str, **values: Any) -> None:
    table.update_item(
        Key={"pk": key},
        UpdateExpression=expression,
        **({"ExpressionAttributeValues": {f":{name}": value for name, value in values.items()}} if values else {}),
    )
