"""The events of a customer's life, from the write over the table's stream and the bus to a subscriber's queue."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest

from local.stack import Stack

type Inbox = Callable[[int], list[dict[str, Any]]]


def messages_of(stack: Stack, queue: str, number: int) -> list[str]:
    """The bodies of the messages of a queue, when there are so many or a minute is over."""
    sqs = stack.client("sqs")
    bodies: list[str] = []
    deadline = time.monotonic() + 60
    while len(bodies) < number and time.monotonic() < deadline:
        received = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=10)
        for message in received.get("Messages", []):
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return bodies


@pytest.fixture(scope="module")
def inbox(stack: Stack) -> Iterator[Inbox]:
    """A subscriber: a rule for all events with a queue behind it. Waits for a number of messages."""
    sqs, events = stack.client("sqs"), stack.client("events")
    name, bus = f"subscriber-{uuid.uuid4().hex}", stack.outputs["EventBusName"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {
        "source": ["customer-create"],
        "detail-type": ["customer.created", "customer.updated", "customer.deleted"],
    }
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])

    def receive(number: int) -> list[dict[str, Any]]:
        return [json.loads(body) for body in messages_of(stack, queue, number)]

    yield receive
    events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
    events.delete_rule(Name=name, EventBusName=bus)
    sqs.delete_queue(QueueUrl=queue)


def expire(stack: Stack, key: str) -> None:
    """Delete the record of an Idempotency-Key, as time to live does."""
    record = {"pk": {"S": f"acme#idempotency#{key}"}}
    stack.client("dynamodb").delete_item(TableName=stack.outputs["TableName"], Key=record)


def test_the_life_of_a_customer_is_published_in_order(client: httpx.Client, stack: Stack, inbox: Inbox) -> None:
    customer = {
        "email": f"ada-{uuid.uuid4().hex}@example.com",
        "external_id": uuid.uuid4().hex,
        "name": "Zoë O'Neil 李",
        "billing_address": {"city": "London", "country": "GB"},
        "metadata": {"plan": "gold"},
    }

    created = client.post("/customers", json=customer)
    shown = client.get(created.headers["Location"]).json()
    client.patch(created.headers["Location"], json={"name": customer["name"]})  # changes nothing, and is no event
    changed = client.patch(created.headers["Location"], json={"name": "Zoë 李"}).json()
    assert client.delete(created.headers["Location"]).status_code == 204

    messages = inbox(3)
    for message in messages:
        url = f"{stack.api_url}/docs/{message['detail-type']}.json"
        schema = httpx.get(url).json()
        assert (message["source"], schema["$id"]) == ("customer-create", url)
        jsonschema_rs.Draft202012Validator(schema).validate(message["detail"])
    about = {"version": 1, "organization": "acme", "id": shown["id"]}
    assert [(message["detail-type"], message["detail"]) for message in messages] == [
        ("customer.created", about | {"revision": 1, "customer": shown}),
        ("customer.updated", about | {"revision": 2, "changed": ["name"], "customer": changed}),
        ("customer.deleted", about | {"revision": 2}),
    ]
    assert (shown["name"], changed["name"], changed["revision"]) == (customer["name"], "Zoë 李", 2)


def test_nothing_but_a_customer_calls_the_publisher(client: httpx.Client, stack: Stack, inbox: Inbox) -> None:
    """Guards and idempotency records, made and deleted, duplicates and replays: counted by what the publisher got."""
    key = uuid.uuid4().hex
    customer = {"email": f"ada-{uuid.uuid4().hex}@example.com", "external_id": uuid.uuid4().hex}
    before = len(batches(stack))

    first = client.post("/customers", json=customer, headers={"Idempotency-Key": key})
    client.post("/customers", json=customer, headers={"Idempotency-Key": key})
    client.post("/customers", json=customer)
    client.delete(first.headers["Location"])
    expire(stack, key)
    last = client.post("/customers", json={"external_id": uuid.uuid4().hex})

    # What the last create published was behind all else in the stream.
    ids = [message["detail"]["id"] for message in inbox(3)]
    assert ids == [first.json()["id"], first.json()["id"], last.json()["id"]]
    seen = batches(stack)[before:]
    assert sum(line["records"] for line in seen) == sum(line["published"] for line in seen) == 3


def batches(stack: Stack) -> list[dict[str, Any]]:
    """The lines of the publisher's log that sum up a batch."""
    logs = stack.client("logs")
    lines: list[dict[str, Any]] = []
    for group in logs.describe_log_groups()["logGroups"]:
        if "PublishCustomers" in group["logGroupName"]:
            for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]:
                lines += [json.loads(event["message"])] if event["message"].startswith("{") else []
    return [line for line in lines if line.get("message") == "batch"]


def test_a_customer_that_cannot_be_read_is_set_aside(stack: Stack, client: httpx.Client, inbox: Inbox) -> None:
    """Such as one that somebody wrote by hand: DynamoDB's sets are no part of the model."""
    key = f"acme#customer#cus_{uuid.uuid4().hex}"
    item = {"pk": {"S": key}, "id": {"S": key.rpartition("#")[2]}, "tags": {"SS": ["a set"]}}
    stack.client("dynamodb").put_item(TableName=stack.outputs["TableName"], Item=item)
    created = client.post("/customers", json={"email": f"ada-{uuid.uuid4().hex}@example.com"})
    stack.client("dynamodb").delete_item(TableName=stack.outputs["TableName"], Key={"pk": {"S": key}})

    [message] = inbox(1)
    unpublished = [json.loads(body) for body in messages_of(stack, stack.outputs["UnpublishedQueueUrl"], 2)]

    assert message["detail"]["id"] == created.json()["id"]
    assert [(record["reason"], record["keys"]) for record in unpublished] == [("unreadable", {"pk": {"S": key}})] * 2
