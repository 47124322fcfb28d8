"""customer.created on the event bus, from the stream of the table: at least once, and in the order of the stream.

The filter of the stream lets new customers through and nothing else; see PublishCustomersMapping in template.yaml.
"""

from typing import TYPE_CHECKING, Any, cast

import botocore.session
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from customers import events
from customers.operations.telemetry import log_failure, logger
from customers.settings import settings
from customers.table import items

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

eventbridge = cast("EventBridgeClient", botocore.session.get_session().create_client("events"))


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point: publish the customers of a batch, and say from which record on to try again."""
    published = publish([entry(record["dynamodb"]["NewImage"]) for record in event["Records"]])
    logger.info("batch", records=len(event["Records"]), published=published)
    failed = event["Records"][published : published + 1]
    return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]} for record in failed]}


def entry(item: dict[str, Any]) -> events.Entry:
    """The event that tells of a customer that the table has."""
    return events.customer_created(items.organization(item), items.record(item), settings().event_bus_name)


def publish(entries: list[events.Entry]) -> int:
    """Publish until one fails; the number of those before it.

    Others of the failed one's call may have come through. They will be published again, after it.
    """
    published = 0
    for call in events.calls(entries):
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
