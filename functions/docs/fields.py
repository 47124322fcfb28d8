"""The fields of a schema as HTML, one level deep: what each is, what it may hold, an example."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from markup import codes, marked_up, text

type Json = Mapping[str, Any]

FEW = 8
"""The most values that are listed at once; more are behind a line that says how many."""

SIZES = {"Length": "character", "Items": "item", "Properties": "name"}
"""What minLength, maxItems and the like count."""


def fields(schema: Json) -> str:
    """The schema's properties."""
    required = schema.get("required", ())
    return listed(
        field(name, about, "required" if name in required else "")
        for name, about in schema.get("properties", {}).items()
    )


def listed(items: Iterable[str]) -> str:
    """Fields as one list, nothing when there are none."""
    entries = "".join(items)
    return f'<dl class="fields">{entries}</dl>' if entries else ""


def field(name: str, schema: Json, *marks: str) -> str:
    """One entry of a list of fields."""
    description = f"<p>{marked_up(schema.get('description', ''))}</p>"
    details = " ".join([*_limits(schema), *_example(schema)])
    marked = "".join(f' <span class="mark">{text(mark)}</span>' for mark in marks if mark)
    return (
        f'<div><dt><code>{text(name)}</code> <span class="type">{type_of(schema, null="required" in marks)}</span>'
        f"{marked}</dt><dd>{description}"
        + (f'<p class="limits">{details}</p>' if details else "")
        + f"{_values(schema)}</dd></div>"
    )


def type_of(schema: Json, *, null: bool = True) -> str:
    """The type in words; of an object, a link to it. `null` is left out where it only means absent."""
    match schema:
        case {"$ref": reference}:
            name = text(reference.rpartition("/")[2])
            return f'<a href="#{name}">{name}</a>'
        case {"anyOf": choices} | {"oneOf": choices}:
            types = [type_of(choice) for choice in choices]
        case {"type": "array" | ["array", *_], "items": items}:
            return f"array of {type_of(items)}"
        case {"type": [*names]}:
            types = [text(name) for name in names]
        case _:
            return text(schema.get("type", "any"))
    return " or ".join(name for name in types if null or name != "null")


def _limits(schema: Json) -> Iterator[str]:
    """What the value may be beyond its type, a sentence each."""
    if "format" in schema:
        yield f"Format {text(schema['format'])}."
    for size, unit in SIZES.items():
        least, most = schema.get(f"min{size}", 0), schema.get(f"max{size}")
        if most is not None:
            sizes = f"{most:,}" if least == most else f"{least:,} to {most:,}" if least > 1 else f"Up to {most:,}"
            yield f"{sizes} {unit}{'' if most == 1 else 's'}."
    if "minimum" in schema:
        yield f"From {schema['minimum']:,}{f' to {schema["maximum"]:,}' if 'maximum' in schema else ''}."
    if "default" in schema:
        yield f"Default {codes([schema['default']])}."


def _example(schema: Json) -> Iterator[str]:
    for example in (schema["example"],) if "example" in schema else schema.get("examples", ())[:1]:
        yield f"Example: {codes([example])}"


def _values(schema: Json) -> str:
    """The values, when there is a list of them."""
    choices = [schema, schema.get("items", {}), *schema.get("anyOf", ())]
    values = [value for choice in choices for value in choice.get("enum", ())]
    if len(values) > FEW:
        return f"<details><summary>{len(values)} values</summary><p>{codes(values)}</p></details>"
    return f"<p>One of {codes(values)}</p>" if values else ""
