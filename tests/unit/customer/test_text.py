"""The rule for all text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from customers.customer.text import MAX_MARKS, TRIMMED, line, lines, trim, verbatim

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize(
    "invisible",
    [
        "\u200b",
        "\ufeff",
        "\u2060",
        "\u200e",
        "\u200f",
        "\u00ad",
        "\u061c",
        "\u180e",
        "\u2066",
        "\u3164",
        "\u034f",
        "\u200d",
    ],
    ids=ascii,
)
def test_invisible_characters_are_trimmed_like_white_space(invisible: str) -> None:
    for text in ("crm-1" + invisible, invisible + "crm-1", f" {invisible} crm-1\u00a0{invisible}\t"):
        assert line(text) == "crm-1"
    assert line(invisible) == line(f" {invisible}\u3000") == ""


def test_what_is_trimmed_is_white_space_and_what_unicode_ignores() -> None:
    """Python has no Default_Ignorable_Code_Point; most of them are its format characters."""
    white = {chr(c) for c in range(0x110000) if chr(c).isspace()}
    control = {chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) == "Cc"}
    trimmed = set(TRIMMED)

    assert white - control | {*"\t\n\r"} <= trimmed
    assert {unicodedata.category(c) for c in trimmed - white} == {"Cf", "Cn", "Lo", "Mn"}
    assert not trimmed & (control - {*"\t\n\r"})


@pytest.mark.parametrize(
    "text",
    [
        "\u2764\ufe0f",  # a variation selector makes a heart red
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # tags make a flag England's
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "a\u200bb",
        "\u0d15\u0d43\u0d37\u0d4d\u0d23\u0d28\u0d4d\u200d",  # the joiner after the virama is the last letter's shape
    ],
    ids=ascii,
)
def test_what_belongs_to_a_text_stays(text: str) -> None:
    assert line(text) == line(f" {text}\u200b ") == text


def test_a_text_has_up_to_30_marks_in_a_row() -> None:
    for mark in ("\u0301", "\u0f73", "\U0001d165", "\u0344"):
        assert line("e" + mark * MAX_MARKS + "e")
        for before in ("", "e", "e" * 29, "e" * 30, "e" * 31, "e" * 60):
            with pytest.raises(PydanticCustomError, match="too_many_marks"):
                line(before + mark * (MAX_MARKS + 1) + "e")


def test_all_marks_count() -> None:
    """Those with a combining class, and those that decompose into some."""
    marks = [
        character
        for character in map(chr, range(0x110000))
        if unicodedata.combining(unicodedata.normalize("NFD", character)[0])
    ]

    for mark in marks:
        with pytest.raises(PydanticCustomError, match="too_many_marks"):
            line("e" + mark * (MAX_MARKS + 1))


@given(ANY)
def test_a_canonical_text_is_its_own_canonical_form(text: str) -> None:
    try:
        canonical = lines(text)
    except PydanticCustomError:
        return

    assert lines(canonical) == canonical == unicodedata.normalize("NFC", trim(text))


@given(ANY)
def test_a_reference_is_kept_to_the_letter_or_empty(text: str) -> None:
    try:
        kept = verbatim(text)
    except PydanticCustomError:
        return

    assert kept == (text if trim(text) else "")
