"""What makes two customers the same, and what names one."""

import secrets
import unicodedata
from functools import lru_cache

from email_validator import validate_email


def new_customer_id() -> str:
    """A new id: `cus_` and 128 bits of OS entropy, which stay unique after a SnapStart restore too."""
    return f"cus_{secrets.token_hex(16)}"


@lru_cache(maxsize=1)  # a create asks twice, to validate the address and to guard it, and parsing takes 0.1 ms
def email_key(address: str) -> str:
    """The form under which e-mail addresses are compared.

    email-validator's normalisation (NFC, domain in Unicode whichever way it was spelled), then Unicode's canonical
    caseless form (Unicode 3.13, D145): folding case can undo the normalisation, so it is normalised again.
    RFC 5321 lets a mail host tell `Ada` from `ada`; none does, and people don't.

    Raises ValueError when it is not an e-mail address.
    """
    normalized = validate_email(address, check_deliverability=False).normalized
    if normalized.isascii():
        return normalized.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", normalized).casefold())
