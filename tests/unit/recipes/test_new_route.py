"""The recipe for a route in docs/contributing.md: each step that is forgotten fails here and says where it is done."""

import fnmatch
import importlib
import json
import re
from typing import Any

import pytest

from customers.api_keys import EVERY_KEY, SCOPES
from customers.http import edge
from reference import openapi
from reference.operations import OPERATIONS
from support import EVENTS, ROOT, template

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}

type Route = tuple[str, str]


def public(event: dict[str, Any]) -> bool:
    """Whether an event of the template asks for no key."""
    return bool(event.get("Auth", {}).get("Authorizer") == "NONE")


FUNCTIONS = [r["Properties"] for r in template()["Resources"].values() if r["Type"] == "AWS::Serverless::Function"]
EVENTS_OF = {
    function["Handler"].partition(".")[0]: [
        event["Properties"] for event in function.get("Events", {}).values() if event["Type"] == "Api"
    ]
    for function in FUNCTIONS
}
"""What API Gateway sends to each function's module."""

RESOLVED = {
    module: [
        (method, route.rule)
        for route in resolver._static_routes + resolver._dynamic_routes  # noqa: SLF001 - the table itself
        for method in ([route.method] if isinstance(route.method, str) else route.method)
    ]
    for module in EVENTS_OF
    if (resolver := getattr(importlib.import_module(module), "app", None))
}
"""The methods and the patterns of paths that each module has routes for."""


def resolves(module: str, method: str, path: str) -> bool:
    """Whether the module has a route for a path of the template."""
    spellings = (path, re.sub(r"\{\w+\}", "x", path))
    return any(known == method and any(map(rule.match, spellings)) for known, rule in RESOLVED[module])


ALL = sorted(
    (event["Method"].upper(), event["Path"])
    for module in RESOLVED
    for event in EVENTS_OF[module]
    if resolves(module, event["Method"].upper(), event["Path"])
)
"""The routes that are answered with something other than 405."""

PUBLIC = {(e["Method"].upper(), e["Path"]) for events in EVENTS_OF.values() for e in events if public(e)}
WITH_KEY = [route for route in ALL if route not in PUBLIC]
API_PAGE = (ROOT / "docs" / "api.md").read_text()
DOCUMENT = json.loads(openapi.DOCUMENT.read_text())

each_route = pytest.mark.parametrize(("method", "path"), ALL)
each_route_with_key = pytest.mark.parametrize(("method", "path"), WITH_KEY)


@pytest.mark.parametrize(
    ("module", "method", "rule"), [(m, *route) for m in RESOLVED for route in RESOLVED[m]], ids=str
)
def test_a_route_has_an_event_in_the_template(module: str, method: str, rule: re.Pattern[str]) -> None:
    paths = [event["Path"] for event in EVENTS_OF[module] if event["Method"].upper() == method]

    assert any(rule.match(path) or rule.match(re.sub(r"\{\w+\}", "x", path)) for path in paths), (
        f"template: API Gateway sends {module} no {method} for {rule.pattern}; add an event to its function in "
        "template.yaml"
    )


@pytest.mark.parametrize("path", sorted({path for _, path in WITH_KEY}))
def test_the_other_methods_of_a_path_get_to_a_function(path: str) -> None:
    events = {e["Method"].upper() for events in EVENTS_OF.values() for e in events if e["Path"] == path}

    assert METHODS - events == set(), (
        f"405: template.yaml has no event for these methods of {path}; without one API Gateway answers 404, with one "
        "the function answers 405"
    )


def test_every_path_of_the_template_has_a_route() -> None:
    paths = {event["Path"] for events in EVENTS_OF.values() for event in events}

    assert paths - {path for _, path in ALL} == set(), "function: none has a route for these paths of template.yaml"


@each_route_with_key
def test_a_route_is_in_the_allow_header(method: str, path: str) -> None:
    assert method in edge.ALLOWED_METHODS.get(path, "").split(", "), (
        f"405: add {method} to ALLOWED_METHODS[{path!r}] in customers/http/edge.py"
    )


def test_the_allow_header_has_no_method_that_is_gone() -> None:
    allowed = {(method, path) for path, methods in edge.ALLOWED_METHODS.items() for method in methods.split(", ")}

    assert allowed <= set(ALL), "405: remove it from ALLOWED_METHODS in customers/http/edge.py"


@each_route_with_key
def test_a_route_takes_one_scope(method: str, path: str) -> None:
    route = method + re.sub(r"\{\w+\}", "x", path)
    scopes = [name for name, opened in SCOPES.items() if any(fnmatch.fnmatchcase(route, each) for each in opened)]
    free = [pattern for pattern in EVERY_KEY if fnmatch.fnmatchcase(route, pattern)]

    assert len(scopes) == 1, f"scope: one scope in SCOPES in customers/api_keys.py has to open {route}, not {scopes}"
    assert free == [], f"scope: take {free} out of EVERY_KEY in customers/api_keys.py"


@each_route_with_key
def test_a_route_is_in_the_contract(method: str, path: str) -> None:
    assert (method, path) in {(each.method.upper(), each.path) for each in OPERATIONS}, (
        f"contract: describe {method} {path} in OPERATIONS in tools/reference/operations.py"
    )
    assert method.lower() in DOCUMENT["paths"].get(path, {}), "contract: run `make openapi`"


@each_route_with_key
def test_a_route_has_an_event_to_try_it_with(method: str, path: str) -> None:
    events = [json.loads(file.read_text()) for file in EVENTS.glob("*.json")]

    assert any((event["httpMethod"], event["resource"]) == (method, path) for event in events), (
        f"event: add one for {method} {path} to events/, and what it is answered with to "
        "tests/unit/functions/test_events.py"
    )


@each_route_with_key
def test_the_document_shows_a_success_of_a_route(method: str, path: str) -> None:
    responses = DOCUMENT["paths"].get(path, {}).get(method.lower(), {}).get("responses", {})

    assert any(status.startswith("2") for status in responses), (
        f"example: the OpenAPI document has no success of {method} {path}; add an event that succeeds to events/ and "
        "run `make openapi`"
    )


@each_route
def test_a_route_is_in_the_documentation(method: str, path: str) -> None:
    assert re.search(rf"^\| `{method} {re.escape(path)}`", API_PAGE, re.MULTILINE), (
        f"documentation: docs/api.md has no row | `{method} {path}` |"
    )


def test_the_documentation_has_no_route_that_is_gone() -> None:
    rows = set(re.findall(r"^\| `([A-Z]+) (/[^`]*)`", API_PAGE, re.MULTILINE))

    assert rows <= set(ALL), "documentation: remove the row in docs/api.md"
