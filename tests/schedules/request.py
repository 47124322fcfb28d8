"""What a request of a scenario is, what it wants written, and the answers that all kinds of requests share."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from customers.table.items import Idempotency
from customers.table.retries import TimeLeft
from operate.repairs import Repairs
from schedules.model import UNIQUE, Answer, Model, compared

ORGANIZATION = "acme"
TIME = "2026-01-01T00:00:00.000Z"
"""When everything happens."""

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


type Outcome = tuple[Answer, Model]
"""An answer, and the model after it."""


class Kind(NamedTuple):
    """The call; the same on the model, with every outcome that is right; and how many calls to DynamoDB each answer
    may cost when nothing disturbs the request."""

    run: Callable[[Repairs, Request, TimeLeft], Answer]
    model: Callable[[Model, Request], Iterable[Outcome]]
    round_trips: Mapping[str, int]


FIELDS = ("email", "external_id", "name")


def record(values: Mapping[str, Any], customer_id: str) -> dict[str, Any]:
    """The customer that a create writes, as `model.new_record` would make it of a body."""
    fields = {name: values[name] for name in FIELDS if name in values}
    assigned = {"created_at": TIME, "updated_at": TIME, "revision": values.get("revision", 1)}
    return {"id": customer_id, **fields, **assigned}


def item(values: Mapping[str, Any], customer_id: str) -> dict[str, Any]:
    """The same as it is stored; with a `write_id` among the values it is as a change has left it."""
    guards = {name: guard(name, values[name]) for name in UNIQUE if name in values}
    write = {name: values[name] for name in ("write_id",) if name in values}
    shown = record(values, customer_id)
    return {"pk": customer_key(customer_id), "guards": guards, **write, **list_keys(shown), **shown}


def list_keys(customer: Mapping[str, Any]) -> dict[str, str]:
    """Where a customer is in the index of all."""
    shard, place = customer["id"][-1], f"{customer['created_at']}#{customer['id']}"
    return {"list_shard": f"{ORGANIZATION}#{shard}", "listed_at": place}


def guard(name: str, value: str) -> str:
    """The key of what guards a value."""
    return f"{ORGANIZATION}#{name}#{compared(name, value)}"


def customer_key(customer_id: str) -> str:
    return f"{ORGANIZATION}#customer#{customer_id}"


def idempotency_key(key: str) -> str:
    return f"{ORGANIZATION}#idempotency#{key}"


def fingerprint(kind: str, values: Mapping[str, Any]) -> str:
    """What tells a request from another with the same key."""
    return repr((kind, sorted((name, value) for name, value in values.items() if name != "key")))


def idempotency(request: Request, kind: str = "") -> Idempotency | None:
    """The key of a request, if it has one."""
    key = request.values.get("key")
    return Idempotency(key, fingerprint(kind or request.kind, request.values)) if key else None


def used_before(model: Model, request: Request, kind: str = "") -> Iterable[Outcome]:
    """What a request is answered whose key was used before; nothing for any other."""
    used = idempotency(request, kind)
    if used and used.key in model.keys:
        used_for, customer_id = model.keys[used.key]
        if used_for != used.fingerprint:
            yield ("key reused", customer_id), model
        elif customer_id not in model.customers:
            yield ("deleted",), model
        else:
            yield ("replayed", model.customers[customer_id]), model
