"""Who may call: from an API key to the policy that API Gateway holds its requests against.

API Gateway keeps the policy for 300 seconds under the header with the key and asks it about every request with that
header, whatever its route. So a policy is made from the key alone, for all routes of the stage, and never from the
route that happens to be called first. A revocation or an expiry takes effect when the last kept policy ends.
"""

import gc
from datetime import UTC, datetime
from typing import Any

gc.disable()  # imports leave no garbage, and looking for it takes a tenth of a cold start

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from customers.api_keys import KEY_HEADERS, ApiKey, from_item, hash_of, shown_key
from customers.errors import TryAgain
from customers.settings import settings
from customers.table import dynamodb
from customers.table.attributes import decode
from customers.table.retries import TimeLeft

logger = Logger()
keys = dynamodb.of_function()

gc.freeze()  # all of this stays, and need not be looked at again
gc.enable()


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point: the policy of the key, or the one exception that API Gateway answers with 401."""
    key = _find(event, lambda: context.get_remaining_time_in_millis() / 1000)
    state = key.state(datetime.now(UTC)) if key else "unknown"
    logger.info("authorization", key_id=key and key.id, organization=key and key.organization, key_state=state)
    if key is None or state != "active":
        raise Exception("Unauthorized")  # noqa: TRY002 - API Gateway goes by this message
    return {
        "principalId": key.id,
        "policyDocument": _policy(event["methodArn"], key),
        "context": {"organization": key.organization, "key_id": key.id},
    }


def _find(event: dict[str, Any], time_left: TimeLeft) -> ApiKey | None:
    """The key that the request shows, if the table has it.

    The read is consistent, for half a read unit more every 300 seconds: a new key works at once, and what was revoked
    can't be read once more as valid and be kept for another 300 seconds.
    """
    headers, vendor = event["multiValueHeaders"] or {}, (event.get("stageVariables") or {}).get("vendor", "")
    header = KEY_HEADERS.get(vendor, "authorization")
    shown = [value for name, values in headers.items() if name.lower() == header for value in values]
    key = shown_key(shown[0], vendor) if len(shown) == 1 else None
    if key is None:
        return None
    try:
        item = keys.get_item(settings().table_name, {"key_hash": {"S": hash_of(key)}}, time_left)
    except TryAgain as error:
        logger.error("no answer", last_failure=str(error.__cause__))  # noqa: TRY400 - Lambda logs where it was raised
        raise
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
