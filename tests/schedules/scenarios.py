"""Which requests overlap, what the table holds before them, and how far the search goes."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from schedules import pairs, triples
from schedules.alone import ALONE
from schedules.request import Request
from schedules.rows import Given, Row

DEPTH = int(os.environ.get("DEPTH", "1"))
"""How deep the searches go: 1 is what fits into every test run."""

CALLS: Mapping[str, int] = {"change": 4, "put": 6, "delete": 4, "erase": 4, "restore": 5}
"""How many calls to DynamoDB a request has time for, if not 3: enough to lose one race and to try again.

One more where guards are lost: the tools look at them twice."""

ONE_TRY: Mapping[str, int] = {"change": 2, "delete": 2}
"""The same for requests that lose no race."""

_ROWS: Sequence[tuple[Sequence[Row], int]] = [
    (ALONE, 2),
    (pairs.CREATES, 1),
    (pairs.PAIRS, 0),
    (triples.CREATES, 0),
    (triples.TRIPLES, -1),
    (triples.QUADRUPLES, -1),
]
"""How many faults the requests of a scenario meet together, at depth 0."""


class Scenario(NamedTuple):
    """Requests that overlap: each has time for so many `calls`, and all together meet so many `faults`."""

    name: str
    requests: Sequence[Request]
    given: Sequence[Given]
    calls: Sequence[int]
    faults: int


def scenarios(depth: int) -> Iterator[Scenario]:
    """All of them; the fewer requests, the more faults, and with each step of depth one fault more."""
    for rows, faults in _ROWS:
        for name, given, asked in rows:
            requests = [Request("ABCD"[n], kind, values) for n, (kind, values) in enumerate(asked)]
            more = depth // 3 + any(customer.lost for customer in given)
            most = CALLS if len(requests) < 4 else ONE_TRY
            calls = [most.get(request.kind, 3) + more for request in requests]
            yield Scenario(name, requests, given, calls, max(0, faults + depth))
