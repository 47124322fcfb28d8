"""When there is time for another attempt to reach DynamoDB, and how long it may take.

botocore's own retries could not tell whether an earlier attempt may have been carried out (a caller must not be told
"nothing was created" when one may have been), and know nothing of Lambda's clock. So these are the only ones.
"""

import time
from collections.abc import Callable, Iterator
from itertools import count
from secrets import SystemRandom

type TimeLeft = Callable[[], float]
"""Seconds until Lambda ends the invocation."""

ATTEMPT_SECONDS = 2.0
"""The longest that one attempt may take, from connecting to the last byte of the answer.

DynamoDB answers a transaction within tens of milliseconds; an answer that takes seconds is not coming. The functions'
Timeout of 15 seconds leaves room for seven attempts that all run into it, and is well under the 29 seconds after which
API Gateway answers in our place.
"""

ANSWER_SECONDS = 0.2
"""What is kept back of the time that is left, for our own answer to be made and sent."""

SHORTEST_SECONDS = 0.05
"""No attempt is begun with less: it would be given up while DynamoDB carries it out."""

FIRST_PAUSE_SECONDS = 0.025
LONGEST_PAUSE_SECONDS = 1.0

# Not `random`: copies of a process that SnapStart restores from one snapshot would all pause alike.
_uniform = SystemRandom().uniform


def attempts(time_left: TimeLeft) -> Iterator[float]:
    """The seconds that are left for each attempt, for as long as there is time for one, with full jitter between them.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    for attempt in count():
        seconds = time_left() - ANSWER_SECONDS
        if seconds < SHORTEST_SECONDS:
            return
        yield seconds
        pause = _uniform(0, min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt))
        if time_left() - ANSWER_SECONDS < pause + SHORTEST_SECONDS:
            return
        time.sleep(pause)
