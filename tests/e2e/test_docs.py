"""The pages about the API as a browser gets them: public, from us alone, and good for trying a request."""

import json
import os
import shutil
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from customers.http import problems
from local.stack import Stack

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("slug", "method", "path", "request_"),
    [
        ("unauthenticated", "GET", "/customers", {"headers": {"Authorization": ""}}),
        ("malformed-request", "POST", "/customers", {"content": "{", "headers": JSON}),
        ("malformed-request", "GET", "/customers", {}),
        ("not-found", "GET", "/customers/nope", {}),
        ("not-found", "GET", "/nope", {}),
        ("not-found", "GET", "/problems/nope", {}),
        ("not-found", "GET", "/docs/nope", {}),
        ("method-not-allowed", "DELETE", "/customers", {}),
        ("payload-too-large", "POST", "/customers", {"content": " " * 200_000, "headers": JSON}),
        ("unsupported-media-type", "POST", "/customers", {"content": "{}"}),
        ("invalid-customer", "POST", "/customers", {"json": {}}),
    ],
    ids=lambda value: str(value)[:30],
)
def test_the_type_of_a_problem_is_the_address_of_its_page(
    client: httpx.Client, slug: str, method: str, path: str, request_: dict[str, Any]
) -> None:
    problem = client.request(method, path, **request_).json()

    page = httpx.get(problem["type"])

    assert problem["type"].endswith(f"/problems/{slug}")
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert f"<h1>{problem['title'].replace("'", '&#x27;')}</h1>" in page.text


@pytest.mark.parametrize("kind", problems.PROBLEM_TYPES, ids=lambda kind: kind.slug)
def test_every_kind_of_problem_has_a_page(stack: Stack, kind: problems.ProblemType) -> None:
    assert httpx.get(f"{stack.api_url}/problems/{kind.slug}").status_code == 200


def test_the_document_is_public_and_about_this_api(stack: Stack) -> None:
    answer = httpx.get(f"{stack.api_url}/openapi.json")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json()["openapi"] == "3.1.0"
    assert answer.json()["servers"] == [{"url": stack.api_url}]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine."""
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        missing = f"needs one of {', '.join(CHROMIUM)} on this machine"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=executable, args=ARGUMENTS) as browser,
    ):
        yield browser


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A new page, which may ask nobody but the API and has nothing to complain about in its console."""
    requests: list[str] = []
    complaints: list[str] = []
    with browser.new_context() as context, context.new_page() as page:
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
    assert [url for url in requests if not url.startswith((f"{stack.api_url}/", "data:"))] == []
    assert complaints == []


def open_reference(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.api_url}/docs")
    page.locator("#operations-Customers-createCustomer .opblock-summary-control").click()


def test_the_example_request_can_be_sent_from_the_reference_page(page: Page, stack: Stack, api_key: str) -> None:
    open_reference(page, stack)
    page.get_by_role("button", name="Authorize", exact=True).click()
    page.get_by_label("auth-bearer-value").fill(api_key)
    page.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").last.click()

    page.get_by_role("button", name="Try it out").click()
    with page.expect_response(f"{stack.api_url}/customers") as sent:
        page.get_by_role("button", name="Execute").click()

    example = json.loads(sent.value.request.post_data or "")
    created = sent.value.json()
    assert created.items() > example.items()
    answer = page.locator(".live-responses-table .response")
    expect(answer.locator(".response-col_status")).to_have_text("201")
    expect(answer).to_contain_text(created["id"])


def test_the_reference_page_shows_the_model_and_the_problems(page: Page, stack: Stack) -> None:
    open_reference(page, stack)

    body = page.locator(".opblock-section-request-body")
    body.get_by_role("tab", name="Schema").click()
    expect(body).to_contain_text("The customer's id in your own system.")
    expect(body).to_contain_text("jenny.rosen@example.com")
    problem = page.get_by_role("link", name="customer-exists").first
    assert problem.evaluate("link => link.href") == f"{stack.api_url}/problems/customer-exists"


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/docs", "/problems/customer-exists"])
def test_pages_fit_narrow_and_wide_windows(page: Page, stack: Stack, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    if path == "/docs":
        open_reference(page, stack)
        page.locator(".responses-table").first.wait_for()
    else:
        page.goto(stack.api_url + path)

    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
@pytest.mark.parametrize("path", ["/docs", "/problems/customer-exists"])
def test_pages_follow_the_color_scheme(page: Page, stack: Stack, path: str, scheme: Any, *, dark: bool) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(stack.api_url + path)

    text, ground = (
        page.locator("h1, .info .title").first.evaluate("element => getComputedStyle(element).color"),
        page.locator("body").evaluate("element => getComputedStyle(element).backgroundColor"),
    )

    assert (brightness(text) > brightness(ground)) == dark


def brightness(color: str) -> int:
    """The sum of a CSS color's parts, `rgb(0, 0, 0)` being 0."""
    return sum(int(part) for part in color.removeprefix("rgb(").removesuffix(")").split(","))
