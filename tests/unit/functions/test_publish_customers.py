"""The publisher: each new customer on the bus at least once and in order, whatever fails."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from conftest import Api, Context, Log
from customers import events
from support import template

BUS = "customers"


class Bus:
    """EventBridge: refuses the events of some customers, and knows its limits."""

    def __init__(self) -> None:
        self.calls: list[list[events.Entry]] = []
        self.refused: set[str] = set()
        self.fails_at_call = -1

    def put_events(self, Entries: list[events.Entry]) -> dict[str, Any]:  # noqa: N803 - boto3's name
        self.calls.append(Entries)
        if len(self.calls) - 1 == self.fails_at_call:
            raise EndpointConnectionError(endpoint_url="https://events.eu-west-1.amazonaws.com")
        assert 1 <= len(Entries) <= 10
        assert sum(map(events.size, Entries)) < 1_000_000
        refused = [json.loads(entry["Detail"])["id"] in self.refused for entry in Entries]
        return {"Entries": [{"ErrorCode": "ThrottlingException"} if no else {"EventId": "1"} for no in refused]}

    @property
    def details(self) -> list[Any]:
        return [json.loads(entry["Detail"]) for call in self.calls for entry in call]


class Queue:
    """UnpublishedQueue: keeps the messages, unless it is out of reach."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.out_of_reach = False

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803 - boto3's names
        if self.out_of_reach:
            raise EndpointConnectionError(endpoint_url=QueueUrl)
        self.messages.append(json.loads(MessageBody))


@pytest.fixture
def bus(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Bus:
    import publish_customers

    bus = Bus()
    monkeypatch.setattr(publish_customers, "eventbridge", bus)
    return bus


@pytest.fixture
def queue(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Queue:
    import publish_customers

    queue = Queue()
    monkeypatch.setattr(publish_customers, "queue", lambda: queue)
    return queue


def customer(number: int, **more: Any) -> dict[str, Any]:
    return {"pk": {"S": f"acme#customer#cus_{number}"}, "id": {"S": f"cus_{number}"}, "revision": {"N": "1"}, **more}


def unreadable(number: int) -> dict[str, Any]:
    return customer(number, description={"a type that DynamoDB has not": ""})


def published(*items: dict[str, Any], context: Any = None) -> list[str]:
    """Hand the items to the publisher as the stream does; the sequence numbers that it wants again."""
    import publish_customers

    records = [
        {
            "eventName": "INSERT",
            "dynamodb": {"SequenceNumber": f"s{number}", "Keys": {"pk": item["pk"]}, "NewImage": item},
        }
        for number, item in enumerate(items)
    ]
    context = context or Context()
    answer = publish_customers.handler({"Records": records}, context)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_customer_is_published_as_the_api_shows_it(api: Api, table: Any, bus: Bus) -> None:
    body: dict[str, Any] = {
        "email": "ada@example.com",
        "name": "Zoë 李",
        "metadata": {"plan": "gold"},
        "description": "a\nb",
    }
    body |= {"custom_fields": {"contract": 1.10}, "tax_ids": [{"type": "eu_vat", "value": "DE136695976"}]}
    created = api.create(body)

    assert published(as_in_the_stream(table, f"acme#customer#{created.json['id']}")) == []

    [[entry]] = bus.calls
    assert entry | {"Detail": ""} == {
        "EventBusName": BUS,
        "Source": "customer-create",
        "DetailType": "customer.created",
        "Detail": "",
    }
    assert json.loads(entry["Detail"]) == {
        "version": 1,
        "organization": "acme",
        "id": created.json["id"],
        "customer": {name: value for name, value in created.json.items() if name != "custom_fields"},
    }


def as_in_the_stream(table: Any, key: str) -> dict[str, Any]:
    """The item with the types of its values."""
    return dict(boto3.client("dynamodb").get_item(TableName=table.name, Key={"pk": {"S": key}})["Item"])


def test_a_batch_is_published_in_order_ten_events_a_call(bus: Bus) -> None:
    assert published(*map(customer, range(25))) == []

    assert [len(call) for call in bus.calls] == [10, 10, 5]
    assert [detail["id"] for detail in bus.details] == [f"cus_{number}" for number in range(25)]
    assert bus.details[0]["customer"] == {"id": "cus_0", "revision": 1}


def test_large_customers_share_a_call_only_when_they_fit(bus: Bus) -> None:
    large = {"description": {"S": "é" * 200_000}}

    assert published(*[customer(number, **large) for number in range(5)]) == []

    assert [len(call) for call in bus.calls] == [2, 2, 1]


def test_the_largest_item_of_a_table_fits_an_event(bus: Bus) -> None:
    largest = {"S": '"' * 400 * 1024}  # each of them two bytes of JSON

    assert published(customer(0, description=largest), customer(1, description=largest)) == []

    assert [len(call) for call in bus.calls] == [1, 1]
    assert bus.details[0]["customer"]["description"] == largest["S"]


def test_from_the_first_refused_event_on_everything_is_tried_again(bus: Bus, log: Log) -> None:
    bus.refused = {"cus_12", "cus_14"}

    assert published(*map(customer, range(25))) == ["s12"]

    assert len(bus.calls) == 2
    assert [(line["level"], line.get("error_code")) for line in log()] == [
        ("WARNING", "ThrottlingException"),
        ("INFO", None),
    ]


def test_a_call_that_fails_is_tried_again_from_its_first_event(bus: Bus, log: Log) -> None:
    bus.fails_at_call = 1

    assert published(*map(customer, range(25))) == ["s10"]

    assert [line["level"] for line in log()] == ["ERROR", "INFO"]
    assert (log()[1]["records"], log()[1]["published"]) == (25, 10)


def test_a_record_that_cannot_be_read_holds_up_no_other_and_is_not_lost(bus: Bus, queue: Queue, log: Log) -> None:
    assert published(customer(0), unreadable(1), customer(2), unreadable(3), customer(4)) == []

    assert [detail["id"] for detail in bus.details] == ["cus_0", "cus_2", "cus_4"]
    assert queue.messages == [
        {"reason": "unreadable", "sequence_number": f"s{number}", "keys": {"pk": {"S": f"acme#customer#cus_{number}"}}}
        for number in (1, 3)
    ]
    assert [line["level"] for line in log()] == ["ERROR", "ERROR", "INFO"]
    assert (log()[-1]["published"], log()[-1]["unreadable"]) == (3, 2)


def test_what_will_be_read_again_is_set_aside_then(bus: Bus, queue: Queue) -> None:
    bus.refused = {"cus_2"}

    assert published(unreadable(0), customer(1), customer(2), unreadable(3)) == ["s2"]

    assert [message["sequence_number"] for message in queue.messages] == ["s0"]


def test_a_record_that_cannot_be_set_aside_is_tried_again(bus: Bus, queue: Queue) -> None:
    queue.out_of_reach = True

    assert published(customer(0), unreadable(1), customer(2)) == ["s1"]


def test_a_call_is_begun_only_when_it_can_end_before_the_invocation_does(bus: Bus, queue: Queue, log: Log) -> None:
    import publish_customers

    function = template()["Globals"]["Function"]
    limits = publish_customers.LIMITS
    longest: float = limits.connect_timeout + limits.read_timeout  # type: ignore[attr-defined]  # the stubs know none
    context = Context()
    context.milliseconds_left = publish_customers.CALL_SECONDS * 1000 - 1

    assert published(customer(0), unreadable(1), context=context) == ["s0"]
    assert published(unreadable(0), context=context) == ["s0"]

    assert (bus.calls, queue.messages) == ([], [])
    assert longest < publish_customers.CALL_SECONDS < function["Timeout"]
    assert limits.retries["total_max_attempts"] == 1  # type: ignore[attr-defined]  # the same
    assert "out of time" in [line["message"] for line in log()]


def test_the_clients_keep_to_the_limits(dynamodb: Any) -> None:
    import publish_customers

    real: Any = publish_customers.session.create_client("events", config=publish_customers.LIMITS)
    for client in (real, publish_customers.queue()):
        assert (client.meta.config.connect_timeout, client.meta.config.read_timeout) == (1, 3)


def test_the_publisher_logs_nothing_of_a_customer(bus: Bus, log: Log) -> None:
    bus.refused = {"cus_1"}

    published(customer(0, name={"S": "Ada Lovelace"}), customer(1, name={"S": "Ada Lovelace"}))

    assert "Ada" not in str(log())


def test_the_stream_lets_only_new_customers_through() -> None:
    mapping = template()["Resources"]["PublishCustomersMapping"]["Properties"]
    [pattern] = [json.loads(filter_["Pattern"]) for filter_ in mapping["FilterCriteria"]["Filters"]]

    assert pattern == {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"id": {"S": [{"exists": True}]}}}}


def test_a_customer_alone_has_an_id_in_the_table(api: Api, table: Any) -> None:
    headers = {"Content-Type": ["application/json"], "Idempotency-Key": ["key"]}
    api.create({"email": "ada@example.com", "external_id": "crm-1"}, multiValueHeaders=headers)

    kinds = {item["pk"].split("#")[1]: "id" in item for item in table.scan()["Items"]}

    assert kinds == {"customer": True, "email": False, "external_id": False, "idempotency": False}
