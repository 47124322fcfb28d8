"""From the bytes of a request to a customer, or to every reason why they are none."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jiter
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from customers.customer import emails
from customers.customer.digits import json_value
from customers.customer.model import CustomerQuery, NewCustomer
from customers.customer.parts import Part
from customers.customer.text import MAX_MARKS
from customers.errors import FieldError, InvalidCustomer, MalformedRequest, PayloadTooLarge

MAX_BODY_BYTES = 128 * 1024
"""The widest customer of the source documents fits many times over, and its item stays under DynamoDB's 400 KB."""

MAX_VALUES = 10_000
"""The most members, entries, arrays and objects in a body, `custom_fields` included."""

MAX_DEPTH = 200
MAX_DIGITS = 4300
"""How deep arrays and objects may nest and how many digits an integer may have: jiter's own limits."""

MAX_ERRORS = 100
"""More than a person reads; without a limit, a body of nothing but unknown names would be answered by a megabyte."""

UTF8_BOM = b"\xef\xbb\xbf"

# Codes are part of the contract. Where a code of Pydantic's is as good as any it is used as it is. {This} is what the
# pointer leads to, or something inside that the pointer can't name.
DETAILS = {
    "missing": "This field is required.",
    "identity_missing": "An e-mail address or an external id is required.",
    "external_id_differs": "This is not the external id in the query: leave it out, or send the same.",
    "unknown_field": "There is no such field.",
    "string_type": "{This} has to be a string.",
    "string_too_short": "{This} has to have at least {min_length} character{s}.",
    "string_too_long": "{This} may have up to {max_length} characters.",
    "string_pattern_mismatch": "{This} has to match {pattern}.",
    "int_type": "{This} has to be an integer.",
    "greater_than_equal": "{This} has to be {ge} or more.",
    "less_than_equal": "{This} has to be {le} or less.",
    "integer_too_long": f"{{This}} has more than {MAX_DIGITS} digits, which is the limit.",
    "bool_type": "{This} has to be true or false.",
    "value_unknown": "{This} has to be {expected}.",
    "object_type": "{This} has to be an object.",
    "array_type": "{This} has to be an array.",
    "too_many": "{This} may have up to {max_length} entries.",
    "control_character": "{This} has a control character, which is not allowed.",
    "too_many_marks": f"{{This}} has more than {MAX_MARKS} combining marks in a row, which is the limit.",
    "email_invalid": "This is not an e-mail address: it has no @, or nothing in front of it or behind it.",
    "email_several_at": "This is not one e-mail address: it has several @. Send each address by itself.",
    "email_full_width_at": "This is not an e-mail address: its @ is a full-width or small one (U+FF20, U+FE6B).",
    "email_display_name": "This is not an e-mail address alone: send it without the name and the angle brackets.",
    "email_dots": "This is not an e-mail address: a dot is at the start or the end, beside the @ or next to another.",
    "email_character": "This is not an e-mail address: a character in front of the @ is not allowed there.",
    "email_domain": "This is not an e-mail address: what follows the @ is not a domain name of two or more parts.",
    "email_too_long": f"An e-mail address may have up to {emails.MAX_BYTES} bytes.",
    "too_many_international": "The international domains in this list are too many: those that differ may have up to "
    f"{emails.MAX_INTERNATIONAL} characters in all.",
    "country_unknown": "This is neither an ISO 3166-1 code nor the English name of a country.",
    "currency_unknown": "This is not the ISO 4217 code of a currency in use.",
    "timezone_unknown": "This is not the name of a zone in the IANA time zone database.",
    "locale_invalid": "This is not a BCP 47 language tag.",
    "ip_address_invalid": "This is neither an IPv4 nor an IPv6 address.",
    "date_invalid": "This is not a date (YYYY-MM-DD).",
    "date_in_future": "This date is in the future.",
    "tax_id_type_unknown": "There is no such type of tax id; other takes any number.",
    "tax_id_country_contradiction": "The type of this tax id, or the prefix of its value, is of another country.",
    "several_defaults": "Only one may be the default.",
    "single_use_token": "Single-use tokens are not stored: redeem it, and send the id of what it became in "
    "external_refs.",
    "metadata_key_twice": "Two names are the same once they are trimmed and normalised (NFC).",
    "metadata_key_brackets": "Square brackets are not allowed in the names of metadata.",
    "replacement_character": "This has U+FFFD, which stands for bytes that were damaged on the way.",
    "repeated": "This parameter may be given only once.",
    "not_alone": "This parameter finds one customer, and goes with no other.",
    "limit_invalid": "The limit has to be an integer from 1 to 100.",
    "cursor_invalid": "This is not a cursor: take it from next_cursor of an answer as it is.",
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

_POSITION = re.compile(r"at line (\d+) column (\d+)$")
_FIELD_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


def new_customer(data: Any) -> NewCustomer:
    """The customer that a JSON value describes; raises InvalidCustomer with every invalid field."""
    return validated(data, identity_missing(data))


def validated(data: Any, also: Sequence[FieldError] = ()) -> NewCustomer:
    """What the model makes of a JSON value.

    Raises InvalidCustomer with every invalid field, after what the caller knows to be wrong `also`.
    """
    try:
        customer = NewCustomer.model_validate(data)
    except ValidationError as error:
        raise InvalidCustomer([*also, *_field_errors(error)], error.error_count() + len(also)) from None
    if also:
        raise InvalidCustomer(also, len(also))
    return customer


def read_json(body: bytes, verbatim: str = "custom_fields") -> Any:
    """The value of a body; if it is an object, the numbers in its member `verbatim` are texts (`digits.VERBATIM`).

    jiter is the parser inside Pydantic. Called by itself it also refuses a member that is named twice, of which
    `model_validate_json` would keep the last without a word, and leaves numbers with a fraction or an exponent unread.

    Raises PayloadTooLarge, and MalformedRequest when it is not JSON or beyond the parser's limits.
    """
    if len(body) > MAX_BODY_BYTES:
        raise PayloadTooLarge(f"The body may have up to {MAX_BODY_BYTES} bytes.")
    body = body.removeprefix(UTF8_BOM)
    if values_in(body) > MAX_VALUES:
        raise MalformedRequest(
            f"The body is beyond a limit: it may have up to {MAX_VALUES} members and entries in all."
        )
    try:
        data = jiter.from_json(body, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="lossless-float")
    except ValueError as error:
        raise _malformed(str(error)) from None
    if isinstance(data, dict) and verbatim in data and _NUMBER_AS_TEXT.search(body):
        data[verbatim] = json_value(body.decode())[verbatim]
    return data


def values_in(json: bytes) -> int:
    """How many values a JSON text has, more or less; whatever is above `MAX_VALUES` is exact but for one."""
    counted = _values(json)
    return counted if counted <= MAX_VALUES else _values(_STRING.sub(b"", json))


def _values(json: bytes) -> int:
    """No fewer than a JSON text has if it has strings."""
    return json.count(b",") + json.count(b"[") + json.count(b"{")


_NUMBER_AS_TEXT = re.compile(rb"-0|\d[.eE]|\d{19}")  # where another reading would change it, or take long
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?')  # one that does not end is looked for once, not from every quote on


def parse_query(parameters: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """The unique field to look for and its value, from the query parameters of a request.

    Raises MalformedRequest unless there is exactly one parameter, `email` or `external_id`, with one valid value.
    """
    given = _once(parameters)
    if len(given) != 1:
        alone = [_error((name,), "not_alone") for name in CustomerQuery.model_fields if name in given]
        raise MalformedRequest("Give one query parameter: email or external_id.", alone)
    [(name, value)] = given.items()
    if "\ufffd" in value:  # API Gateway puts it in the place of bytes that are not UTF-8
        raise MalformedRequest("The query is not valid.", [_error((name,), "replacement_character")])
    if name == "email" and not value.startswith('"'):
        # A space in an address was a plus sign that the client did not encode: a query string turns it into one.
        value = value.strip().replace(" ", "+")
    [(field, found)] = parse_parameters(CustomerQuery, {name: [value]}).model_dump(exclude_none=True).items()
    return field, found


def parse_parameters[P: Part](kind: type[P], parameters: Mapping[str, Sequence[str]]) -> P:
    """The query parameters of a request; raises MalformedRequest with all that are unknown, repeated or invalid."""
    try:
        return kind.model_validate(_once(parameters))
    except ValidationError as error:
        raise MalformedRequest("The query is not valid.", _field_errors(error)) from None


def _once(parameters: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Each parameter with its one value."""
    repeated = [_error(tuple(_repeatable([name])), "repeated") for name, values in parameters.items() if values[1:]]
    if repeated:
        raise MalformedRequest("The query is not valid.", repeated[:MAX_ERRORS])
    return {name: value for name, [value] in parameters.items()}


_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_IDEMPOTENCY_KEY = re.compile(r"[\x20-\x7e]{1,255}")


def parse_idempotency_key(values: Sequence[str]) -> str | None:
    """The key in the values of the Idempotency-Key header; None when there is no such header.

    The IETF draft (draft-ietf-httpapi-idempotency-key-header) makes it a structured string, in quotes (RFC 8941
    section 3.3.3); most clients send it bare. Both are the same key.

    Raises MalformedRequest unless it is 1 to 255 printable ASCII characters, once.
    """
    if not values:
        return None
    key = values[0].strip()
    if key.startswith('"'):
        quoted = _QUOTED.fullmatch(key)
        key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else ""
    if len(values) > 1 or not _IDEMPOTENCY_KEY.fullmatch(key):
        raise MalformedRequest("The Idempotency-Key has to be one string of 1 to 255 printable ASCII characters.")
    return key


def _malformed(reason: str) -> MalformedRequest:
    """The parser's reason, less its words: a duplicate's name is the caller's."""
    position = _POSITION.search(reason)
    where = f" (line {position[1]}, column {position[2]})" if position else ""
    if reason.startswith("number out of range"):
        error = _error((), "integer_too_long", "A number in here")
        return MalformedRequest(f"The body is JSON beyond a limit{where}. {error.detail}", [error])
    if reason.startswith("recursion limit exceeded"):
        return MalformedRequest(f"The body is beyond a limit{where}: it may nest {MAX_DEPTH} arrays and objects deep.")
    what = "names a member twice" if reason.startswith("Detected duplicate key") else "is not valid JSON"
    return MalformedRequest(f"The body {what}{where}.")


def identity_missing(data: object) -> list[FieldError]:
    """The rule that needs two fields; a validator of the model would run only when all others hold."""
    if not isinstance(data, dict) or data.get("email") is not None or data.get("external_id") is not None:
        return []
    return [_error(("email",), "identity_missing")]


def _field_errors(error: ValidationError) -> list[FieldError]:
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
    return _error(shown, code, inside, **limits)


def _error(path: tuple[str | int, ...], code: str, inside: str = "", **limits: Any) -> FieldError:
    """An error of the field that the path leads to, or of what is inside it and has no name that can be repeated."""
    sentence = "A name in here is not that of a field." if inside and code == "unknown_field" else DETAILS[code]
    plural = "" if limits.get("min_length") == 1 else "s"
    return FieldError(path, code, sentence.format(This=inside or "This", s=plural, **limits))


def _repeatable(path: Iterable[str | int]) -> Iterable[str | int]:
    """The path, up to the first name that doesn't look like a field's: that one is the caller's data."""
    for step in path:
        if isinstance(step, str) and not _FIELD_NAME.fullmatch(step):
            return
        yield step
