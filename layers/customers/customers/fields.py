"""The kinds of values that customers are made of.

Text is trimmed and NFC-normalised, so that two spellings of one text are one text. Each refusal names a code of
`parsing.DETAILS`, which has the sentence for it.
"""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from customers.identity import email_key

# Control characters (Unicode category Cc); line breaks and tabs are part of free text.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def refusal(code: str) -> PydanticCustomError:
    """The error that refuses a value with a code of our own."""
    return PydanticCustomError(code, code)


def _normalize(value: Any) -> Any:
    """Trim and NFC-normalise text; anything else is left for the type check to refuse."""
    return unicodedata.normalize("NFC", value.strip()) if isinstance(value, str) else value


def _number_as_text(value: Any) -> Any:
    """Accept a JSON integer where one of the source documents has one: ZIP codes and phone numbers."""
    return str(value) if type(value) is int else value


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


def _country(value: str) -> str:
    import pycountry  # costs tens of milliseconds that only requests with a country should pay

    try:
        return str(pycountry.countries.lookup(value).alpha_2)
    except LookupError:
        raise refusal("country_unknown") from None


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
    """Drop nulls: Orb's values are nullable, and null means absent.

    DynamoDB maps have no order; a fixed one makes a replayed answer the same to the byte.
    """
    return {key: entry for key, entry in sorted(value.items()) if entry is not None}


# Pydantic wraps from left to right: what stands last in an Annotated runs first.
_Normalized = BeforeValidator(_normalize)
_OneLine = AfterValidator(_one_line)
_Lines = AfterValidator(_lines)
_NumberAsText = BeforeValidator(_number_as_text, json_schema_input_type=str | int)

Name = Annotated[str, StringConstraints(min_length=1, max_length=500), _OneLine, _Normalized]
"""Any name, in any alphabet; 500 characters are the most that a source document allows (Orb)."""

FreeText = Annotated[str, StringConstraints(max_length=5000), _Lines, _Normalized]
"""Up to 5000 characters (Stripe), with line breaks and tabs."""

ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=255), _OneLine, _Normalized]

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

Phone = Annotated[str, StringConstraints(min_length=1, max_length=50), _OneLine, _Normalized, _NumberAsText]
"""As written, extensions and all; 50 is the most of the source documents (Rebilly) but for Stripe's shipping."""

PostalCode = Annotated[str, StringConstraints(max_length=5000), _OneLine, _Normalized, _NumberAsText]

Country = Annotated[str, StringConstraints(min_length=2, max_length=100), AfterValidator(_country), _Normalized]
"""ISO 3166-1: alpha-2, alpha-3 or English name in, alpha-2 out."""

MetadataKey = Annotated[
    str, StringConstraints(min_length=1, max_length=40), AfterValidator(_metadata_key), _OneLine, _Normalized
]
MetadataValue = Annotated[str, StringConstraints(max_length=500), _Lines, _Normalized]
Metadata = Annotated[
    dict[MetadataKey, MetadataValue | None],
    Field(max_length=50),
    AfterValidator(_entries),
    BeforeValidator(_different_keys),
]
"""Stripe's limits. Keys that become one key when they are normalised would lose a value, and are refused."""
