from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.customer import model
from customers.customer.identity import CUSTOMER_ID, creation_time, derived_customer_id, email_key, new_customer_id

local_part = st.text(st.characters(categories=["L", "Nd"], max_codepoint=0xFFFF), min_size=1, max_size=20)


def test_ids_are_random() -> None:
    now = datetime.now(UTC)
    assert len({new_customer_id(now)[16:] for _ in range(1000)}) == 1000


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis adds it
def test_an_id_says_to_the_millisecond_when_its_customer_was_created(moment: datetime) -> None:
    record = model.new_record(model.NewCustomer(email="ada@example.com"), now=lambda: moment)

    assert CUSTOMER_ID.fullmatch(record["id"])
    assert model.created_at(record["id"]) == record["created_at"]
    assert timedelta() <= moment - creation_time(record["id"]) < timedelta(milliseconds=1)


def test_a_derived_id_follows_from_its_origin_and_says_no_time() -> None:
    derived = derived_customer_id("import 1")

    assert derived == derived_customer_id("import 1") != derived_customer_id("import 2")
    assert CUSTOMER_ID.fullmatch(derived)
    with pytest.raises(OverflowError):
        creation_time(derived)


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
    # A letter and another of which each is the other's only form in the other case.
    other = "".join(c.swapcase() if len(c.swapcase()) == 1 and c.swapcase().swapcase() == c else c for c in local)

    assert email_key(f"{other}@example.com") == email_key(f"{local}@example.com")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("É", "é", True),
        ("ẞ", "ß", True),
        ("\u03a3", "\u03c3", True),
        ("J\u030c", "\u01f0", True),  # the small letter has a form with its mark, the capital has none
        ("\u01c4", "\u01c6", True),  # Ǆ
        ("\u01c5", "\u01c6", True),  # ǅ
        ("\u1f88", "\u1f80", True),  # ᾈ
        ("\u13a0", "\uab70", True),  # Cherokee
        ("\u1c90", "\u10d0", True),  # Georgian
        ("\u212a", "k", True),  # the Kelvin sign is a K in NFC
        ("ß", "ss", False),
        ("\u017f", "s", False),
        ("\u03c2", "\u03c3", False),
        ("İ", "i", False),
        ("\u0131", "i", False),
        ("ŉ", "\u02bcn", False),
        ("ﬁ", "fi", False),
        ("\uff41", "a", False),
    ],
)
def test_letters_of_a_local_part_are_the_same_in_pairs_of_case_only(one: str, other: str, *, same: bool) -> None:
    assert (email_key(f"x{one}@example.com") == email_key(f"x{other}@example.com")) is same


def test_a_key_has_the_a_labels_of_the_domain() -> None:
    for domain in ("Faß.Example", "fa\u1e9e.example", "xn--fa-hia.example", "XN--FA-HIA.EXAMPLE", "faß\u3002example"):
        assert email_key(f"Ada@{domain}") == "ada@xn--fa-hia.example"


@pytest.mark.parametrize("address", ["ada", "Ada <ada@example.com>", ""])
def test_what_is_no_address_has_no_key(address: str) -> None:
    with pytest.raises(ValueError, match=r"^email_\w+$"):
        email_key(address)
