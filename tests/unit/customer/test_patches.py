"""What a patch and a replacement make of a customer: RFC 7396 on what was stored."""

import copy
import json
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.customer import codes, model, tax_ids
from customers.customer.changes import merge, patch, patched, replaced
from customers.customer.model import NewCustomer, Record
from customers.http.parsing import new_customer, read_json, validated
from support import WHOLE_CUSTOMER

APPENDIX: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]
"""The test cases of RFC 7396, appendix A."""

ADA = {"email": "ada@example.com", "external_id": "crm-1815"}


def stored(**fields: Any) -> Record:
    """The record of a customer, as the table holds it."""
    return model.new_record(new_customer(ADA | fields))


def after(record: Record, body: Any) -> Record:
    """The record with a body applied to it: a JSON value, or its text."""
    data = read_json((body if isinstance(body, str) else json.dumps(body)).encode())
    before = copy.deepcopy(record)
    changed = patched(record, patch(data, validated(data)))
    assert record == before, "what was read is left as it is"
    return changed


def custom_fields(record: Record) -> Any:
    return json.loads(record["custom_fields"])


@pytest.mark.parametrize(("target", "sent", "result"), APPENDIX, ids=str)
def test_a_merge_is_that_of_rfc_7396(target: Any, sent: Any, result: Any) -> None:
    before = copy.deepcopy(target)

    assert merge(target, sent) == result
    assert target == before


@pytest.mark.parametrize(("target", "sent", "result"), APPENDIX, ids=str)
def test_custom_fields_are_merged_like_that_at_any_depth(target: Any, sent: Any, result: Any) -> None:
    record = stored(custom_fields={"in": {"here": target}, "kept": 1})

    changed = after(record, {"custom_fields": {"in": {"here": sent}}})

    assert custom_fields(changed) == {"in": {} if result is None else {"here": result}, "kept": 1}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), JSON, max_size=4)


def reference_merge(target: Any, sent: Any) -> Any:
    """The pseudo code of RFC 7396, section 2, word for word."""
    if isinstance(sent, dict):
        if not isinstance(target, dict):
            target = {}
        for name, value in sent.items():
            if value is None:
                if name in target:
                    del target[name]
            else:
                target[name] = reference_merge(target.get(name), value)
        return target
    return sent


@given(OBJECTS, OBJECTS)
def test_any_patch_of_custom_fields_is_merged_as_the_rfc_says(target: dict[str, Any], sent: dict[str, Any]) -> None:
    changed = after(stored(custom_fields=target), {"custom_fields": sent})

    assert custom_fields(changed) == reference_merge(copy.deepcopy(target), sent)


@given(OBJECTS, OBJECTS)
def test_a_patch_that_is_sent_twice_changes_nothing_the_second_time(
    target: dict[str, Any], sent: dict[str, Any]
) -> None:
    once = after(stored(custom_fields=target), {"custom_fields": sent})

    assert after(once, {"custom_fields": sent}) == once


def test_numbers_of_custom_fields_stay_digit_for_digit() -> None:
    record = stored()
    record |= after(record, '{"custom_fields": {"a": -0, "b": 1.10, "c": 12345678901234567890.0, "d": 1e5}}')

    changed = after(record, '{"custom_fields": {"e": 0.10, "b": 1.100}}')

    assert changed["custom_fields"] == '{"a":-0,"b":1.100,"c":12345678901234567890.0,"d":1e5,"e":0.10}'


def test_custom_fields_that_another_release_wrote_are_not_written_again_for_their_spelling() -> None:
    record = stored() | {"custom_fields": '{ "b": 1, "a": "\\u00e9" }'}

    assert after(record, '{"custom_fields": {"a": "\u00e9", "b": 1}}') == record


def test_custom_fields_that_were_absent_begin_empty() -> None:
    assert after(stored(), {"custom_fields": {"a": None}})["custom_fields"] == "{}"
    assert after(stored(), {"custom_fields": {"a": 1}})["custom_fields"] == '{"a":1}'


def test_what_is_not_named_stays() -> None:
    record = stored(**WHOLE_CUSTOMER)

    changed = after(record, {"job_title": "Countess"})

    assert changed == record | {"job_title": "Countess"}


MAY_BE_EMPTY = [
    name
    for name, field in NewCustomer.model_json_schema()["properties"].items()
    if any(each.get("type") == "string" for each in field["anyOf"]) and name not in {"email", "external_id"}
]
"""The fields of text, in which an empty one is as good as none."""

REMOVED = [(name, None) for name in WHOLE_CUSTOMER] + [(name, "") for name in MAY_BE_EMPTY]


@pytest.mark.parametrize(("name", "nothing"), REMOVED)
def test_a_field_without_a_value_is_removed(name: str, nothing: str | None) -> None:
    record = stored(**WHOLE_CUSTOMER)

    changed = after(record, {name: nothing})

    gone = {name, "phone_e164"} if name == "phone" else {name}
    assert changed == {key: value for key, value in record.items() if key not in gone}


def test_objects_are_merged_and_their_fields_removed() -> None:
    record = stored(billing_address={"line1": "12 St James's Square", "city": "London", "country": "GB"})

    changed = after(record, {"billing_address": {"city": " Paris ", "line1": None, "state": ""}})

    assert changed["billing_address"] == {"city": "Paris", "country": "GB"}


def test_objects_in_objects_are_merged_too() -> None:
    record = stored(shipping={"name": "Ada", "address": {"city": "London", "country": "GB"}})

    changed = after(record, {"shipping": {"address": {"city": None, "postal_code": "1"}}})

    assert changed["shipping"] == {"name": "Ada", "address": {"country": "GB", "postal_code": "1"}}


def test_lists_are_replaced() -> None:
    record = stored(additional_emails=["a@example.com", "b@example.com"])

    assert after(record, {"additional_emails": ["c@example.com"]})["additional_emails"] == ["c@example.com"]
    assert after(record, {"additional_emails": []})["additional_emails"] == []


def test_names_of_metadata_are_normalised_before_they_are_compared() -> None:
    record = stored(metadata={"caf\u00e9": "1", "plan": "gold", "kept": "x"})

    changed = after(record, {"metadata": {" cafe\u0301 ": None, "plan\u200b": "silver", "new": "", "absent": None}})

    assert changed["metadata"] == {"plan": "silver", "kept": "x", "new": ""}


def test_an_equal_value_is_no_change() -> None:
    record = stored(**WHOLE_CUSTOMER)

    assert after(record, WHOLE_CUSTOMER) == record
    assert after(record, {}) == record
    assert after(record, {"metadata": {}, "custom_fields": {}, "billing_address": {}}) == record


def test_a_retired_value_stays_where_it_is_not_named() -> None:
    record = stored() | {"currency": "DEM", "timezone": "Mars/Olympus", "balance": 1}

    assert after(record, {"name": "Ada"}) == record | {"name": "Ada"}


PHONE = {"phone": "020 7946 0018", "billing_address": {"city": "London", "country": "GB"}}


@pytest.mark.parametrize(
    ("sent", "e164"),
    [
        ({"phone": "020 7946 0019"}, "+442079460019"),
        ({"phone": None}, None),
        ({"phone": "no number"}, None),
        ({"billing_address": {"country": "DE"}}, None),
        ({"billing_address": {"country": "DE"}, "phone": "030 901820"}, "+4930901820"),
        ({"billing_address": {"country": None}}, None),
        ({"billing_address": None}, None),
    ],
    ids=str,
)
def test_the_e164_form_follows_the_phone_and_the_country(sent: dict[str, Any], e164: str | None) -> None:
    record = stored(**PHONE)
    assert record["phone_e164"] == "+442079460018"

    assert after(record, sent).get("phone_e164") == e164


def never(*_: Any) -> Any:
    raise AssertionError("what did not change is not computed again")


@pytest.mark.parametrize("sent", [{"name": "Ada"}, PHONE, {"billing_address": {"city": "Leeds"}}], ids=str)
def test_the_e164_form_of_a_phone_that_did_not_change_is_left_alone(
    sent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = stored(**PHONE) | {"phone_e164": "as an older library saw it"}
    monkeypatch.setattr(codes, "e164", never)

    assert after(record, sent)["phone_e164"] == "as an older library saw it"
    assert replaced(record, new_customer(ADA | PHONE)) == record


VAT = {"type": "eu_vat", "value": "BE 0697.449.992"}
ANOTHER = {"type": "eu_vat", "value": "DE136695976"}


def test_the_verdict_on_a_tax_id_that_did_not_change_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    record = stored(tax_ids=[VAT])
    record["tax_ids"][0]["is_valid"] = None
    is_valid = Mock(return_value=False)
    monkeypatch.setattr(tax_ids, "is_valid", is_valid)

    changed = after(record, {"tax_ids": [ANOTHER, VAT | {"is_default": True}]})

    assert [tax_id["is_valid"] for tax_id in changed["tax_ids"]] == [False, None]
    is_valid.assert_called_once_with("eu_vat", "DE136695976", "DE")
    assert after(record, {"tax_ids": [VAT]}) == record
    assert after(record, {"name": "Ada"})["tax_ids"] == record["tax_ids"]
    assert replaced(record, new_customer(ADA | {"tax_ids": [VAT]})) == record


def test_a_new_tax_id_gets_a_verdict() -> None:
    changed = after(stored(), {"tax_ids": [VAT]})

    assert changed["tax_ids"] == [VAT | {"country": "BE", "is_valid": True}]


def test_a_replacement_keeps_nothing_but_what_the_service_says() -> None:
    record = stored(**WHOLE_CUSTOMER) | {"revision": 7}

    changed = replaced(record, new_customer({"email": "ada@example.org"}))

    assert changed == {
        "id": record["id"],
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
        "revision": 7,
        "email": "ada@example.org",
    }


def test_a_replacement_by_the_same_is_no_change() -> None:
    record = stored(**WHOLE_CUSTOMER)

    assert replaced(record, new_customer(ADA | WHOLE_CUSTOMER)) == record


@given(st.data())
def test_a_patch_of_any_fields_changes_those_and_no_others(data: st.DataObject) -> None:
    names = data.draw(st.sets(st.sampled_from(sorted(WHOLE_CUSTOMER)), min_size=1))
    whole, bare = stored(**WHOLE_CUSTOMER), stored()

    added = after(bare, {name: WHOLE_CUSTOMER[name] for name in names})

    for name in WHOLE_CUSTOMER:
        assert added.get(name) == (whole if name in names else bare).get(name)
