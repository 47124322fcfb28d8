"""What If-Match and If-None-Match ask for (RFC 9110 section 13)."""

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from customers.errors import MalformedRequest
from customers.http.preconditions import Accepts, precondition
from support import api_event

REVISIONS = (None, 1, 2, 3, 12)


def asked(**headers: str | list[str]) -> Accepts:
    """What headers ask for; their names have underscores here."""
    values = {name.replace("_", "-"): value if isinstance(value, list) else [value] for name, value in headers.items()}
    return precondition(APIGatewayProxyEvent(api_event(multiValueHeaders=values)))


def accepted(accepts: Accepts) -> list[int | None]:
    return [revision for revision in REVISIONS if accepts(revision)]


def test_without_a_precondition_all_is_accepted() -> None:
    assert accepted(asked(Accept="*/*")) == [*REVISIONS]
    assert accepted(precondition(APIGatewayProxyEvent(api_event(multiValueHeaders=None)))) == [*REVISIONS]


@pytest.mark.parametrize(
    ("value", "revisions"),
    [
        ("*", [1, 2, 3, 12]),
        (" * ", [1, 2, 3, 12]),
        ('"1"', [1]),
        ('"12"', [12]),
        ('"1", "3"', [1, 3]),
        ('"1","3"', [1, 3]),
        ('"1" ,\t"3"', [1, 3]),
        (', "1",, "3" ,', [1, 3]),
        (['"1"', '"3"'], [1, 3]),
        ('"7"', []),
        ('"01"', []),
        ('"1 "', None),
        ('" 1"', None),
        ('"+1"', []),
        ('"1.0"', []),
        ('"\N{ARABIC-INDIC DIGIT ONE}"', []),
        ('""', []),
        ('"*"', []),
        ('"None"', []),
        ('"a,b", "2"', [2]),
        ('"2,3"', []),
        ('W/"1"', []),
        ('W/"1", "2"', [2]),
        ('"1", W/"2"', [1]),
        ('"33a64df551425fcc55e4d42a148795d9f25f89d4"', []),
        ('"é"', []),
    ],
    ids=str,
)
def test_if_match_compares_strongly_with_the_revision(
    value: str | list[str], revisions: list[int | None] | None
) -> None:
    if revisions is None:
        with pytest.raises(MalformedRequest):
            asked(If_Match=value)
    else:
        assert accepted(asked(If_Match=value)) == revisions
        assert accepted(asked(if_match=value)) == revisions


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "1",
        "'1'",
        '"1',
        '1"',
        '"1" "2"',
        '"1", *',
        "*, *",
        ["*", '"1"'],
        ["*", "*"],
        'w/"1"',
        'W/ "1"',
        ",",
        '"\x7f"',
    ],
    ids=repr,
)
def test_an_if_match_that_is_not_well_formed_is_refused(value: str | list[str]) -> None:
    with pytest.raises(MalformedRequest, match="If-Match has to be"):
        asked(If_Match=value)


def test_if_none_match_asks_that_there_is_no_customer() -> None:
    assert accepted(asked(If_None_Match="*")) == [None]


@pytest.mark.parametrize("value", ["", '"1"', 'W/"1"', "1", '*, "1"', ["*", "*"]], ids=repr)
def test_if_none_match_takes_nothing_but_an_asterisk(value: str | list[str]) -> None:
    with pytest.raises(MalformedRequest, match="If-None-Match has to be"):
        asked(If_None_Match=value)


def test_the_two_do_not_go_together() -> None:
    with pytest.raises(MalformedRequest, match="not both"):
        asked(If_Match='"1"', If_None_Match="*")


def test_a_long_header_is_read_in_no_time() -> None:
    tags = ", ".join(f'"{number}"' for number in range(20_000))

    assert accepted(asked(If_Match=tags)) == [1, 2, 3, 12]
    with pytest.raises(MalformedRequest):
        asked(If_Match=tags + " " * 20_000 + "!")
    with pytest.raises(MalformedRequest):
        asked(If_Match=", " * 20_000 + "!")
