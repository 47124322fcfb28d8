"""From the bytes of a request to a customer, or to every reason why it is invalid."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import jiter
from pydantic import ValidationError

from customers.customer.digits import json_value
from customers.customer.model import CustomerQuery, NewCustomer
from customers.customer.parts import Part
from customers.customer.text import trim
from customers.errors import FieldError, InvalidCustomer, MalformedRequest, PayloadTooLarge
from customers.http.refusals import MAX_ERRORS, field_error, field_errors, refusal

MAX_BODY_BYTES = 128 * 1024
"""The widest customer of the source documents fits many times over, and its item stays under DynamoDB's 400 KB."""

MAX_VALUES = 10_000
"""The most members, entries, arrays and objects in a body, `custom_fields` included."""

MAX_DEPTH = 200
"""How deep arrays and objects may nest: jiter's own limit."""

UTF8_BOM = b"\xef\xbb\xbf"

_POSITION = re.compile(r"at line (\d+) column (\d+)$")


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
        raise InvalidCustomer([*also, *field_errors(error)], error.error_count() + len(also)) from None
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
            f"The body is over a limit: it may have up to {MAX_VALUES} members and entries in total."
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
        alone = [field_error((name,), "not_alone") for name in CustomerQuery.model_fields if name in given]
        raise MalformedRequest("Give one query parameter: email or external_id.", alone)
    [(name, value)] = given.items()
    if "\ufffd" in value:  # API Gateway puts it in the place of bytes that are not UTF-8
        raise MalformedRequest("The query is not valid.", [field_error((name,), "replacement_character")])
    if name == "email" and not (value := trim(value)).startswith('"'):
        # A space in an address was a plus sign that the client did not encode: a query string turns it into one.
        value = value.replace(" ", "+")
    [(field, found)] = parse_parameters(CustomerQuery, {name: [value]}).model_dump(exclude_none=True).items()
    return field, found


def parse_parameters[P: Part](kind: type[P], parameters: Mapping[str, Sequence[str]]) -> P:
    """The query parameters of a request; raises MalformedRequest with all that are unknown, repeated or invalid."""
    try:
        return kind.model_validate(_once(parameters))
    except ValidationError as error:
        raise MalformedRequest("The query is not valid.", field_errors(error)) from None


def _once(parameters: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Each parameter with its one value."""
    repeated = [field_error((name,), "repeated") for name, values in parameters.items() if values[1:]]
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
        raise MalformedRequest("The Idempotency-Key has to be a single string of 1 to 255 printable ASCII characters.")
    return key


def _malformed(reason: str) -> MalformedRequest:
    """The parser's reason, less its words: a duplicate's name is the caller's."""
    position = _POSITION.search(reason)
    where = f" (line {position[1]}, column {position[2]})" if position else ""
    if reason.startswith("number out of range"):
        error = refusal((), "integer_too_long", "A number in here")
        return MalformedRequest(f"The body is over a limit{where}. {error.detail}", [error])
    if reason.startswith("recursion limit exceeded"):
        return MalformedRequest(f"The body is over a limit{where}: arrays and objects may nest up to {MAX_DEPTH} deep.")
    what = "has a member twice" if reason.startswith("Detected duplicate key") else "is not valid JSON"
    return MalformedRequest(f"The body {what}{where}.")


def identity_missing(data: object) -> list[FieldError]:
    """The rule that needs two fields; a validator of the model would run only when all others hold."""
    if not isinstance(data, dict) or data.get("email") is not None or data.get("external_id") is not None:
        return []
    return [field_error(("email",), "identity_missing")]
