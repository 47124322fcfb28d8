"""Form bodies with brackets in their names, as Stripe's clients send them: `tax_id_data[0][type]=eu_vat`.

The libraries that read such names (qs-codec is the liveliest) take the last of two values of one name, or both as a
list, and read on where brackets don't match. Here each value is kept or the body is refused.
"""

import re
from typing import Any
from urllib.parse import unquote_plus

from customers.customer.text import refusal
from customers.errors import MalformedRequest, PayloadTooLarge
from customers.http.parsing import MAX_BODY_BYTES

MAX_PAIRS = 1000
"""The most pairs in a body: a whole customer has 300."""

MAX_DEPTH = 6
"""The most names in a name, brackets and all: Stripe's have up to 4."""

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def read_form(body: bytes) -> dict[str, Any]:
    """The values of a body in UTF-8: texts, in objects whose names are those in brackets, `0` and `1` in a list.

    An empty pair of brackets stands for the next number, or for the last one while that lacks the name that follows.
    Raises PayloadTooLarge, and MalformedRequest when a name is malformed or has two values, or on a limit.
    """
    if len(body) > MAX_BODY_BYTES:
        raise PayloadTooLarge(f"The body may have up to {MAX_BODY_BYTES} bytes.")
    pairs = [pair for pair in body.decode().split("&") if pair]
    if len(pairs) > MAX_PAIRS:
        raise MalformedRequest(f"The body is over a limit: it may have up to {MAX_PAIRS} parameters.")
    form: dict[str, Any] = {}
    for number, pair in enumerate(pairs, 1):
        name, equals, value = pair.partition("=")
        try:
            kept = equals and _set(form, _steps(_decoded(name)), _decoded(value))
        except ValueError:  # a UnicodeDecodeError is one
            kept = False
        if not kept:
            raise MalformedRequest(
                f"Parameter {number} of the body is not valid: its name is malformed or has a value already, or it "
                "is not UTF-8 with percent-encoding."
            )
    return form


def entries(value: Any) -> list[Any] | None:
    """The entries of a list; None when its numbers don't count from 0, or it is something else."""
    if not isinstance(value, dict):
        return None
    found = [value.get(str(number)) for number in range(len(value))]
    return None if None in found else found


def texts(value: Any) -> list[Any]:
    """The entries of a list of texts."""
    found = entries(value)
    if found is None:
        raise refusal("array_type")
    return found


def integer(value: Any) -> Any:
    """The integer that a text is; any other value as it is, which the model refuses."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,20}", value) else value


def _decoded(text: str) -> str:
    if "%" not in text:
        return text.replace("+", " ")
    if _BAD_ESCAPE.search(text):
        raise ValueError
    return unquote_plus(text, errors="strict")


def _steps(name: str) -> list[str]:
    if "[" not in name and "]" not in name and name:
        return [name]
    match = _NAME.fullmatch(name)
    if not match:
        raise ValueError
    steps = [match[1], *_BRACKETS.findall(match[2])]
    if len(steps) > MAX_DEPTH:
        raise ValueError
    return steps


def _set(form: dict[str, Any], steps: list[str], value: str) -> bool:
    """Set a value; whether its name had none."""
    target: Any = form
    for number, name in enumerate(steps):
        step = name or _next(target, steps[number + 1 :])
        if number + 1 == len(steps):
            if step in target:
                return False
            target[step] = value
            return True
        target = target.setdefault(step, {})
        if not isinstance(target, dict):
            return False
    return False


def _next(entries: dict[str, Any], rest: list[str]) -> str:
    last = entries.get(str(len(entries) - 1))
    return str(len(entries) - (isinstance(last, dict) and bool(rest) and rest[0] not in last))
