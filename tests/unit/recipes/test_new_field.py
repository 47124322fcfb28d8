"""The recipe for a field in docs/contributing.md: each step that is forgotten fails here and says where it is done."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from customers.customer.model import NewCustomer
from customers.errors import CustomerError
from customers.http.parsing import new_customer, read_json
from reference import event_schema, openapi
from reference.schemas import customer_schemas
from support import MARKED_CUSTOMER, ROOT, WHOLE_CUSTOMER, load_event

SCHEMAS = customer_schemas()
DOCUMENT = json.loads(openapi.DOCUMENT.read_text())
FIELDS_PAGE = ROOT / "docs" / "customer.md"

UNLIMITED = {"custom_fields": "the limit of the body is its limit"}

type Path = tuple[str, ...]


def parts(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from parts(argument)


def fields(model: type[BaseModel], above: Path = ()) -> Iterator[tuple[Path, type[BaseModel]]]:
    """Every field that can be sent, by its path without indexes, and the model that it belongs to."""
    for name, field in model.model_fields.items():
        yield (*above, name), model
        for part in parts(field.annotation):
            yield from fields(part, (*above, name))


FIELDS = dict(fields(NewCustomer))
each_field = pytest.mark.parametrize("path", FIELDS, ids=".".join)


def schema(path: Path) -> dict[str, Any]:
    """What the OpenAPI document made from the code of today says about a field that is sent."""
    name = FIELDS[path].__name__
    schemas = SCHEMAS[name if name.startswith("New") else f"New{name}"]
    found: dict[str, Any] = schemas["properties"][path[-1]]
    return found


def alternatives(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema once for each type that it allows."""
    if "anyOf" in schema:
        for alternative in schema["anyOf"]:
            yield from alternatives(alternative)
    elif isinstance(schema.get("type"), list):
        yield from ({**schema, "type": kind} for kind in schema["type"])
    else:
        yield schema


def limited(schema: dict[str, Any]) -> bool:
    """Whether there is a largest value."""
    keywords = schema.keys()
    match schema.get("type"):
        case "string":
            listed = keywords & {"enum", "const", "maxLength"} or schema.get("format") == "date"
            return bool(listed) or ("pattern" in keywords and not re.search(schema["pattern"], "A" * 5001))
        case "integer":
            return keywords >= {"minimum", "maximum"} or "maxLength" in keywords  # of the text that it becomes
        case "array":
            return "maxItems" in keywords and all(map(limited, alternatives(schema["items"])))
        case "object":
            return "maxProperties" in keywords and all(map(limited, alternatives(schema["additionalProperties"])))
    return True  # a boolean, null, or an object of the model


def values(document: Any, path: Path) -> list[Any]:
    """All values that a customer has at the path."""
    if isinstance(document, list):
        return [value for entry in document for value in values(entry, path)]
    if not path:
        return [document]
    return values(document[path[0]], path[1:]) if isinstance(document, dict) and path[0] in document else []


def replaced(document: Any, path: Path, value: Any) -> Any:
    """The document with the value wherever the path leads to."""
    if isinstance(document, list) and path:
        return [replaced(entry, path, value) for entry in document]
    if not path:
        return [value] if isinstance(document, list) else value
    return {**document, path[0]: replaced(document.get(path[0], {}), path[1:], value)}


def accepts_any_words(path: Path) -> bool:
    """Whether callers can write into the field what they like."""
    for words in ("Marked words", "marked@example.com", "MARKED1", ["Marked words"], {"name": "marked"}):
        try:
            new_customer(read_json(json.dumps(replaced(deepcopy(WHOLE_CUSTOMER), path, words)).encode()))
        except CustomerError:
            continue
        return True
    return False


@each_field
def test_a_field_has_a_limit(path: Path) -> None:
    assert path[-1] in UNLIMITED or all(map(limited, alternatives(schema(path)))), (
        f"limit: give {'.'.join(path)} a kind of value with a largest one, from customers/customer/fields.py"
    )


@each_field
def test_a_field_is_described(path: Path) -> None:
    assert re.search(r"\w.*[.`]$", schema(path).get("description", "")), (
        f"description: say what {'.'.join(path)} is, in a sentence, in {FIELDS[path].__module__}"
    )


@each_field
def test_a_field_has_an_example(path: Path) -> None:
    made_of_fields = any(other[:-1] == path for other in FIELDS)

    assert made_of_fields or schema(path).get("examples"), (
        f"example: give {'.'.join(path)} an example in {FIELDS[path].__module__}"
    )


@each_field
def test_a_field_is_in_the_customer_that_has_every_field(path: Path) -> None:
    assert values(WHOLE_CUSTOMER, path), f"whole customer: add {'.'.join(path)} to tests/data/whole_customer.json"


@each_field
def test_a_field_is_in_the_event_that_has_every_field(path: Path) -> None:
    assert values(json.loads(load_event("created-with-everything")["body"]), path), (
        f"event: add {'.'.join(path)} to the body in events/created-with-everything.json, which the documentation shows"
    )


@each_field
def test_a_field_is_in_the_openapi_document(path: Path) -> None:
    name = FIELDS[path].__name__
    known = DOCUMENT["components"]["schemas"].get(name if name.startswith("New") else f"New{name}", {"properties": {}})

    assert path[-1] in known["properties"], f"OpenAPI document: run `make openapi` to add {'.'.join(path)}"


@pytest.mark.parametrize("name", event_schema.DETAILS)
def test_an_event_schema_has_every_field(name: str) -> None:
    committed = json.loads(event_schema.path(name).read_text())

    assert committed == event_schema.schema(name), "event schema: run `make openapi`"


@pytest.mark.skipif(not FIELDS_PAGE.exists(), reason="there is no docs/customer.md")
@each_field
def test_a_field_is_in_the_page_of_fields(path: Path) -> None:
    assert re.search(rf"^- `{path[-1]}` ", FIELDS_PAGE.read_text(), re.MULTILINE), (
        f"page of fields: docs/customer.md has no line for `{'.'.join(path)}`: run `make openapi`"
    )


@pytest.mark.parametrize("path", [path for path in FIELDS if accepts_any_words(path)], ids=".".join)
def test_no_log_may_show_what_a_field_of_any_words_holds(path: Path) -> None:
    found = values(MARKED_CUSTOMER, path)

    assert found, (
        f'log leak: add {".".join(path)} to MARKED_CUSTOMER in tests/support.py, with "marked" in its value, '
        "so that the tests look for it in logs and answers"
    )
    assert all("marked" in json.dumps(value).lower() for value in found)
