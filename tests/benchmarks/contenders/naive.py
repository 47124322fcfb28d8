"""The least that could write the same items: a default boto3 client, and nothing around it.

`prepare` turns the event into what the client takes, and is not part of the measured time.
"""

import json
import uuid
from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer

client = boto3.client("dynamodb")


def prepare(event: dict[str, Any]) -> Any:
    """The parameters of the call."""
    if event["httpMethod"] in {"PATCH", "DELETE"}:
        return {"pk": f"default#customer#{event['pathParameters']['id']}", **json.loads(event["body"] or "{}")}
    if event["httpMethod"] == "GET":
        return {"Key": {"pk": {"S": f"default#customer#{event['pathParameters']['id']}"}}, "ConsistentRead": True}
    customer, key = json.loads(event["body"]), event["headers"]["Idempotency-Key"]
    customer_id, time = f"cus_{uuid.uuid4().hex}", "2026-11-21T20:14:29.000Z"
    assigned = {"id": customer_id, "created_at": time, "updated_at": time, "revision": 1}
    guards = {
        "email": f"default#email#{customer['email'].lower()}",
        "external_id": f"default#external_id#{customer['external_id']}",
    }
    hidden = {"guards": guards, "list_shard": f"default#{customer_id[-1]}", "listed_at": f"{time}#{customer_id}"}
    items = [
        {"pk": f"default#customer#{customer_id}", **hidden, **assigned, **customer},
        *({"pk": guard, "customer_id": customer_id} for guard in guards.values()),
        {
            "pk": f"default#idempotency#{key}",
            "customer_id": customer_id,
            "fingerprint": "0" * 64,
            "expires_at": 1_795_378_469,
        },
    ]
    return {
        "TransactItems": [
            {
                "Put": {
                    "TableName": "customers",
                    "Item": TypeSerializer().serialize(item)["M"],
                    "ConditionExpression": "attribute_not_exists(pk)",
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            }
            for item in items
        ]
    }


def handler(call: dict[str, Any], _context: Any) -> Any:
    """Make the call, and the second one that a replay needs."""
    if "pk" in call:
        return change(**call)
    if "Key" in call:
        return client.get_item(TableName="customers", **call)
    try:
        client.transact_write_items(**call)
    except client.exceptions.TransactionCanceledException as error:
        reasons = error.response["CancellationReasons"]
        if "Item" in reasons[3]:
            customer_id = reasons[3]["Item"]["customer_id"]["S"]
            client.get_item(TableName="customers", Key={"pk": {"S": f"default#customer#{customer_id}"}})
    return {"body": json.dumps({"id": call["TransactItems"][0]["Put"]["Item"]["id"]["S"]})}


def change(pk: str, email: str | None = None) -> dict[str, Any]:
    """Read the customer, then give it another address or delete it, and its guards with it."""
    item = client.get_item(TableName="customers", Key={"pk": {"S": pk}}, ConsistentRead=True)["Item"]
    of_its_own = {
        "TableName": "customers",
        "ConditionExpression": "attribute_not_exists(pk) OR customer_id = :id",
        "ExpressionAttributeValues": {":id": item["id"]},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    as_read = {
        "TableName": "customers",
        "ConditionExpression": "revision = :read",
        "ExpressionAttributeValues": {":read": item["revision"]},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    former = {"Delete": {"Key": {"pk": {"S": f"default#email#{item['email']['S'].lower()}"}}, **of_its_own}}
    if email is None:
        external_id = {"pk": {"S": f"default#external_id#{item['external_id']['S']}"}}
        parts = [
            {"Delete": {"Key": {"pk": item["pk"]}, **as_read}},
            former,
            {"Delete": {"Key": external_id, **of_its_own}},
        ]
    else:
        guards = {"M": {**item["guards"]["M"], "email": {"S": f"default#email#{email.lower()}"}}}
        changed = {
            **item,
            "email": {"S": email},
            "guards": guards,
            "revision": {"N": str(int(item["revision"]["N"]) + 1)},
        }
        guard = {"pk": guards["M"]["email"], "customer_id": item["id"]}
        new = {"TableName": "customers", "ConditionExpression": "attribute_not_exists(pk)"}
        parts = [
            {"Put": {"Item": changed, **as_read}},
            {"Put": {"Item": guard, "ReturnValuesOnConditionCheckFailure": "ALL_OLD", **new}},
            former,
        ]
    return client.transact_write_items(TransactItems=parts)
