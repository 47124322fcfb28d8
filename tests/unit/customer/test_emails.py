"""What an e-mail address is, beside what email-validator says."""

import unicodedata

import email_validator
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.customer import emails

LOCAL = st.text(st.sampled_from("abZ09.!#+-_'\"\\ @<,é\u0301ß\u200d\uff45\u0438"), max_size=8)
DOMAIN = st.text(st.sampled_from("abZ09.-_éß\u0301ﬁ\u03c3\u03c2\u0438\u3002"), max_size=10)


def theirs(address: str) -> tuple[str, str] | None:
    """The parts that email-validator tells, with the domains that only some networks know."""
    try:
        found = email_validator.validate_email(
            address, check_deliverability=False, allow_quoted_local=True, globally_deliverable=False
        )
    except email_validator.EmailNotValidError:
        return None
    return str(found.local_part), found.ascii_domain


def ours(address: str) -> tuple[str, str] | None:
    try:
        return emails.parse(address)
    except ValueError:
        return None


@given(LOCAL, DOMAIN)
def test_both_agree_on_what_an_address_is(local: str, domain: str) -> None:
    address = unicodedata.normalize("NFC", f"{local}@{domain}.example")
    labels = domain.split(".")
    # Theirs also refuses two hyphens after two letters; ours takes no other at sign for the one.
    if any(label[2:4] == "--" for label in labels):
        return

    assert ours(address) == theirs(address)


@pytest.mark.parametrize("address", ["ada@example.com", '"a b"@example.com', '"ada"@example.com', "ä@bücher.example"])
def test_the_parts_are_those_of_email_validator(address: str) -> None:
    assert ours(address) == theirs(address)


@given(LOCAL, DOMAIN)
def test_an_address_in_its_parts_is_the_same_address(local: str, domain: str) -> None:
    try:
        parts = emails.parse(f"{local}@{domain}.example")
    except ValueError:
        return

    assert emails.parse("@".join(parts)) == parts
