"""GET /openapi.json, /docs and /problems/{slug}: what the API is, for people and programs, without a key.

The reference page is Swagger UI, which Powertools brings along; all it loads comes from here.
"""

import hashlib
import html
import json
import re
from functools import cache
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import aws_lambda_powertools
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from customers.errors import NotFound
from customers.http import edge
from customers.http.problems import PROBLEM_TYPES, ProblemType

HERE = Path(__file__).parent
SWAGGER_UI = Path(aws_lambda_powertools.__file__).parent / "event_handler" / "openapi" / "swagger_ui"

HTML = "text/html; charset=utf-8"
CSS = "text/css; charset=utf-8"
JAVASCRIPT = "text/javascript; charset=utf-8"

# No script, no style and no image but our own, none of it inline, and nobody else's frame around it.
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE = f"{NOTHING}; style-src 'self'; img-src data:"
# Swagger UI needs its script and requests to this API, and no exception: it sets styles through the DOM, which is no
# inline style, and its icons are data in its style sheet.
REFERENCE = f"{PAGE}; script-src 'self'; connect-src 'self'"


class File(NamedTuple):
    """A file, what it is, and its Content-Security-Policy."""

    path: Path
    content_type: str
    policy: str = NOTHING


FILES = {
    "/openapi.json": File(HERE / "openapi.json", "application/json"),
    "/docs": File(HERE / "reference.html", HTML, REFERENCE),
    "/docs/customer.created.json": File(HERE / "customer.created.json", "application/schema+json"),
    "/docs/reference.js": File(HERE / "reference.js", JAVASCRIPT),
    "/docs/style.css": File(HERE / "style.css", CSS),
    "/docs/swagger-ui.css": File(SWAGGER_UI / "swagger-ui.min.css", CSS),
    "/docs/swagger-ui.js": File(SWAGGER_UI / "swagger-ui-bundle.min.js", JAVASCRIPT),
}

HEADERS = edge.SECURITY_HEADERS | {"Cache-Control": "public, max-age=300", "Referrer-Policy": "no-referrer"}

RETRY = {
    True: "Yes: the same request may succeed later.",
    False: "No: the same request will fail again.",
    None: "It may: whether the same request would succeed can't be said in general.",
}

app = edge.resolver()


@app.get("/openapi.json")
@app.get("/docs")
def documentation() -> Response[str]:
    """The OpenAPI document, or the page that shows it."""
    return _file(app.current_event.resource)


@app.get("/docs/{name}")
def asset() -> Response[str]:
    """What the pages load."""
    return _file(f"/docs/{app.current_event.path_parameters['name']}")


@app.get("/problems/{slug}")
def problem() -> Response[str]:
    """The page that a problem's `type` leads to."""
    for kind in PROBLEM_TYPES:
        if kind.slug == app.current_event.path_parameters["slug"]:
            return _answer(_problem_page(kind), HTML, PAGE)
    raise NotFound


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point."""
    return edge.resolve(app, event, context)


def _file(path: str) -> Response[str]:
    if path not in FILES:
        raise NotFound
    file = FILES[path]
    return _answer(_read(file.path), file.content_type, file.policy)


@cache
def _read(path: Path) -> str:
    return path.read_text()


@cache
def _problem_page(kind: ProblemType) -> str:
    """The page, with the example of the OpenAPI document."""
    example = json.loads(_read(HERE / "openapi.json"))["components"]["examples"][kind.slug]["value"]
    texts = {
        "title": kind.title,
        "status": f"{kind.status} {HTTPStatus(kind.status).phrase}",
        "about": kind.about,
        "remedy": kind.remedy,
        "retry": RETRY[kind.retry],
        "example": json.dumps(example, indent=2, ensure_ascii=False),
    }
    return Template(_read(HERE / "problem.html")).substitute({name: _marked_up(t) for name, t in texts.items()})


def _marked_up(text: str) -> str:
    """The text as HTML; `code` is between backticks."""
    return re.sub("`(.+?)`", r"<code>\1</code>", html.escape(text))


def _answer(body: str, content_type: str, policy: str) -> Response[str]:
    """200 with the body, or 304 to a browser that has it."""
    event = app.current_event
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    known = tag in (event.headers.get("If-None-Match") or "")
    return Response(
        status_code=HTTPStatus.NOT_MODIFIED if known else HTTPStatus.OK,
        content_type=content_type,
        headers={
            **HEADERS,
            "Content-Security-Policy": policy,
            "ETag": tag,
            "X-Request-Id": event.request_context.request_id,
        },
        body="" if known else body,
    )
