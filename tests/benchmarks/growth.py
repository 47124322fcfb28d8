"""`make bench-growth`: what a create costs as customers become many, and as they become large."""

import os
import random
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from builds import BUILT, path_of
from lambda_events import create_event
from processes import environment, stub
from worker import measure

LARGEST = int(os.environ.get("CUSTOMERS", "100000"))
COUNTS = [count for count in (100, 1_000, 10_000, 100_000) if count <= LARGEST]
KIB = (1, 2, 4, 8, 16, 32, 64, 120)
REQUESTS = 200
BLOCK = 500  # requests are made ready in blocks, so that they take no memory that would slow the function down


def many(handler: Any) -> Iterator[str]:
    """The cost of a create on the way to each count of customers."""
    made, start = 0, random.randrange(10**12)
    for count in COUNTS:
        total: dict[str, float] = dict.fromkeys(("cpu", "round_trips", "write_units"), 0.0)
        blocks = range(made, count, BLOCK)
        for first in blocks:
            numbers = range(start + first, start + min(first + BLOCK, count))
            cost, _ = measure(handler, [create_event(number, str(number)) for number in numbers])
            total = {name: value + cost[name] / len(blocks) for name, value in total.items()}
        made = count
        yield f"{count:12,}{total['cpu'] * 1000:9.2f}{total['round_trips']:7.0f}{total['write_units']:6.0f}"


def sized(number: int, kib: int) -> dict[str, Any]:
    """The event of a customer of about that size: texts outside the alphabets that a byte is enough for."""
    characters = (kib * 1024 - 700) // 4
    value = "𒀀" * min(500, characters // 50)
    rest = "𒀀" * max(0, characters - 50 * len(value))
    return create_event(number, str(number), metadata={f"key-{n}": value for n in range(50)}, description=rest[:5000])


def large(handler: Any) -> Iterator[str]:
    """The cost of a create of a customer of each size."""
    for kib in KIB:
        start = random.randrange(10**12)
        cost, answers = measure(handler, [sized(start + n, kib) for n in range(REQUESTS)])
        if any(answer["statusCode"] != 201 for answer in answers):
            raise SystemExit(f"not created: {answers[0]}")
        yield f"{kib:8} KiB{cost['cpu'] * 1000:9.2f}{cost['round_trips']:7.0f}{cost['write_units']:6.0f}"


def main() -> None:
    """Measure and print."""
    sys.path[:0] = map(str, path_of(BUILT))
    terminal = sys.stdout
    with stub() as url, Path(os.devnull).open("w") as log, redirect_stdout(log):
        os.environ |= environment(path_of(BUILT), url)
        import create_customer

        measure(create_customer.handler, [create_event(0, "warm-up")])
        for title, lines in (("customers", many), ("size", large)):
            print(f"{title:>12}{'CPU ms':>9}{'trips':>7}{'WU':>6}", file=terminal)
            for line in lines(create_customer.handler):
                print(line, file=terminal, flush=True)


if __name__ == "__main__":
    main()
