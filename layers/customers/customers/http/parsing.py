"""From the bytes of a request to a customer, or to every reason why they are none."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jiter
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from customers.customer.model import CustomerQuery, NewCustomer
from customers.errors import FieldError, InvalidCustomer, MalformedRequest, PayloadTooLarge

MAX_BODY_BYTES = 128 * 1024
"""The widest customer of the source documents fits many times over, and its item stays under DynamoDB's 400 KB."""

MAX_ERRORS = 100
"""More than a person reads; without a limit, a body of nothing but unknown names would be answered by a megabyte."""

UTF8_BOM = b"\xef\xbb\xbf"

# Codes are part of the contract. Where a code of Pydantic's is as good as any it is used as it is.
DETAILS = {
    "missing": "This field is required.",
    "identity_missing": "An e-mail address or an external id is required.",
    "unknown_field": "There is no such field.",
    "string_type": "This has to be a string.",
    "string_too_short": "This has to have at least {min_length} characters.",
    "string_too_long": "This may have up to {max_length} characters.",
    "string_pattern_mismatch": "This has to match {pattern}.",
    "int_type": "This has to be an integer.",
    "greater_than_equal": "This has to be {ge} or more.",
    "less_than_equal": "This has to be {le} or less.",
    "bool_type": "This has to be true or false.",
    "value_unknown": "This has to be {expected}.",
    "object_type": "This has to be an object.",
    "array_type": "This has to be an array.",
    "too_many": "This may have up to {max_length} entries.",
    "control_character": "Control characters are not allowed here.",
    "email_invalid": "This is not an e-mail address.",
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
    "invalid": "This is not valid.",
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


def read_json(body: bytes) -> Any:
    """The JSON value that the body of a request is.

    jiter is the parser inside Pydantic. Called by itself it also refuses a member that is named twice, of which
    `model_validate_json` would keep the last without a word, and leaves numbers with a fraction or an exponent as the
    text that they are: `custom_fields`, the only place for them, keeps their spelling.

    Raises PayloadTooLarge, MalformedRequest when it is not JSON.
    """
    if len(body) > MAX_BODY_BYTES:
        raise PayloadTooLarge(f"The body may have up to {MAX_BODY_BYTES} bytes.")
    try:
        return jiter.from_json(
            body.removeprefix(UTF8_BOM), allow_inf_nan=False, catch_duplicate_keys=True, float_mode="lossless-float"
        )
    except ValueError as error:
        raise _malformed(str(error)) from None


def new_customer(data: Any) -> NewCustomer:
    """The customer that a JSON value describes; raises InvalidCustomer with every invalid field."""
    try:
        customer = NewCustomer.model_validate(data)
    except ValidationError as error:
        missing = _identity_missing(data)
        raise InvalidCustomer([*missing, *_field_errors(error)], error.error_count() + len(missing)) from None
    if missing := _identity_missing(data):
        raise InvalidCustomer(missing, len(missing))
    return customer


def parse_query(parameters: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """The unique field to look for and its value, from the query parameters of a request.

    Raises MalformedRequest unless there is exactly one parameter, `email` or `external_id`, with one valid value.
    """
    values = [value for values in parameters.values() for value in values]
    if len(values) != 1:
        raise MalformedRequest("Give one query parameter: email or external_id.")
    try:
        # A space in an address was a plus sign that the client did not encode: a query string turns it into one.
        query = CustomerQuery.model_validate(
            {name: values[0].strip().replace(" ", "+") if name == "email" else values[0] for name in parameters}
        )
    except ValidationError as error:
        raise MalformedRequest("The query is not valid.", _field_errors(error)) from None
    [(field, value)] = query.model_dump(exclude_none=True).items()
    return field, value


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
    what = "names a member twice" if reason.startswith("Detected duplicate key") else "is not valid JSON"
    return MalformedRequest(f"The body {what}{where}.")


def _identity_missing(data: object) -> list[FieldError]:
    """The rule that needs two fields; a validator of the model would run only when all others hold."""
    if not isinstance(data, dict) or data.get("email") is not None or data.get("external_id") is not None:
        return []
    return [FieldError(("email",), "identity_missing", DETAILS["identity_missing"])]


def _field_errors(error: ValidationError) -> list[FieldError]:
    details = error.errors(include_url=False, include_input=False)
    return [_field_error(each) for each in details[:MAX_ERRORS]]


def _field_error(error: ErrorDetails) -> FieldError:
    code = _OUR_CODE.get(error["type"], error["type"])
    if code == "unknown_field" and error["loc"] in SINGLE_USE_TOKENS:
        code = "single_use_token"
    if code not in DETAILS:
        code = "invalid"
    return FieldError(tuple(_repeatable(error["loc"])), code, DETAILS[code].format(**error.get("ctx", {})))


def _repeatable(path: Iterable[str | int]) -> Iterable[str | int]:
    """The path, up to the first name that doesn't look like a field's: that one is the caller's data."""
    for step in path:
        if isinstance(step, str) and not _FIELD_NAME.fullmatch(step):
            return
        yield step
