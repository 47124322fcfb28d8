"""When a call to DynamoDB is worth another attempt, and when there is time for one.

botocore could retry by itself, but then nobody could tell whether an earlier attempt had been carried out (and a
caller must not be told "nothing was created" when one may have been), and it knows nothing of Lambda's clock. So its
retries are off, and these are the only ones.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from secrets import SystemRandom
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

type TimeLeft = Callable[[], float]
"""Seconds until Lambda ends the invocation."""

CONNECT_SECONDS = 1.0
READ_SECONDS = 2.0
"""DynamoDB answers a transaction within tens of milliseconds; an answer that takes seconds is not coming."""

ATTEMPT_SECONDS = CONNECT_SECONDS + READ_SECONDS + 0.5
"""The longest that one attempt takes, our own work included: no other is begun with less time left.

The functions' Timeout of 15 seconds leaves room for four that all run into it, and is well under the 29 seconds after
which API Gateway answers in our place.
"""

FIRST_PAUSE_SECONDS = 0.025
LONGEST_PAUSE_SECONDS = 1.0

CLIENT_CONFIG = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 1},
    # The store alone makes the parameters, and DynamoDB checks them anyway: a tenth of what a create costs.
    parameter_validation=False,
    # A name of our own is sent as it is; botocore's is put together twice for each call: 6 % of a create.
    user_agent="customer-create",
)

BUSY = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""The codes, of a call or of a cancellation reason, that say: not carried out, and may be next time."""

LOST = (NoConnectionError, HTTPClientError, ResponseParserError)
"""What botocore raises when no answer came, or none that can be read: the call may have been carried out or not."""

# Not `random`: copies of a process that SnapStart restores from one snapshot would all pause alike.
_uniform = SystemRandom().uniform


def attempts(time_left: TimeLeft) -> Iterator[None]:
    """One turn an attempt, for as long as there is time for another, with full jitter between them.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    for attempt in count():
        yield
        pause = _uniform(0, min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt))
        if time_left() < pause + ATTEMPT_SECONDS:
            return
        time.sleep(pause)


def is_whole(answer: Mapping[str, Any]) -> bool:
    """The answer is DynamoDB's, which was asked for the capacity that the call consumed.

    botocore takes a body that it can't parse for an empty one, which would mean "written" or "not there".
    """
    return "ConsumedCapacity" in answer


def is_busy(error: ClientError) -> bool:
    """The call was refused for now: DynamoDB throttles, or another transaction has the items."""
    return error.response["Error"]["Code"] in BUSY


def is_lost(error: ClientError) -> bool:
    """DynamoDB failed, which does not tell whether before or after the write."""
    return error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500  # noqa: PLR2004 - RFC 9110 section 15.6
