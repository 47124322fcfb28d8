"""The rows of a vendor's table of fields, and conversions of values in them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError

from customers.customer.text import refusal
from customers.vendors.paths import Path

BOTH = "in the source document and in today's SDK"
DOCUMENT = "in the source document alone: the SDK has dropped it, and still sends it"
SDK = "in today's SDK alone"

AS_SENT = "as in requests"


def same(value: Any) -> Any:
    """The conversion of a value that is written alike on both sides."""
    return value


class Field(NamedTuple):
    """A row: a field of the vendor's.

    `name` is its path in the vendor's requests and `place` that in the canonical customer, None for what is not stored.
    `source` says which generation of the vendor's API has it. `read` converts the vendor's value, or refuses it (see
    `text.refusal`); `pick` says where in it the value is, when that is not all of it. `show` converts back, and `shown`
    is the path in the vendor's answers, None when the vendor doesn't show it.
    """

    name: str
    place: str | None
    source: str
    read: Callable[[Any], Any] = same
    show: Callable[[Any], Any] = same
    shown: str | None = AS_SENT
    required: bool = False
    pick: Callable[[Any], Path | None] = lambda _value: ()


def refused(code: str) -> Callable[[Any], Any]:
    """A `read` that refuses every value."""

    def read(_value: Any) -> Any:
        raise refusal(code)

    return read


def one_of(*values: str) -> Callable[[Any], Any]:
    """A `read` that refuses all but these values."""

    def read(value: Any) -> Any:
        if value not in values:
            expected = " or ".join([", ".join(map(repr, values[:-1])), repr(values[-1])])
            raise PydanticCustomError("value_unknown", "value_unknown", {"expected": expected})
        return value

    return read


def only(*values: Any) -> Callable[[Any], Any]:
    """A `read` that refuses all but the values that ask for nothing."""

    def read(value: Any) -> Any:
        if value not in values:
            raise refusal("not_supported")
        return value

    return read


def flag(value: Any) -> Any:
    """A boolean as a reference keeps it."""
    if not isinstance(value, bool):
        raise refusal("bool_type")
    return str(value).lower()


def shown_flag(value: str) -> bool:
    """The boolean of such a reference."""
    return value == "true"


def first(entries: Any) -> Path | None:
    """Where the value of the primary entry is: of the first that says so, or else of the first."""
    if not entries:
        return None
    index = next((n for n, each in enumerate(entries) if isinstance(each, dict) and each.get("primary") is True), 0)
    return (index, "value") if isinstance(entries[index], dict) and "value" in entries[index] else None
