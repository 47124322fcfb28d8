"""docs/customer.md says what the model does."""

import re

import pytest

from customers.customer import emails, model, text
from customers.http import parsing, refusals
from customers.http.refusals import DETAILS
from reference import customer_page
from support import ROOT

PAGE = customer_page.PAGE.read_text()


def test_the_committed_page_is_the_one_that_the_code_makes() -> None:
    assert customer_page.text() == PAGE, "run make openapi"


def test_every_field_and_every_code_is_on_it() -> None:
    owners = model.NewCustomer.model_json_schema()["$defs"].values()
    names = {name for owner in owners for name in owner["properties"]}

    for name in {*model.Customer.model_fields, *names, *DETAILS}:
        assert f"- `{name}`" in PAGE


@pytest.mark.parametrize(
    "limit",
    [
        f"{refusals.MAX_DIGITS:,} digits",
        f"{text.MAX_MARKS} combining marks",
        f"up to {emails.MAX_INTERNATIONAL} characters",
    ],
)
def test_the_introduction_has_the_limits_of_values(limit: str) -> None:
    assert limit in PAGE.partition(customer_page.MARK)[0]


@pytest.mark.parametrize(
    "limit",
    [
        f"up to {parsing.MAX_BODY_BYTES // 1024} KiB",
        f"nest more than {parsing.MAX_DEPTH} deep",
        f"more than {parsing.MAX_VALUES:,} members",
    ],
)
def test_the_api_page_has_the_limits_of_a_body(limit: str) -> None:
    assert limit in (ROOT / "docs" / "api.md").read_text()


def test_no_cell_of_a_table_is_longer_than_two_sentences() -> None:
    for row in re.findall(r"^\|.*\|$", PAGE, re.MULTILINE):
        for cell in row.split("|"):
            assert len(re.findall(r"[.;:] ", cell)) < 2, cell
