"""PATCH, PUT and DELETE of customers: what the answer says and what the table holds after it."""

import json
import time
from typing import Any

import pytest

from conftest import Api, Log, with_headers
from customers.customer.model import to_json
from customers.errors import InvalidCustomer
from customers.http import edits
from support import Answer, load_event
from vendor_events import Call

ADA = {"external_id": "crm-1815", "email": "Ada@example.com", "name": "Ada Lovelace", "phone": "+44 20 7946 0018"}
URL = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1"
KEY = {"Idempotency-Key": "once"}
NOBODY = f"cus_{32 * '0'}"


def contents(table: Any) -> dict[str, dict[str, Any]]:
    """All that the table holds, by its partition keys without the organization."""
    return {item["pk"].removeprefix("acme#"): item for item in table.scan()["Items"]}


def guards(table: Any) -> dict[str, str]:
    """Whose each guard is."""
    return {
        pk: item["customer_id"] for pk, item in contents(table).items() if pk.startswith(("email#", "external_id#"))
    }


def problem(answer: Answer) -> str:
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Should-Retry"] == "false"
    assert answer.json["status"] == answer.status
    return str(answer.json["code"])


@pytest.fixture
def ada(api: Api) -> str:
    """The id of a customer that is there."""
    return str(api.create(ADA).json["id"])


class TestEveryAnswerWithACustomer:
    def test_has_its_revision_as_its_etag(self, api: Api) -> None:
        created = api.create(ADA, **with_headers(KEY))
        customer_id = created.json["id"]
        answers = [
            created,
            api.create(ADA, **with_headers(KEY)),
            api.get(customer_id),
            api.patch(customer_id, {"name": "Ada"}),
            api.put("crm-1815", {"name": "Ada King"}),
            api.put("crm-1", {"name": "Somebody"}),
        ]

        assert [answer.status for answer in answers] == [201, 201, 200, 200, 200, 201]
        assert [answer.headers["ETag"] for answer in answers] == ['"1"', '"1"', '"1"', '"2"', '"3"', '"1"']
        assert all(f'"{answer.json["revision"]}"' == answer.headers["ETag"] for answer in answers)

    def test_but_no_other_answer_has_one(self, api: Api, ada: str) -> None:
        for answer in (api.find(external_id="crm-1815"), api.get(NOBODY), api.delete(ada)):
            assert "ETag" not in answer.headers


@pytest.mark.usefixtures("ada")
def test_every_answer_to_a_write_that_was_carried_out_says_that_it_need_not_be_sent_again(api: Api) -> None:
    created = api.create({"email": "eve@example.com"}, **with_headers(KEY))
    answers = [
        created,
        api.create({"email": "eve@example.com"}, **with_headers(KEY)),
        api.patch(created.json["id"], {"name": "Eve"}),
        api.put("crm-1815", {"name": "Ada"}),
        api.put("crm-1", {"name": "Somebody"}),
        api.delete(created.json["id"]),
    ]

    assert [answer.status for answer in answers] == [201, 201, 200, 200, 201, 204]
    assert {answer.headers.get("X-Should-Retry") for answer in answers} == {"false"}
    assert all("Retry-After" not in answer.headers for answer in answers)


class TestPatch:
    def test_changes_what_it_names_and_shows_the_customer(self, api: Api, ada: str) -> None:
        before = api.get(ada).json

        answer = api.patch(ada, {"name": " Ada King ", "phone": None, "billing_address": {"country": "United Kingdom"}})

        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Location" not in answer.headers
        assert "Idempotent-Replayed" not in answer.headers
        after = answer.json
        assert after == api.get(ada).json
        assert after.pop("updated_at") >= before.pop("updated_at")
        assert (before.pop("revision"), after.pop("revision")) == (1, 2)
        del before["phone"], before["phone_e164"]
        assert after == before | {"name": "Ada King", "billing_address": {"country": "GB"}}

    @pytest.mark.parametrize("content_type", ["application/merge-patch+json", "application/json; charset=utf-8"])
    def test_takes_merge_patches_and_json(self, api: Api, ada: str, content_type: str) -> None:
        assert api.patch(ada, {"name": "Ada"}, {"Content-Type": content_type}).status == 200

    def test_takes_nothing_else(self, api: Api, ada: str) -> None:
        answer = api.patch(ada, {"name": "Ada"}, {"Content-Type": "text/plain"})

        assert (answer.status, problem(answer)) == (415, "unsupported-media-type")

    def test_moves_the_guards_of_what_is_unique(self, api: Api, table: Any, ada: str) -> None:
        answer = api.patch(ada, {"email": "ada@example.org", "external_id": None})

        assert answer.json["email"] == "ada@example.org"
        assert "external_id" not in answer.json
        assert guards(table) == {"email#ada@example.org": ada}
        assert api.create({"email": "ada@example.com", "external_id": "crm-1815"}).status == 201

    def test_leaves_the_guard_where_only_the_spelling_changes(self, api: Api, table: Any, ada: str) -> None:
        before = guards(table)

        answer = api.patch(ada, {"email": "ADA@Example.com"})

        assert (answer.json["email"], answer.json["revision"]) == ("ADA@Example.com", 2)
        assert guards(table) == before

    @pytest.mark.parametrize(
        "same", [{}, {"name": "Ada Lovelace"}, ADA, {"description": None}, {"job_title": ""}], ids=str
    )
    def test_writes_nothing_where_nothing_changes(self, api: Api, table: Any, ada: str, same: dict[str, Any]) -> None:
        before, shown = contents(table), api.get(ada).text

        answer = api.patch(ada, same)

        assert (answer.status, answer.text, answer.headers["ETag"]) == (200, shown, '"1"')
        assert contents(table) == before

    def test_does_not_validate_what_it_does_not_name(self, api: Api, table: Any, ada: str) -> None:
        table.update_item(
            Key={"pk": f"acme#customer#{ada}"},
            UpdateExpression="SET currency = :old",
            ExpressionAttributeValues={":old": "DEM"},
        )

        assert api.patch(ada, {"name": "Ada"}).json["currency"] == "DEM"
        assert api.patch(ada, {"currency": "DEM"}).codes == {"currency": "currency_unknown"}

    def test_names_every_invalid_field_and_writes_nothing(self, api: Api, table: Any, ada: str) -> None:
        before = contents(table)

        answer = api.patch(
            ada,
            {
                "email": "ada",
                "emial": 1,
                "billing_address": {"country": "Atlantis"},
                "metadata": {"a[b]": None},
                "custom_fields": [],
            },
        )

        assert (answer.status, problem(answer)) == (422, "invalid-customer")
        assert answer.json["detail"] == "5 fields are not valid. Nothing was written."
        assert answer.codes == {
            "email": "email_invalid",
            "emial": "unknown_field",
            "billing_address.country": "country_unknown",
            "metadata": "metadata_key_brackets",
            "custom_fields": "object_type",
        }
        assert contents(table) == before

    @pytest.mark.parametrize("name", ["id", "created_at", "updated_at", "revision", "phone_e164"])
    def test_cannot_set_what_the_service_says(self, api: Api, ada: str, name: str) -> None:
        value = api.get(ada).json[name]

        assert api.patch(ada, {name: value}).codes == {name: "unknown_field"}
        assert api.put("crm-1815", {name: value}).codes == {name: "unknown_field"}

    def test_cannot_set_the_verdict_on_a_tax_id(self, api: Api, ada: str) -> None:
        tax_id = {"type": "eu_vat", "value": "BE0697449992", "is_valid": True}

        assert api.patch(ada, {"tax_ids": [tax_id]}).codes == {"tax_ids[0].is_valid": "unknown_field"}

    @pytest.mark.parametrize("body", ["[]", '"Ada"', "1", "true", "null"])
    def test_takes_an_object(self, api: Api, ada: str, body: str) -> None:
        for answer in (api.patch(ada, body), api.put("crm-1815", body)):
            assert answer.status == 422
            assert answer.codes == {"": "object_type"}

    @pytest.mark.parametrize("body", ["", "{", '{"name": "a", "name": "b"}', '{"name": "\ufffd"}'])
    def test_takes_json(self, api: Api, ada: str, body: str) -> None:
        for answer in (api.patch(ada, body), api.put("crm-1815", body)):
            assert (answer.status, problem(answer)) == (400, "malformed-request")

    def test_leaves_an_identity(self, api: Api, table: Any, ada: str) -> None:
        before = contents(table)

        answer = api.patch(ada, {"email": None, "external_id": None})

        assert answer.status == 422
        assert answer.codes == {"email": "identity_missing"}
        assert answer.json["detail"] == "1 field is not valid. Nothing was written."
        assert contents(table) == before
        assert api.patch(ada, {"email": None}).status == 200
        assert api.patch(ada, {"external_id": None}).codes == {"email": "identity_missing"}
        assert api.patch(ada, {"external_id": ""}).codes == {"external_id": "string_too_short"}

    def test_changes_a_customer_that_has_no_identity(self, api: Api, call: Call) -> None:
        customer_id = call("stripe", "POST", "/customers", "name=Ada").json["id"]

        assert api.patch(customer_id, {"name": "Countess", "email": None}).json["name"] == "Countess"
        assert api.patch(customer_id, {"email": "ada@example.com"}).status == 200
        assert api.patch(customer_id, {"email": None}).codes == {"email": "identity_missing"}

    def test_adds_metadata_up_to_the_limit_of_the_whole(self, api: Api, ada: str) -> None:
        assert api.patch(ada, {"metadata": {f"name {n}": "" for n in range(49)}}).status == 200
        assert api.patch(ada, {"metadata": {"name 49": ""}}).status == 200

        answer = api.patch(ada, {"metadata": {"name 50": ""}})

        assert answer.codes == {"metadata": "too_many"}
        assert answer.json["errors"][0]["detail"] == "This may have up to 50 entries."
        assert api.patch(ada, {"metadata": {"name 50": "", "name 0": None}}).status == 200

    def test_lets_no_customer_grow_without_end(self, api: Api, ada: str) -> None:
        half = "x" * 100_000
        assert api.patch(ada, {"custom_fields": {"a": half}}).status == 200

        answer = api.patch(ada, {"custom_fields": {"b": half}})

        assert (answer.status, problem(answer)) == (413, "payload-too-large")
        assert answer.json["detail"] == (
            "With this change the customer would have more than 163840 bytes. Nothing was written."
        )
        assert api.get(ada).json["custom_fields"] == {"a": half}
        assert api.patch(ada, {"custom_fields": {"a": None, "b": half}}).status == 200

    def test_lets_a_customer_that_is_too_large_already_change_but_not_grow(
        self, api: Api, ada: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(edits, "MAX_CUSTOMER_BYTES", len(to_json(api.get(ada).json)) - 10)

        assert api.patch(ada, {"name": "Ada"}).status == 200
        assert api.patch(ada, {"name": "Ada Lovelace, Countess of"}).status == 413

    def test_lets_custom_fields_have_no_more_values_than_a_body(self, api: Api, ada: str) -> None:
        assert api.patch(ada, {"custom_fields": {"a": [0] * 9_000}}).status == 200

        answer = api.patch(ada, {"custom_fields": {"b": [0] * 9_000}})

        assert (answer.status, problem(answer)) == (413, "payload-too-large")
        assert api.patch(ada, {"custom_fields": {"a": None, "b": [0] * 9_000}}).status == 200
        assert api.patch(ada, {"custom_fields": {"text": "[,{" * 9_000}}).status == 200

    def test_lets_a_customer_beyond_a_limit_of_today_change_but_not_grow(
        self, api: Api, ada: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api.patch(ada, {"metadata": {"a": "", "b": "", "c": ""}, "custom_fields": {"a": 1, "b": 2, "c": 3}})
        monkeypatch.setattr(edits, "MAX_ENTRIES", 2)
        monkeypatch.setattr(edits, "MAX_VALUES", 2)

        assert api.patch(ada, {"metadata": {"a": "x"}, "custom_fields": {"a": 0}}).status == 200
        assert api.patch(ada, {"metadata": {"d": ""}}).codes == {"metadata": "too_many"}
        assert api.patch(ada, {"custom_fields": {"d": 4}}).status == 413

    def test_names_every_customer_in_the_way(self, api: Api, table: Any, ada: str) -> None:
        grace = api.create({"email": "grace@example.com"}).json["id"]
        alan = api.create({"external_id": "crm-1912"}).json["id"]
        before = contents(table)

        answer = api.patch(ada, {"email": "GRACE@example.com", "external_id": "crm-1912"})

        assert (answer.status, problem(answer)) == (409, "customer-exists")
        assert answer.json["conflicts"] == [
            {"pointer": "#/email", "field": "email", "customer_id": grace},
            {"pointer": "#/external_id", "field": "external_id", "customer_id": alan},
        ]
        assert contents(table) == before

    @pytest.mark.parametrize("customer_id", [NOBODY, "cus_1", "x", "cus_" + 32 * "A", "cus_1#", f"{NOBODY}\n"])
    def test_finds_no_customer_that_is_not_there(self, api: Api, customer_id: str) -> None:
        for answer in (api.patch(customer_id, {"name": "Ada"}), api.delete(customer_id)):
            assert (answer.status, problem(answer)) == (404, "not-found")
            assert answer.json["detail"] == "There is no customer with this id."

    def test_finds_no_customer_of_another_organization(self, api: Api, ada: str) -> None:
        event = load_event("deleted")
        event["requestContext"]["authorizer"]["organization"] = "initech"
        other = {"requestContext": event["requestContext"]}

        assert api.patch(ada, {"name": "Mine"}, **other).status == 404
        assert api.delete(ada, **other).status == 404
        assert api.put("crm-1815", {"name": "Mine"}, **other).status == 201
        assert api.get(ada).json["name"] == "Ada Lovelace"


class TestPut:
    def test_creates_a_customer_where_there_is_none(self, api: Api, table: Any) -> None:
        answer = api.put("crm-1", {"email": "ada@example.com"})

        assert answer.status == 201
        assert answer.headers["Location"] == f"{URL}/customers/{answer.json['id']}"
        assert answer.json.items() >= {"external_id": "crm-1", "email": "ada@example.com", "revision": 1}.items()
        assert guards(table) == {"external_id#crm-1": answer.json["id"], "email#ada@example.com": answer.json["id"]}

    def test_replaces_the_one_that_there_is(self, api: Api, table: Any, ada: str) -> None:
        before = api.get(ada).json

        answer = api.put("crm-1815", {"job_title": "Countess"})

        assert answer.status == 200
        assert "Location" not in answer.headers
        assert answer.json == {
            "id": ada,
            "created_at": before["created_at"],
            "updated_at": answer.json["updated_at"],
            "revision": 2,
            "external_id": "crm-1815",
            "job_title": "Countess",
        }
        assert guards(table) == {"external_id#crm-1815": ada}

    def test_writes_nothing_where_nothing_changes(self, api: Api, table: Any, ada: str) -> None:
        before, shown = contents(table), api.get(ada).text

        answer = api.put("crm-1815", ADA)

        assert (answer.status, answer.text, answer.headers["ETag"]) == (200, shown, '"1"')
        assert contents(table) == before

    def test_needs_no_identity_but_the_external_id(self, api: Api) -> None:
        assert api.put("crm-1", {}).status == 201
        assert api.put("crm-2", {"external_id": None}).json["external_id"] == "crm-2"

    @pytest.mark.parametrize("spelling", [" crm-1\u200b", "crm-1\n"])
    def test_takes_the_external_id_in_the_body_in_any_spelling_of_it(self, api: Api, spelling: str) -> None:
        assert api.put("crm-1", {"external_id": spelling}).json["external_id"] == "crm-1"
        assert api.put(f"{spelling} ", {}).json["revision"] == 1

    def test_refuses_another_external_id_with_all_else_that_is_wrong(self, api: Api, table: Any) -> None:
        answer = api.put("crm-1", {"external_id": "CRM-1", "name": 1})

        assert (answer.status, problem(answer)) == (422, "invalid-customer")
        assert answer.json["errors"] == [
            {
                "pointer": "#/external_id",
                "field": "external_id",
                "code": "external_id_differs",
                "detail": "This differs from the external id in the query: leave it out, or send the same value.",
            },
            {"pointer": "#/name", "field": "name", "code": "string_type", "detail": "This has to be a string."},
        ]
        assert api.put("crm-1", {"external_id": "CRM-1"}).codes == {"external_id": "external_id_differs"}
        assert api.put("crm-1", {"external_id": ""}).codes == {"external_id": "string_too_short"}
        assert api.put("crm-1", {"external_id": 1}).codes == {"external_id": "string_type"}
        assert table.scan()["Items"] == []

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"email": ["ada@example.com"]},
            {"external_id": ["crm-1", "crm-2"]},
            {"external_id": ["crm-1"], "email": ["ada@example.com"]},
            {"external_id": ["crm-1"], "limit": ["1"]},
            {"external_id": [""]},
            {"external_id": ["\u200b"]},
            {"external_id": ["x" * 256]},
            {"external_id": ["\ufffd"]},
            {"external_ids": ["crm-1"]},
        ],
        ids=str,
    )
    def test_takes_an_external_id_and_no_other_parameter(
        self, api: Api, table: Any, query: dict[str, list[str]]
    ) -> None:
        answer = api.send(
            load_event("put-created")
            | {
                "multiValueQueryStringParameters": query or None,
                "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
            }
        )

        assert (answer.status, problem(answer)) == (400, "malformed-request")
        assert table.scan()["Items"] == []

    def test_names_the_customer_that_has_the_address(self, api: Api, ada: str) -> None:
        expected = [{"pointer": "#/email", "field": "email", "customer_id": ada}]
        api.put("crm-2", {"name": "Grace"})

        for external_id in ("crm-1", "crm-2"):
            answer = api.put(external_id, {"email": "ada@example.com"})
            assert (answer.status, problem(answer)) == (409, "customer-exists")
            assert answer.json["conflicts"] == expected


class TestDelete:
    def test_deletes_the_customer_and_all_its_guards(self, api: Api, table: Any, ada: str) -> None:
        answer = api.delete(ada)

        assert (answer.status, answer.text) == (204, "")
        assert "Content-Type" not in answer.headers
        assert answer.headers["X-Request-Id"]
        assert table.scan()["Items"] == []

    def test_is_final(self, api: Api, ada: str) -> None:
        api.delete(ada)

        for answer in (api.delete(ada), api.get(ada), api.patch(ada, {"name": "Ada"})):
            assert (answer.status, problem(answer)) == (404, "not-found")
        assert api.find(external_id="crm-1815").json["data"] == []

    def test_frees_the_address_and_the_external_id(self, api: Api, ada: str) -> None:
        api.delete(ada)

        again = api.create(ADA)

        assert again.status == 201
        assert again.json["id"] != ada

    def test_does_not_let_a_late_repeat_of_the_create_bring_the_customer_back(self, api: Api, table: Any) -> None:
        api.delete(api.create(ADA, **with_headers(KEY)).json["id"])

        answer = api.create(ADA, **with_headers(KEY))

        assert (answer.status, problem(answer)) == (410, "customer-deleted")
        assert [*contents(table)] == ["idempotency#once"]


class TestPreconditions:
    @pytest.mark.parametrize("tag", ['"1"', "*", '"7", "1"'])
    def test_that_hold_change_nothing(self, api: Api, ada: str, tag: str) -> None:
        assert api.put("crm-1815", ADA, {"If-Match": tag}).status == 200
        assert api.patch(ada, {"phone": ADA["phone"]}, {"If-Match": tag}).status == 200
        assert api.delete(ada, {"If-Match": tag}).status == 204

    @pytest.mark.parametrize("tag", ['"2"', 'W/"1"', '"nobody\'s"'])
    def test_that_fail_write_nothing_and_say_the_revision(self, api: Api, table: Any, ada: str, tag: str) -> None:
        before = contents(table)
        headers = {"If-Match": tag}

        for answer in (
            api.put("crm-1815", {}, headers),
            api.patch(ada, {"name": "Ada"}, headers),
            api.patch(ada, {}, headers),
            api.delete(ada, headers),
        ):
            assert (answer.status, problem(answer)) == (412, "precondition-failed")
            assert answer.json["revision"] == 1
            assert answer.json["title"] == "A precondition failed"
        assert contents(table) == before

    def test_let_put_replace_only(self, api: Api, table: Any) -> None:
        answer = api.put("crm-1", {}, {"If-Match": "*"})

        assert (answer.status, problem(answer)) == (412, "precondition-failed")
        assert "revision" not in answer.json
        assert table.scan()["Items"] == []

    def test_let_put_create_only(self, api: Api) -> None:
        api.create(ADA)

        answer = api.put("crm-1815", {}, {"If-None-Match": "*"})

        assert (answer.status, problem(answer)) == (412, "precondition-failed")
        assert answer.json["revision"] == 1
        assert api.put("crm-1", {}, {"If-None-Match": "*"}).status == 201

    def test_if_none_match_fails_where_a_customer_has_to_be(self, api: Api, ada: str) -> None:
        headers = {"If-None-Match": "*"}

        assert [api.patch(ada, {}, headers).status, api.delete(ada, headers).status] == [412, 412]
        assert [api.patch(NOBODY, {}, headers).status, api.delete(NOBODY, headers).status] == [404, 404]

    @pytest.mark.parametrize(
        "headers", [{"If-Match": "1"}, {"If-None-Match": '"1"'}, {"If-Match": "*", "If-None-Match": "*"}], ids=str
    )
    def test_that_are_not_well_formed_are_refused(
        self, api: Api, table: Any, ada: str, headers: dict[str, str]
    ) -> None:
        before = contents(table)

        for answer in (api.put("crm-1815", {}, headers), api.patch(ada, {}, headers), api.delete(ada, headers)):
            assert (answer.status, problem(answer)) == (400, "malformed-request")
        assert contents(table) == before


class TestIdempotencyKeys:
    def test_of_two_equal_requests_the_second_changes_nothing(self, api: Api, table: Any, ada: str) -> None:
        first = api.patch(ada, {"name": "Ada"}, KEY)
        api.patch(ada, {"name": "Countess"})
        before = contents(table)

        again = api.patch(ada, ' { "name" : "Ada" } ', KEY)

        assert "Idempotent-Replayed" not in first.headers
        assert (again.status, again.headers["Idempotent-Replayed"]) == (200, "true")
        assert (again.json["name"], again.headers["ETag"]) == ("Countess", '"3"')
        assert contents(table) == before

    def test_a_precondition_counts_only_the_first_time(self, api: Api, ada: str) -> None:
        headers = KEY | {"If-Match": '"1"'}

        assert api.patch(ada, {"name": "Ada"}, headers).json["revision"] == 2
        assert api.patch(ada, {"name": "Ada"}, headers).status == 200

    def test_a_put_that_created_is_answered_with_the_customer(self, api: Api, table: Any) -> None:
        headers = KEY | {"If-None-Match": "*"}
        first = api.put("crm-1", {"name": "Ada"}, headers)

        again = api.put("crm-1", {"name": "Ada"}, headers)

        assert (first.status, again.status) == (201, 200)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.text == first.text
        assert len(contents(table)) == 3

    def test_another_request_with_the_key_is_refused(self, api: Api, ada: str) -> None:
        api.patch(ada, {"name": "Ada"}, KEY)
        other = api.create({"external_id": "crm-2"}).json["id"]

        for answer in (
            api.patch(ada, {"name": "Countess"}, KEY),
            api.patch(other, {"name": "Ada"}, KEY),
            api.put("crm-1815", {"name": "Ada"}, KEY),
            api.create({"name": "Ada", "external_id": "crm-3"}, **with_headers(KEY)),
        ):
            assert (answer.status, problem(answer)) == (422, "idempotency-key-reused")
            assert answer.json["customer_id"] == ada
            assert (
                answer.json["detail"] == "This Idempotency-Key was used for a different request. Nothing was written."
            )

    def test_a_change_of_a_customer_that_was_deleted_since_says_so(self, api: Api, ada: str) -> None:
        api.patch(ada, {"name": "Ada"}, KEY)
        api.delete(ada)

        answer = api.patch(ada, {"name": "Ada"}, KEY)

        assert (answer.status, problem(answer)) == (410, "customer-deleted")

    def test_a_put_of_a_customer_that_was_deleted_since_creates_nobody(self, api: Api, table: Any) -> None:
        api.delete(api.put("crm-1", {}, KEY).json["id"])

        answer = api.put("crm-1", {}, KEY)

        assert (answer.status, problem(answer)) == (410, "customer-deleted")
        assert [*contents(table)] == ["idempotency#once"]

    @pytest.mark.parametrize("key", ["", "\x07", "x" * 256])
    def test_that_are_none_are_refused(self, api: Api, ada: str, key: str) -> None:
        for answer in (api.patch(ada, {}, {"Idempotency-Key": key}), api.put("crm-1", {}, {"Idempotency-Key": key})):
            assert (answer.status, problem(answer)) == (400, "malformed-request")

    def test_a_request_that_is_refused_today_but_was_carried_out_is_answered_with_its_customer(
        self, api: Api, ada: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: Any) -> Any:
            raise InvalidCustomer([], 1)

        patch, put = {"name": "Ada"}, {"name": "Grace"}
        api.patch(ada, patch, KEY)
        api.put("crm-2", put, {"Idempotency-Key": "twice"})
        monkeypatch.setattr(edits, "patch_of", refuse)
        monkeypatch.setattr(edits, "replacement_of", refuse)

        answers = [api.patch(ada, patch, KEY), api.put("crm-2", put, {"Idempotency-Key": "twice"})]

        assert [(answer.status, answer.headers["Idempotent-Replayed"]) for answer in answers] == [(200, "true")] * 2
        assert [answer.json["name"] for answer in answers] == ["Ada", "Grace"]
        assert api.patch(ada, patch).status == 422
        assert api.patch(ada, patch, {"Idempotency-Key": "new"}).status == 422


def test_the_log_counts_what_became_of_a_request(api: Api, log: Log, ada: str) -> None:
    api.put("crm-1", {})
    api.patch(ada, {"name": "Ada"}, KEY)
    api.patch(ada, {"name": "Ada"}, KEY)
    api.delete(ada)

    counted = [
        (line["method"], name)
        for line in log()
        for name in ("Created", "Changed", "Deleted", "Replayed")
        if name in line
    ]

    assert counted == [
        ("POST", "Created"),
        ("PUT", "Created"),
        ("PATCH", "Changed"),
        ("PATCH", "Replayed"),
        ("DELETE", "Deleted"),
    ]


def test_a_change_of_the_largest_customer_takes_little_time(api: Api, ada: str) -> None:
    fields = {f"{n}": {"a": [0] * 5} for n in range(1_000)}
    body = json.dumps({"custom_fields": fields | {"text": "x" * 90_000}})
    api.patch(ada, body)
    start = time.process_time()

    assert api.patch(ada, {"custom_fields": {"one": 1}}).status == 200

    assert time.process_time() - start < 1
