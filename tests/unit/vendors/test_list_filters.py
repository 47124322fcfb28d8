"""Filters by time in the vendors' lists: no customer too many, none too few."""

import pytest

from customers.errors import MalformedRequest
from customers.vendors import lists

AT = "2026-01-01T00:00:00.001Z#cus_1"
"""The place of a customer that was created then."""


def has(comparison: str, time: str) -> bool:
    before, after = lists.between({f"created_at[{comparison}]": time}, "created_at", lists.iso)
    return after < AT < before


@pytest.mark.parametrize(
    ("time", "found_by"),
    [
        ("2026-01-01T00:00:00Z", {"gt", "gte"}),
        ("2026-01-01T00:00:00.0009Z", {"gt", "gte"}),
        ("2026-01-01T00:00:00.001Z", {"gte", "lte"}),
        ("2026-01-01T01:00:00.001 01:00", {"gte", "lte"}),
        ("2026-01-01T00:00:00.001", {"gte", "lte"}),
        ("2026-01-01T00:00:00.0011Z", {"lt", "lte"}),
        ("2026-01-01T00:00:00.002Z", {"lt", "lte"}),
        ("0001-01-01T00:00:00+14:00", {"gt", "gte"}),
        ("1969-12-31T23:59:59Z", {"gt", "gte"}),
        ("9999-12-31T23:59:59.999999-14:00", {"lt", "lte"}),
    ],
)
def test_a_comparison_is_with_the_time_to_the_microsecond(time: str, found_by: set[str]) -> None:
    assert {comparison for comparison in ("gt", "gte", "lt", "lte") if has(comparison, time)} == found_by


@pytest.mark.parametrize("millisecond", range(0, 1000, 7))
def test_every_millisecond_is_found_by_itself(millisecond: int) -> None:
    time = f"2026-01-01T00:00:00.{millisecond:03}Z"

    before, after = lists.between({"created_at": time}, "created_at", lists.iso)

    assert after < f"{time}#cus_1" < before


@pytest.mark.parametrize("time", ["", "yesterday", "2026-13-01", "12:00", "10000-01-01T00:00:00Z"])
def test_what_is_no_time_is_refused(time: str) -> None:
    with pytest.raises(MalformedRequest):
        has("gte", time)
