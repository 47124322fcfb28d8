"""Text, Markdown and JSON as HTML: what goes into a page goes through here, so that none of it is taken for HTML."""

import html
import json
import re
from collections.abc import Iterable
from typing import Any

_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<string>"(?:[^"\\]|\\.)*")|(?P<word>-?\d[\d.eE+-]*|true|false|null)'
)

text = html.escape
"""The text as HTML, within an attribute too."""


def marked_up(markdown: str) -> str:
    """The Markdown that the contract uses inside a paragraph: `code`, **bold** and [links](…)."""
    escaped = re.sub("`(.+?)`", r"<code>\1</code>", text(markdown))
    bold = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escaped)
    return re.sub(r"\[([^\]]+)\]\(((?:https:/)?[\w./#-]+)\)", r'<a href="\2">\1</a>', bold)


def paragraphs(markdown: str) -> str:
    """The Markdown's paragraphs, up to its first heading."""
    parts = markdown.partition("\n#")[0].strip().split("\n\n")
    return "".join(f"<p>{marked_up(part)}</p>" for part in parts)


def codes(values: Iterable[Any]) -> str:
    """Values as a JSON text would have them, strings without their quotes."""
    return " ".join(
        f"<code>{text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))}</code>"
        for value in values
    )


def json_block(value: Any) -> str:
    """The value as indented JSON, its parts marked for the style sheet."""
    source = html.escape(pretty(value), quote=False)
    return _TOKEN.sub(lambda token: f'<span class="{token.lastgroup}">{token[0]}</span>', source)


def pretty(value: Any) -> str:
    """The value as indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False)
