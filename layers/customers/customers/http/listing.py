"""The list of customers: what a query asks for, and a page of the answer.

A cursor is a place in the order, not a snapshot and no secret: it holds when customers are created and deleted, it does
not expire, and whatever it is made into, it is a place among the caller's own customers.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from customers.customer import model
from customers.customer.parts import Part
from customers.customer.text import refusal
from customers.table.lists import Listed

MAX_LIMIT = 100

MAX_BYTES = 5 * 1024 * 1024
"""The most that the customers of a page take in Lambda's answer, which may have 6 MB. A customer has up to 0.4 MB."""

LEAP_SECOND = 60

_VERSION = "1"
_PLACE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z#cus_[0-9a-f]{32}")
_LIMIT = re.compile(r"[0-9]{1,9}")
_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"([Tt ](?P<minute>[0-9]{2}:[0-9]{2}):(?P<second>[0-5][0-9]|60)(\.(?P<fraction>[0-9]+))?"
    r"(?P<offset>[Zz]|[+ -][0-9]{2}:?[0-5][0-9]))?"
)


def _limit(value: str) -> int:
    if not _LIMIT.fullmatch(value) or not 1 <= int(value) <= MAX_LIMIT:
        raise refusal("limit_invalid")
    return int(value)


def _place(cursor: str) -> str:
    """The place that a cursor stands for."""
    try:
        version, _, place = urlsafe_b64decode(f"{cursor}==").decode().partition(":")
    except ValueError:
        raise refusal("cursor_invalid") from None
    # Base64 can write the same in several ways, of which one is ours.
    if version != _VERSION or not _PLACE.fullmatch(place) or cursor != _cursor(place):
        raise refusal("cursor_invalid")
    return place


def _cursor(place: str) -> str:
    return urlsafe_b64encode(f"{_VERSION}:{place}".encode()).decode().rstrip("=")


def _millisecond(value: str) -> tuple[str, bool]:
    """The millisecond in which a time is, as a customer has it, and whether the time is its very beginning.

    Takes RFC 3339, also without the colon in the offset, as generated clients write it, and a date, which is its first
    moment in UTC. A blank before the offset was a plus sign that the client did not encode. A leap second is read as
    the first second of the next day.
    """
    parts = _TIME.fullmatch(value)
    if not parts:
        raise refusal("time_invalid")
    offset = (parts["offset"] or "Z").upper().replace(" ", "+")
    fraction = parts["fraction"] or ""
    second = int(parts["second"] or 0)
    try:
        minute = datetime.fromisoformat(f"{parts['date']}T{parts['minute'] or '00:00'}{offset}").astimezone(UTC)
        moment = minute + timedelta(seconds=second)
    except (ValueError, OverflowError):
        raise refusal("time_invalid") from None
    if second == LEAP_SECOND and (minute.hour, minute.minute) != (23, 59):
        raise refusal("time_invalid")
    seconds = moment.isoformat(timespec="seconds").removesuffix("+00:00")
    return f"{seconds}.{fraction[:3]:0<3}Z", not fraction[3:].strip("0")


# The places of the customers of a millisecond begin with it and "#": it is before all of them, and with "$" behind.


def _behind(value: str) -> str:
    millisecond, _ = _millisecond(value)
    return f"{millisecond}$"


def _ahead(value: str) -> str:
    millisecond, whole = _millisecond(value)
    return millisecond if whole else f"{millisecond}$"


class ListQuery(Part):
    """The parameters of a list, the times and the cursor as places in the order."""

    limit: Annotated[int, BeforeValidator(_limit)] = 20
    cursor: Annotated[str, AfterValidator(_place)] = "~"  # behind all customers
    created_before: Annotated[str, AfterValidator(_ahead)] = "~"
    created_after: Annotated[str, AfterValidator(_behind)] = ""

    @property
    def before(self) -> str:
        """The place behind the first customer that is shown: the older of the two."""
        return min(self.cursor, self.created_before)


def page(listed: Iterable[Listed]) -> tuple[Sequence[str], str | None]:
    """Customers as JSON, as many as fit into an answer, and the cursor behind them, None when there are no more.

    Those that were deleted a moment ago are left out.
    """
    customers: list[str] = []
    place, size = None, 0
    for record, rest in listed:
        if record is not None:
            customer = model.to_json(record)
            size += _size(customer)
            if customers and size > MAX_BYTES:
                break
            customers.append(customer)
        place = rest
    return customers, None if place is None else _cursor(place)


def _size(body: str) -> int:
    """The bytes of a part of a body in Lambda's answer, where the whole body is a string of JSON."""
    return len(body.encode()) + body.count('"') + body.count("\\")
