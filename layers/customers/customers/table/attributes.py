"""JSON values as DynamoDB writes them, and back.

boto3 has the same (`boto3.dynamodb.types`), for more types and with numbers as decimals. It takes six times as long
over a customer, and importing it brings all of boto3, of which nothing else is needed.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
"""

from collections.abc import Callable, Mapping
from typing import Any

type Attribute = dict[str, Any]
"""One value with its type: `{"S": "text"}`."""

_ENCODE: Mapping[type, Callable[[Any], Attribute]] = {
    str: lambda value: {"S": value},
    int: lambda value: {"N": str(value)},
    bool: lambda value: {"BOOL": value},
    type(None): lambda _: {"NULL": True},
    list: lambda value: {"L": [encode(entry) for entry in value]},
    dict: lambda value: {"M": {name: encode(entry) for name, entry in value.items()}},
}
_DECODE: Mapping[str, Callable[[Any], Any]] = {
    "S": str,
    "N": int,
    "BOOL": bool,
    "NULL": lambda _: None,
    "L": lambda value: [decode(entry) for entry in value],
    "M": lambda value: {name: decode(entry) for name, entry in value.items()},
}


def encode(value: Any) -> Attribute:
    """The attribute for a JSON value; KeyError for any other, numbers with a fraction among them."""
    return _ENCODE[type(value)](value)


def decode(attribute: Attribute) -> Any:
    """The JSON value of an attribute that `encode` made."""
    [(kind, value)] = attribute.items()
    return _DECODE[kind](value)
