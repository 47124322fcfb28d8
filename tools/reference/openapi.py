"""`make openapi`: the OpenAPI 3.1 document, made of the contract, the models, the problem table and real answers."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from customers.http.problems import PROBLEM_TYPES, ProblemType
from reference.contract import (
    ABOUT,
    ALWAYS,
    ANY_OPERATION,
    BODY,
    CONTACT,
    HEADERS,
    LICENSE,
    SECURITY,
    TAG,
    Json,
)
from reference.examples import BASE_URL, ROOT, Example, examples
from reference.operations import OPERATIONS, Operation
from reference.schemas import CUSTOMER_LIST, PROBLEM, SENT, customer_schemas, open_to_growth

DOCUMENT = ROOT / "functions" / "docs" / "openapi.json"
TEXTS = {"description", "examples"}
KINDS = {kind.slug: kind for kind in PROBLEM_TYPES}


def document() -> Json:
    """The OpenAPI document; LookupError when an answer has something that the contract does not explain."""
    # The usual comes first, for mocks and pages show the first.
    known = sorted(examples(), key=lambda example: list(KINDS).index(example.slug) if example.slug else -1)
    schemas = customer_schemas()
    fields = schemas["Customer"]["properties"]
    paths: Json = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, known, fields)
    problems = {e.slug: e.body for e in reversed(known) if e.slug and e.status == KINDS[e.slug].status}
    opened = {name: s if name.startswith("New") or name in SENT else open_to_growth(s) for name, s in schemas.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Customers",
            "version": tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"],
            "description": ABOUT,
            "contact": CONTACT,
            "license": LICENSE,
        },
        "servers": [{"url": BASE_URL}],
        "tags": [TAG],
        "paths": paths,
        "components": {
            "securitySchemes": SECURITY,
            # What the operations speak of comes first, what that is made of after it.
            "schemas": {
                **{name: opened[name] for name in SENT},
                "Customer": opened["Customer"],
                "CustomerList": CUSTOMER_LIST,
                **PROBLEM,
                **opened,
            },
            # Of two with one key the first counts: an answer to an event rather than one that any request can get.
            "examples": {
                _key(e): {"summary": _summary(e), "value": e.body}
                for e in reversed(known)
                if e.body is not None and any(_can_get(operation, e) for operation in OPERATIONS)
            },
        },
        # An example of each kind of problem, those too that no operation can answer with.
        "x-problems": {slug: problems[slug] for slug in KINDS if slug in problems},
    }


def text() -> str:
    """The document as it is committed; the function that serves it puts its own URL in the place of BASE_URL."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


def _operation(operation: Operation, known: Sequence[Example], fields: Json) -> Json:
    """The operation with what it takes, what it answers, by status, and the requests that it fulfils."""
    answers = [e for e in known if _can_get(operation, e)]
    by_status = groupby(sorted(answers, key=attrgetter("status")), attrgetter("status"))
    described: Json = {
        "operationId": operation.id,
        "tags": [TAG["name"]],
        "summary": operation.summary,
        "description": f"{operation.description}\n\nTakes a key with the scope `{operation.scope}`.",
        "security": [{name: [] for name in SECURITY}],
        "parameters": [
            p if "schema" in p else p | {"schema": {k: v for k, v in fields[p["name"]].items() if k not in TEXTS}}
            for p in operation.parameters
        ],
    }
    if operation.body:
        # The smallest comes first: it is what a page fills in.
        sent = {e.request_body: e for e in reversed(answers) if e.request_body and not e.slug}
        requests = {
            e.name: {"summary": _summary(e), "value": json.loads(body)}
            for body, e in sorted(sent.items(), key=lambda one: len(one[0]))
        }
        described["requestBody"] = {
            "required": True,
            "description": BODY,
            "content": {
                media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}, "examples": requests}
                for media_type, schema in operation.body.items()
            },
        }
    described["responses"] = {str(status): _response(operation, list(group)) for status, group in by_status}
    return described


def _can_get(operation: Operation, example: Example) -> bool:
    """Whether the example answers a request for the operation."""
    return example.route == (operation.method, operation.path) or (
        example.route is None and example.slug in ANY_OPERATION
    )


def _response(operation: Operation, answers: Sequence[Example]) -> Json:
    """What a status means, with its schema, every header and the examples."""
    kinds = [KINDS[slug] for slug in dict.fromkeys(e.slug for e in answers) if slug]
    response: Json = {
        "description": _meaning(kinds) if kinds else _explained(operation.success, answers[0].status, operation.id),
        "headers": {
            name: _header(name, answers)
            for name in dict.fromkeys(name for e in answers for name in e.headers)
            if name not in ALWAYS
        },
    }
    if schema := "Problem" if kinds else operation.answer:
        response["content"] = {
            answers[0].headers["Content-Type"]: {
                "schema": {"$ref": f"#/components/schemas/{schema}"},
                "examples": {_key(e): {"$ref": f"#/components/examples/{_key(e)}"} for e in answers},
            }
        }
    return response


def _header(name: str, answers: Sequence[Example]) -> Json:
    """What the header means, whether every answer has it, and the value of one that does."""
    header = _explained(HEADERS, name, "HEADERS")
    values = [e.headers[name] for e in answers if name in e.headers]
    example = int(values[0]) if header["schema"]["type"] == "integer" else values[0]
    return {**header, "required": len(values) == len(answers), "example": example}


def _explained[K](explanations: Mapping[K, Any], what: K, where: str) -> Any:
    if what not in explanations:
        raise LookupError(f"an answer has {what}: explain it in tools/reference/contract.py, at {where}")
    return explanations[what]


def _meaning(kinds: Iterable[ProblemType]) -> str:
    return "\n\n".join(f"**{kind.title}.** {kind.about}" for kind in kinds)


def _key(example: Example) -> str:
    """The name of the example, with its status when that is not the usual one of the problem."""
    usual = not example.slug or KINDS[example.slug].status == example.status
    return example.name if usual else f"{example.name}-{example.status}"


def _summary(example: Example) -> str:
    return KINDS[example.slug].title if example.slug else example.name.replace("-", " ").capitalize()


if __name__ == "__main__":
    DOCUMENT.write_text(text())
