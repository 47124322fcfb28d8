"""The pages about the API as a browser gets them: public, from us alone, and good for trying a request."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from customers.http import problems
from local.stack import Stack
from operate import api_keys

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
        ("malformed-request", "GET", "/customers?limit=0", {}),
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

    page = httpx.get(problem["type"], timeout=30)

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


@pytest.fixture
def own_key(stack: Stack) -> str:
    """A key of an organization that no other test has: the examples are the same for all."""
    key, _ = api_keys.create(stack.api_keys, f"docs-{uuid4().hex}", "customers:read customers:write")
    return key


def open_reference(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.api_url}/docs")
    page.get_by_role("link", name="Create a customer").click()


def open_everything(page: Page) -> None:
    """What is folded away, be it one at a time."""
    page.evaluate("for (const part of document.querySelectorAll('details')) { part.name = ''; part.open = true }")


def test_the_first_request_of_the_reference_page_creates_a_customer(page: Page, stack: Stack, own_key: str) -> None:
    page.goto(f"{stack.api_url}/docs")
    page.get_by_role("button", name="Copy").first.wait_for()
    line = page.locator("#first-request").inner_text().removeprefix("Copy").strip()

    answer = subprocess.run(
        ["bash", "-c", line], capture_output=True, check=True, env=os.environ | {"CUSTOMERS_API_KEY": own_key}
    )

    head, _, body = answer.stdout.decode().replace("\r", "").partition("\n\n")
    assert " 201" in head.partition("\n")[0]
    assert json.loads(body)["id"].startswith("cus_")


def test_the_example_request_can_be_sent_from_the_reference_page(page: Page, stack: Stack, own_key: str) -> None:
    open_reference(page, stack)
    page.get_by_label("Your key").fill(own_key)

    with page.expect_response(f"{stack.api_url}/customers") as sent:
        page.get_by_role("button", name="Send POST").click()

    example = json.loads(sent.value.request.post_data or "")
    created = sent.value.json()
    assert created.items() > example.items()
    answer = page.locator("form", has=page.get_by_role("button", name="Send POST")).get_by_role("status")
    expect(answer).to_contain_text("201")
    expect(answer).to_contain_text(created["id"])


def test_headers_queries_and_paths_can_be_filled_in(page: Page, stack: Stack, own_key: str) -> None:
    open_reference(page, stack)
    page.get_by_label("Your key").fill(own_key)
    page.locator("#createCustomer").get_by_label("Idempotency-Key").fill("a key of mine")
    with page.expect_response(f"{stack.api_url}/customers") as first:
        page.get_by_role("button", name="Send POST").click()
    with page.expect_response(f"{stack.api_url}/customers") as again:
        page.get_by_role("button", name="Send POST").click()
    customer = first.value.json()
    assert (again.value.status, again.value.json()) == (201, customer)

    page.get_by_role("link", name="List customers").click()
    page.get_by_label("email", exact=True).fill(customer["email"])
    with page.expect_response(f"{stack.api_url}/customers?*") as found:
        page.get_by_role("button", name="Send GET").first.click()
    assert found.value.json() == {"data": [customer], "next_cursor": None}

    page.get_by_role("link", name="Get a customer").click()
    one = page.locator("#getCustomer")
    one.get_by_label("id", exact=True).fill(customer["id"])
    with page.expect_response(f"{stack.api_url}/customers/{customer['id']}") as read:
        one.get_by_role("button", name="Send GET").click()
    assert read.value.json() == customer


def test_the_reference_page_shows_the_model_and_the_problems(page: Page, stack: Stack) -> None:
    open_reference(page, stack)

    operation = page.locator("#createCustomer")
    expect(operation).to_contain_text("The customer's id in your own system.")
    expect(operation).to_contain_text("jenny.rosen@example.com")
    operation.get_by_role("link", name="NewAddress").click()
    expect(page.locator("#NewAddress")).to_contain_text("Street and number.")
    problem = page.get_by_role("link", name="customer-exists").first
    assert problem.evaluate("link => link.href") == f"{stack.api_url}/problems/customer-exists"


@pytest.mark.parametrize("path", ["/docs", "/problems/customer-exists", "/docs/customer.deleted.json", "/openapi.json"])
def test_a_slash_at_the_end_does_no_harm(page: Page, stack: Stack, path: str) -> None:
    page.goto(f"{stack.api_url}{path}/")

    assert page.url == stack.api_url + path


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_the_first_screen_has_the_api_the_key_and_the_first_request(
    page: Page, stack: Stack, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{stack.api_url}/docs")

    for part in (page.locator("main header p").first, page.get_by_text("make api-key"), page.locator("#first-request")):
        expect(part).to_be_in_viewport(ratio=1)


def test_an_operation_is_not_long(page: Page, stack: Stack) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    open_reference(page, stack)

    assert page.locator("#createCustomer").evaluate("part => part.parentElement.offsetHeight") <= 6_000


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", ["/docs", "/problems/customer-exists"])
def test_pages_fit_narrow_and_wide_windows(page: Page, stack: Stack, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(stack.api_url + path)
    open_everything(page)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    cut = "[...document.querySelectorAll('pre, code')].filter(part => part.scrollWidth > part.clientWidth + 1)"
    assert page.evaluate(f"{cut}.filter(part => getComputedStyle(part).display !== 'inline').length") == 0


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_reference_page_is_accessible(page: Page, stack: Stack, own_key: str, scheme: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{stack.api_url}/docs")
    open_everything(page)
    page.get_by_label("Your key").fill(own_key)
    page.get_by_role("button", name="Send POST").first.click()
    page.locator("pre.body").wait_for()

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_problem_pages_are_accessible(page: Page, stack: Stack, scheme: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    for kind in problems.PROBLEM_TYPES:
        page.goto(f"{stack.api_url}/problems/{kind.slug}")

        found = Axe().run(page)

        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
@pytest.mark.parametrize("path", ["/docs", "/problems/customer-exists"])
def test_pages_follow_the_color_scheme(page: Page, stack: Stack, path: str, scheme: Any, *, dark: bool) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(stack.api_url + path)

    text, ground = (
        page.locator("h1").evaluate("element => getComputedStyle(element).color"),
        page.locator("body").evaluate("element => getComputedStyle(element).backgroundColor"),
    )

    assert (brightness(text) > brightness(ground)) == dark


def brightness(color: str) -> int:
    """The sum of a CSS color's parts, `rgb(0, 0, 0)` being 0."""
    return sum(int(part) for part in color.removeprefix("rgb(").removesuffix(")").split(","))
