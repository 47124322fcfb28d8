from typing import Any

from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from customers.table.attributes import decode, encode

SCALARS = st.text() | st.integers(-(10**37), 10**37) | st.booleans() | st.none()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES)
def test_a_value_comes_back_as_it_was_sent(value: Any) -> None:
    back = decode(encode(value))

    assert back == value
    assert type(back) is type(value)


@given(VALUES)
def test_a_value_is_written_as_boto3_writes_it(value: Any) -> None:
    assert encode(value) == TypeSerializer().serialize(value)
