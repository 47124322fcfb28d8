"""Requests that change customers: PATCH, PUT and DELETE.

A change `set`s fields, or removes those that it sets to None. `revision` is an If-Match, `new` an If-None-Match: *.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from customers.customer.model import Record
from customers.table.changes import Change, Changes, Edit
from customers.table.retries import TimeLeft
from schedules.model import Answer, Model
from schedules.request import (
    FIELDS,
    ORGANIZATION,
    Kind,
    Outcome,
    Request,
    fingerprint,
    idempotency,
    record,
    used_before,
)


def _apply(request: Request, before: Mapping[str, Any]) -> Record:
    """What the request makes of a customer."""
    if request.kind == "put":
        kept = {name: value for name, value in before.items() if name not in FIELDS}
        return kept | {name: request.values[name] for name in FIELDS if name in request.values}
    return {name: value for name, value in {**before, **request.values["set"]}.items() if value is not None}


def _accepts(request: Request, revision: int | None) -> bool:
    if request.values.get("new"):
        return revision is None
    return "revision" not in request.values or request.values["revision"] == revision


def _edit(request: Request) -> Edit:
    return Edit(
        lambda before: _apply(request, before), lambda revision: _accepts(request, revision), idempotency(request)
    )


def _answer(change: Change) -> Answer:
    return "replayed" if change.replayed else "created" if change.created else "changed", change.record


def _change(store: Changes, request: Request, time_left: TimeLeft) -> Answer:
    return _answer(store.change(ORGANIZATION, request.values["id"], _edit(request), time_left))


def _change_on_model(model: Model, request: Request) -> Iterable[Outcome]:
    if used := [*used_before(model, request)]:
        return used
    before = model.customers.get(request.values["id"])
    return [(("absent",), model) if before is None else _changed(model, request, before)]


def _put(store: Changes, request: Request, time_left: TimeLeft) -> Answer:
    return _answer(store.put(ORGANIZATION, _new(request), _edit(request), time_left))


def _put_on_model(model: Model, request: Request) -> Iterable[Outcome]:
    if used := [*used_before(model, request)]:
        return used
    owner = model.guards.get(("external_id", request.values["external_id"]))
    if owner is not None:
        return [_changed(model, request, model.customers[owner])]
    if not _accepts(request, None):
        return [(("precondition failed", None), model)]
    new = _new(request)
    if conflicts := model.conflicts(new):
        return [(("exists", conflicts), model)]
    return [(("created", new), _remembered(model.with_customer(new), request, request.name))]


def _new(request: Request) -> Record:
    return record({name: request.values[name] for name in FIELDS if name in request.values}, request.name)


def _changed(model: Model, request: Request, before: Mapping[str, Any]) -> Outcome:
    if not _accepts(request, before["revision"]):
        return ("precondition failed", before["revision"]), model
    after = _apply(request, before)
    if after != before:
        after["revision"] += 1
        if conflicts := model.conflicts(after):
            return ("exists", conflicts), model
        model = model.with_customer(after)
    return ("changed", after), _remembered(model, request, before["id"])


def _remembered(model: Model, request: Request, customer_id: str) -> Model:
    return model.with_key(request.values.get("key"), fingerprint(request.kind, request.values), customer_id)


def _delete(store: Changes, request: Request, time_left: TimeLeft) -> Answer:
    store.delete(ORGANIZATION, request.values["id"], lambda revision: _accepts(request, revision), time_left)
    return ("gone",)


def _delete_on_model(model: Model, request: Request) -> Iterable[Outcome]:
    customer = model.customers.get(request.values["id"])
    if customer is None:
        return [(("absent",), model)]
    if not _accepts(request, customer["revision"]):
        return [(("precondition failed", customer["revision"]), model)]
    return [(("gone",), model.without_customer(customer["id"]))]


_CHANGED = {"changed": 2, "exists": 2, "precondition failed": 2, "replayed": 2, "key reused": 2, "deleted": 2}

KINDS: Mapping[str, Kind] = {
    "change": Kind(_change, _change_on_model, {**_CHANGED, "absent": 2}),
    # A key is looked up in two calls more.
    "put": Kind(_put, _put_on_model, dict.fromkeys((*_CHANGED, "created"), 5)),
    "delete": Kind(_delete, _delete_on_model, {"gone": 2, "absent": 2, "precondition failed": 1}),
}
