"""API keys: what a caller sends, and what the table of keys stores of it.

A key is `ck_` and 256 bits of OS entropy. The table holds its SHA-256 and never the key, so what leaks from the table
opens nothing. A slow hash, as for passwords, would add nothing but time: there is no guessing 256 bits.

Keys are looked up by their hash and never compared one with another. So there is no timing to learn from: a caller who
chooses a key doesn't choose its hash, and how near a hash came to another says nothing about the key.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

SCOPES: Mapping[str, tuple[str, ...]] = {
    "customers:read": ("GET/customers", "GET/customers/*"),
    "customers:write": tuple(f"{method}/customers{rest}" for method in ("POST", "PATCH", "PUT") for rest in ("", "/*")),
    "customers:delete": ("DELETE/customers", "DELETE/customers/*"),
}
"""What each scope opens: "METHOD/path" patterns of the stage, as in the ARNs of execute-api.

With `/*` because REST APIs route a path with a slash at its end like the one without. A method belongs to one scope
on all paths, so that no pattern of a lesser scope can match a spelling of a path that a greater one guards.
"""

EVERY_KEY = ("HEAD/*", "OPTIONS/*")
"""What needs a key but no scope: the methods that no resource has, whose one answer is 405."""

ORGANIZATION = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""The names of organizations. None has a `#`, which ends the organization in the keys of the customers' table."""

# 32 bytes in base64url without padding: the last of 43 characters has four bits of its own, so 16 values.
_KEY = r"ck_[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
_AUTHORIZATION = re.compile(rf"(?i:bearer) +({_KEY})")  # RFC 6750 section 2.1; RFC 9110 section 11.1 on case

_BASIC = re.compile(r"(?i:basic) +([A-Za-z0-9+/]+=*)")  # RFC 7617

KEY_HEADERS = {"rebilly": "reb-apikey"}
"""The header with the key, in lower case, of a vendor's API that has another than Authorization."""

_MAX_LABEL = 200


class ApiKey(NamedTuple):
    """What the table holds of a key; times are RFC 3339 in UTC."""

    key_hash: str
    organization: str
    scopes: Collection[str]
    label: str
    created_at: str
    expires_at: str | None = None
    revoked_at: str | None = None

    @property
    def id(self) -> str:
        """Names the key in logs and to the operator: a part of the hash, and so no part of the key."""
        return f"key_{self.key_hash[:16]}"

    @property
    def routes(self) -> tuple[str, ...]:
        """The patterns of all routes that the key opens; a scope that isn't known opens none."""
        return (*EVERY_KEY, *(route for scope, routes in SCOPES.items() if scope in self.scopes for route in routes))

    def state(self, now: datetime) -> str:
        """`active`, `revoked` or `expired`."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and now >= datetime.fromisoformat(self.expires_at):
            return "expired"
        return "active"

    def item(self) -> dict[str, Any]:
        """The key as the table's item."""
        return {name: value for name, value in self._asdict().items() if value is not None}


def from_item(item: Mapping[str, Any]) -> ApiKey:
    """The key of an item of the table."""
    return ApiKey(**{name: item[name] for name in ApiKey._fields if name in item})


def shown_key(value: str, vendor: str = "") -> str | None:
    """The key in the header that an API's callers show it in, or None for whatever can't be one.

    Stripe's API also takes it as the user name of `Basic`, and Rebilly's header has nothing but the key.
    """
    if vendor == "stripe" and (basic := _BASIC.fullmatch(value)):
        with suppress(ValueError):
            value = f"Bearer {base64.b64decode(basic[1], validate=True).decode('ascii').removesuffix(':')}"
    if vendor == "rebilly":
        value = f"Bearer {value}"
    match = _AUTHORIZATION.fullmatch(value)
    return match[1] if match else None


def hash_of(key: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def new_key(
    organization: str, scopes: Collection[str], *, now: datetime, label: str = "", expires: datetime | None = None
) -> tuple[str, ApiKey]:
    """A new key and what the table is to hold of it; the key itself is nowhere else.

    Raises ValueError, with a sentence for the operator, when it would open nothing or something that isn't there.
    """
    if not ORGANIZATION.fullmatch(organization):
        raise ValueError("An organization has up to 63 lower-case letters, digits and hyphens, no hyphen first.")
    if not scopes or not set(scopes) <= SCOPES.keys():
        raise ValueError(f"A key has one or more of the scopes {', '.join(SCOPES)}.")
    if len(label) > _MAX_LABEL or not label.isprintable():
        raise ValueError(f"A label is one line of up to {_MAX_LABEL} characters.")
    if expires is not None and expires <= now:
        raise ValueError("A key has to expire in the future.")
    key = f"ck_{secrets.token_urlsafe(32)}"
    return key, ApiKey(
        key_hash=hash_of(key),
        organization=organization,
        scopes=sorted(set(scopes)),
        label=label,
        created_at=rfc3339(now),
        expires_at=None if expires is None else rfc3339(expires),
    )


def rfc3339(time: datetime) -> str:
    """The time in UTC, to the second."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
