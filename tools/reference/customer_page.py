"""`make openapi`: the fields in docs/customer.md, made of the models; the introduction before them is by hand."""

import re
from collections.abc import Iterator
from typing import Any

from customers.customer.model import Customer, NewCustomer
from customers.http.refusals import DETAILS
from reference.contract import Json
from reference.examples import ROOT
from reference.schemas import customer_schemas

PAGE = ROOT / "docs" / "customer.md"
MARK = "<!-- What follows is made by `make openapi`. -->\n"
MANY = 10
"""More choices than this are too many to list."""


def text() -> str:
    """The page as it is committed."""
    return PAGE.read_text().partition(MARK)[0] + MARK + "\n" + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    schemas = customer_schemas()
    yield "## Fields"
    yield "\nAt least one of `email` and `external_id` is required.\n"
    yield from _fields(schemas["NewCustomer"])
    for name in _parts(schemas, "NewCustomer"):
        yield f"\n### {_title(name)}\n\n{schemas[name]['description']}\n"
        yield from _fields(schemas[name])
    yield "\n## What the service adds\n"
    added = {name: schemas["Customer"]["properties"][name] for name in Customer.model_fields}
    yield from _fields({"properties": {k: v for k, v in added.items() if k not in NewCustomer.model_fields}})
    yield from _fields({"properties": {"tax_ids[].is_valid": schemas["TaxId"]["properties"]["is_valid"]}})
    yield "\n## Why a value is refused\n\nThe `code` of an error is stable; its `detail` says this in words.\n"
    for code, sentence in DETAILS.items():
        yield f"- `{code}`: {re.sub(r'{(\w+)}', _placeholder, sentence)}"


def _fields(schema: Json) -> Iterator[str]:
    required = schema.get("required", ())
    for name, field in schema["properties"].items():
        rule = ", ".join(filter(None, [_rule(field), "required" if name in required else ""]))
        yield f"- `{name}` ({rule}): {field['description']}"


def _rule(field: Json) -> str:
    """What JSON Schema says of a field, in words."""
    [of, *_] = [each for each in field.get("anyOf", [field]) if each.get("type") != "null"]
    if "$ref" in of:
        title = _title(of["$ref"].rpartition("/")[2])
        return f"[{title.lower()}](#{title.lower().replace(' ', '-')})"
    kind, *others = [name for name in ([of["type"]] if isinstance(of["type"], str) else of["type"]) if name != "null"]
    choices = [choice for choice in of.get("enum", ()) if choice]
    words = {"boolean": "`true` or `false`", "string": of.get("format", "text"), "array": "list"}.get(kind, kind)
    return "".join(
        [
            words if not choices else "",
            " or ".join(f"`{choice}`" for choice in choices) if len(choices) <= MANY else f"{len(choices)} types",
            f" like `{of['pattern'].removeprefix('^$|')}`" if "pattern" in of else "",
            f" from {of['minimum']:,} to {of['maximum']:,}" if "minimum" in of else "",
            f" of up to {of['maxLength']} characters" if "maxLength" in of else "",
            f" of up to {of['maxProperties']} texts" if "maxProperties" in of else "",
            f" of up to {of['maxItems']}" if "maxItems" in of else "",
            f": {_rule(of['items'])}" if "items" in of else "",
            *(f" or {other}" for other in others),
        ]
    )


def _parts(schemas: Json, name: str) -> list[str]:
    """The objects that a schema is made of, in the order in which they are met."""
    found: dict[str, None] = {}
    for reference in _references(schemas[name]):
        found |= dict.fromkeys([reference, *_parts(schemas, reference)])
    return list(found)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _title(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removeprefix("New"))
    return words[0] + words[1:].lower()


def _placeholder(found: re.Match[str]) -> str:
    return {"This": "This", "s": "s", "expected": "one of the choices", "pattern": "the pattern"}.get(found[1], "*n*")


if __name__ == "__main__":
    PAGE.write_text(text())
