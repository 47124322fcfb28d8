"""The kinds of values that customers are made of, with their limits.

Text is trimmed and NFC-normalised, so that two spellings of one text are one text. Each refusal names a code of
`parsing.DETAILS`, which has the sentence for it. Limits are the widest of the source documents that are sound.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from customers.customer import codes
from customers.customer.identity import email_key

# Control characters (Unicode category Cc); line breaks and tabs are part of free text.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer that every JSON parser reads exactly (RFC 7493 section 2.2)."""


def refusal(code: str) -> PydanticCustomError:
    """The error that refuses a value with a code of our own."""
    return PydanticCustomError(code, code)


def _normalize(value: Any) -> Any:
    """Trim and NFC-normalise text; anything else is left for the type check to refuse."""
    return unicodedata.normalize("NFC", value.strip()) if isinstance(value, str) else value


def _or_integer(text: Any) -> BeforeValidator:
    """Accept a JSON integer where one of the source documents has one: ZIP codes and phone numbers."""
    return BeforeValidator(lambda value: str(value) if type(value) is int else value, json_schema_input_type=text | int)


def _one_line(value: str) -> str:
    if _CONTROL.search(value):
        raise refusal("control_character")
    return value


def _lines(value: str) -> str:
    if _CONTROL_BUT_BREAKS.search(value):
        raise refusal("control_character")
    return value


def _email(value: str) -> str:
    try:
        email_key(value)
    except ValueError:
        raise refusal("email_invalid") from None
    return value


def _known(canonical: Callable[[str], str], code: str) -> AfterValidator:
    """Turn a value into its canonical form, or refuse it with the code when it has none."""

    def validate(value: str) -> str:
        try:
            return canonical(value)
        except (LookupError, ValueError):
            raise refusal(code) from None

    return AfterValidator(validate)


def _ip_address(value: str) -> str:
    """The address as it was written. A zone (`%eth0`, RFC 4007) means something on one machine only."""
    if "%" in value:
        raise ValueError
    ipaddress.ip_address(value)
    return value


def _past_date(value: str) -> str:
    if not _DATE.fullmatch(value):
        raise refusal("date_invalid")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise refusal("date_invalid") from None
    if day > datetime.now(UTC).date():
        raise refusal("date_in_future")
    return value


def _metadata_key(value: str) -> str:
    if "[" in value or "]" in value:
        raise refusal("metadata_key_brackets")
    return value


def _different_keys(value: Any) -> Any:
    """Refuse keys that normalise to the same."""
    if isinstance(value, dict) and len({_normalize(key) for key in value}) < len(value):
        raise refusal("metadata_key_twice")
    return value


def _entries(value: dict[str, str | None]) -> dict[str, str | None]:
    """Drop nulls: Orb's values are nullable, and null means absent."""
    return {key: entry for key, entry in value.items() if entry is not None}


def _json_text(value: Any) -> str:
    """The text of a JSON object; its numbers, which `parsing` leaves unread, are written as they were sent."""
    if not isinstance(value, dict):
        raise refusal("object_type")
    import simplejson

    return simplejson.dumps(
        value,
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        default=lambda number: simplejson.RawJSON(str(number)),
    )


# Pydantic wraps from left to right: what stands last in an Annotated runs first.
_Normalized = BeforeValidator(_normalize)
_OneLine = AfterValidator(_one_line)
_Lines = AfterValidator(_lines)

UP_TO_50 = Field(max_length=50)
"""The most entries of any list: what Orb allows of additional e-mail addresses."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=500), _OneLine, _Normalized]
"""Any name, in any alphabet; 500 characters are the most that a source document allows (Orb)."""

PersonName = Annotated[str, StringConstraints(min_length=1, max_length=45), _OneLine, _Normalized]
"""One part of a person's name (Rebilly); `Name` takes longer ones."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=45), _OneLine, _Normalized]
"""What one of several is called (Rebilly)."""

ShortText = Annotated[str, StringConstraints(min_length=1, max_length=255), _OneLine, _Normalized]
"""Rebilly's limit of organizations and job titles."""

LongName = Annotated[str, StringConstraints(min_length=1, max_length=5000), _OneLine, _Normalized]
"""The recipient of goods (Stripe), perhaps with the department and the door."""

FreeText = Annotated[str, StringConstraints(max_length=5000), _Lines, _Normalized]
"""Up to 5000 characters (Stripe), with line breaks and tabs."""

ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=255), _OneLine, _Normalized]

Reference = Annotated[str, StringConstraints(min_length=1, max_length=5000), _OneLine]
"""An id in another system, which alone knows what its characters mean: not even trimmed. 5000 is Stripe's limit."""

Email = Annotated[
    str,
    StringConstraints(min_length=1, max_length=254),
    Field(json_schema_extra={"format": "email"}),
    AfterValidator(_email),
    _Normalized,
]
"""RFC 5321 delivers to 254 characters at most, whatever the source documents allow (40 to 512).

The length is checked first: parsing an address takes more than linear time.
"""

_Text50 = Annotated[str, StringConstraints(min_length=1, max_length=50)]
_Text5000 = Annotated[str, StringConstraints(min_length=1, max_length=5000)]
_MaybeText5000 = Annotated[str, StringConstraints(max_length=5000)]

Phone = Annotated[_Text50, _OneLine, _Normalized, _or_integer(_Text50)]
"""As written, extensions and all; 50 is the most of the source documents (Rebilly) but for Stripe's shipping."""

ShippingPhone = Annotated[_Text5000, _OneLine, _Normalized, _or_integer(_Text5000)]

PostalCode = Annotated[_MaybeText5000, _OneLine, _Normalized, _or_integer(_MaybeText5000)]

Country = Annotated[
    str, StringConstraints(min_length=2, max_length=100), _known(codes.country, "country_unknown"), _Normalized
]
"""ISO 3166-1: alpha-2, alpha-3 or English name in, alpha-2 out."""

TaxCountry = Annotated[
    str,
    StringConstraints(min_length=2, max_length=100),
    _known(lambda text: text if text == "EU" else codes.country(text), "country_unknown"),
    _Normalized,
]
"""A country, or `EU`, whose One Stop Shop gives tax ids of its own."""

Currency = Annotated[
    str, StringConstraints(min_length=3, max_length=3), _known(codes.currency, "currency_unknown"), _Normalized
]
"""ISO 4217, in either case; upper-case out."""

TimeZone = Annotated[
    str, StringConstraints(min_length=1, max_length=100), _known(codes.time_zone, "timezone_unknown"), _Normalized
]
"""A name of the IANA time zone database, to the letter."""

Locale = Annotated[
    str, StringConstraints(min_length=1, max_length=100), _known(codes.locale, "locale_invalid"), _Normalized
]
"""A BCP 47 language tag; canonical out. RFC 5646 section 4.4 asks for room for 35 characters."""

IpAddress = Annotated[
    str, StringConstraints(min_length=2, max_length=45), _known(_ip_address, "ip_address_invalid"), _Normalized
]
"""IPv4 or IPv6, in the spelling that was sent."""

PastDate = Annotated[str, Field(json_schema_extra={"format": "date"}), AfterValidator(_past_date), _Normalized]
"""A day of the past or today (in UTC), `YYYY-MM-DD` (RFC 3339)."""

MinorUnits = Annotated[int, Field(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]
"""An amount in the smallest unit of its currency, such as cents."""

SequenceNumber = Annotated[int, Field(ge=1, le=MAX_SAFE_INTEGER)]

InvoicePrefix = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,12}$"), _Normalized]
"""Stripe's SDKs take 1 to 12 characters; its older document says 3 to 12, beside a limit of 5000."""

InvoiceFieldName = Annotated[str, StringConstraints(min_length=1, max_length=40), _OneLine, _Normalized]
"""Stripe's limit today; 30 in the source document."""

InvoiceFieldValue = Annotated[str, StringConstraints(max_length=140), _OneLine, _Normalized]
"""Stripe's limit today; 30 in the source document."""

TaxIdValue = Annotated[str, StringConstraints(min_length=1, max_length=255), _OneLine, _Normalized]

MetadataKey = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    AfterValidator(_metadata_key),
    _OneLine,
    _Normalized,
]
MetadataValue = Annotated[str, StringConstraints(max_length=500), _Lines, _Normalized]
Metadata = Annotated[
    dict[MetadataKey, MetadataValue | None],
    Field(max_length=50),
    AfterValidator(_entries),
    BeforeValidator(_different_keys),
]
"""Stripe's limits. Keys that become one key when they are normalised would lose a value, and are refused."""

CustomFields = Annotated[
    str,
    BeforeValidator(_json_text),
    WithJsonSchema({"type": "object", "additionalProperties": True}),
]
"""Any JSON object (Rebilly), kept as its text.

DynamoDB's numbers have 38 digits and no trailing zeros, and its maps nest 32 levels deep; text has no such limits and
reads well in the console. Names and strings come back as they were sent, and numbers digit for digit.
"""
