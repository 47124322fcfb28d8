from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.http.fingerprint import fingerprint
from customers.http.parsing import read_json


def of(body: str, method: str = "POST", path: str = "/customers", query: Any = None) -> str:
    return fingerprint(method, path, query or {}, read_json(body.encode()))


def test_no_release_changes_a_fingerprint() -> None:
    body = '{"email": "zo\\u00eb@example.com", "custom_fields": {"b": [1.50, 1e2, 7, true, null], "a": "\\"é\\u0000"}}'

    assert of(body) == "5a0dd2ba08a7767a381dbe68d2ef37942849a9e19dbde2c5cf402fa69d4f509a"


@pytest.mark.parametrize(
    "same",
    [
        '{"b":"zo\\u00eb","a":{"d":1,"c":2.0}}',
        '\n{ "a" : {"c": 2.0, "d": 1} , "b" : "zoë" }',
        '\ufeff{"a":{"c":2.0,"d":1},"b":"zo\\u00EB"}',
    ],
)
def test_order_white_space_and_escapes_make_no_difference(same: str) -> None:
    assert of(same) == of('{"a": {"c": 2.0, "d": 1}, "b": "zoë"}')


VALUES = [
    "1",
    "1.0",
    "1.00",
    "1e0",
    '"1"',
    '"1.0"',
    "true",
    "null",
    "[1]",
    "{}",
    "[]",
    '""',
    '" "',
    '"zoë"',
    '"zoe\u0308"',
]


def test_every_other_value_makes_one() -> None:
    assert len({of(f'{{"a": {value}}}') for value in VALUES}) == len(VALUES)


def test_so_do_the_method_the_path_and_the_query() -> None:
    requests: list[dict[str, Any]] = [
        {},
        {"method": "PUT"},
        {"path": "/customers/cus_1"},
        {"query": {"external_id": ["1"]}},
        {"query": {"external_id": ["2"]}},
    ]

    assert len({of("{}", **request) for request in requests}) == len(requests)


@given(st.text(), st.text())
def test_no_text_is_taken_for_another(one: str, other: str) -> None:
    assert (fingerprint("POST", "/", {}, one) == fingerprint("POST", "/", {}, other)) == (one == other)
