"""The numbers of JSON: integers in all their spellings, and numbers that come back digit for digit."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from jiter import LosslessFloat

from customers.customer.text import refusal

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer that every JSON parser reads exactly (RFC 7493 section 2.2)."""

VERBATIM = "\ud800{}\udfff".format
"""Makes a text of a JSON number's text: one that no text of a request can be, for JSON has no lone surrogates."""


def integer(value: Any) -> Any:
    """JSON Schema's integer: a number without a fraction, however it is written; any other value as it is.

    One with an exponent may be too long to be written out: beyond the safe integers they are all the same.
    """
    if not isinstance(value, LosslessFloat):
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:  # its exponent has more than 18 digits
        return value
    if number != number.to_integral_value():
        return value
    if number.copy_abs() > MAX_SAFE_INTEGER:
        return (MAX_SAFE_INTEGER + 1) * (1 if number > 0 else -1)
    return int(number) if number else 0  # a zero may have an exponent too


def text_of_integer(value: Any) -> Any:
    """The digits of an integer; any other value as it is."""
    number = integer(value)
    exact = type(number) is int and (number is value or abs(number) <= MAX_SAFE_INTEGER)
    return str(number) if exact else value


_encode = json.JSONEncoder(
    sort_keys=True,
    ensure_ascii=False,
    separators=(",", ":"),
    default=VERBATIM,  # of one with a fraction or an exponent, which jiter leaves unread
).encode


def json_text(value: Any) -> str:
    """The text of a JSON object, in which numbers that are `VERBATIM` are written as they were sent."""
    if not isinstance(value, dict):
        raise refusal("object_type")
    return _encode(value).replace('"\ud800', "").replace('\udfff"', "")


json_value = json.JSONDecoder(parse_int=VERBATIM, parse_float=VERBATIM).decode
"""The value of a JSON text, its numbers `VERBATIM`.

Only the standard library's parser lets the text of an integer be kept, -0 among them.
"""
