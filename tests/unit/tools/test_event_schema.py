"""The schemas of the events: what subscribers can rely on."""

import json
from typing import Any

import jsonschema_rs
import pytest

from customers import events
from customers.customer.model import NewCustomer, new_record
from reference import event_schema
from support import WHOLE_CUSTOMER


def detail(**more: Any) -> Any:
    """The detail of the event of a customer that has every field and these."""
    record = new_record(NewCustomer.model_validate(WHOLE_CUSTOMER)) | more
    return json.loads(events.customer_created("acme", record, "bus")["Detail"])


def validator() -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator(event_schema.schema(events.CUSTOMER_CREATED), validate_formats=True)


@pytest.mark.parametrize("name", event_schema.DETAILS)
def test_the_committed_schema_is_the_one_that_the_code_makes(name: str) -> None:
    assert event_schema.path(name).read_text() == event_schema.text(name), "run make openapi"


@pytest.mark.parametrize("name", event_schema.DETAILS)
def test_a_schema_has_the_address_where_it_is_served(name: str) -> None:
    assert event_schema.schema(name)["$id"] == f"https://customers.example/v1/docs/{name}.json"


@pytest.mark.parametrize("verdict", [True, False, None])
def test_the_event_of_a_whole_customer_agrees_with_its_schema(*, verdict: bool | None) -> None:
    event = detail()
    event["customer"]["tax_ids"][0]["is_valid"] = verdict

    validator().validate(event)


def test_a_subscriber_that_validates_survives_what_may_come() -> None:
    event = detail(name="x" * 10_000, new_field="?") | {"new_member": {}}
    event["customer"] |= {"new_field": "?", "tax": {"exempt_status": "new_status", "new_field": "?"}}
    event["customer"]["tax_ids"][0]["type"] = "new_type"

    validator().validate(event)


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"id": 1}, {"customer": None}, {"customer": {"id": "cus_1"}}, {"organization": None}]
)
def test_what_is_no_such_event_does_not_pass(change: dict[str, Any]) -> None:
    assert not validator().is_valid(detail() | change)
