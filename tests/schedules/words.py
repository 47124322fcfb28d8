"""A schedule as a list of steps that a person can follow."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schedules import client, fake
from schedules.explore import Found, Result
from schedules.model import Answer as Outcome
from schedules.request import Request
from schedules.rows import Given
from schedules.steps import Node, Step


def told(result: Result) -> str:
    """Each promise that the scenario breaks, with a shortest schedule that breaks it."""
    return "\n\n".join(_schedule(result, found) for found in result.found)


def _schedule(result: Result, found: Found) -> str:
    scenario = result.scenario
    lines = [f"{scenario.name}: {found.promise}", ""]
    lines += [f"  there is {given.name}: {_values(given)}" for given in scenario.given]
    lines += [f"  {request.name}: {request.kind} {_values(request)}" for request in scenario.requests]
    lines += [""]
    lines += [f"  {n:2}. {line}" for n, line in enumerate(_steps(result, found.steps), 1)]
    return "\n".join(lines)


def _steps(result: Result, steps: Sequence[Step]) -> Iterator[str]:
    at: dict[int, int] = {}
    for (request, what, call, item), now in steps:
        name = result.scenario.requests[request].name
        line = f"{name}'s {_call(call)} {what}" if call else f"{name} {what}"
        if item:
            line += f" {_item(item)}"
        if at.get(request) != now:
            line += _consequence(name, result.nodes[now])
        at[request] = now
        yield line


def _consequence(name: str, node: Node) -> str:
    """What the request has learnt by the step, and what it does then."""
    learnt = _answer(node.answers[-1]) if node.answers else ""
    call, outcome, _ = node.progress
    then = f"{name} sends {_call(call)} of {_items(call)}" if call else f"{name} ANSWERS {_outcome(outcome)}"
    return f"{learnt}; {then}"


def _answer(answer: fake.Answer | None) -> str:
    if answer is client.LOST:
        return ""
    body = json.loads(answer.body)
    match body:
        case {"CancellationReasons": reasons}:
            return f": cancelled [{', '.join(map(_reason, reasons))}]"
        case {"__type": str(code)}:
            return f": {code.partition('#')[2]}"
        case {"Responses": responses}:
            return f": {', '.join(map(_read, responses))}"
        case {"ConsumedCapacity": list()}:
            return ": done"
    return f": {_read(body)}"


def _reason(reason: Mapping[str, Any]) -> str:
    short = {"None": "-", fake.FAILED: "failed", fake.CONFLICT: "conflict"}.get(reason["Code"], reason["Code"])
    return f"{short} ({_read(reason)})" if "Item" in reason else short


def _read(body: Mapping[str, Any]) -> str:
    item = body.get("Item")
    return f"{_item(item['pk']['S'])} of {item.get('customer_id', item.get('id'))['S']}" if item else "nothing"


def _call(call: fake.Call) -> str:
    return f"{call.operation}#{call.number + 1}"


def _items(call: fake.Call) -> str:
    return ", ".join(_item(action.key) for action in call.actions)


def _item(key: str) -> str:
    _, kind, value = key.split("#", 2)
    return f"{kind} {value}"


def _outcome(outcome: Outcome | None) -> str:
    words = [value["id"] if isinstance(value, Mapping) else str(value) for value in outcome or ()]
    return " ".join(words)


def _values(entry: Request | Given) -> str:
    words = [f"{name}={value}" for name, value in entry.values.items()]
    if isinstance(entry, Given):
        words += ["(its key's time is over)"] * entry.expired + ["(but it was deleted)"] * entry.deleted
        words += [f"(what guards its {name} is lost)" for name in entry.lost]
        words += [f"(it has what guards {name}={value})" for name, value in entry.stray]
    return " ".join(words)
