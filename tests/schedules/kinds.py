"""What a request can be: how it calls the store, and what it must do on the model.

To add a kind: its call, whose result is an answer of the model's form, its function on the model, and a row in KINDS.
An answer that the store gives as an exception has its form in `_RAISED`, and each answer its price in ROUND_TRIPS, for
all kinds at once.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from customers import errors
from customers.table.items import Idempotency
from customers.table.retries import TimeLeft
from customers.table.writes import Writes
from schedules.model import Answer, Model

ORGANIZATION = "acme"

TRY_AGAIN: Answer = ("try again",)
"""Nothing was written."""

UNKNOWN: Answer = ("outcome unknown",)
"""It may have been carried out, or may be at any time from now on."""

GAVE_UP = {TRY_AGAIN[0], UNKNOWN[0]}


class Request(NamedTuple):
    """One request of a scenario: its `name` is what a printed schedule calls it, `values` are its kind's."""

    name: str
    kind: str
    values: Mapping[str, Any]


class Kind(NamedTuple):
    """The call, and the same on the model."""

    run: Callable[[Writes, Request, TimeLeft], Answer]
    model: Callable[[Model, Request], tuple[Answer, Model]]


def record(values: Mapping[str, Any], customer_id: str) -> dict[str, Any]:
    """The customer that a create writes, as `model.new_record` would make it of a body."""
    fields = {name: values[name] for name in ("email", "external_id", "name") if name in values}
    return {"id": customer_id, **fields, "created_at": "2026-01-01T00:00:00Z", "revision": 1}


def fingerprint(values: Mapping[str, Any]) -> str:
    """What tells a request from another with the same key."""
    return repr(sorted((name, value) for name, value in values.items() if name != "key"))


def _create(store: Writes, request: Request, time_left: TimeLeft) -> Answer:
    key = request.values.get("key")
    idempotency = Idempotency(key, fingerprint(request.values)) if key else None
    creation = store.create(ORGANIZATION, record(request.values, request.name), time_left, idempotency)
    return ("replayed" if creation.replayed else "created", creation.record)


def _create_on_model(model: Model, request: Request) -> tuple[Answer, Model]:
    new = record(request.values, request.name)
    key, asked = request.values.get("key"), fingerprint(request.values)
    if key and key in model.keys:
        used_for, customer_id = model.keys[key]
        if used_for != asked:
            return ("key reused", customer_id), model
        if customer_id not in model.customers:
            return ("deleted",), model
        return ("replayed", model.customers[customer_id]), model
    if conflicts := model.conflicts(new):
        return ("exists", conflicts), model
    created = model.with_customer(new)
    return ("created", new), created.with_key(key, asked, request.name) if key else created


def _get(store: Writes, request: Request, time_left: TimeLeft) -> Answer:
    return _found(store.get(ORGANIZATION, request.values["id"], time_left))


def _get_on_model(model: Model, request: Request) -> tuple[Answer, Model]:
    return _found(model.customers.get(request.values["id"])), model


def _find(store: Writes, request: Request, time_left: TimeLeft) -> Answer:
    [(name, value)] = request.values.items()
    return _found(store.find(ORGANIZATION, name, value, time_left))


def _find_on_model(model: Model, request: Request) -> tuple[Answer, Model]:
    [(name, value)] = request.values.items()
    return _found(model.customers.get(model.owner(name, value) or "")), model


def _replay(store: Writes, request: Request, time_left: TimeLeft) -> Answer:
    values = request.values
    return _found(store.replay(ORGANIZATION, Idempotency(values["key"], fingerprint(values)), time_left))


def _replay_on_model(model: Model, request: Request) -> tuple[Answer, Model]:
    used_for, customer_id = model.keys.get(request.values["key"], ("", ""))
    if used_for != fingerprint(request.values):
        return ("absent",), model
    return (_found(model.customers[customer_id]) if customer_id in model.customers else ("deleted",)), model


def _found(record: Mapping[str, Any] | None) -> Answer:
    return ("absent",) if record is None else ("found", record)


KINDS: Mapping[str, Kind] = {
    "create": Kind(_create, _create_on_model),
    "replay": Kind(_replay, _replay_on_model),
    "get": Kind(_get, _get_on_model),
    "find": Kind(_find, _find_on_model),
}


ROUND_TRIPS: Mapping[str, int] = {
    "created": 1,
    "exists": 1,
    "key reused": 1,
    "replayed": 2,
    "found": 2,
    "absent": 2,
    "deleted": 3,
}
"""The calls that an answer may cost when nothing disturbs its request."""


_RAISED: Mapping[type[Exception], Callable[[Any], Answer]] = {
    errors.CustomerExists: lambda error: ("exists", tuple((c.field, c.customer_id) for c in error.conflicts)),
    errors.IdempotencyKeyReused: lambda error: ("key reused", error.customer_id),
    errors.CustomerDeleted: lambda _: ("deleted",),
    errors.TryAgain: lambda _: TRY_AGAIN,
    errors.OutcomeUnknown: lambda _: UNKNOWN,
}


def answer_of(request: Request, store: Writes, time_left: TimeLeft) -> Answer:
    """What the store answers to the request; an exception that is not an answer is its bug, and named as one."""
    try:
        return KINDS[request.kind].run(store, request, time_left)
    except Exception as error:  # noqa: BLE001 - whatever it is, the schedule that leads to it is what is wanted
        form = _RAISED.get(type(error))
        return form(error) if form else ("broken", f"{type(error).__name__}: {error}")
