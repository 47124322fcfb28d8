"""The rule for all text: what is trimmed, what is refused, and its one spelling.

1. White space and invisible characters at the ends are trimmed.
2. Control characters are refused wherever they stand; line breaks and tabs are part of free text, and white space at
   the ends of any other.
3. More than 30 combining marks in a row are refused. Unicode's Stream-Safe Text Format (UAX #15 section 13) has the
   same limit, for the same reason: bringing marks into their order takes time that grows with the square of the run.
4. What is left is brought to Unicode's form NFC (UAX #15).
"""

import re
import unicodedata
from typing import Any

from pydantic_core import PydanticCustomError

MAX_MARKS = 30

# Unicode's White_Space, less those that are control characters other than tab, line feed and carriage return.
_WHITE_SPACE = "\t\n\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# Unicode's Default_Ignorable_Code_Point, less variation selectors and tags, which emoji end with.
_INVISIBLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
)
TRIMMED = "".join(
    chr(character)
    for first, last in re.findall(r"(.)(?:-(.))?", _WHITE_SPACE + _INVISIBLE, re.DOTALL)
    for character in range(ord(first), ord(last or first) + 1)
)
"""The characters that are trimmed at the ends of text."""

_JOINERS = "\u200c\u200d"
_VIRAMA = 9  # the combining class of what joins two letters in the scripts of India

# Unicode category Cc. Whether a text has any is mostly answered by `isprintable`, in a quarter of the time.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

_MARK = "\u0301"
_MARKS_OF_CLASS_0 = "\u0f73\u0f75\u0f81"  # they have no combining class, and decompose into marks that do
_RUN = re.compile(rb"[^\0]+")  # of marks, in the combining classes of a text


def refusal(code: str) -> PydanticCustomError:
    """The error that refuses a value with a code of our own: `refusals.DETAILS` has the sentence for it."""
    return PydanticCustomError(code, code)


def trim(text: str) -> str:
    """The text less white space and invisible characters at its ends.

    A joiner after a virama stays: in Malayalam and others it gives the last letter its shape.
    """
    trimmed = text.strip(TRIMMED)
    if trimmed and trimmed is not text and unicodedata.combining(trimmed[-1]) == _VIRAMA:
        after = text.rindex(trimmed) + len(trimmed)
        if text[after : after + 1] in _JOINERS:
            return trimmed + text[after]
    return trimmed


def line(value: Any) -> Any:
    """The canonical form of a text of one line; what is no text is left for the type check to refuse.

    Raises PydanticCustomError `control_character` or `too_many_marks`.
    """
    return _canonical(value, _CONTROL) if isinstance(value, str) else value


def lines(value: Any) -> Any:
    """The same for text that may have line breaks and tabs."""
    return _canonical(value, _CONTROL_BUT_BREAKS) if isinstance(value, str) else value


def verbatim(value: Any) -> Any:
    """A text as it was sent, empty if it has nothing but what would be trimmed; the same for control characters."""
    if not isinstance(value, str):
        return value
    if _CONTROL.search(value):
        raise refusal("control_character")
    return value if trim(value) else ""


def _canonical(value: str, refused: re.Pattern[str]) -> str:
    text = trim(value)
    if not text.isprintable() and refused.search(text):
        raise refusal("control_character")
    if text.isascii():
        return text
    if _has_too_many_marks(text):
        raise refusal("too_many_marks")
    return unicodedata.normalize("NFC", text)


def _has_too_many_marks(text: str) -> bool:
    """Whether more than `MAX_MARKS` combining marks follow each other.

    A run that is too long covers one of every so many characters: mostly those few tell that there is none.
    """
    for mark in _MARKS_OF_CLASS_0:
        text = text.replace(mark, _MARK)
    if not any(map(unicodedata.combining, text[MAX_MARKS :: MAX_MARKS + 1])):
        return False
    return max(map(len, _RUN.findall(bytes(map(unicodedata.combining, text))))) > MAX_MARKS
