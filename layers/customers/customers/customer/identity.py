"""What makes two customers the same, and what names one."""

import hashlib
import re
import secrets
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from customers.customer import emails

CUSTOMER_ID = re.compile(r"cus_[0-9a-f]{32}")
"""What an id looks like."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def new_customer_id(time: datetime) -> str:
    """A new id: `cus_`, the millisecond of the creation in 12 digits, and 80 bits of OS entropy in 20.

    UUIDv7 (RFC 9562) is built the same way. The id gives a customer's place in the order of creation even after it was
    deleted. OS entropy stays unique after a SnapStart restore.
    """
    return f"cus_{(time - _EPOCH) // _MILLISECOND:012x}{secrets.token_hex(10)}"


def derived_customer_id(origin: str) -> str:
    """The id derived from an origin. It contains no time: its first digits are beyond the last year of a date."""
    return f"cus_{'f' * 12}{hashlib.sha256(origin.encode()).hexdigest()[:20]}"


def creation_time(customer_id: str) -> datetime:
    """The time of creation in an id, in whole milliseconds; OverflowError if it contains none."""
    return _EPOCH + int(customer_id[4:16], 16) * _MILLISECOND


@lru_cache(maxsize=1)  # a create asks twice, to validate the address and to guard it
def email_key(address: str) -> str:
    """The form under which e-mail addresses are compared.

    The domain is in A-labels. The local part is in NFC and lower case, character by character (the rules of a language
    or of a word's end don't count), where Unicode has one lower-case letter for the character: `É` and `é` are the
    same, `ß` and `ss` are not, nor are a long s and `s`, nor are the two small sigmas.
    RFC 5321 lets a mail host tell `Ada` from `ada`; none does, and people don't.

    Raises ValueError with the code of what is wrong when it is not an e-mail address; see `emails.parse`.
    """
    local, domain = emails.parse(unicodedata.normalize("NFC", address))
    if local.isascii():
        return f"{local.lower()}@{domain}"
    # A small letter may have a composed form with a mark where the capital has none: J̌ and ǰ.
    lower = "".join(letter if len(letter := character.lower()) == 1 else character for character in local)
    return f"{unicodedata.normalize('NFC', lower)}@{domain}"
