"""What makes two requests the same."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from customers.customer.digits import VERBATIM


def fingerprint(method: str, path: str, query: Mapping[str, Sequence[str]], data: Any) -> str:
    """The SHA-256, in hexadecimal, of a request as it was parsed, before any of our rules.

    So neither a new rule nor a new release of a library changes it, and a repeated request is known whatever happened
    in between. It is of canonical JSON: the array of the four, in ASCII, without white space, the names of each object
    in the order of their code points. An integer is its digits; any other number, and each in `custom_fields`, is its
    text as it was sent, as a string that no request can hold.
    """
    canonical = json.dumps(
        [method, path, query, data],
        sort_keys=True,
        separators=(",", ":"),
        default=VERBATIM,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
