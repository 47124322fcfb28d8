"""What an e-mail address is, and what is wrong with an invalid one.

Any address is accepted that a mail host could have (RFC 5321, RFC 6531): international ones, quoted local parts, and
domains that only some networks know, such as `.test` and `.internal`. An address of an IP address in brackets or of a
domain without a dot is one machine's own, and is refused.

email-validator knows the same rules. It says what is wrong in sentences alone, and takes up to 4 ms over an address:
the 152 of a customer would cost a thousand times what a customer costs. A test holds the two together.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

MAX_BYTES = 254
"""RFC 5321 delivers to 254 octets at most; an international domain counts by its A-labels."""

MAX_LABEL = 63
"""The octets of one label of a domain (RFC 1035)."""

MAX_INTERNATIONAL = 400
"""The characters that the different international labels of one list may have: each takes 10 µs to check."""

# RFC 5322 section 3.2.3, and all that is not ASCII (RFC 6531). By what it is not: to compile a class that reaches to
# the end of Unicode takes 10 ms of each cold start.
_ATOM = r'[^\x00-\x20"(),.:;<>@\[\\\]\x7f]+'
_ATOMS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*", re.ASCII)
_ADDRESS = re.compile(rf"""({_ATOMS.pattern}|"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])+")@([^@]+)""", re.ASCII)
_ESCAPED = re.compile(r"\\(.)")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE | re.ASCII)
_LABEL_SEPARATOR = re.compile("[.\u3002\uff0e\uff61]")  # what UTS #46 takes for a dot

_FAULTS = {
    "email_full_width_at": "[\uff20\ufe6b]",
    "email_display_name": "[<>]",
    "email_several_at": r"@.*@",
    "email_invalid": r"^[^@]*$|^@|@$",
    "email_dots": r"^\.|\.\.|\.@|@\.|\.$",
    "email_character": "",
}
"""How a text that does not have the form of an address differs from one: the first that is found is the reason."""


class Address(NamedTuple):
    """An e-mail address in the one form that its spellings share.

    The local part is quoted only if it has to be; the domain is in A-labels (IDNA 2008) and lower case.
    """

    local: str
    domain: str


def parse(text: str) -> Address:
    """The address that a text is, which is trimmed and in NFC. Raises ValueError with the code of what is wrong."""
    if len(text.encode()) > MAX_BYTES:
        raise ValueError("email_too_long")
    found = _ADDRESS.fullmatch(text)
    if not found or "\uff20" in text:
        raise ValueError(next(code for code, fault in _FAULTS.items() if re.search(fault, text)))
    local, domain = found.groups()
    if not local.isascii() and (not local.isprintable() or unicodedata.combining(local[0])):
        raise ValueError("email_character")
    address = Address(_unquoted(local), _a_labels(domain))
    if len(address.local.encode()) + len("@") + len(address.domain) > MAX_BYTES:
        raise ValueError("email_too_long")
    return address


def international_labels(text: str) -> Iterable[str]:
    """The labels of an address, if it is one, for which IDNA has to be asked."""
    return filter(_is_international, _LABEL_SEPARATOR.split(text.rpartition("@")[2]))


def _unquoted(local: str) -> str:
    if not local.startswith('"'):
        return local
    plain = _ESCAPED.sub(r"\1", local[1:-1])
    return plain if _ATOMS.fullmatch(plain) else '"' + re.sub(r'(["\\])', r"\\\1", plain) + '"'


def _a_labels(domain: str) -> str:
    labels = _LABEL_SEPARATOR.split(domain)
    if not all(labels):
        raise ValueError("email_dots")
    labels = [a_label(label) if _is_international(label) else label.lower() for label in labels]
    if len(labels) == 1 or labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("email_domain")
    return ".".join(labels)


def _is_international(label: str) -> bool:
    return not label.isascii() or label[:4].lower() == "xn--"


@lru_cache(maxsize=256)  # the addresses of a customer mostly share their domain
def a_label(label: str) -> str:
    """The A-label of an international label; empty when it has none."""
    import idna

    try:
        # Compatibility characters become up to 18 others: no more are looked at than a label can have.
        mapped = idna.uts46_remap(label)
        return idna.alabel(mapped).decode() if len(mapped) <= MAX_LABEL else ""
    except ValueError:
        return ""
