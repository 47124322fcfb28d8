"""The expressions of DynamoDB's writes, as far as the store uses them; any other form is an error.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

type Attributes = Mapping[str, Any]
type Condition = Callable[[Attributes], bool]
type Operand = Callable[[Attributes], Any]

_TOKEN = re.compile(r"\s*(?:([#:]?\w+)|(<=|>=|<>|[=<>(),]))")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class UnknownExpression(Exception):
    """The expression is wrong, or of a form that nobody has taught this module."""


class _Parser:
    """OR binds less than AND, AND less than NOT, as in DynamoDB."""

    def __init__(self, text: str, names: Mapping[str, str], values: Attributes) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._names = names
        self._values = values
        self.used: set[str] = set()

    def condition(self) -> Condition:
        result = self._either()
        self._expect(None)
        return result

    def update(self) -> Callable[[Attributes], Attributes]:
        changes: list[Callable[[dict[str, Any]], object]] = []
        while (clause := self._next()) is not None:
            if clause not in {"SET", "REMOVE"}:
                raise UnknownExpression(self._text)
            while True:
                name = self._name(self._next())
                if clause == "SET":
                    self._expect("=")
                    value = self._value(self._next())
                    changes.append(lambda item, name=name, value=value: item.update({name: value}))  # type: ignore[misc]  # both are set where it is made
                else:
                    changes.append(lambda item, name=name: item.pop(name, None))  # type: ignore[misc]  # the same
                if self._peek() != ",":
                    break
                self._next()

        def apply(item: Attributes) -> Attributes:
            changed = dict(item)
            for change in changes:
                change(changed)
            return changed

        return apply

    def _either(self) -> Condition:
        parts = [self._all()]
        while self._peek() == "OR":
            self._next()
            parts.append(self._all())
        return lambda item: any(part(item) for part in parts)

    def _all(self) -> Condition:
        parts = [self._term()]
        while self._peek() == "AND":
            self._next()
            parts.append(self._term())
        return lambda item: all(part(item) for part in parts)

    def _term(self) -> Condition:
        token = self._next()
        if token == "NOT":
            inner = self._term()
            return lambda item: not inner(item)
        if token == "(":
            inner = self._either()
            self._expect(")")
            return inner
        if token in {"attribute_exists", "attribute_not_exists"}:
            self._expect("(")
            name = self._name(self._next())
            self._expect(")")
            return lambda item: (name in item) == (token == "attribute_exists")
        left = self._operand(token)
        compare = _COMPARE.get(self._next() or "")
        right = self._operand(self._next())
        if compare is None:
            raise UnknownExpression(self._text)
        return lambda item: _holds(compare, left(item), right(item))

    def _operand(self, token: str | None) -> Operand:
        if token is not None and token.startswith(":"):
            value = self._value(token)
            return lambda _: value
        name = self._name(token)
        return lambda item: item.get(name)

    def _value(self, token: str | None) -> Any:
        if token is None or token not in self._values:
            raise UnknownExpression(f"{self._text}: no value {token}")
        self.used.add(token)
        return self._values[token]

    def _name(self, token: str | None) -> str:
        if token is None or not re.fullmatch(r"#?\w+", token):
            raise UnknownExpression(self._text)
        if token.startswith("#"):
            self.used.add(token)
            return self._names[token]
        return token

    def _peek(self) -> str | None:
        return self._tokens[0] if self._tokens else None

    def _next(self) -> str | None:
        return self._tokens.pop(0) if self._tokens else None

    def _expect(self, token: str | None) -> None:
        if self._next() != token:
            raise UnknownExpression(self._text)


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text.rstrip()):
        if not (match := _TOKEN.match(text, at)):
            raise UnknownExpression(text)
        yield match[1] or match[2]
        at = match.end()


def _holds(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    """An attribute that is not there makes every comparison false; only values of one type have an order."""
    if left is None or right is None:
        return False
    [(left_type, left_value)], [(right_type, right_value)] = left.items(), right.items()
    if left_type != right_type:
        return compare is operator.ne
    if left_type == "N":
        return compare(Decimal(left_value), Decimal(right_value))
    return compare(left_value, right_value)


@cache
def _parsed(kind: str, text: str, names: str, values: str) -> Any:
    parser = _Parser(text, json.loads(names), json.loads(values))
    parsed = parser.condition() if kind == "ConditionExpression" else parser.update()
    return parsed, parser.used


def _expressions(parameters: Attributes) -> Mapping[str, Any]:
    """The expressions of a write, read; every name and value that comes with them has to be used by one of them."""
    names = parameters.get("ExpressionAttributeNames", {})
    values = parameters.get("ExpressionAttributeValues", {})
    if {} in (parameters.get("ExpressionAttributeNames"), parameters.get("ExpressionAttributeValues")):
        raise UnknownExpression("empty names or values, which DynamoDB refuses")
    found, used = {}, set()
    for kind in ("ConditionExpression", "UpdateExpression"):
        if kind in parameters:
            found[kind], names_used = _parsed(kind, parameters[kind], json.dumps(names), json.dumps(values))
            used |= names_used
    if used != {*names, *values}:
        raise UnknownExpression(f"unused: {sorted({*names, *values} - used)}")
    return found


def condition(parameters: Attributes) -> Condition:
    """The condition of a write; one without any holds always."""
    holds: Condition = _expressions(parameters).get("ConditionExpression", lambda _: True)
    return holds


def update(parameters: Attributes) -> Callable[[Attributes], Attributes]:
    """What an Update makes of an item."""
    change: Callable[[Attributes], Attributes] = _expressions(parameters)["UpdateExpression"]
    return change
