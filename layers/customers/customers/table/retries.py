"""When there is time for another attempt to reach DynamoDB.

botocore's own retries could not tell whether an earlier attempt may have been carried out (a caller must not be told
"nothing was created" when one may have been), and know nothing of Lambda's clock. So these are the only ones.
"""

import time
from collections.abc import Callable, Iterator
from itertools import count
from secrets import SystemRandom

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
