"""The reference page: the OpenAPI document for people, examples first, every schema one level deep.

It is made of the document that the function serves, once for each public URL, so it can't show another API than that.
"""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from customers.http.problems import PROBLEM_TYPES
from fields import field, fields, listed, type_of
from markup import json_block, paragraphs, pretty, text

type Json = Mapping[str, Any]

FRAME = Template((Path(__file__).parent / "reference.html").read_text())
RETRY = {True: "may succeed", False: "fails again"}


class Operation(NamedTuple):
    """One operation of the document, and what it needs of the rest."""

    document: Json
    method: str
    path: str
    spec: Json

    @property
    def key(self) -> str:
        """What links lead to."""
        return text(self.spec["operationId"])

    @property
    def body(self) -> tuple[str, Json]:
        """Media type and description of the body, both empty without one."""
        return next(iter(self.spec.get("requestBody", {}).get("content", {}).items()), ("", {}))

    def parameters(self, place: str) -> list[Json]:
        """The parameters in the path, the query or the headers."""
        return [p for p in self.spec.get("parameters", ()) if p["in"] == place]

    def sent(self, parameter: Json) -> str:
        """The parameter's value in the sample request, empty when it is not part of that."""
        known = self.document["components"]["schemas"]["Customer"]["properties"].get(parameter["name"], {})
        examples = known.get("examples", ()) if parameter.get("required") else ()
        return str(parameter.get("example", next(iter(examples), "")))


def page(document: Json, base_url: str) -> str:
    """The page; `base_url` is the public URL of the API."""
    operations = [
        Operation(document, method, path, spec)
        for path, item in document["paths"].items()
        for method, spec in item.items()
    ]
    first = operations[0]
    start = min(first.body[1]["examples"].values(), key=lambda example: len(str(example)))
    return FRAME.substitute(
        title=text(document["info"]["title"]),
        version=text(document["info"]["version"]),
        about=paragraphs(document["info"]["description"]),
        base_url=text(base_url),
        first_request=text(_curl(first, base_url, json.dumps(start["value"], ensure_ascii=False))),
        contents="".join(f'<li><a href="#{o.key}">{_method(o)} {text(o.spec["summary"])}</a></li>' for o in operations),
        operations="".join(_operation(o, base_url) for o in operations),
        problems="".join(
            f'<tr><td>{kind.status}</td><td><a href="problems/{kind.slug}">{kind.slug}</a></td>'
            f"<td>{text(kind.title)}</td><td>{RETRY[kind.retry]}</td></tr>"
            for kind in sorted(PROBLEM_TYPES, key=lambda kind: kind.status)
        ),
        objects="".join(
            f'<details class="object"><summary><h3>{text(name)}</h3></summary>'
            f'<div class="inside" id="{text(name)}">{paragraphs(schema.get("description", ""))}{fields(schema)}</div>'
            "</details>"
            for name, schema in document["components"]["schemas"].items()
        ),
    )


def _operation(operation: Operation, base_url: str) -> str:
    samples = list(_samples(operation, base_url))
    _, body = operation.body
    parameters = operation.spec.get("parameters")
    return (
        f'<details class="operation"><summary><h3>{_method(operation)} <code>{text(operation.path)}</code> '
        f'<span class="title">{text(operation.spec["summary"])}</span></h3></summary>'
        f'<div class="inside" id="{operation.key}">'
        f"{paragraphs(operation.spec['description'])}" + f"<h4>Examples</h4>{_accordion(operation, samples)}"
        f"<h4>Try it</h4>{_form(operation)}"
        + (f"<h4>Parameters</h4>{_parameters(operation)}" if parameters else "")
        + (f"<h4>Body</h4>{_body(operation, body)}" if body else "")
        + f"<h4>Answers</h4>{_answers(operation, {name for name, _ in samples})}</div></details>"
    )


def _method(operation: Operation) -> str:
    return f'<span class="method {operation.method}">{operation.method.upper()}</span>'


# ------------------------------------------------------------------------------------------------------------ examples


def _samples(operation: Operation, base_url: str) -> Iterator[tuple[str, str]]:
    """Name and HTML of each request with its answer. An operation without a body has one, with its first answer."""
    answers = {
        name: (status, example)
        for status, response in operation.spec["responses"].items()
        if status.startswith("2")
        for name, example in _examples(operation, response).items()
    }
    bodies = operation.body[1].get("examples", {})
    for name in bodies or list(answers)[:1] or [""]:
        request = pretty(bodies[name]["value"]) if bodies else ""
        status, example = answers.get(name, (next(iter(operation.spec["responses"])), {}))
        answer = f"<pre>{json_block(example['value'])}</pre>" if example else "<p>Without a body.</p>"
        pair = (
            '<div class="pair"><figure><figcaption>Request</figcaption>'
            f'<pre class="copyable">{text(_curl(operation, base_url, request))}</pre></figure>'
            f"<figure><figcaption>Answer: {_status(status)}</figcaption>{answer}</figure></div>"
        )
        yield name, pair


def _accordion(operation: Operation, samples: list[tuple[str, str]]) -> str:
    """The samples, of which one at a time is open."""
    if len(samples) == 1:
        return samples[0][1]
    return "".join(
        f'<details class="sample" name="{operation.key}-samples"{"" if position else " open"}>'
        f"<summary>{text(operation.body[1]['examples'][name]['summary'])}</summary>{sample}</details>"
        for position, (name, sample) in enumerate(samples)
    )


def _curl(operation: Operation, base_url: str, body: str) -> str:
    """The request as a line for a shell."""
    path = operation.path
    for parameter in operation.parameters("path"):
        path = path.replace(f"{{{parameter['name']}}}", quote(operation.sent(parameter), safe=""))
    query = urlencode({p["name"]: value for p in operation.parameters("query") if (value := operation.sent(p))})
    method = "" if operation.method == ("post" if body else "get") else f" -X {operation.method.upper()}"
    url = f"{base_url}{path}{'?' if query else ''}{query}"
    lines = [f"curl -i{method} {_quoted(url)}", '-H "Authorization: Bearer $CUSTOMERS_API_KEY"']
    if body:
        lines += [f"-H 'Content-Type: {operation.body[0]}'", f"-d {_quoted(body)}"]
    return " \\\n  ".join(lines)


def _quoted(argument: str) -> str:
    return "'" + argument.replace("'", r"'\''") + "'"


# -------------------------------------------------------------------------------------------------------------- try it


def _form(operation: Operation) -> str:
    """The request to fill in; the script shows the form and sends it."""
    inputs = "".join(
        f'<label>{text(p["name"])} <input name="{text(p["name"])}" data-in="{text(p["in"])}" '
        f'value="{text(operation.sent(p))}" autocomplete="off" spellcheck="false"'
        f"{' required' if p.get('required') else ''}></label>"
        for p in operation.spec.get("parameters", ())
    )
    media_type, body = operation.body
    if body:
        example = pretty(next((e["value"] for e in body.get("examples", {}).values()), {}))
        inputs += (
            f'<label>Body <textarea name="body" data-type="{text(media_type)}" rows="{example.count("\n") + 1}" '
            f'spellcheck="false">{text(example)}</textarea></label>'
        )
    return (
        f'<form class="try" data-method="{operation.method.upper()}" data-path="{text(operation.path)}" hidden>'
        f'{inputs}<button type="submit">Send {operation.method.upper()}</button>'
        '<div class="sent" role="status"></div></form><noscript><p>This needs JavaScript.</p></noscript>'
    )


# ------------------------------------------------------------------------------------------- what is sent and answered


def _parameters(operation: Operation) -> str:
    return listed(
        field(
            p["name"],
            {**p["schema"], **{key: p[key] for key in ("description", "example") if key in p}},
            p["in"],
            "required" if p.get("required") else "",
        )
        for p in operation.spec["parameters"]
    )


def _body(operation: Operation, body: Json) -> str:
    schema = operation.document["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
    return paragraphs(schema["description"]) + fields(schema)


def _answers(operation: Operation, shown: set[str]) -> str:
    """What each status means, with the examples that were not shown yet."""
    return "".join(
        f'<details class="answer"><summary><span class="code s{status[0]}">{status}</span> '
        f"{text(_heading(operation, response))}</summary>{paragraphs(response['description'])}"
        + "".join(f"<p>Body: {type_of(content['schema'])}</p>" for content in response.get("content", {}).values())
        + "".join(
            f"<pre>{json_block(example['value'])}</pre>"
            for name, example in _examples(operation, response).items()
            if name not in shown
        )
        + listed(
            field(name, {**header["schema"], "description": header["description"]}, "header")
            for name, header in response.get("headers", {}).items()
        )
        + "</details>"
        for status, response in operation.spec["responses"].items()
    )


def _heading(operation: Operation, response: Json) -> str:
    """The titles of the problems, or what success means."""
    titles = [e["value"]["title"] for e in _examples(operation, response).values() if "title" in e["value"]]
    return "; ".join(dict.fromkeys(titles)) or response["description"].rstrip(".")


def _examples(operation: Operation, response: Json) -> dict[str, Json]:
    known = operation.document["components"]["examples"]
    return {
        name: known[name] if "$ref" in example else example
        for content in response.get("content", {}).values()
        for name, example in content.get("examples", {}).items()
    }


def _status(status: str) -> str:
    return f'<span class="code s{status[0]}">{status}</span> {HTTPStatus(int(status)).phrase}'
