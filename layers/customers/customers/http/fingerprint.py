"""What makes two requests the same."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

_NUMBER = "\ud800"
"""Half of a surrogate pair: no text of a request can hold it, so no text is taken for a number."""


def fingerprint(method: str, path: str, query: Mapping[str, Sequence[str]], data: Any) -> str:
    """The SHA-256, in hexadecimal, of a request as it was parsed: no rule of ours has touched it yet.

    So neither a new rule nor a new release of a library changes it, and a repeated request is known whatever happened
    in between. It is of canonical JSON: the array of the four, in ASCII, without white space, the names of each object
    in the order of their code points. An integer is its digits; any other number is its text as it was sent, as a
    string that no request can hold.
    """
    canonical = json.dumps(
        [method, path, query, data],
        sort_keys=True,
        separators=(",", ":"),
        default=lambda number: f"{_NUMBER}{number}",
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
