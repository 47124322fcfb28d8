"""Rows of an import, which ImportStateMachine in template.yaml reads from the bucket.

It takes one row or a batch of them. A row that was decided before is decided the same way again, so a batch that fails
is simply sent again.
"""

import time
from collections import Counter
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from customers.errors import OutcomeUnknown, TryAgain
from customers.operations.observation import observed
from customers.operations.telemetry import log_failure, logger
from customers.settings import settings
from customers.table import dynamodb
from customers.table.imports import Imports
from rows import Decision, decide, within

MAX_RESULT_BYTES = 160 * 1024
"""Step Functions passes on 256 KiB at most; this leaves room for what surrounds the reasons."""

OUTCOMES = ("created", "existing", "invalid")

customers = Imports(dynamodb.of_function(), settings().table_name)


class ImportFailed(Exception):
    """A row could not be decided, for a reason that the log has."""


def handler(event: dict[str, Any], context: LambdaContext) -> list[Decision]:
    """Lambda's entry point: decide the rows of a batch, in their order.

    What it raises makes Step Functions send the batch again, and has no message that may hold what a row says.
    """

    def time_left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    batch = event.get("Items", [event])
    decisions: list[Decision] = []
    begin = time.perf_counter()
    with observed() as seen:
        try:
            decisions = decide(customers, batch, time_left)
        except (TryAgain, OutcomeUnknown) as error:
            seen.problem = type(error).__name__
            raise
        except Exception as error:  # noqa: BLE001 - its message may hold what a row says
            log_failure(error)
            seen.problem = type(error).__name__
            raise ImportFailed from None
        finally:
            logger.info(
                "batch",
                rows=len(batch),
                outcomes=Counter(outcome for each in decisions for outcome in OUTCOMES if outcome in each),
                problem=seen.problem,
                attempts=seen.attempts,
                conflicts=seen.conflicts,
                last_failure=seen.last_failure,
                read_units=seen.read_units,
                write_units=seen.write_units,
                duration_ms=round((time.perf_counter() - begin) * 1000, 1),
            )
    return within(decisions, MAX_RESULT_BYTES)
