"""The recipe for a problem type in docs/contributing.md: each step that is forgotten fails here and says what it is."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

import docs
from conftest import Api
from customers import errors
from customers.http import problems
from reference import openapi
from support import MARKED_CUSTOMER, MARKED_KEY, MARKED_REQUESTS, ROOT, Answer, api_event, marked_event

EXAMPLES = json.loads(openapi.DOCUMENT.read_text())["x-problems"]
ROWS = {
    slug: (statuses.split(", "), again)
    for statuses, slug, again in re.findall(
        r"^\| ([\d, ]+) \| `([a-z-]+)` \| (.*) \|$", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE
    )
}

NOT_OF_A_REQUEST = {
    errors.OutcomeUnknown: "depends on the table, see tests/unit/operations/test_logs.py",
    errors.TryAgain: "the same",
    errors.CustomerDeleted: "depends on what became of the customer, see tests/unit/table/test_reads.py",
}
"""Errors that no request causes by what is in it."""


def kinds_of_error(base: type[Exception] = errors.CustomerError) -> Iterator[type[Exception]]:
    """The errors that the package raises."""
    for error in base.__subclasses__():
        yield from kinds_of_error(error) if error.__subclasses__() else [error]


each_error = pytest.mark.parametrize("error", list(kinds_of_error()), ids=lambda error: error.__name__)
each_type = pytest.mark.parametrize("kind", problems.PROBLEM_TYPES, ids=lambda kind: kind.slug)


@each_error
def test_an_error_has_a_problem_type(error: type[Exception]) -> None:
    assert error in problems._TYPE_OF, (  # noqa: SLF001 - the table itself
        f"problem type: add {error.__name__} to _TYPE_OF in customers/http/problems.py"
    )


@each_error
def test_an_error_is_in_the_overview_of_errors(error: type[Exception]) -> None:
    assert re.search(rf"── {error.__name__}\n", errors.__doc__ or ""), (
        f"overview: add {error.__name__} to the tree at the top of customers/errors.py"
    )


def test_every_problem_type_is_in_the_table() -> None:
    made = {kind.slug for kind in vars(problems).values() if isinstance(kind, problems.ProblemType)}

    assert made == {kind.slug for kind in problems.PROBLEM_TYPES}, (
        "table: add the problem type to PROBLEM_TYPES in customers/http/problems.py"
    )


@each_type
def test_a_problem_type_has_an_example(kind: problems.ProblemType) -> None:
    assert kind.slug in EXAMPLES, (
        f"example: nothing in the OpenAPI document is answered with {kind.slug}; add an event that is to events/, or "
        "a gateway response to template.yaml, and run `make openapi`"
    )


@each_type
def test_a_problem_type_is_in_the_documentation(kind: problems.ProblemType) -> None:
    again = {True: "yes", False: "no"}[kind.retry]

    assert kind.slug in ROWS, f"documentation: docs/api.md has no row | {kind.status} | `{kind.slug}` | {again}… |"
    statuses, words = ROWS[kind.slug]
    assert str(kind.status) in statuses, f"documentation: docs/api.md has another status for {kind.slug}"
    assert words.startswith(again), f"documentation: docs/api.md says something else on sending {kind.slug} again"


def test_the_documentation_has_no_problem_type_that_is_gone() -> None:
    assert ROWS.keys() <= {kind.slug for kind in problems.PROBLEM_TYPES}, "documentation: remove the row in docs/api.md"


def test_a_page_does_not_need_an_example(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = problems.ProblemType("new", 418, "New", retry=False, about="It is new.", remedy="Wait.")
    monkeypatch.setattr(docs, "PROBLEM_TYPES", (kind,))
    event = api_event(httpMethod="GET", path="/problems/new", resource="/problems/{slug}", body=None)

    answer = Answer(docs.handler(event | {"pathParameters": {"slug": "new"}}, context))

    assert answer.status == 200
    assert "It is new." in answer.text


@pytest.fixture
def slugs(api: Api) -> set[str]:
    """The problem types of the answers to the marked requests."""
    api.send(marked_event(body=json.dumps(MARKED_CUSTOMER), headers=MARKED_KEY))
    answers = [api.send(marked_event(**request)) for request in MARKED_REQUESTS.values()]
    return {answer.json["type"].rpartition("/")[2] for answer in answers}


def test_no_log_may_show_what_a_request_for_an_error_holds(slugs: set[str]) -> None:
    wanted = {kind.slug for error, kind in problems._TYPE_OF.items() if error not in NOT_OF_A_REQUEST}  # noqa: SLF001 - the table itself

    assert wanted - slugs == set(), (
        'log leak: add a request that gets this problem to MARKED_REQUESTS in tests/support.py, with "marked" in all '
        "that it sends, so that the tests look for it in logs and answers"
    )
