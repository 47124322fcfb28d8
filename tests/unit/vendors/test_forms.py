"""Stripe's form bodies: everything in one is kept, or the body is refused."""

from contextlib import suppress
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.errors import MalformedRequest, PayloadTooLarge
from customers.vendors import forms, stripe
from whole_vendors import STRIPE, form


@pytest.mark.parametrize(
    ("body", "data"),
    [
        ("", {}),
        ("email=a%40b.co", {"email": "a@b.co"}),
        ("address=&metadata=", {"address": "", "metadata": ""}),
        ("a=1&&b=2&", {"a": "1", "b": "2"}),
        ("a=1=2", {"a": "1=2"}),
        ("name=Jenny+Ros%C3%A9n", {"name": "Jenny Rosén"}),
        ("name=Jenny Rosén", {"name": "Jenny Rosén"}),
        ("address[line1]=1&address[city]=2", {"address": {"line1": "1", "city": "2"}}),
        ("address%5Bline1%5D=1", {"address": {"line1": "1"}}),
        ("metadata[k+e%26y]=v%2B", {"metadata": {"k e&y": "v+"}}),
        ("x[1]=b&x[0]=a", {"x": {"1": "b", "0": "a"}}),
        ("x[]=a&x[]=b", {"x": {"0": "a", "1": "b"}}),
        (
            "t[][type]=a&t[][value]=1&t[][type]=b&t[][value]=2",
            {"t": {"0": {"type": "a", "value": "1"}, "1": {"type": "b", "value": "2"}}},
        ),
        ("x[0][a]=1&x[][a]=2", {"x": {"0": {"a": "1"}, "1": {"a": "2"}}}),
    ],
)
def test_a_body_says(body: str, data: Any) -> None:
    assert forms.read_form(body.encode()) == data


@pytest.mark.parametrize(
    "body",
    [
        "a",
        "=1",
        "a=1&a=2",
        "a=1&a[b]=2",
        "a[b]=1&a=2",
        "a[b]=1&a[b]=2",
        "x[0]=a&x[0]=b",
        "x[]=a&x[0]=b",
        "a[b=1",
        "a]b=1",
        "a[b]c=1",
        "[a]=1",
        "a[[b]]=1",
        "a[b][c][d][e][f][g]=1",
        "a=%",
        "a=%2",
        "a=%zz",
        "%zz=1",
        "a=%ff",
        "a=%ED%A0%80",
    ],
)
def test_a_malformed_body_is_refused_by_the_number_of_the_parameter(body: str) -> None:
    with pytest.raises(MalformedRequest, match=r"^Parameter \d of the body is not valid"):
        forms.read_form(body.encode())


def test_a_body_has_limits() -> None:
    with pytest.raises(PayloadTooLarge):
        forms.read_form(b"a=" + b"x" * 128 * 1024)
    with pytest.raises(MalformedRequest, match="1000 parameters"):
        forms.read_form(b"&".join(b"metadata[%d]=1" % number for number in range(1001)))
    assert len(forms.read_form(b"&" * 5000 + b"a=1")) == 1


TEXT = st.text(st.characters(codec="utf-8"), max_size=10)
NAMES = TEXT.filter(lambda name: name and not {*name} & {*"[]"})
DATA = st.recursive(TEXT, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=4), max_leaves=20)


@given(st.dictionaries(NAMES, DATA, max_size=4))
def test_what_is_sent_is_read(data: dict[str, Any]) -> None:
    encoded = form(data).encode()

    try:
        assert forms.read_form(encoded) == data
    except MalformedRequest:
        assert encoded.count(b"[") >= forms.MAX_DEPTH


@given(st.text(st.characters(codec="utf-8"), max_size=200) | st.text("ab[]=&%0+", max_size=60))
def test_any_text_is_read_or_refused(body: str) -> None:
    with suppress(MalformedRequest):
        forms.read_form(body.encode())


@given(st.text(st.characters(codec="utf-8")))
def test_a_value_comes_back_to_the_letter(value: str) -> None:
    assert forms.read_form(f"name={quote_plus(value)}".encode()) == {"name": value}


@pytest.mark.parametrize(
    ("value", "entries"),
    [
        ({"0": "a", "1": "b"}, ["a", "b"]),
        ({"1": "b", "0": "a"}, ["a", "b"]),
        ({"0": "a", "2": "b"}, None),
        ({"1": "a"}, None),
        ({"00": "a"}, None),
        ({"x": "a"}, None),
        ("x", None),
    ],
)
def test_a_list_counts_from_0(value: Any, entries: list[str] | None) -> None:
    assert forms.entries(value) == entries


@pytest.mark.parametrize("field", [name for name in STRIPE if name not in ("expand", "validate", "tax")])
def test_an_empty_text_unsets_a_field(field: str) -> None:
    reading = stripe.TABLE.read(forms.read_form(f"{field}=".encode()))

    assert reading.errors == []
    assert {setting.value for setting in reading.settings} == {None}
    assert {setting.name for setting in reading.settings} == {(field,)}
