"""What the tests of the deployed stack share."""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from customers.http import edge, problems
from local.stack import Stack

WARM_SECONDS = 5
"""A round of requests without a cold start takes less."""


def unique_email() -> str:
    """An address that no customer of a deployed stack has yet."""
    return f"ada-{uuid.uuid4().hex}@example.com"


def post(stack: Stack, customer: dict[str, Any], **headers: str) -> httpx.Response:
    """POST a customer with these headers and no others."""
    return httpx.post(f"{stack.api_url}/customers", json=customer, headers=headers, timeout=30)


def warm_up(send: Callable[[], object], clients: int) -> None:
    """Start a process of a function for each of so many clients: a cold one would arrive after the race.

    A process that starts early serves several requests of a round. So rounds go on until one has no cold start, which
    on a busy machine takes longer than the function has.
    """
    for _ in range(10):
        began = time.monotonic()
        with ThreadPoolExecutor(clients) as pool:
            for sent in [pool.submit(send) for _ in range(clients)]:
                sent.result()
        if time.monotonic() - began < WARM_SECONDS:
            return


def assert_problem(answer: httpx.Response, slug: str, status: int, stack: Stack) -> Any:
    """The answer of a deployed stack is a complete problem document of that type."""
    [kind] = [kind for kind in problems.PROBLEM_TYPES if kind.slug == slug]
    problem = answer.json()
    assert answer.status_code == status == problem["status"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers.items() >= {(name.lower(), value) for name, value in edge.SECURITY_HEADERS.items()}
    assert problem["type"] == f"{stack.api_url}/problems/{slug}"
    assert problem["code"] == slug
    assert problem["title"] == kind.title
    assert problem["instance"] == f"urn:uuid:{answer.headers['X-Request-Id']}"
    assert str(uuid.UUID(answer.headers["X-Request-Id"])) == answer.headers["X-Request-Id"]
    assert problem["detail"]
    return problem
