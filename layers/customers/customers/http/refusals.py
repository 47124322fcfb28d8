"""Why a field is refused: a code for programs, and a sentence for people that repeats nothing of the caller's."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from customers.customer import emails
from customers.customer.text import MAX_MARKS
from customers.errors import FieldError

MAX_DIGITS = 4300
"""How many digits an integer may have: jiter's own limit."""

MAX_ERRORS = 100
"""More than a person reads; without a limit, a body of nothing but unknown names would be answered by a megabyte."""

# Codes are part of the contract. Where a code of Pydantic's is as good as any it is used as it is. {This} is what the
# pointer leads to, or something inside that the pointer can't name.
DETAILS = {
    "missing": "This field is required.",
    "identity_missing": "An e-mail address or an external id is required.",
    "external_id_differs": "This differs from the external id in the query: leave it out, or send the same value.",
    "unknown_field": "There is no such field.",
    "string_type": "{This} has to be a string.",
    "string_too_short": "{This} needs at least {min_length} character{s}.",
    "string_too_long": "{This} may have up to {max_length} characters.",
    "string_pattern_mismatch": "{This} has to match {pattern}.",
    "int_type": "{This} has to be an integer.",
    "greater_than_equal": "{This} has to be {ge} or more.",
    "less_than_equal": "{This} has to be {le} or less.",
    "integer_too_long": f"{{This}} may have up to {MAX_DIGITS} digits.",
    "bool_type": "{This} has to be true or false.",
    "value_unknown": "{This} has to be {expected}.",
    "object_type": "{This} has to be an object.",
    "array_type": "{This} has to be an array.",
    "too_many": "{This} may have up to {max_length} entries.",
    "control_character": "{This} contains a control character, which is not allowed.",
    "too_many_marks": f"{{This}} may have up to {MAX_MARKS} combining marks in a row.",
    "email_invalid": "This is not an e-mail address: it has no @, or nothing before or after the @.",
    "email_several_at": "This is not a single e-mail address: it has more than one @. Send each address separately.",
    "email_full_width_at": "This is not an e-mail address: its @ is a full-width or small form (U+FF20, U+FE6B).",
    "email_display_name": "This is more than an e-mail address: send it without the name and the angle brackets.",
    "email_dots": "This is not an e-mail address: a dot is at the start or the end, or next to the @ or another dot.",
    "email_character": "This is not an e-mail address: a character before the @ is not allowed there.",
    "email_domain": "This is not an e-mail address: the part after the @ is not a domain name of two or more labels.",
    "email_too_long": f"An e-mail address may have up to {emails.MAX_BYTES} bytes.",
    "too_many_international": "This list has too many different international domains: their labels may have up to "
    f"{emails.MAX_INTERNATIONAL} characters in total.",
    "country_unknown": "This is neither an ISO 3166-1 code nor the English name of a country.",
    "currency_unknown": "This is not the ISO 4217 code of a current currency.",
    "timezone_unknown": "This is not a name in the IANA time zone database.",
    "locale_invalid": "This is not a BCP 47 language tag.",
    "ip_address_invalid": "This is neither an IPv4 nor an IPv6 address.",
    "date_invalid": "This is not a date (YYYY-MM-DD).",
    "date_in_future": "This date is in the future.",
    "tax_id_type_unknown": "This is not a known type of tax id. The type other takes any number.",
    "tax_id_country_contradiction": "This country contradicts the type of the tax id or the prefix of its value.",
    "several_defaults": "Only one tax id may be the default.",
    "single_use_token": "Single-use tokens are not stored: redeem the token and send the id of the resulting "
    "object in external_refs.",
    "metadata_key_twice": "Two names are the same after trimming and normalisation (NFC).",
    "metadata_key_brackets": "Square brackets are not allowed in metadata names.",
    "replacement_character": "This contains U+FFFD, which replaces bytes that were damaged in transit.",
    "repeated": "This parameter may be given only once.",
    "not_alone": "This parameter finds one customer and can't be combined with another parameter.",
    "limit_invalid": "The limit has to be an integer from 1 to 100.",
    "cursor_invalid": "This is not a cursor: send the next_cursor of a response unchanged.",
    "time_invalid": "This is neither a time (RFC 3339, with an offset or Z) nor a date (YYYY-MM-DD).",
    "invalid": "{This} is not valid.",
}
_OUR_CODE = {
    "extra_forbidden": "unknown_field",
    "dict_type": "object_type",
    "list_type": "array_type",
    "literal_error": "value_unknown",
    "model_type": "object_type",
    "too_long": "too_many",
}
SINGLE_USE_TOKENS = frozenset([("source",), ("paymentToken",), ("payment_token",)])
"""The paths where Stripe and Rebilly take a token that pays once: worth nothing afterwards, and a secret before."""

_FIELD_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


def field_errors(error: ValidationError) -> list[FieldError]:
    """Every invalid field that the model found, the first `MAX_ERRORS` of them."""
    details = error.errors(include_url=False, include_input=False)
    return [_field_error(each) for each in details[:MAX_ERRORS]]


def _field_error(error: ErrorDetails) -> FieldError:
    code = _OUR_CODE.get(error["type"], error["type"])
    if code == "unknown_field" and error["loc"] in SINGLE_USE_TOKENS:
        code = "single_use_token"
    return field_error(error["loc"], code if code in DETAILS else "invalid", **error.get("ctx", {}))


def field_error(path: tuple[str | int, ...], code: str, **limits: Any) -> FieldError:
    """The error of the field that the path leads to, of which only what can be repeated shows."""
    shown = tuple(_repeatable(path))
    inside = "" if shown == path else "A name in here" if path[-1] == "[key]" else "A value in here"
    return refusal(shown, code, inside, **limits)


def refusal(path: tuple[str | int, ...], code: str, inside: str = "", **limits: Any) -> FieldError:
    """An error of the field that the path leads to, or of what is inside it and has no name that can be repeated."""
    sentence = "A name in here is not the name of a field." if inside and code == "unknown_field" else DETAILS[code]
    plural = "" if limits.get("min_length") == 1 else "s"
    return FieldError(path, code, sentence.format(This=inside or "This", s=plural, **limits))


def _repeatable(path: Iterable[str | int]) -> Iterable[str | int]:
    """The path, up to the first name that doesn't look like a field's: that one is the caller's data."""
    for step in path:
        if isinstance(step, str) and not _FIELD_NAME.fullmatch(step):
            return
        yield step
