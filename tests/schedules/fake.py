"""DynamoDB as AWS documents it, as functions of what it holds: nothing here waits, and nothing happens by itself.

A `TransactWriteItems` that arrives is prepared: every item's condition is checked and every item is locked, or the
transaction is cancelled, with a reason for each item. A prepared transaction is decided. It commits item by item, in
any order, and each item is unlocked as it is committed.
- A write or a transactional read that meets a locked item is refused (`TransactionConflict`).
- A plain read sees what the item last committed, and is never refused for a lock.
- A token that stands for a transaction that was carried out is answered with success, and nothing is done; one that
  is under way, with `TransactionInProgressException`; one whose parameters differ, with
  `IdempotentParameterMismatchException`. Nothing is remembered of a transaction that was cancelled.

docs/schedules.md names the sources, and says why no token is forgotten.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple

from schedules import expressions

type Item = str
"""An item as JSON text: it can be compared and hashed."""

type Table = tuple[tuple[str, Item], ...]
"""Each item with its key, in the order of the keys."""

type Reason = tuple[str, Item | None]
"""Why an item is refused, with what is there if that is asked for; NONE if it is not."""

type Commit = tuple[str, Item | None]
"""A key, and what is there once it is committed."""


class Answer(NamedTuple):
    """What DynamoDB sends back."""

    status: int
    body: str


class Action(NamedTuple):
    """What a call wants of one item; `parameters` is JSON text."""

    kind: str
    key: str
    parameters: str


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """A request's `number`th call; `token` is None where the operation has none. Equal calls are one object."""

    request: int
    number: int
    operation: str
    actions: tuple[Action, ...]
    token: str | None


_call = cache(Call)


class Server(NamedTuple):
    """What DynamoDB holds: its items, the transactions that it has to commit still, the tokens of those committed."""

    table: Table
    prepared: tuple[tuple[Call, tuple[Commit, ...]], ...] = ()
    done: frozenset[Call] = frozenset()


_SINGLE_WRITES = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}
TABLE = "customers"
NONE = "None"
CONFLICT = "TransactionConflict"
FAILED = "ConditionalCheckFailed"


def text(value: Any) -> str:
    """JSON text that is the same for equal values."""
    return json.dumps(value, sort_keys=True)


def table(items: Iterable[Mapping[str, Any]]) -> Table:
    """Items, as DynamoDB writes them."""
    return tuple(sorted((item["pk"]["S"], text(item)) for item in items))


def call(request: int, number: int, operation: str, parameters: Mapping[str, Any]) -> Call:
    """The call of a request; an operation or a parameter that this fake does not know is an error."""
    parameters = dict(parameters)
    if parameters.pop("ReturnConsumedCapacity") != "TOTAL":
        raise NotImplementedError("ReturnConsumedCapacity")
    token = parameters.pop("ClientRequestToken", None)
    if (token is None) is (operation == "TransactWriteItems"):
        raise NotImplementedError("a transaction without a token, or a token without a transaction")
    if operation in {"TransactWriteItems", "TransactGetItems"}:
        entries = [entry for action in parameters.pop("TransactItems") for entry in action.items()]
        if parameters:
            raise NotImplementedError(sorted(parameters))
    elif operation == "GetItem":
        if parameters.pop("ConsistentRead", False) is not True:
            raise NotImplementedError("eventually consistent reads")
        entries = [("Get", parameters)]
    else:
        entries = [(_SINGLE_WRITES[operation], parameters)]
    if any(entry.get("TableName") != TABLE for _, entry in entries):
        raise NotImplementedError("another table")
    actions = tuple(Action(kind, _key(entry), text(entry)) for kind, entry in entries)
    if len({action.key for action in actions}) < len(actions):
        raise NotImplementedError("two actions on one item")
    return _call(request, number, operation, actions, token)


def arrive(server: Server, call: Call, refused: dict[int, str] | None = None) -> tuple[Server, Answer | None]:
    """What DynamoDB does with a call that arrives; the answer is None when it comes with the last commit.

    `refused` are items, by their position, at which it meets some other transaction, or a throttle.
    """
    items = dict(server.table)
    held = tuple(items.get(action.key) for action in call.actions)
    if call.operation == "GetItem":
        return server, _read(call, held)
    if call.operation == "TransactWriteItems" and (known := _known(server, call)):
        return server, known
    locked = locks(server, call)
    met = {n: CONFLICT for n, action in enumerate(call.actions) if action.key in locked} | (refused or {})
    reasons = tuple(
        _reason(action, item) if (code := met.get(n)) is None else (code, None)
        for n, (action, item) in enumerate(zip(call.actions, held, strict=True))
    )
    if any(code != NONE for code, _ in reasons):
        return server, canceled(reasons) if call.operation.startswith("Transact") else _failed(*reasons[0])
    if call.operation == "TransactGetItems":
        return server, _read(call, held)
    commits = tuple((action.key, _after(action, item)) for action, item in zip(call.actions, held, strict=True))
    if call.operation == "TransactWriteItems":
        return server._replace(prepared=_sorted((*server.prepared, (call, commits)))), None
    return server._replace(table=_committed(server.table, commits)), _success(call)


def locks(server: Server, call: Call) -> set[str]:
    """The items of a call that a transaction is about to commit."""
    keys = {action.key for action in call.actions}
    return {key for _, remaining in server.prepared for key, _ in remaining if key in keys}


def commit(server: Server, call: Call, key: str) -> tuple[Server, Answer | None]:
    """Commit one item of a prepared transaction, and unlock it; the answer comes with the last."""
    remaining = dict(server.prepared)[call]
    table = _committed(server.table, [entry for entry in remaining if entry[0] == key])
    others = tuple(entry for entry in server.prepared if entry[0] != call)
    if left := tuple(entry for entry in remaining if entry[0] != key):
        return server._replace(table=table, prepared=_sorted((*others, (call, left)))), None
    return Server(table, others, server.done | {call}), _success(call)


def decided(server: Server) -> Table:
    """The table once everything is committed that is decided."""
    return _committed(server.table, [entry for _, remaining in server.prepared for entry in remaining])


@cache
def refusal(code: str, more: str = "{}") -> Answer:
    """An error that says that nothing was done; `more` are further members, as JSON text."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **json.loads(more)}
    return Answer(HTTPStatus.BAD_REQUEST, text(body))


@cache
def canceled(reasons: tuple[Reason, ...]) -> Answer:
    """A transaction that was cancelled, for a reason at each item."""
    shown = [{"Code": code, **_shown(item)} for code, item in reasons]
    return refusal("TransactionCanceledException", text({"CancellationReasons": shown}))


def _key(parameters: Mapping[str, Any]) -> str:
    key: str = parameters.get("Key", parameters.get("Item", {}))["pk"]["S"]
    return key


@cache
def _reason(action: Action, item: Item | None) -> Reason:
    parameters = json.loads(action.parameters)
    if action.kind == "Get" or expressions.condition(parameters)(json.loads(item or "{}")):
        return NONE, None
    return FAILED, item if parameters.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else None


def _failed(code: str, item: Item | None) -> Answer:
    """What a write of a single item is refused with."""
    return refusal(f"{'ConditionalCheckFailed' if code == FAILED else code}Exception", text(_shown(item)))


def _known(server: Server, call: Call) -> Answer | None:
    """The answer to a token that stands for something already."""
    for other in (*server.done, *(call for call, _ in server.prepared)):
        if other.token == call.token:
            if other.actions != call.actions:
                return refusal("IdempotentParameterMismatchException")
            return _success(call) if other in server.done else refusal("TransactionInProgressException")
    return None


@cache
def _after(action: Action, item: Item | None) -> Item | None:
    parameters = json.loads(action.parameters)
    match action.kind:
        case "Put":
            return text(parameters["Item"])
        case "Delete":
            return None
        case "Update":
            return text(expressions.update(parameters)(json.loads(item) if item else parameters["Key"]))
        case "ConditionCheck":
            return item
    raise NotImplementedError(action.kind)


def _committed(table: Table, commits: Iterable[Commit]) -> Table:
    items = {**dict(table), **dict(commits)}
    return tuple(sorted((key, item) for key, item in items.items() if item is not None))


def _sorted(prepared: Iterable[tuple[Call, tuple[Commit, ...]]]) -> tuple[tuple[Call, tuple[Commit, ...]], ...]:
    return tuple(sorted(prepared, key=lambda entry: (entry[0].request, entry[0].number)))


@cache
def _read(call: Call, items: tuple[Item | None, ...]) -> Answer:
    if call.operation == "GetItem":
        return Answer(HTTPStatus.OK, text({"ConsumedCapacity": _capacity(call), **_shown(items[0])}))
    return Answer(
        HTTPStatus.OK, text({"ConsumedCapacity": [_capacity(call)], "Responses": [_shown(item) for item in items]})
    )


@cache
def _success(call: Call) -> Answer:
    return Answer(HTTPStatus.OK, text({"ConsumedCapacity": [_capacity(call)] if call.token else _capacity(call)}))


def _capacity(call: Call) -> Mapping[str, Any]:
    return {"TableName": TABLE, "CapacityUnits": float(len(call.actions))}


def _shown(item: Item | None) -> Mapping[str, Any]:
    return {} if item is None else {"Item": json.loads(item)}
