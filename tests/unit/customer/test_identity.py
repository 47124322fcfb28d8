import pytest
from email_validator import EmailNotValidError
from hypothesis import given
from hypothesis import strategies as st

from customers.customer.identity import email_key, new_customer_id

local_part = st.text(st.characters(categories=["L", "Nd"], max_codepoint=0xFFFF), min_size=1, max_size=20)


def test_ids_are_random() -> None:
    assert len({new_customer_id() for _ in range(1000)}) == 1000


@given(local_part)
def test_a_key_is_its_own_key(local: str) -> None:
    try:
        key = email_key(f"{local}@example.com")
        again = email_key(key)
    except ValueError:
        return  # not an address, or folded into something that is none

    assert again == key


@given(st.text(st.characters(categories=["L", "Nd"], max_codepoint=0x24F), min_size=1, max_size=20))
def test_case_makes_no_difference(local: str) -> None:
    # Without a locale Unicode keeps the Turkish dotless i apart from its capital, which is an I.
    spellings = {s for s in (local, local.lower(), local.upper()) if s.casefold() == local.casefold()}

    assert len({email_key(f"{spelling}@example.com") for spelling in spellings}) == 1


@pytest.mark.parametrize("address", ["ada", "Ada <ada@example.com>", ""])
def test_what_is_no_address_has_no_key(address: str) -> None:
    with pytest.raises(EmailNotValidError):
        email_key(address)
