"""The pages about the API: what they hold, and what they may load."""

import json
import re
from typing import Any

import pytest

import docs
from customers.http import edge, problems
from support import Answer, api_event, template

PAGES = ["/docs", *(f"/problems/{kind.slug}" for kind in problems.PROBLEM_TYPES)]


DOMAIN = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"


def get(path: str, context: Any, domain: str = DOMAIN, **headers: str) -> Answer:
    """GET a path, as API Gateway would ask the function for it."""
    folder, _, name = path.rpartition("/")
    resource, parameters = {
        "/docs": ("/docs/{name}", {"name": name}),
        "/problems": ("/problems/{slug}", {"slug": name}),
    }.get(folder, (path, None))
    event = api_event(
        httpMethod="GET", path=path, resource=resource, pathParameters=parameters, headers=headers, body=None
    )
    event["requestContext"]["domainName"] = domain
    return Answer(docs.handler(event, context))


DOMAINS = [DOMAIN, "api.acme.example"]


@pytest.mark.parametrize("path", ["/openapi.json", "/docs/customer.created.json"])
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


@pytest.mark.parametrize("path", ["/problems/nope", "/problems/", "/docs/nope", "/docs/docs.py", "/docs/..%2Fdocs.py"])
def test_what_is_not_there_is_a_problem(path: str, context: Any) -> None:
    answer = get(path, context)

    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json["type"].endswith("/problems/not-found")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_but_files_of_ours(path: str, context: Any) -> None:
    text = get(path, context).text

    loaded = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert len(loaded) >= 3
    for reference in loaded:
        assert reference == "data:," or re.fullmatch(r"(\.\./)?(docs(/[a-z.-]+)?|openapi\.json)", reference)
    names = {reference.removeprefix("../") for reference in loaded} - {"data:,"}
    assert {get(f"/{name}", context).status for name in names} == {200}


@pytest.mark.parametrize("path", PAGES)
def test_no_script_and_no_style_is_inline(path: str, context: Any) -> None:
    text = get(path, context).text

    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", text)


@pytest.mark.parametrize("path", [*docs.FILES, *PAGES[1:]])
def test_every_answer_has_headers_that_keep_others_out(path: str, context: Any) -> None:
    headers = get(path, context).headers

    policy = dict(directive.split(" ", 1) for directive in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy.get("script-src", "'self'") == policy.get("style-src", "'self'") == "'self'"
    assert ("script-src" in policy) == (path == "/docs")
    assert headers.items() >= (edge.SECURITY_HEADERS | {"Cache-Control": "public, max-age=300"}).items()
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Request-Id"] == "5d4b2a10-7c3e-4f1d-9a6b-0c8e2f4a6b8d"


@pytest.mark.parametrize("path", [*docs.FILES, PAGES[-1]])
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
