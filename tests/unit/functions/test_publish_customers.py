"""The publisher: each change of a customer on the bus at least once and in order, whatever fails."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto.events.models import EventPattern

from conftest import Api, Context, Log
from customers import events
from support import template

BUS = "customers"


class Bus:
    """EventBridge: refuses the events of some customers, and knows its limits."""

    def __init__(self) -> None:
        self.calls: list[list[events.Entry]] = []
        self.came_through: list[tuple[str, int]] = []
        self.refused: set[str] = set()
        self.fails_at_call = -1

    def put_events(self, Entries: list[events.Entry]) -> dict[str, Any]:  # noqa: N803 - boto3's name
        self.calls.append(Entries)
        if len(self.calls) - 1 == self.fails_at_call:
            raise EndpointConnectionError(endpoint_url="https://events.eu-west-1.amazonaws.com")
        assert 1 <= len(Entries) <= 10
        assert sum(map(events.size, Entries)) < 1_000_000
        ids = [json.loads(entry["Detail"])["id"] for entry in Entries]
        assert len({*ids}) == len(ids), "one that is refused could be overtaken by the next one of the same customer"
        refused = [customer_id in self.refused for customer_id in ids]
        details = [json.loads(entry["Detail"]) for entry in Entries]
        self.came_through += [(d["id"], d["revision"]) for d, no in zip(details, refused, strict=True) if not no]
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


type Images = tuple[dict[str, Any] | None, dict[str, Any] | None]
"""An item before a write and after it."""


def published(*items: dict[str, Any], context: Any = None) -> list[str]:
    """Hand new customers to the publisher as the stream does; the sequence numbers that it wants again."""
    return published_changes(*[(None, item) for item in items], context=context)


def published_changes(*changes: Images, context: Any = None) -> list[str]:
    """The same for any changes."""
    import publish_customers

    records = [stream_record(f"s{number}", change) for number, change in enumerate(changes)]
    context = context or Context()
    answer = publish_customers.handler({"Records": records}, context)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def stream_record(sequence_number: str, images: Images) -> dict[str, Any]:
    """A record of the stream; an image that there is none of is not there."""
    old, new = images
    item: Any = new or old
    names = {(False, True): "INSERT", (True, True): "MODIFY", (True, False): "REMOVE"}
    return {
        "eventName": names[old is not None, new is not None],
        "dynamodb": {
            "SequenceNumber": sequence_number,
            "Keys": {"pk": item["pk"]},
            **({"NewImage": new} if new else {}),
            **({"OldImage": old} if old else {}),
        },
    }


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
        "revision": 1,
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


def revision(number: int, revision: int, **more: Any) -> dict[str, Any]:
    updated_at = {"S": f"2026-01-31T12:00:0{revision}.000Z"}
    return customer(number, updated_at=updated_at, **more) | {"revision": {"N": str(revision)}}


ADA = {"name": {"S": "Ada"}, "email": {"S": "ada@example.com"}}


def test_a_changed_customer_is_published_as_it_is_with_the_names_of_what_changed(bus: Bus) -> None:
    old = revision(0, 1, **ADA, phone={"S": "0171 1234567"}, custom_fields={"S": "{}"}, metadata={"M": {}})
    address = {"M": {"country": {"S": "DE"}}}
    new = revision(0, 2, **ADA, phone=old["phone"], custom_fields={"S": '{"a": 1}'}, billing_address=address)
    new |= {"email": {"S": "lovelace@example.com"}, "phone_e164": {"S": "+491711234567"}}

    assert published_changes((old, new)) == []

    assert [entry["DetailType"] for [entry] in bus.calls] == ["customer.updated"]
    assert bus.details == [
        {
            "version": 1,
            "organization": "acme",
            "id": "cus_0",
            "revision": 2,
            "changed": ["billing_address", "custom_fields", "email", "metadata", "phone_e164"],
            "customer": {
                "id": "cus_0",
                "updated_at": "2026-01-31T12:00:02.000Z",
                "revision": 2,
                "email": "lovelace@example.com",
                "name": "Ada",
                "phone": "0171 1234567",
                "phone_e164": "+491711234567",
                "billing_address": {"country": "DE"},
            },
        }
    ]
    assert "ada@example.com" not in bus.calls[0][0]["Detail"]


def test_a_deleted_customer_is_published_by_its_id_alone(bus: Bus) -> None:
    assert published_changes((revision(0, 3, **ADA), None)) == []

    [[entry]] = bus.calls
    assert entry["DetailType"] == "customer.deleted"
    assert bus.details == [{"version": 1, "organization": "acme", "id": "cus_0", "revision": 3}]


def test_a_restored_customer_is_created_with_the_revision_that_it_has(bus: Bus) -> None:
    assert published(revision(0, 7)) == []

    [[entry]] = bus.calls
    assert (entry["DetailType"], bus.details[0]["revision"]) == ("customer.created", 7)


def test_a_write_that_changes_nothing_of_what_is_shown_is_not_published(bus: Bus, log: Log) -> None:
    before, after = customer(0, guards={"M": {}}), customer(0, guards={"M": {"email": {"S": "acme#email#a@b.c"}}})

    assert published_changes((before, after), (None, customer(1)), (after, after)) == []

    assert [detail["id"] for detail in bus.details] == ["cus_1"]
    assert (log()[-1]["published"], log()[-1]["unreadable"]) == (1, 0)


def test_the_events_of_a_customer_never_overtake_each_other(bus: Bus) -> None:
    """Others of a call come through when one is refused, and Lambda tries again from the refused one on."""
    one, two, three = (revision(1, number) for number in (1, 2, 3))
    changes: list[Images] = [(None, customer(0)), (None, one), (None, customer(2)), (one, two), (two, three)]
    bus.refused = {"cus_1"}

    assert published_changes(*changes) == ["s1"]
    bus.refused = set()
    assert published_changes(*changes[1:]) == []

    assert [number for customer_id, number in bus.came_through if customer_id == "cus_1"] == [1, 2, 3]
    assert {customer_id for customer_id, _ in bus.came_through} == {"cus_0", "cus_1", "cus_2"}


GUARD = {"pk": {"S": "acme#email#ada@example.com"}, "customer_id": {"S": "cus_0"}}
RECORD = {"pk": {"S": "acme#idempotency#1"}, "customer_id": {"S": "cus_0"}, "expires_at": {"N": "1"}}


@pytest.mark.parametrize(
    ("images", "passes"),
    [
        ((None, customer(0)), True),
        ((customer(0), revision(0, 2)), True),
        ((customer(0), None), True),
        *(((None, item), False) for item in (GUARD, RECORD)),
        *(((item, item | {"customer_id": {"S": "cus_1"}}), False) for item in (GUARD, RECORD)),
        *(((item, None), False) for item in (GUARD, RECORD)),
    ],
)
def test_the_stream_lets_customers_through_and_nothing_else(images: Images, *, passes: bool) -> None:
    """moto knows EventBridge's patterns, whose rules Lambda's filters have; a record has to match one of them."""
    mapping = template()["Resources"]["PublishCustomersMapping"]["Properties"]
    patterns = [EventPattern.load(filter_["Pattern"]) for filter_ in mapping["FilterCriteria"]["Filters"]]
    record: Any = stream_record("s0", images)

    assert any(pattern.matches_event(record) for pattern in patterns) == passes


def test_a_customer_alone_has_an_id_in_the_table(api: Api, table: Any) -> None:
    headers = {"Content-Type": ["application/json"], "Idempotency-Key": ["key"]}
    api.create({"email": "ada@example.com", "external_id": "crm-1"}, multiValueHeaders=headers)

    kinds = {item["pk"].split("#")[1]: "id" in item for item in table.scan()["Items"]}

    assert kinds == {"customer": True, "email": False, "external_id": False, "idempotency": False}
