"""What happens to customers on the event bus, from the table's stream: at least once, and in order for each customer.

The filter of the stream lets customers through and nothing else; see PublishCustomersMapping in template.yaml.
"""

import json
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import botocore.session
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from customers import events
from customers.operations.telemetry import log_failure, logger
from customers.settings import settings
from customers.table import items
from customers.table.retries import TimeLeft

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

CALL_SECONDS = 5.0
"""The longest that a call takes, our own work included: none is begun with less time left."""

# botocore would wait for 60 seconds each, and try again; Lambda does that, from the first record not published on.
LIMITS = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 1})

session = botocore.session.get_session()
eventbridge = cast("EventBridgeClient", session.create_client("events", config=LIMITS))


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point: publish the changes of a batch, and say from which record on to try again.

    A record that can't be read would never be published, and would hold up all behind it: it goes to UnpublishedQueue.
    """

    def time_left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    records = event["Records"]
    found, unreadable = {}, []
    for position, record in enumerate(records):
        try:
            if made := events.event(change(record["dynamodb"]), settings().event_bus_name):
                found[position] = made
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it
            log_failure(error)
            unreadable.append(position)
    published = publish([*found.values()], time_left)
    end = next(iter([*found][published:]), len(records))
    for position in unreadable:
        if position < end and not set_aside(records[position]["dynamodb"], time_left):
            end = position
    logger.info("batch", records=len(records), published=published, unreadable=len(unreadable))
    failed = records[end : end + 1]
    return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]} for record in failed]}


def change(record: dict[str, Any]) -> events.Change:
    """What a record of the stream says of a customer: one that was created has no old image, one deleted no new one."""
    old, new = record.get("OldImage"), record.get("NewImage")
    return events.Change(items.organization(new or old or {}), old and items.record(old), new and items.record(new))


def publish(made: list[events.Event], time_left: TimeLeft) -> int:
    """Publish until one fails or the time is up; the number of those before it.

    Others of the failed one's call may have come through, of other customers. They will be published again, after it.
    """
    published = 0
    for call in events.calls(made):
        if time_left() < CALL_SECONDS:
            logger.warning("out of time")
            return published
        try:
            answer = eventbridge.put_events(Entries=call)  # type: ignore[arg-type]  # a TypedDict says no more
        except (BotoCoreError, ClientError) as error:
            log_failure(error)
            return published
        for result in answer["Entries"]:
            if "ErrorCode" in result:
                logger.warning("refused", error_code=result["ErrorCode"])
                return published
            published += 1
    return published


def set_aside(record: dict[str, Any], time_left: TimeLeft) -> bool:
    """Send the place of a record that can't be read to the queue of what was not published; whether that worked."""
    if time_left() < CALL_SECONDS:
        logger.warning("out of time")
        return False
    message = {"reason": "unreadable", "sequence_number": record["SequenceNumber"], "keys": record.get("Keys")}
    try:
        queue().send_message(QueueUrl=settings().unpublished_queue_url, MessageBody=json.dumps(message))
    except (BotoCoreError, ClientError) as error:
        log_failure(error)
        return False
    return True


@cache
def queue() -> Any:
    """The client of SQS: hardly ever needed, so it is not made when the process starts."""
    return session.create_client("sqs", config=LIMITS)
