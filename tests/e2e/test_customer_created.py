"""customer.created, from a create over the table's stream and the bus to a subscriber's queue."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from customers.events import CustomerCreated
from local.stack import Stack

type Inbox = Callable[[int], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def inbox(stack: Stack) -> Iterator[Inbox]:
    """A subscriber: a rule for customer.created with a queue behind it. Waits for a number of messages."""
    sqs, events = stack.client("sqs"), stack.client("events")
    name, bus = f"subscriber-{uuid.uuid4().hex}", stack.outputs["EventBusName"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["customer-create"], "detail-type": ["customer.created"]}
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])

    def receive(number: int) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        deadline = time.monotonic() + 60
        while len(messages) < number and time.monotonic() < deadline:
            for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=10).get(
                "Messages", []
            ):
                messages.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return messages

    yield receive
    events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
    events.delete_rule(Name=name, EventBusName=bus)
    sqs.delete_queue(QueueUrl=queue)


def test_a_created_customer_is_published_as_the_api_shows_it(client: httpx.Client, inbox: Inbox) -> None:
    customer = {
        "email": f"ada-{uuid.uuid4().hex}@example.com",
        "external_id": uuid.uuid4().hex,
        "name": "Zoë O'Neil 李",
        "billing_address": {"city": "London", "country": "GB"},
        "metadata": {"plan": "gold"},
    }

    created = client.post("/customers", json=customer)
    [message] = inbox(1)

    shown = client.get(created.headers["Location"]).json()
    assert (message["source"], message["detail-type"]) == ("customer-create", "customer.created")
    assert message["detail"].keys() == {"organization", "id", "customer"}
    assert message["detail"]["id"] == shown["id"]
    assert message["detail"]["customer"] == shown
    CustomerCreated.model_validate(message["detail"])


def test_nothing_but_a_new_customer_calls_the_publisher(client: httpx.Client, stack: Stack, inbox: Inbox) -> None:
    """Guards, idempotency records, duplicates and replays: the count of records that the publisher was given."""
    key = {"Idempotency-Key": uuid.uuid4().hex}
    customer = {"email": f"ada-{uuid.uuid4().hex}@example.com", "external_id": uuid.uuid4().hex}
    before = len(batches(stack))

    first = client.post("/customers", json=customer, headers=key)
    client.post("/customers", json=customer, headers=key)
    client.post("/customers", json=customer)
    last = client.post("/customers", json={"external_id": uuid.uuid4().hex})

    # What the last create published was behind all else in the stream.
    assert [message["detail"]["id"] for message in inbox(2)] == [first.json()["id"], last.json()["id"]]
    seen = batches(stack)[before:]
    assert sum(line["records"] for line in seen) == sum(line["published"] for line in seen) == 2


def batches(stack: Stack) -> list[dict[str, Any]]:
    """The lines of the publisher's log that tell of a batch."""
    logs = stack.client("logs")
    lines: list[dict[str, Any]] = []
    for group in logs.describe_log_groups()["logGroups"]:
        if "PublishCustomers" in group["logGroupName"]:
            for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]:
                lines += [json.loads(event["message"])] if event["message"].startswith("{") else []
    return [line for line in lines if line.get("message") == "batch"]
