"""`make openapi`: the OpenAPI 3.1 document, made of the contract, the models, the problem table and real answers."""

import json
import tomllib
from collections.abc import Iterable, Sequence
from copy import deepcopy
from itertools import groupby
from operator import attrgetter

from customers.http.problems import PROBLEM_TYPES
from reference.contract import (
    ABOUT,
    ALWAYS,
    ANY_OPERATION,
    CUSTOMER_LIST,
    HEADERS,
    PATHS,
    PROBLEM,
    SECURITY,
    SUCCESS,
    Json,
)
from reference.examples import ROOT, Example, examples
from reference.schemas import customer_schemas

DOCUMENT = ROOT / "functions" / "docs" / "openapi.json"
TEXTS = {"description", "examples"}
KINDS = {kind.slug: kind for kind in PROBLEM_TYPES}


def document() -> Json:
    """The OpenAPI document; KeyError when an answer has a header that the contract does not explain."""
    known = examples()
    schemas = customer_schemas()
    fields = schemas["Customer"]["properties"]
    paths = {
        path: {method: _operation(method, path, operation, known, fields) for method, operation in item.items()}
        for path, item in PATHS.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Customers",
            "version": tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"],
            "description": ABOUT,
        },
        # Relative to this document, so that a request from its page goes where the page came from.
        "servers": [{"url": "."}],
        "paths": paths,
        "components": {
            "securitySchemes": SECURITY,
            # What the operations speak of comes first, what that is made of after it.
            "schemas": {
                "NewCustomer": schemas["NewCustomer"],
                "Customer": schemas["Customer"],
                "CustomerList": CUSTOMER_LIST,
                "Problem": PROBLEM,
                **schemas,
            },
            "responses": {_key(example): _response([example]) for example in _elsewhere(known)},
            # Of two with one key the first counts: an answer to an event rather than one that any request can get.
            "examples": {_key(e): {"summary": _summary(e), "value": e.body} for e in reversed(known)},
        },
    }


def text() -> str:
    """The document as it is committed and served."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


def _operation(method: str, path: str, operation: Json, known: Sequence[Example], fields: Json) -> Json:
    """The operation with what it takes, what it answers, by status, and the requests that it fulfils."""
    answers = [e for e in known if _can_get(method, path, e)]
    by_status = groupby(sorted(answers, key=attrgetter("status")), attrgetter("status"))
    operation = deepcopy(operation)
    for parameter in operation["parameters"]:
        if "schema" not in parameter:
            parameter["schema"] = {k: v for k, v in fields[parameter["name"]].items() if k not in TEXTS}
    operation["responses"] = {
        str(status): _response(list(group), SUCCESS[operation["operationId"]]) for status, group in by_status
    }
    for media_type in operation.get("requestBody", {}).get("content", {}).values():
        # The smallest comes first: it is what a page fills in.
        sent = {e.request_body: e for e in reversed(answers) if e.request_body and not e.slug}
        media_type["examples"] = {
            e.name: {"summary": _summary(e), "value": json.loads(body)}
            for body, e in sorted(sent.items(), key=lambda one: len(one[0]))
        }
    return operation


def _can_get(method: str, path: str, example: Example) -> bool:
    """Whether the example answers a request for the operation."""
    return example.route == (method.upper(), path) or (example.route is None and example.slug in ANY_OPERATION)


def _elsewhere(known: Iterable[Example]) -> list[Example]:
    """The problems that no operation answers with, because there is no such operation."""
    operations = [(method, path) for path, item in PATHS.items() for method in item]
    slugs = {e.slug for e in known for method, path in operations if _can_get(method, path, e)}
    return [e for e in known if e.slug and e.slug not in slugs]


def _response(answers: Sequence[Example], success: tuple[str, str] = ("", "")) -> Json:
    """What a status means, with its schema, every header and the examples."""
    kinds = [KINDS[slug] for slug in dict.fromkeys(e.slug for e in answers) if slug]
    problem = ("\n\n".join(f"**{kind.title}.** {kind.about}" for kind in kinds), "Problem")
    meaning, schema = problem if kinds else success
    return {
        "description": meaning,
        "headers": {
            name: {**HEADERS[name], "required": all(name in e.headers for e in answers)}
            for name in dict.fromkeys(name for e in answers for name in e.headers)
            if name not in ALWAYS
        },
        "content": {
            answers[0].headers["Content-Type"]: {
                "schema": {"$ref": f"#/components/schemas/{schema}"},
                "examples": {_key(e): {"$ref": f"#/components/examples/{_key(e)}"} for e in answers},
            }
        },
    }


def _key(example: Example) -> str:
    """The name of the example, with its status when that is not the usual one of the problem."""
    usual = not example.slug or KINDS[example.slug].status == example.status
    return example.name if usual else f"{example.name}-{example.status}"


def _summary(example: Example) -> str:
    return KINDS[example.slug].title if example.slug else example.name.replace("-", " ").capitalize()


if __name__ == "__main__":
    DOCUMENT.write_text(text())
