"""GET /openapi.json, /docs and /problems/{slug}: what the API is, for people and programs, without a key.

The pages are made of the document and the problem table, and load nothing that does not come from here.
"""

import hashlib
import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

import reference_page
from customers.errors import NotFound
from customers.http import edge
from customers.http.problems import PROBLEM_TYPES, ProblemType
from markup import json_block, marked_up, text

HERE = Path(__file__).parent
DOCUMENT = HERE / "openapi.json"

HTML = "text/html; charset=utf-8"
CSS = "text/css; charset=utf-8"
JAVASCRIPT = "text/javascript; charset=utf-8"

# Only our own scripts, styles and images, nothing inline, and no other site may frame the page.
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE = f"{NOTHING}; style-src 'self'; img-src data:"
# It also has a script, which sends requests to this API.
REFERENCE = f"{PAGE}; script-src 'self'; connect-src 'self'"


class File(NamedTuple):
    """A file, what it is, and its Content-Security-Policy."""

    path: Path
    content_type: str
    policy: str = NOTHING


FILES = {
    "/openapi.json": File(DOCUMENT, "application/json"),
    **{f"/docs/{path.name}": File(path, "application/schema+json") for path in sorted(HERE.glob("customer.*.json"))},
    "/docs/reference.js": File(HERE / "reference.js", JAVASCRIPT),
    "/docs/style.css": File(HERE / "style.css", CSS),
}

HEADERS = edge.SECURITY_HEADERS | {"Cache-Control": "public, max-age=300", "Referrer-Policy": "no-referrer"}

RETRY = {
    True: "Yes: the same request may succeed later.",
    False: "No: the same request will fail again.",
}

PROBLEM = Template((HERE / "problem.html").read_text())

app = edge.resolver()


@app.get("/openapi.json")
def document() -> Response[str]:
    """The OpenAPI document."""
    return _file("/openapi.json")


@app.get("/docs")
def reference() -> Response[str]:
    """The reference page, with this deployment's URL."""
    return _answer(_reference_page(edge.base_url(app.current_event)), HTML, REFERENCE)


@app.get("/docs/{name}")
def asset() -> Response[str]:
    """What the pages load."""
    return _file(f"/docs/{app.current_event.path_parameters['name']}")


@app.get("/problems/{slug}")
def problem() -> Response[str]:
    """The page that a problem's `type` leads to."""
    for kind in PROBLEM_TYPES:
        if kind.slug == app.current_event.path_parameters["slug"]:
            return _answer(_problem_page(kind, edge.base_url(app.current_event)), HTML, PAGE)
    raise NotFound


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point."""
    return edge.resolve(app, event, context)


def _file(path: str) -> Response[str]:
    if path not in FILES:
        raise NotFound
    file = FILES[path]
    body = _here(_read(file.path), edge.base_url(app.current_event))
    return _answer(body, file.content_type, file.policy)


@cache
def _read(path: Path) -> str:
    return path.read_text()


@cache
def _written_for() -> str:
    """The URL of the API in the documents as they are committed."""
    return str(json.loads(_read(DOCUMENT))["servers"][0]["url"])


@cache
def _here(document: str, base_url: str) -> str:
    """The document with the URL that this API has for the caller."""
    return document.replace(_written_for(), base_url)


@cache
def _document(base_url: str) -> Any:
    return json.loads(_here(_read(DOCUMENT), base_url))


@cache
def _reference_page(base_url: str) -> str:
    return reference_page.page(_document(base_url), base_url)


@cache
def _problem_page(kind: ProblemType, base_url: str) -> str:
    """The page, with the example of the OpenAPI document if that has one."""
    nothing = {"title": kind.title, "status": kind.status}
    example = _document(base_url)["x-problems"].get(kind.slug, nothing)
    return PROBLEM.substitute(
        title=text(kind.title),
        status=f"{kind.status} {HTTPStatus(kind.status).phrase}",
        about=marked_up(kind.about),
        remedy=marked_up(kind.remedy),
        retry=RETRY[kind.retry],
        example=json_block(example),
    )


def _answer(body: str, content_type: str, policy: str) -> Response[str]:
    """200 with the body, 304 to a browser that has it, 308 to one that asks with a slash at the end."""
    event = app.current_event
    headers = HEADERS | {"Content-Security-Policy": policy, "X-Request-Id": event.request_context.request_id}
    path = event.request_context.path
    if path.endswith("/"):
        headers["Location"] = _without_slash(path)
        return Response(HTTPStatus.PERMANENT_REDIRECT, content_type, "", headers)
    headers["ETag"] = tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    known = tag in (event.headers.get("If-None-Match") or "")
    return Response(HTTPStatus.NOT_MODIFIED if known else HTTPStatus.OK, content_type, "" if known else body, headers)


def _without_slash(path: str) -> str:
    """The way from a path to the same without the slashes at its end, from which the pages' links lead on.

    It is relative: what the caller's URL has before this path can't be known.
    """
    name = path.rstrip("/")
    return "../" * (len(path) - len(name)) + name.rpartition("/")[2]
