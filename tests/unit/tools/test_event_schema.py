"""The schemas of the events: what subscribers can rely on."""

import json
from typing import Any

import jsonschema_rs
import pytest

from customers import events
from customers.customer.model import NewCustomer, new_record
from reference import event_schema
from support import WHOLE_CUSTOMER


def detail(kind: events.EventType = events.CREATED, **more: Any) -> Any:
    """The detail of an event of a customer that has every field and these."""
    record = new_record(NewCustomer.model_validate(WHOLE_CUSTOMER)) | more
    before, after = next(were for were, made in events.TYPES.items() if made is kind)
    old, new = record | {"name": "Ada"} if before else None, record if after else None
    made = events.event(events.Change("acme", old, new), "bus")
    assert made
    assert made.entry["DetailType"] == kind.name
    return json.loads(made.entry["Detail"])


def validator(kind: events.EventType = events.CREATED) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator(event_schema.schema(kind.name), validate_formats=True)


def by_name(kind: events.EventType) -> str:
    return kind.name


each_kind = pytest.mark.parametrize("kind", events.TYPES.values(), ids=by_name)
with_a_customer = pytest.mark.parametrize("kind", [events.CREATED, events.UPDATED], ids=by_name)


@pytest.mark.parametrize("name", event_schema.DETAILS)
def test_the_committed_schema_is_the_one_that_the_code_makes(name: str) -> None:
    assert event_schema.path(name).read_text() == event_schema.text(name), "run make openapi"


@pytest.mark.parametrize("name", event_schema.DETAILS)
def test_a_schema_has_the_address_where_it_is_served(name: str) -> None:
    assert event_schema.schema(name)["$id"] == f"https://customers.example/v1/docs/{name}.json"


@with_a_customer
@pytest.mark.parametrize("verdict", [True, False, None])
def test_the_event_of_a_whole_customer_agrees_with_its_schema(kind: events.EventType, *, verdict: bool | None) -> None:
    event = detail(kind)
    event["customer"]["tax_ids"][0]["is_valid"] = verdict

    validator(kind).validate(event)


@each_kind
def test_an_event_has_the_members_that_its_schema_describes(kind: events.EventType) -> None:
    event = detail(kind)

    validator(kind).validate(event)
    assert [*event] == event_schema.schema(kind.name)["required"] == [*event_schema.schema(kind.name)["properties"]]


@with_a_customer
def test_a_subscriber_that_validates_survives_what_may_come(kind: events.EventType) -> None:
    event = detail(kind, name="x" * 10_000, new_field="?") | {"new_member": {}, "changed": ["new_field"]}
    event["customer"] |= {"new_field": "?", "tax": {"exempt_status": "new_status", "new_field": "?"}}
    event["customer"]["tax_ids"][0]["type"] = "new_type"

    validator(kind).validate(event)


def test_a_deletion_may_get_new_members() -> None:
    validator(events.DELETED).validate(detail(events.DELETED) | {"new_member": {}})


@each_kind
@pytest.mark.parametrize("change", [{"version": 2}, {"id": 1}, {"organization": None}, {"revision": "1"}])
def test_what_is_no_event_does_not_pass(kind: events.EventType, change: dict[str, Any]) -> None:
    assert not validator(kind).is_valid(detail(kind) | change)


@with_a_customer
@pytest.mark.parametrize("change", [{"customer": None}, {"customer": {"id": "cus_1"}}])
def test_what_is_no_customer_does_not_pass(kind: events.EventType, change: dict[str, Any]) -> None:
    assert not validator(kind).is_valid(detail(kind) | change)


@pytest.mark.parametrize("changed", [None, "name", [1]])
def test_what_is_no_list_of_names_does_not_pass(changed: Any) -> None:
    assert not validator(events.UPDATED).is_valid(detail(events.UPDATED) | {"changed": changed})
