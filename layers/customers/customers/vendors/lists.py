"""Lists of customers as the vendors' APIs have them: the newest first, by pages.

A place in the order is the time of a customer's creation and its id, as `table.items.list_keys` makes it.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from math import ceil, floor
from typing import Any, NamedTuple

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from customers.customer import identity, model
from customers.customer.identity import CUSTOMER_ID
from customers.customer.model import Record
from customers.errors import FieldError, MalformedRequest
from customers.table.items import list_keys
from customers.table.lists import Lists
from customers.table.retries import TimeLeft

MAX_BYTES = 5 * 1024 * 1024
"""The most that a page takes in Lambda's answer, which may have 6 MB. A customer has up to 0.4 MB."""

MAX_LIMIT = 100

FIRST, LAST = "~", ""
"""Places before all customers and behind them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
"""The last millisecond that a place can have."""

_PLACE = re.compile(r"[0-9T:.Z-]{24}#cus_[0-9a-f]{32}")
_BRACKETS = re.compile(r"\[[^\[\]]*\]$")
_NUMBER = re.compile(r"[0-9]{1,10}")


class Page(NamedTuple):
    """Customers of a list as the vendor shows them, and the place after them; None if there are no more.

    `total` is how many are known to be in the list: those before the page, on it, and one behind if there are more.
    """

    shown: list[dict[str, Any]]
    rest: str | None
    total: int = 0


def parameters(event: APIGatewayProxyEvent, known: Collection[str]) -> dict[str, str]:
    """The parameters of a query; raises MalformedRequest for one that is not known or has several values.

    In `known`, `created[]` stands for every parameter such as `created[gte]`.
    """
    sent = event.get("multiValueQueryStringParameters") or {}
    for name, values in sent.items():
        if _BRACKETS.sub("[]", name) not in known:
            raise _refused(name, "unknown_field", "There is no such parameter.")
        if len(values) > 1 and not name.endswith("[]"):
            raise _refused(name, "several_values", "This parameter may be given only once.")
    return {name: values[-1] for name, values in sent.items()}


def number(sent: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    """The number that a parameter has to be; raises MalformedRequest."""
    value = sent.get(name, str(default))
    if not _NUMBER.fullmatch(value) or not least <= int(value) <= most:
        raise _refused(name, "number_invalid", f"This has to be a number from {least} to {most}.")
    return int(value)


def refuse(sent: Mapping[str, str], *names: str) -> None:
    """Refuse parameters that are not supported; raises MalformedRequest."""
    for name in names:
        if name in sent:
            raise not_supported(name)


def not_supported(name: str) -> MalformedRequest:
    """The refusal of a parameter that is not supported."""
    return _refused(name, "not_supported", "This service does not support this.")


def _next(time: float) -> int:
    return floor(time) + 1


_COMPARISONS: Mapping[str, Callable[[float], int]] = {"gt": _next, "gte": ceil, "lt": ceil, "lte": _next}
"""Where the range of a comparison begins or ends, in whole units."""


def between(
    sent: Mapping[str, str], name: str, second: Callable[[str], float | None], unit: int = 1
) -> tuple[str, str]:
    """The places between which the customers are that a filter on the creation time selects.

    The filter is a time or compares with times: `created[gte]`. `second` gives the time of a value, in units of so many
    milliseconds; raises MalformedRequest where it gives none.
    """
    before, after = FIRST, LAST
    exact = [(f"{name}[{comparison}]", sent[name]) for comparison in ("gte", "lte") if name in sent]
    for filtered, value in (*sent.items(), *exact):
        field, bracket, comparison = filtered.removesuffix("]").partition("[")
        if field != name or not bracket:
            continue
        if comparison not in _COMPARISONS:
            raise _refused(name, "unknown_field", "There is no such comparison.")
        time = second(value)
        if time is None:
            raise _refused(filtered, "time_invalid", "This is not a time.")
        place = _place_at(_COMPARISONS[comparison](time) * unit)
        if comparison.startswith("g"):
            after = max(after, place)
        else:
            before = min(before, place)
    return before, after


def _place_at(millisecond: int) -> str:
    """The place between the customers created in a millisecond or later and all earlier ones."""
    moment = _EPOCH + timedelta(milliseconds=max(0, min(millisecond, _END)))
    return f"{moment.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def unix(value: str) -> int | None:
    """The seconds since 1970 that a text says; None when it says none."""
    return int(value) if _NUMBER.fullmatch(value) else None


def iso(value: str) -> float | None:
    """The milliseconds since 1970 of an ISO 8601 time, in UTC if it has no offset; None if it is invalid."""
    try:
        moment = datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) / timedelta(milliseconds=1)


def place(record: Record) -> str:
    """The place of a customer."""
    return list_keys("", record)["listed_at"]


def place_of_deleted(customer_id: str, name: str) -> str:
    """The place that a deleted customer had, from the creation time in its id.

    Raises MalformedRequest, which names the parameter, when the id contains no time in the past.
    """
    try:
        if CUSTOMER_ID.fullmatch(customer_id) and identity.creation_time(customer_id) <= datetime.now(UTC):
            return place({"id": customer_id, "created_at": model.created_at(customer_id)})
    except OverflowError:
        pass
    raise _refused(name, "resource_missing", "There is no customer with this id.")


def cursor(place: str | None) -> str | None:
    """A place as an opaque cursor."""
    return None if place is None else urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> str:
    """The place of a cursor, the first without one; raises MalformedRequest."""
    if cursor is None:
        return FIRST
    try:
        found = urlsafe_b64decode(f"{cursor}==").decode()
    except ValueError:
        found = ""
    if not _PLACE.fullmatch(found):
        raise _refused("cursor", "cursor_invalid", "This is not a cursor of a list.")
    return found


def page(  # noqa: PLR0913 - what to list, and how to show it
    customers: Lists,
    organization: str,
    show: Callable[[Record], dict[str, Any]],
    time_left: TimeLeft,
    *,
    before: str,
    after: str,
    limit: int,
    skip: int | None = None,
    backwards: bool = False,
) -> Page:
    """A page of the customers between two places, without those that were deleted a moment ago.

    It is empty only when there are no more: clients continue after the last customer of a page. Clients that `skip`
    continue by number: they get as many as they asked for, or MalformedRequest when no answer can hold them. With
    `backwards` clients continue before the first customer of a page; the newest is still the first.
    """
    shown: list[dict[str, Any]] = []
    rest: str | None = after if backwards else before
    by_number, skip = skip is not None, skip or 0
    size = total = 0
    while rest is not None and not shown:
        listed = customers.newest(
            organization,
            before=before if backwards else rest,
            after=rest if backwards else after,
            limit=skip + limit,
            time_left=time_left,
            backwards=backwards,
        )
        rest = None
        for number, (record, behind) in enumerate(listed):
            total += record is not None
            if record is not None and number >= skip:
                customer = show(record)
                size += len(json.dumps(json.dumps(customer)))
                if shown and size > MAX_BYTES:
                    if by_number:
                        raise _refused(
                            "limit", "answer_too_large", "These customers are too large for one answer: ask for fewer."
                        )
                    break
                shown.append(customer)
            rest = behind
        skip = 0
    return Page(shown[::-1] if backwards else shown, rest, total + (rest is not None))


def _refused(name: str, code: str, detail: str) -> MalformedRequest:
    path = re.findall(r"\w+", name) if re.fullmatch(r"[A-Za-z_]{1,40}(\[[a-z0-9]{0,5}\])?", name) else ()
    return MalformedRequest("The query is not valid.", [FieldError(tuple(path), code, detail)])
