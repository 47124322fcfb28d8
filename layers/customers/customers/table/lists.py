"""Customers in the order of their creation, the newest first, or back from a place to those that are newer.

The index knows the order, and may lag behind the table by a moment. The customers themselves are read from the table,
as of now. A customer keeps its place in the order for as long as it exists. So a list that continues after a place
shows no customer twice and misses none that existed throughout, whatever is created and deleted in between.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import batched, islice, takewhile
from typing import NamedTuple

from customers.customer.model import Record
from customers.operations import observation
from customers.operations.observation import Observation
from customers.table import items
from customers.table.attributes import decode, encode
from customers.table.dynamodb import Item
from customers.table.reads import Reads
from customers.table.retries import TimeLeft

ENTRIES = 20
"""What one call reads of a shard: some 4 KB, the least that DynamoDB charges for.

The last digit of an id is random. Of the 100 newest customers more than so many are in one shard once in 100,000 times,
and then a second call reads the rest.
"""

CUSTOMERS = 25
"""How many customers one call reads: few, because a caller may stop early and they are large."""


class Listed(NamedTuple):
    """A place in the list: the customer, None if it was deleted a moment ago, and the place after which there are more.

    `rest` is None when this is the last.
    """

    record: Record | None
    rest: str | None


class _Entry(NamedTuple):
    listed_at: str
    key: str


type _Page = tuple[Sequence[_Entry], Item | None]
"""Entries of one shard, the newest first, and the key after which there are more."""


class Lists(Reads):
    """Lists of the customers of all organizations, in one table."""

    def newest(  # noqa: PLR0913 - what to list, and in which direction
        self,
        organization: str,
        *,
        before: str,
        after: str,
        limit: int,
        time_left: TimeLeft,
        backwards: bool = False,
    ) -> Iterator[Listed]:
        """The newest customers of an organization between two places of the order, up to `limit`.

        Both places are exclusive: each is a customer's (`items.list_keys`), or any text where one could be. Customers
        are read as they are asked for. `backwards` gives the oldest of them, the oldest first. Raises TryAgain when the
        table is busy or silent for longer than there is time.
        """

        def read(shard: str, start: Item | None = None) -> _Page:
            condition = ("listed_at > :place", after) if backwards else ("listed_at < :place", before)
            return self._page(f"{organization}#{shard}", *condition, start, time_left)

        def entries(shard: str, page: _Page) -> Iterator[_Entry]:
            found, start = page
            yield from found
            while start:
                found, start = read(shard, start)
                yield from found

        pages = _at_once([partial(read, shard) for shard in items.LIST_SHARDS])
        merged = heapq.merge(*map(entries, items.LIST_SHARDS, pages), reverse=not backwards)
        # One more than is shown tells whether there are more.
        listed = [*islice(takewhile(lambda entry: after < entry.listed_at < before, merged), limit + 1)]
        last = None if len(listed) > limit else listed[-1:]
        for batch in batched(listed[:limit], CUSTOMERS, strict=False):
            keys = [items.primary_key(entry.key) for entry in batch]
            found = self._dynamodb.batch_get_items(self._table_name, keys, time_left)
            records = {items.key(item): items.record(item) for item in found}
            for entry in batch:
                yield Listed(records.get(entry.key), None if [entry] == last else entry.listed_at)

    def _page(self, shard: str, beyond: str, place: str, start: Item | None, time_left: TimeLeft) -> _Page:
        parameters = {
            "TableName": self._table_name,
            "IndexName": items.LIST_INDEX,
            "KeyConditionExpression": f"list_shard = :shard AND {beyond}",
            "ExpressionAttributeValues": {":shard": encode(shard), ":place": encode(place)},
            "ScanIndexForward": ">" in beyond,
            "Limit": ENTRIES,
            **({"ExclusiveStartKey": start} if start else {}),
        }
        found, rest = self._dynamodb.query(parameters, time_left)
        return [_Entry(decode(item["listed_at"]), items.key(item)) for item in found], rest


def _at_once[T](calls: Sequence[Callable[[], T]]) -> list[T]:
    """The results of calls that are made at the same time, each observed separately; raises what one of them raised."""
    from concurrent.futures import ThreadPoolExecutor  # 5 ms, which only lists have to pay

    def call(seen: Observation, make: Callable[[], T]) -> T:
        with observation.observed(seen):
            return make()

    parts = [Observation() for _ in calls]
    try:
        with ThreadPoolExecutor(len(calls)) as threads:
            return [*threads.map(call, parts, calls)]
    finally:
        for part in parts:
            observation.current().add(part)
