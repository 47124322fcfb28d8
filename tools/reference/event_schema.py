"""`make openapi`: the JSON Schema of the detail of each event on the bus, for subscribers."""

import json
from pathlib import Path

from pydantic import BaseModel

from customers import events
from reference.contract import Json
from reference.examples import BASE_URL, ROOT
from reference.schemas import Schemas, open_to_growth

DETAILS: dict[str, type[BaseModel]] = {kind.name: kind.detail for kind in events.TYPES.values()}
"""The model of each detail type."""


def path(detail_type: str) -> Path:
    """Where the schema is committed."""
    return ROOT / "functions" / "docs" / f"{detail_type}.json"


def schema(detail_type: str) -> Json:
    """The JSON Schema; its `$id` is where the API serves it."""
    detail = DETAILS[detail_type].model_json_schema(mode="serialization", schema_generator=Schemas)
    if "$defs" in detail:
        del detail["$defs"]["Customer"]["properties"]["custom_fields"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{BASE_URL}/docs/{detail_type}.json",
        "title": detail_type,
        **open_to_growth(detail),
    }


def text(detail_type: str) -> str:
    """The schema as it is committed; the function that serves it puts its own URL in the place of BASE_URL."""
    return json.dumps(schema(detail_type), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    for name in DETAILS:
        path(name).write_text(text(name))
