"""The requests that cost the most, for each kind of field: what an attacker would send.

Each is made for a size in bytes, so that its cost can be compared with that of half of it.
"""

import json
import math
import random
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from customers.customer import emails, tax_ids

KIB_128 = 128 * 1024

MINIMAL = '{"email": "ada@example.com"}'
"""An ordinary create, with which the others are compared."""

MARKS = "".join(sorted(map(chr, range(0x300, 0x370)), key=lambda c: (-unicodedata.combining(c), c))[:: 112 // 30][:30])
"""Combining marks in the order that takes longest to put right, as many as may follow each other."""


def _free_text(text: str) -> Callable[[int], Any]:
    """As many fields of up to 5000 characters as the size takes, filled with a text."""
    places = [
        *(("billing_address", part) for part in ("line1", "line2", "city", "state", "postal_code")),
        *(("shipping", "address", part) for part in ("line1", "line2", "city", "state", "postal_code")),
        *(("shipping", part) for part in ("name", "phone")),
        ("description",),
        ("invoice_settings", "footer"),
        ("tax", "exemption_code"),
    ]
    texts = [*places, *(("metadata", f"m{number}") for number in range(50))]

    def customer(size: int) -> dict[str, Any]:
        whole: dict[str, Any] = {"external_id": "1"}
        left = size - 2000
        for path in texts:
            limit = 500 if path[0] == "metadata" else 5000
            much = min(limit // max(len(text), 1), left // len(text.encode()))
            left -= much * len(text.encode())
            owner = whole
            for step in path[:-1]:
                owner = owner.setdefault(step, {})
            owner[path[-1]] = "x" + text * (much - 1)
        return whole

    return customer


def _addresses(address: Callable[[int], str]) -> Callable[[int], Any]:
    """Every list of addresses at its limit, each with an address of its own."""

    def customer(size: int) -> dict[str, Any]:
        number = count()
        many = 50 * size // KIB_128

        def some() -> list[str]:
            return [address(next(number)) for _ in range(many)]

        return {
            "email": address(next(number)),
            "additional_emails": some(),
            "emails": [{"value": each} for each in some()],
            "invoice_settings": {"email_to": address(next(number)), "email_cc": some()},
        }

    return customer


def _international(letters: str, labels: int, kinds: int = 1000) -> Callable[[int], str]:
    """An address with labels of 30 letters, in another order for each number up to so many."""

    def address(number: int) -> str:
        order = random.Random(number % kinds)  # noqa: S311 - no secret
        return f"a{number}@{'.'.join(''.join(order.choices(letters, k=30)) for _ in range(labels))}.de"

    return address


def _filled(start: str, unit: Callable[[int], str], end: str) -> Callable[[int], str]:
    """A body with as many units, each made of a number, as the size takes."""

    def body(size: int) -> str:
        left = size - len((start + end).encode())
        units = []
        for number in count():
            units.append(unit(number))
            left -= len(units[-1].encode()) + 1
            if left < 0:
                return start + ",".join(units[:-1]) + end
        raise AssertionError

    return body


def _free_json(unit: Callable[[int], str], start: str = "[", end: str = "]") -> Callable[[int], str]:
    return _filled(f'{{"email":"ada@example.com","custom_fields":{{"a":{start}', unit, f"{end}}}}}")


def _list(field: str, entry: Callable[[int], Any]) -> Callable[[int], Any]:
    def customer(size: int) -> dict[str, Any]:
        return {"email": "ada@example.com", field: [entry(number) for number in range(50 * size // KIB_128)]}

    return customer


KINDS = [kind for kind, modules in tax_ids.TYPES.items() if modules]


def _tax_id(digits: str) -> Callable[[int], Any]:
    return lambda number: {"type": KINDS[number % len(KINDS)], "value": digits}


CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"

DEAREST: Mapping[str, Callable[[int], Any]] = {
    "one name of combining marks": lambda size: {
        "email": "a@b.co",
        "name": "\u0345" * (size // 4 - 50) + "\u0334" * (size // 4),
    },
    "names of metadata of combining marks": lambda size: {
        "email": "a@b.co",
        "metadata": {f"{number}" + MARKS * (size // 6500): "" for number in range(50)},
    },
    "Tibetan vowels, which are two marks each": lambda size: {"email": "a@b.co", "name": "\u0f73" * (size // 3 - 50)},
    "runs of combining marks": _free_text("a" + MARKS),
    "runs of Tibetan vowels": _free_text("a" + "\u0f73" * 15),
    "musical symbols, which become three": _free_text("\U0001d160"),
    "musical symbols and a mark": _free_text("\U0001d160" * 40 + "e\u0301"),
    "musical symbols with marks": _free_text("\U0001d160" + "\u0301" * 30),
    "emoji": _free_text("\U0001f600" * 20 + "e\u0301"),
    "Chinese": _free_text("\u4e00" * 20 + "\uf900"),
    "Korean in single letters": _free_text("\u1112\u1161\u11ab"),
    "long texts": _free_text("x"),
    "invisible characters": lambda size: {"email": "a@b.co", "name": "\u2060" * (size // 3 - 50)},
    "white space": lambda size: {"email": "a@b.co", "description": " " * (size - 50)},
    "control characters": _free_text("\\u0001"),
    "e-mail addresses as long as they may be": _addresses(lambda n: f"{n:064}@{'.'.join(['b' * 60] * 3)}.com"),
    "quoted e-mail addresses": _addresses(lambda n: '"' + r"\"" * 100 + f'{n}"@example.com'),
    "international local parts": _addresses(lambda n: "é" * 110 + f"{n}@example.com"),
    "ligatures in e-mail addresses": _addresses(lambda n: f"a{n}@" + "\ufb03" * 75 + ".com"),
    "the longest ligature in e-mail addresses": _addresses(lambda n: f"a{n}@" + "\ufdfa" * 75 + ".com"),
    "international domains of one label": _addresses(_international(CYRILLIC, 1)),
    "international domains": _addresses(_international(CYRILLIC, 3)),
    "as many international domains as there may be": _addresses(_international(CYRILLIC, 1, 13)),
    "the same international domain": _addresses(_international(CYRILLIC, 3, 1)),
    "domains in Arabic": _addresses(_international("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", 3)),
    "domains in Chinese": _addresses(_international("".join(map(chr, range(0x4E00, 0x9FFF, 700))), 2)),
    "domains in Punycode": _addresses(lambda n: f"a{n}@" + ".".join(["xn--" + "80aa" * 14] * 3) + ".com"),
    "at signs": _addresses(lambda _: "@" * 254),
    "dots": _addresses(lambda _: "a." * 126 + "@"),
    "thousands of e-mail addresses": _filled('{"email":"a@b.co","additional_emails":[', lambda n: f'"a{n}@b.co"', "]}"),
    "fractions": _free_json(lambda _: "1.0"),
    "integers": _free_json(lambda _: "1"),
    "as many numbers as there may be": _free_json(lambda _: "1234567890.5"),
    "as many negative zeros as there may be": _free_json(lambda _: "-0.000000000"),
    "as many texts as there may be": _free_json(lambda n: f'"{n:09}"'),
    "as many names as there may be": _free_json(lambda n: f'"{n:07}":0', "{", "}"),
    "as many unknown names as there may be": _filled("{", lambda n: f'"{n:09}":0', "}"),
    "as many unknown names of a part as there may be": _filled('{"tax":{', lambda n: f'"{n:09}":0', "}}"),
    "as many arrays as there may be": _free_json(lambda _: "[" * 130 + " " * 1650 + "]" * 130),
    "different integers": _free_json(str),
    "negative zeros": _free_json(lambda _: "-0"),
    "exponents": _free_json(lambda _: "1e9"),
    "integers as long as they may be": _free_json(lambda _: "9" * 4300),
    "a fraction as long as the body": lambda size: (
        f'{{"email":"a@b.co","custom_fields":{{"a":1.{"3" * (size - 60)}}}}}'
    ),
    "an amount with a fraction as long": lambda size: f'{{"email":"a@b.co","balance":1.{"0" * (size - 60)}}}',
    "an amount with a long exponent": lambda size: f'{{"email":"a@b.co","balance":1e{"9" * (size - 60)}}}',
    "phone numbers of thousands of digits": _filled(
        '{"email":"a@b.co","phone_numbers":[', lambda _: f'{{"value":{"9" * 2500}}}', "]}"
    ),
    "empty objects": _free_json(lambda _: "{}"),
    "empty arrays": _free_json(lambda _: "[]"),
    "nesting": _free_json(lambda _: "[" * 150 + "]" * 150),
    "nesting in objects": _free_json(lambda _: '{"":' * 150 + "1" + "}" * 150),
    "names of free JSON": _free_json(lambda n: f'"{n}":0', "{", "}"),
    "texts of free JSON": _free_json(lambda _: r'"\u0001\n"'),
    "a text without an end": lambda size: "[" * 10_001 + '"' + r"\"" * ((size - 10_002) // 2),
    "unknown names": _filled("{", lambda n: f'"{n}":0', "}"),
    "unknown names that can't be repeated": _filled("{", lambda n: f'"{n} ":0', "}"),
    "unknown names in every entry": _filled(
        '{"email":"a@b.co","tax_ids":[', lambda _: "{" + ",".join(f'"{k}":0' for k in range(300)) + "}", "]}"
    ),
    "names of metadata": _filled('{"email":"a@b.co","metadata":{', lambda n: f'"{n}":""', "}}"),
    "empty entries": _filled('{"email":"a@b.co","external_refs":[', lambda _: "{}", "]}"),
    "nulls": _filled('{"email":"a@b.co","preferred_locales":[', lambda _: "null", "]}"),
    "tax ids of every type": _list("tax_ids", _tax_id("12345678901")),
    "long tax ids of every type": _list("tax_ids", _tax_id("1" * 255)),
    "tax ids as long as are looked at": _list("tax_ids", _tax_id("12" * 20)),
    "tax ids of the dearest types": _list("tax_ids", lambda n: {"type": "cr_tin", "value": f"{n:012}"}),
    "tax ids of the European Union": _list("tax_ids", lambda n: {"type": "eu_vat", "value": f"DE{n:09}"}),
    "tax ids with countries": _list(
        "tax_ids", lambda n: {"type": "other", "value": "1", "country": f"{n}" + " \ufdfa" * 49}
    ),
    "countries in brackets": _list("tax_ids", lambda _: {"type": "other", "value": "1", "country": "(" * 100}),
    "languages": _list("preferred_locales", lambda n: f"en-a-{n:08}" + "-abcdefgh" * 9),
    "languages that are none": _list("preferred_locales", lambda _: "en" + "-abcde" * 16),
    "references": _list("external_refs", lambda _: {"provider": "é" * 255, "kind": "é" * 255, "id": "\u0f73" * 500}),
    "a phone number": lambda _: {"email": "a@b.co", "phone": "+1" + " ext 1" * 8, "billing_address": {"country": "US"}},
    "a phone number of brackets": lambda _: {"email": "a@b.co", "phone": "+" + "(" * 49},
    "phone numbers": _list("phone_numbers", lambda _: {"label": "é" * 45, "value": "+" + "\uff11" * 49}),
    "lines on invoices": lambda size: {
        "email": "a@b.co",
        "invoice_settings": {
            "custom_fields": [{"name": "\u1112\u1161\u11ab" * 13, "value": "\U0001d160" * 46}] * (50 * size // KIB_128)
        },
    },
}
"""By what they have much of."""


def bodies(size: int = KIB_128) -> Iterator[tuple[str, str]]:
    """The name and the body of each, of up to a size in bytes."""
    for name, make in DEAREST.items():
        made = make(size)
        body = made if isinstance(made, str) else json.dumps(made, ensure_ascii=False)
        yield name, body


def ratios(create: Callable[[str], Any]) -> dict[str, float]:
    """How many times the CPU of an ordinary create each takes."""
    for _ in range(50):
        create(MINIMAL)  # to warm up
    return {name: cost(create, body) / cost(create, MINIMAL, 30) for name, body in bodies()}


def cost(create: Callable[[str], Any], body: str, repeats: int = 3) -> float:
    """The least CPU time that a request takes, in seconds."""
    least = math.inf
    for _ in range(repeats):
        emails.a_label.cache_clear()  # an attacker sends other domains each time
        before = time.thread_time()
        create(body)
        least = min(least, time.thread_time() - before)
    return least
