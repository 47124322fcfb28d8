"""The pages about the API: what they hold, and what they may load."""

import html
import json
import re
import shlex
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest

import docs
import reference_page
from customers import events
from customers.http import edge, problems
from support import Answer, api_event, template

DOCUMENT = json.loads(docs.DOCUMENT.read_text())
OPERATIONS = [operation for item in DOCUMENT["paths"].values() for operation in item.values()]
FIXED = {"path", "query", "header", "createCustomer", "array", "null"}
PAGES = ["/docs", *(f"/problems/{kind.slug}" for kind in problems.PROBLEM_TYPES)]


DOMAIN = "api.example.com"


def get(path: str, context: Any, domain: str = DOMAIN, **headers: str) -> Answer:
    """GET a path, as API Gateway would ask the function for it."""
    folder, _, name = path.rstrip("/").rpartition("/")
    resource, parameters = {
        "/docs": ("/docs/{name}", {"name": name}),
        "/problems": ("/problems/{slug}", {"slug": name}),
    }.get(folder, (path.rstrip("/"), None))
    event = api_event(
        httpMethod="GET", path=path, resource=resource, pathParameters=parameters, headers=headers, body=None
    )
    event["requestContext"] |= {"domainName": domain, "path": f"/v1{path}"}
    return Answer(docs.handler(event, context))


class Html(HTMLParser):
    """What a page has: its text, and the attributes of its elements in their order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.samples: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.elements and self.elements[-1][1].get("class") == "copyable" and data.strip():
            self.samples.append(data)

    def values(self, attribute: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(attribute)) is not None]


def hostile(value: Any) -> Any:
    """The document with markup in each of its texts and names that are not part of OpenAPI."""
    match value:
        case dict():
            return {key: hostile(child) for key, child in value.items()}
        case list():
            return [hostile(child) for child in value]
        case str() if value.startswith(("#/", "application/")) or value in FIXED:
            return value
        case str():
            return f"{value}<b>'\"&</b>"
    return value


DOMAINS = [DOMAIN, "api.acme.example"]


@pytest.mark.parametrize("path", ["/openapi.json", *(f"/docs/{kind.name}.json" for kind in events.TYPES.values())])
@pytest.mark.parametrize("domain", DOMAINS)
def test_a_document_is_the_committed_one_with_the_url_of_the_api(path: str, domain: str, context: Any) -> None:
    committed = docs.FILES[path].path.read_text()

    answer = get(path, context, domain)

    assert (answer.status, answer.headers["Content-Type"]) == (200, docs.FILES[path].content_type)
    assert answer.text == committed.replace("https://customers.example/", f"https://{domain}/") != committed


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_document_has_the_address_of_the_api(domain: str, context: Any) -> None:
    document = json.loads(get("/openapi.json", context, domain).text)

    assert document["servers"] == [{"url": f"https://{domain}/v1"}]


def test_a_document_for_another_domain_is_another_document_to_a_cache(context: Any) -> None:
    tags = {get("/openapi.json", context, domain).headers["ETag"] for domain in DOMAINS}

    assert len(tags) == len(DOMAINS)


@pytest.mark.parametrize("kind", problems.PROBLEM_TYPES, ids=lambda kind: kind.slug)
def test_each_problem_has_a_page_that_says_what_to_do(kind: problems.ProblemType, context: Any) -> None:
    answer = get(f"/problems/{kind.slug}", context)

    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    text = re.sub(r"<[^>]+>", "", answer.text).replace("&#x27;", "'").replace("&quot;", '"')
    assert str(kind.status) in text
    for sentence in (kind.title, kind.about, kind.remedy, docs.RETRY[kind.retry]):
        assert sentence.replace("`", "") in text
    assert f'"type": "https://{DOMAIN}/v1/problems/{kind.slug}"' in text


def test_texts_are_escaped(monkeypatch: pytest.MonkeyPatch, context: Any) -> None:
    kind = problems.ProblemType("try-again", 503, "<b>", retry=True, about="a & `b<c`", remedy='"</p>')
    monkeypatch.setattr(docs, "PROBLEM_TYPES", (kind,))

    text = get("/problems/try-again", context).text

    assert "<h1>&lt;b&gt;</h1>" in text
    assert "<p>a &amp; <code>b&lt;c</code></p>" in text
    assert "<p>&quot;&lt;/p&gt;</p>" in text


def test_texts_of_the_document_are_escaped() -> None:
    page = reference_page.page(hostile(DOCUMENT), "https://api.example.com/<b>'\"&</b>")

    tags = {tag for tag, _ in Html(page).elements}
    assert "b" not in tags
    assert "&lt;b&gt;&#x27;&quot;&amp;&lt;/b&gt;" in page


def test_the_reference_page_begins_with_what_the_api_is_and_how_to_use_it(context: Any) -> None:
    page = get("/docs", context).text

    positions = [
        page.find(part)
        for part in (
            "never creates the same customer twice",
            f"https://{DOMAIN}/v1",
            "Get a key",
            "make api-key",
            "curl -i &#x27;https://api.example.com/v1/customers&#x27;",
            'id="operations"',
            'id="createCustomer"',
            'id="problems"',
            'id="objects"',
        )
    ]
    assert -1 not in positions
    assert positions == sorted(positions)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation["operationId"])
def test_the_reference_page_explains_each_operation(operation: dict[str, Any], context: Any) -> None:
    _, found, rest = get("/docs", context).text.partition(f'id="{operation["operationId"]}"')
    assert found
    page = rest.partition('<details class="operation">')[0]

    assert html.escape(operation["description"].partition("`")[0].partition("\n")[0]) in page
    for parameter in operation["parameters"]:
        assert f'<input name="{parameter["name"]}"' in page
        assert f"<dt><code>{parameter['name']}</code>" in page
    for status, response in operation["responses"].items():
        _, found, answer = page.partition(f">{status}</span>")
        assert found
        for header in response["headers"]:
            assert f"<dt><code>{header}</code>" in answer


def test_the_reference_page_has_every_field_and_every_problem(context: Any) -> None:
    page = get("/docs", context).text

    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert f'id="{name}"' in page
        for field in schema["properties"]:
            assert f"<dt><code>{field}</code>" in page
    for kind in problems.PROBLEM_TYPES:
        assert f'<td>{kind.status}</td><td><a href="problems/{kind.slug}">' in page


def test_links_inside_the_reference_page_lead_somewhere(context: Any) -> None:
    page = Html(get("/docs", context).text)

    ids = page.values("id")
    assert len(ids) == len(set(ids))
    anchors = {link.removeprefix("#") for link in page.values("href") if link.startswith("#")}
    assert {"NewAddress", "Problem", "createCustomer"} <= anchors <= set(ids)


def test_sample_requests_are_lines_for_a_shell(context: Any) -> None:
    samples = [shlex.split(sample) for sample in Html(get("/docs", context).text).samples]

    assert len(samples) > len(OPERATIONS)
    for command, _, url, *_ in (sample for sample in samples if "-X" not in sample):
        assert (command, url.startswith(f"https://{DOMAIN}/v1/customers")) == ("curl", True)
    bodies = [sample[sample.index("-d") + 1] for sample in samples if "-d" in sample]
    media = [next(iter(o["requestBody"]["content"].values())) for o in OPERATIONS if "requestBody" in o]
    sent = [example["value"] for one in media for example in one["examples"].values()]
    assert {json.dumps(json.loads(body)) for body in bodies} == {*map(json.dumps, sent)}


def test_operations_of_any_method_fit_into_the_reference_page() -> None:
    document = json.loads(docs.DOCUMENT.read_text())
    schema = {"$ref": "#/components/schemas/NewCustomer"}
    document["paths"]["/customers/{id}"] |= {
        "patch": {
            "operationId": "changeCustomer",
            "summary": "Change a customer",
            "description": "Changes it.",
            "security": [{"apiKey": ["customers:write"]}],
            "parameters": [{"name": "id", "in": "path", "required": True, "description": "", "schema": {}}],
            "requestBody": {"content": {"application/merge-patch+json": {"schema": schema}}},
            "responses": {"200": {"description": "Changed."}},
        },
        "delete": {
            "operationId": "deleteCustomer",
            "summary": "Delete a customer",
            "description": "Deletes it.",
            "parameters": [
                {"name": "limit", "in": "query", "description": "", "schema": {"type": "integer", "default": 20}}
            ],
            "responses": {"204": {"description": "Gone."}},
        },
    }

    page = Html(reference_page.page(document, "https://api.example.com"))

    assert any(sample.startswith("curl -i -X DELETE 'https://api.example.com/customers/") for sample in page.samples)
    assert any(sample.startswith("curl -i -X PATCH 'https://api.example.com/customers/") for sample in page.samples)
    assert {"PATCH", "DELETE"} <= set(page.values("data-method"))
    assert "application/merge-patch+json" in page.values("data-type")
    assert "204 No Content" in page.text
    assert "Default 20." in page.text


@pytest.mark.parametrize("path", PAGES)
def test_examples_are_those_of_this_deployment(path: str, context: Any) -> None:
    text = Html(get(path, context).text).text

    assert f"https://{DOMAIN}/v1/" in text
    assert "execute-api" not in text


@pytest.mark.parametrize("path", [*docs.FILES, *PAGES])
def test_a_slash_at_the_end_leads_to_the_page_without_it(path: str, context: Any) -> None:
    answer = get(f"{path}/", context)

    assert (answer.status, answer.text) == (308, "")
    for base in (f"https://{DOMAIN}/v1", "https://api.example.com/crm", "https://api.example.com"):
        assert urljoin(f"{base}{path}/", answer.headers["Location"]) == base + path


def test_each_slash_at_the_end_is_a_step_up(context: Any) -> None:
    assert get("/docs///", context).headers["Location"] == "../../../docs"


@pytest.mark.parametrize("path", ["/problems/nope", "/problems/", "/docs/nope", "/docs/docs.py", "/docs/..%2Fdocs.py"])
def test_what_is_not_there_is_a_problem(path: str, context: Any) -> None:
    answer = get(path, context)

    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json["type"].endswith("/problems/not-found")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_but_files_of_ours(path: str, context: Any) -> None:
    text = get(path, context).text

    page = Html(text)
    loaded = [a.get("src") or a.get("href") or "" for tag, a in page.elements if tag in {"link", "script", "img"}]
    links = [a["href"] or "" for tag, a in page.elements if tag == "a"]
    assert len(loaded) >= 2
    ours = {
        urljoin(f"https://api.example.com{path}", reference).partition("#")[0]
        for reference in [*loaded, *links]
        if reference not in {"data:,", "https://www.rfc-editor.org/rfc/rfc9457"}
    }
    assert all(reference.startswith("https://api.example.com/") for reference in ours)
    assert {get(reference.removeprefix("https://api.example.com"), context).status for reference in ours} == {200}


@pytest.mark.parametrize("path", PAGES)
def test_no_script_and_no_style_is_inline(path: str, context: Any) -> None:
    text = get(path, context).text

    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", text)


@pytest.mark.parametrize("path", [*docs.FILES, *PAGES])
def test_every_answer_has_headers_that_keep_others_out(path: str, context: Any) -> None:
    headers = get(path, context).headers

    policy = dict(directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy.get("script-src", "'self'") == policy.get("style-src", "'self'") == "'self'"
    assert ("script-src" in policy) == (path == "/docs")
    assert headers.items() >= (edge.SECURITY_HEADERS | {"Cache-Control": "public, max-age=300"}).items()
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Request-Id"] == "5d4b2a10-7c3e-4f1d-9a6b-0c8e2f4a6b8d"


@pytest.mark.parametrize("path", [*docs.FILES, PAGES[0], PAGES[-1]])
def test_a_browser_that_has_it_is_told_so(path: str, context: Any) -> None:
    first = get(path, context)

    again = get(path, context, **{"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
    other = get(path, context, **{"If-None-Match": '"other"'})

    assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "public, max-age=300"
    assert (again.status, again.text, again.headers["ETag"]) == (304, "", first.headers["ETag"])
    assert (other.status, other.text) == (200, first.text)


def test_a_page_is_no_request_to_operators(
    context: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in template()["Resources"]["DocsFunction"]["Properties"]["Environment"]["Variables"].items():
        monkeypatch.setenv(name, value)

    get("/problems/try-again", context)

    assert capsys.readouterr().out == ""
