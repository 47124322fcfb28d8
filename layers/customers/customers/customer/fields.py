"""The kinds of values that customers are made of, with their limits.

Each refusal names a code of `refusals.DETAILS`, which has the sentence for it. Limits are the widest of the source
documents that are sound.
"""

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError

from customers.customer import codes, digits, emails, text
from customers.customer.digits import MAX_SAFE_INTEGER
from customers.customer.identity import email_key
from customers.customer.text import refusal

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

MAX_ENTRIES = 50
"""The most entries of any list or of the metadata: what Orb allows of additional e-mail addresses."""


class _EmptyIsAbsent:
    """In a request an empty text is as good as `null`; answers have neither."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(schema)
        if handler.mode == "validation":
            for alternative in (described, *described.get("anyOf", ())):
                alternative.pop("minLength", None)
                if "enum" in alternative:
                    alternative["enum"] = [*alternative["enum"], ""]
                if "pattern" in alternative:
                    alternative["pattern"] = f"^$|{alternative['pattern']}"
        return described


def _empty_is_absent(value: Any) -> Any:
    return None if isinstance(value, str) and not text.trim(value) else value


T = TypeVar("T")
Maybe = Annotated[T | None, BeforeValidator(_empty_is_absent), _EmptyIsAbsent()]
"""A text that may be absent: `null` and an empty text say so too."""


def _or_integer(text: Any) -> BeforeValidator:
    """Accept a JSON integer where one of the source documents has one: ZIP codes and phone numbers."""
    return BeforeValidator(digits.text_of_integer, json_schema_input_type=text | int)


def _email(value: str) -> str:
    try:
        email_key(value)
    except ValueError as error:
        raise refusal(str(error)) from None
    return value


def _few_international(entries: Any) -> Any:
    """Refuse addresses that would take long: what is no list, or no address, is left for other checks."""
    if isinstance(entries, list) and len(entries) <= MAX_ENTRIES:
        addresses = (entry.get("value") if isinstance(entry, dict) else entry for entry in entries)
        labels = {label for each in addresses if isinstance(each, str) for label in emails.international_labels(each)}
        if sum(map(len, labels)) > emails.MAX_INTERNATIONAL:
            raise refusal("too_many_international")
    return entries


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


def _one_by_one(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Refuse names of which two become one: a value would be lost. Too many are refused before they are looked at."""
    if isinstance(value, dict) and len(value) > MAX_ENTRIES:
        raise PydanticKnownError(
            "too_long", {"field_type": "Dictionary", "max_length": MAX_ENTRIES, "actual_length": len(value)}
        )
    entries = validate(value)
    if len(entries) < len(value):
        raise refusal("metadata_key_twice")
    return entries


def _without_nulls(value: dict[str, str | None]) -> dict[str, str | None]:
    """Orb's values are nullable, and null means absent."""
    return {key: entry for key, entry in value.items() if entry is not None}


# Pydantic wraps from left to right: what stands last in an Annotated runs first.
_Line = BeforeValidator(text.line)
_Lines = BeforeValidator(text.lines)

UP_TO_50 = Field(max_length=MAX_ENTRIES)
FEW_INTERNATIONAL = BeforeValidator(_few_international)

Name = Annotated[str, StringConstraints(min_length=1, max_length=500), _Line]
"""Any name, in any alphabet; 500 characters are the most that a source document allows (Orb)."""

ShortText = Annotated[str, StringConstraints(min_length=1, max_length=255), _Line]
"""Rebilly's limit of organizations and job titles, and enough for a part of anybody's name."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=45), _Line]
"""What one of several is called (Rebilly)."""

LongName = Annotated[str, StringConstraints(min_length=1, max_length=5000), _Line]
"""The recipient of goods (Stripe), perhaps with the department and the door."""

FreeText = Annotated[str, StringConstraints(min_length=1, max_length=5000), _Lines]
"""Up to 5000 characters (Stripe), with line breaks and tabs."""

ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=255), _Line]

Reference = Annotated[str, StringConstraints(min_length=1, max_length=5000), BeforeValidator(text.verbatim)]
"""An id in another system, which alone knows what its characters mean: not even trimmed. 5000 is Stripe's limit."""

Email = Annotated[
    str,
    StringConstraints(min_length=1, max_length=emails.MAX_BYTES),
    Field(json_schema_extra={"format": "email"}),
    AfterValidator(_email),
    _Line,
]
"""RFC 5321 delivers to 254 characters at most, whatever the source documents allow (40 to 512)."""

_Text50 = Annotated[str, StringConstraints(min_length=1, max_length=50)]
_Text5000 = Annotated[str, StringConstraints(min_length=1, max_length=5000)]

Phone = Annotated[_Text50, _Line, _or_integer(_Text50)]
"""As written, extensions and all; 50 is the most of the source documents (Rebilly) but for Stripe's shipping."""

LongPhone = Annotated[_Text5000, _Line, _or_integer(_Text5000)]
PostalCode = Annotated[_Text5000, _Line, _or_integer(_Text5000)]

_CountryName = Annotated[str, StringConstraints(min_length=2, max_length=codes.MAX_COUNTRY_NAME)]

Country = Annotated[_CountryName, _known(codes.country, "country_unknown"), _Line]
"""ISO 3166-1: alpha-2, alpha-3 or English name in, alpha-2 out."""

TaxCountry = Annotated[_CountryName, _known(codes.tax_country, "country_unknown"), _Line]
"""A country, or `EU`, whose One Stop Shop gives tax ids of its own."""

Currency = Annotated[
    str, StringConstraints(min_length=3, max_length=3), _known(codes.currency, "currency_unknown"), _Line
]
"""ISO 4217, in either case; upper-case out."""

TimeZone = Annotated[
    str, StringConstraints(min_length=1, max_length=100), _known(codes.time_zone, "timezone_unknown"), _Line
]
"""A name of the IANA time zone database; case matters."""

Locale = Annotated[str, StringConstraints(min_length=1, max_length=100), _known(codes.locale, "locale_invalid"), _Line]
"""A BCP 47 language tag; canonical out. RFC 5646 section 4.4 asks for room for 35 characters."""

IpAddress = Annotated[
    str, StringConstraints(min_length=2, max_length=45), _known(_ip_address, "ip_address_invalid"), _Line
]
"""IPv4 or IPv6, in the spelling that was sent."""

PastDate = Annotated[str, Field(json_schema_extra={"format": "date"}), AfterValidator(_past_date), _Line]
"""A day of the past or today (in UTC), `YYYY-MM-DD` (RFC 3339)."""

_Int64 = Field(json_schema_extra={"format": "int64"})  # without it, clients that are made for Java have 32 bits
_Integer = BeforeValidator(digits.integer)

MinorUnits = Annotated[int, Field(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER), _Int64, _Integer]
"""An amount in the smallest unit of its currency, such as cents."""

SequenceNumber = Annotated[int, Field(ge=1, le=MAX_SAFE_INTEGER), _Int64, _Integer]

InvoicePrefix = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,12}$"), _Line]
"""Stripe's SDKs take 1 to 12 characters; its older document says 3 to 12, beside a limit of 5000."""

InvoiceFieldName = Annotated[str, StringConstraints(min_length=1, max_length=40), _Line]
InvoiceFieldValue = Annotated[str, StringConstraints(max_length=140), _Line]
"""Stripe's limits today; 30 in the source document."""

TaxIdValue = Annotated[str, StringConstraints(min_length=1, max_length=255), _Line]

MetadataKey = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_metadata_key), _Line]
MetadataValue = Annotated[str, StringConstraints(max_length=500), _Lines]
Metadata = Annotated[
    dict[MetadataKey, MetadataValue | None],
    UP_TO_50,
    WrapValidator(_one_by_one),
    AfterValidator(_without_nulls),
]
"""Stripe's limits."""

CustomFields = Annotated[
    str,
    BeforeValidator(digits.json_text),
    WithJsonSchema({"type": "object", "additionalProperties": True}),
]
"""Any JSON object (Rebilly), kept as its text.

DynamoDB's numbers have 38 digits and no trailing zeros, and its maps nest 32 levels deep; text has no such limits and
reads well in the console. Names and strings come back as they were sent, and numbers digit for digit.
"""
