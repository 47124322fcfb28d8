"""What a request can be: how it calls the store, and what it must do on the model.

To add a kind: its call, whose result is an answer of the model's form, its function on the model, its round trips, and
a row in KINDS. An answer that the store gives as an exception has its form in `_RAISED`, for all kinds at once.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from customers import errors
from customers.table.retries import TimeLeft
from customers.table.writes import Writes
from operate.repairs import Repairs
from schedules import kinds_of_change, kinds_of_repair
from schedules.model import Answer, Model, compared
from schedules.request import (
    ORGANIZATION,
    TRY_AGAIN,
    UNKNOWN,
    Kind,
    Outcome,
    Request,
    fingerprint,
    idempotency,
    record,
    used_before,
)


def _create(store: Writes, request: Request, time_left: TimeLeft) -> Answer:
    new = record(request.values, request.name)
    creation = store.create(ORGANIZATION, new, time_left, idempotency(request))
    return ("replayed" if creation.replayed else "created", creation.record)


def create_on_model(model: Model, request: Request) -> Iterable[Outcome]:
    if used := [*used_before(model, request)]:
        return used
    new = record(request.values, request.name)
    if conflicts := model.conflicts(new):
        return [(("exists", conflicts), model)]
    key, asked = request.values.get("key"), fingerprint(request.kind, request.values)
    return [(("created", new), model.with_customer(new).with_key(key, asked, request.name))]


def _get(store: Writes, request: Request, time_left: TimeLeft) -> Answer:
    return _found(store.get(ORGANIZATION, request.values["id"], time_left))


def _get_on_model(model: Model, request: Request) -> Iterable[Outcome]:
    return [(_found(model.customers.get(request.values["id"])), model)]


def _find(store: Writes, request: Request, time_left: TimeLeft) -> Answer:
    [(name, value)] = request.values.items()
    return _found(store.find(ORGANIZATION, name, value, time_left))


def _find_on_model(model: Model, request: Request) -> Iterable[Outcome]:
    [(name, value)] = request.values.items()
    owner = model.guards.get((name, compared(name, value)), "")
    return [(_found(model.customers.get(owner)), model)]


def _replay(store: Writes, request: Request, time_left: TimeLeft) -> Answer:
    asked = idempotency(request, "create")
    if asked is None:
        raise AssertionError("a replay has a key")
    return _found(store.replay(ORGANIZATION, asked, time_left))


def _replay_on_model(model: Model, request: Request) -> Iterable[Outcome]:
    for (kind, *what), after in used_before(model, request, "create"):
        yield ((kind,) if kind == "deleted" else _found(what[0] if kind == "replayed" else None)), after
        return
    yield ("absent",), model


def _found(record: Mapping[str, Any] | None) -> Answer:
    return ("absent",) if record is None else ("found", record)


KINDS: Mapping[str, Kind] = {
    "create": Kind(_create, create_on_model, {"created": 1, "exists": 1, "key reused": 1, "replayed": 2, "deleted": 2}),
    "replay": Kind(_replay, _replay_on_model, {"found": 2, "absent": 2, "deleted": 2}),
    "get": Kind(_get, _get_on_model, {"found": 1, "absent": 2}),
    "find": Kind(_find, _find_on_model, {"found": 2, "absent": 2}),
    **kinds_of_change.KINDS,
    **kinds_of_repair.KINDS,
}


_RAISED: Mapping[type[Exception], Callable[[Any], Answer]] = {
    errors.CustomerExists: lambda error: ("exists", tuple((c.field, c.customer_id) for c in error.conflicts)),
    errors.IdempotencyKeyReused: lambda error: ("key reused", error.customer_id),
    errors.CustomerDeleted: lambda _: ("deleted",),
    errors.NotFound: lambda _: ("absent",),
    errors.PreconditionFailed: lambda error: ("precondition failed", error.revision),
    errors.TryAgain: lambda _: TRY_AGAIN,
    errors.OutcomeUnknown: lambda _: UNKNOWN,
}


def answer_of(request: Request, store: Repairs, time_left: TimeLeft) -> Answer:
    """What the store answers to the request; an exception that is not an answer is its bug, and named as one."""
    try:
        return KINDS[request.kind].run(store, request, time_left)
    except Exception as error:  # noqa: BLE001 - whatever it is, the schedule that leads to it is what is wanted
        form = _RAISED.get(type(error))
        return form(error) if form else ("broken", f"{type(error).__name__}: {error}")
