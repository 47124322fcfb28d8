"""Every item of a table, read page by page in several segments at once: a page a segment is in memory, never more."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import batched
from typing import TYPE_CHECKING, Any

from customers.errors import TryAgain
from customers.table import retries
from operate.repairs import patience

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

SEGMENTS = 8
"""As many as keep one process busy; each waits for DynamoDB most of its time."""

BATCH = 100
"""The most keys that BatchGetItem takes."""

SECONDS_BETWEEN_LINES = 10.0
SECONDS_ON_A_TERMINAL = 0.5

type Page = list[dict[str, Any]]


def each_page[T](table: "Table", name: str, work: Callable[[Page], T], **parameters: Any) -> Iterator[T]:
    """What `work` makes of each page, in threads; how far it is goes to standard error, under the command's name.

    `parameters` are of Scan. Reads are consistent: what was written before the scan began is seen.
    """
    scan = table.meta.client.scan

    def page(segment: int, last_key: Any) -> tuple[int, Any, int, T]:
        start = {"ExclusiveStartKey": last_key} if last_key else {}
        answer = scan(
            TableName=table.name, ConsistentRead=True, Segment=segment, TotalSegments=SEGMENTS, **start, **parameters
        )
        return segment, answer.get("LastEvaluatedKey"), len(answer["Items"]), work(answer["Items"])

    progress = _Progress(name, table.item_count)
    with ThreadPoolExecutor(SEGMENTS) as threads:
        running: set[Future[tuple[int, Any, int, T]]] = {threads.submit(page, n, None) for n in range(SEGMENTS)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                segment, last_key, count, result = future.result()
                if last_key:
                    running.add(threads.submit(page, segment, last_key))
                yield result
                progress.add(count)
    progress.end()


def get(table: "Table", keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The items with these partition keys as they were last committed, by their keys."""
    found: dict[str, dict[str, Any]] = {}
    for batch in batched(dict.fromkeys(keys), BATCH, strict=False):
        wanted: Any = {table.name: {"Keys": [{"pk": key} for key in batch], "ConsistentRead": True}}
        for _ in retries.attempts(patience()):
            answer = table.meta.client.batch_get_item(RequestItems=wanted)
            found |= {str(item["pk"]): item for item in answer["Responses"].get(table.name, [])}
            if not (wanted := answer["UnprocessedKeys"]):
                break
        else:
            raise TryAgain
    return found


def get_at_once(table: "Table", keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The items with these partition keys as of one moment: all that a transaction wrote of them, or nothing."""
    client = table.meta.client
    gets: Any = [{"Get": {"TableName": table.name, "Key": {"pk": key}}} for key in dict.fromkeys(keys)]
    for _ in retries.attempts(patience()):
        try:
            answer = client.transact_get_items(TransactItems=gets)
        except client.exceptions.TransactionCanceledException:
            continue  # somebody is writing them
        return {str(response["Item"]["pk"]): response["Item"] for response in answer["Responses"] if "Item" in response}
    raise TryAgain


class _Progress:
    """How many items have been read, of about how many: one line that changes on a terminal, else a line at times."""

    def __init__(self, name: str, total: int) -> None:
        self._name, self._total, self._count = name, total, 0
        self._terminal = sys.stderr.isatty()
        self._begin = self._said = time.monotonic()

    def add(self, count: int) -> None:
        self._count += count
        now = time.monotonic()
        if now - self._said >= (SECONDS_ON_A_TERMINAL if self._terminal else SECONDS_BETWEEN_LINES):
            self._said = now
            rate = self._count / (now - self._begin)
            # DynamoDB counts the items of a table every six hours or so.
            of = f" of about {self._total:,}" if self._total > self._count else ""
            line = f"make {self._name}: {self._count:,} items{of}, {rate:,.0f} a second"
            print(f"\r\x1b[K{line}" if self._terminal else line, end="" if self._terminal else "\n", file=sys.stderr)
            sys.stderr.flush()

    def end(self) -> None:
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
