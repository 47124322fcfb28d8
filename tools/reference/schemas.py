"""The JSON Schemas of what is sent and what is answered, as people and generators of clients can use them.

A sender is told every limit. A reader is told what to expect and no more: answers may get new members, a
list of values new entries and a text more room, and a client that validates must not break then.
"""

import re
from typing import Any, cast

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from customers.customer.model import Customer, NewCustomer
from customers.http.problems import PROBLEM_TYPES
from customers.http.refusals import DETAILS
from reference.contract import Json

CLOSED = {
    *("enum", "pattern", "propertyNames"),
    *(f"{bound}{of}" for bound in ("min", "max") for of in ("imum", "Length", "Items", "Properties")),
}
"""The keywords that would refuse what a later answer may hold."""


CHANGES = {
    "CustomerPatch": "What to change of a customer (JSON Merge Patch, RFC 7396). Fields that are absent stay as they "
    "are, `null` removes one. Objects are merged in the same way, lists are replaced. An e-mail address or an external "
    "id has to be left.",
    "PutCustomer": "All of a customer: a field that is absent is removed. `external_id` may be left out.",
}
"""What is sent to change a customer: fields as in a create, none of which is required."""

SENT = ("NewCustomer", *CHANGES)
"""The schemas of bodies that are sent."""


class Schemas(GenerateJsonSchema):
    """What is sent and what is answered differ: `null` is only sent, and an answer may get new members."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - Pydantic's signature
        """No titles: Pydantic's repeat the names."""
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """No default of null: absent says it."""
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def model_field_schema(self, schema: core_schema.ModelField) -> JsonSchemaValue:
        """A field that is always there and may be null is null in answers too."""
        if schema["schema"]["type"] == "nullable":
            return _in_one(super().nullable_schema(cast("core_schema.NullableSchema", schema["schema"])))
        return super().model_field_schema(schema)

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """An answer leaves out what is not there."""
        if self.mode == "serialization":
            return self.generate_inner(schema["schema"])
        return _in_one(super().nullable_schema(schema))

    def union_schema(self, schema: core_schema.UnionSchema) -> JsonSchemaValue:
        """Of text that may also be a number, for example."""
        return _in_one(super().union_schema(schema))

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Answers may get new fields, and clients have to expect them."""
        json_schema = super().model_schema(schema)
        json_schema.pop("title", None)
        if self.mode == "serialization":
            json_schema.pop("additionalProperties", None)
        return json_schema


def customer_schemas() -> Json:
    """`Customer` and what is sent of one, with all they are made of; parts of what is sent are called `New…`."""
    _, schemas = models_json_schema(
        [(NewCustomer, "validation"), (Customer, "serialization")],
        ref_template="#/components/schemas/{model}",
        schema_generator=Schemas,
    )
    named: Json = _renamed(schemas["$defs"])
    # One of the two is required. Client generators would take an `anyOf` for the whole customer, and read
    # nothing of an `if`.
    fields = named["NewCustomer"]
    named |= {name: fields | {"description": description} for name, description in CHANGES.items()}
    named["NewCustomer"] = fields | {"if": {"not": _has("email")}, "then": _has("external_id")}
    return named


def open_to_growth(schema: Json) -> Json:
    """The schema without what a later answer might break."""
    opened = {keyword: value for keyword, value in schema.items() if keyword not in CLOSED}
    for keyword in {"properties", "$defs"} & opened.keys():
        opened[keyword] = {name: open_to_growth(part) for name, part in opened[keyword].items()}
    for keyword in ("items", "additionalProperties"):
        if isinstance(opened.get(keyword), dict):
            opened[keyword] = open_to_growth(opened[keyword])
    return opened


def _has(name: str) -> Json:
    """An object in which the member is, and is a string."""
    return {"required": [name], "properties": {name: {"type": "string"}}}


def _in_one(schema: Json) -> Json:
    """`anyOf` several types as one list of types, where no keyword of one is about another."""
    merged: Json = {"type": []}
    for alternative in schema.get("anyOf", ()):
        types = alternative.get("type", ())
        rest = {keyword: value for keyword, value in alternative.items() if keyword != "type"}
        if not types or rest.keys() & (merged.keys() | {"enum", "const"}):
            return schema
        merged["type"] += [types] if isinstance(types, str) else types
        merged |= rest
    return {keyword: value for keyword, value in schema.items() if keyword != "anyOf"} | merged


def _renamed(schemas: Any) -> Any:
    """Pydantic tells apart `Address-Input` and `Address-Output`; people would say `NewAddress` and `Address`."""
    if isinstance(schemas, dict):
        return {_renamed(name): _renamed(schema) for name, schema in schemas.items()}
    if isinstance(schemas, list):
        return [_renamed(schema) for schema in schemas]
    if isinstance(schemas, str):
        return re.sub(r"(\w+)-Input$", r"New\1", schemas).removesuffix("-Output")
    return schemas


CUSTOMER_LIST: Json = {
    "type": "object",
    "description": "Customers, and whether there are more.",
    "required": ["data", "next_cursor"],
    "properties": {
        "data": {"type": "array", "items": {"$ref": "#/components/schemas/Customer"}},
        "next_cursor": {
            "type": ["string", "null"],
            "description": "Where the list continues, to send as `cursor`; null on the last page.",
        },
    },
}

_FIELD: Json = {
    "pointer": {
        "type": "string",
        "description": "Where it is in what was sent (JSON pointer, RFC 6901).",
        "examples": ["#/billing_address/country"],
    },
    "field": {"type": "string", "description": "The same for people.", "examples": ["billing_address.country"]},
}

# One schema for all problems, so that any error can be read as one.
PROBLEM: Json = {
    "Problem": {
        "type": "object",
        "description": "What went wrong (RFC 9457). Members may be added.",
        "required": ["type", "code", "title", "status", "detail", "instance"],
        "properties": {
            "type": {
                "type": "string",
                "format": "uri",
                # Some generators take what begins with a slash for a regular expression of JavaScript's.
                "pattern": "^.+/problems/[a-z-]+$",
                "description": "The kind of problem, and the address of the page about it.",
            },
            "code": {
                "type": "string",
                "description": "The kind of problem, for programs: the end of `type`. Codes may be added.",
                "examples": [kind.slug for kind in PROBLEM_TYPES],
            },
            "title": {"type": "string", "description": "The kind of problem in words."},
            "status": {"type": "integer", "description": "The HTTP status."},
            "detail": {"type": "string", "description": "What happened this time, in words."},
            "instance": {"type": "string", "format": "uri", "description": "`urn:uuid:` and the id of the request."},
            "errors": {
                "type": "array",
                "description": "Every field that is not valid.",
                "items": {"$ref": "#/components/schemas/FieldError"},
            },
            "conflicts": {
                "type": "array",
                "description": "Every field whose value belongs to another customer.",
                "items": {"$ref": "#/components/schemas/Conflict"},
            },
            "customer_id": {
                "type": "string",
                "description": "The customer that the request's `Idempotency-Key` was used for.",
            },
            "revision": {
                "type": "integer",
                "format": "int64",
                "description": "The customer's revision, when it is not what a precondition asks for.",
            },
        },
    },
    "FieldError": {
        "type": "object",
        "description": "A field that is not valid.",
        "required": ["pointer", "field", "code", "detail"],
        "properties": {
            **_FIELD,
            "code": {
                "type": "string",
                "description": "Why, for programs. Codes may be added.",
                "examples": list(DETAILS),
            },
            "detail": {"type": "string", "description": "Why, in words."},
        },
    },
    "Conflict": {
        "type": "object",
        "description": "A field whose value belongs to another customer.",
        "required": ["pointer", "field", "customer_id"],
        "properties": {
            **_FIELD,
            "customer_id": {"type": "string", "description": "The customer that has the value."},
        },
    },
}
