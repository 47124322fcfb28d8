"""Who may call: from an API key to the policy that API Gateway holds its requests against.

API Gateway keeps the policy for 300 seconds under the Authorization header and asks it about every request with that
header, whatever its route. So a policy is made from the key alone, for all routes of the stage, and never from the
route that happens to be called first. A revocation or an expiry takes effect when the last kept policy ends.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import botocore.session
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from customers import retries
from customers.api_keys import ApiKey, bearer_key, from_item, hash_of
from customers.attributes import decode
from customers.settings import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

# A lookup may be made again whatever became of it, so here botocore's own retries will do.
CONFIG = retries.CLIENT_CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 3}))

logger = Logger()
dynamodb = cast("DynamoDBClient", botocore.session.get_session().create_client("dynamodb", config=CONFIG))


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point: the policy of the key, or the one exception that API Gateway answers with 401."""
    key = _find(event)
    state = key.state(datetime.now(UTC)) if key else "unknown"
    logger.info("authorization", key_id=key and key.id, organization=key and key.organization, key_state=state)
    if key is None or state != "active":
        raise Exception("Unauthorized")  # noqa: TRY002 - API Gateway goes by this message
    return {
        "principalId": key.id,
        "policyDocument": _policy(event["methodArn"], key),
        "context": {"organization": key.organization, "key_id": key.id},
    }


def _find(event: dict[str, Any]) -> ApiKey | None:
    """The key that the request shows, if the table has it.

    The read is consistent, for half a read unit more every 300 seconds: a new key works at once, and what was revoked
    can't be read once more as valid and be kept for another 300 seconds.
    """
    headers = event["multiValueHeaders"] or {}
    shown = [value for name, values in headers.items() if name.lower() == "authorization" for value in values]
    key = bearer_key(shown[0]) if len(shown) == 1 else None
    if key is None:
        return None
    answer = dynamodb.get_item(
        TableName=settings().table_name,
        Key={"key_hash": {"S": hash_of(key)}},
        ConsistentRead=True,
        ReturnConsumedCapacity="TOTAL",
    )
    if not retries.is_whole(answer):
        raise ConnectionError("DynamoDB's answer can't be read")
    item: Mapping[str, Any] | None = answer.get("Item")
    return None if item is None else from_item({name: decode(value) for name, value in item.items()})


def _policy(method_arn: str, key: ApiKey) -> dict[str, Any]:
    """All that the key opens; what the policy doesn't name is denied.

    `method_arn` is `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}`.
    """
    api, stage, _ = method_arn.split("/", 2)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "execute-api:Invoke",
                "Resource": [f"{api}/{stage}/{route}" for route in key.routes],
            }
        ],
    }
