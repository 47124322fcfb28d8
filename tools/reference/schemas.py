"""The JSON Schemas of the models as people want to read them, from Pydantic's."""

import re
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from customers.customer.model import Customer, NewCustomer
from reference.contract import Json

IDENTITY = ("email", "external_id")


class _Schemas(GenerateJsonSchema):
    """What is sent and what is answered differ: `null` is only sent, and an answer may get new members."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - Pydantic's signature
        """No titles: Pydantic's repeat the names."""
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """No default of null: absent says it."""
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

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
    """`NewCustomer` and `Customer`, with all they are made of; what is sent has `New` before its name."""
    _, schemas = models_json_schema(
        [(NewCustomer, "validation"), (Customer, "serialization")],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Schemas,
    )
    named: Json = _renamed(schemas["$defs"])
    # The rule of `parsing` that needs two fields.
    named["NewCustomer"]["anyOf"] = [
        {"required": [name], "properties": {name: {"type": "string"}}} for name in IDENTITY
    ]
    return named


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
