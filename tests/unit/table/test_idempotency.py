from collections.abc import Callable
from typing import Any

import pytest

from conftest import Api
from customers.errors import FieldError, InvalidCustomer
from faults import faults
from support import Answer, load_event

ADA = {"email": "ada@example.com", "external_id": "crm-1815", "metadata": {"a": "1", "b": "2"}}


def create(api: Api, customer: Any, *keys: str, header: str = "Idempotency-Key", organization: str = "") -> Answer:
    headers = {"Content-Type": ["application/json"], header: list(keys)}
    context = load_event("created")["requestContext"]
    if organization:
        context["authorizer"] = {"organization": organization}
    return api.create(customer, multiValueHeaders=headers, requestContext=context)


def test_a_repeated_request_gets_the_first_answer_again(api: Api, table: Any) -> None:
    first = create(api, ADA, "key-1")
    before = table.scan()["Items"]

    again = create(api, ADA, "key-1")

    assert (first.status, again.status) == (201, 201)
    assert again.text == first.text
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert table.scan()["Items"] == before


def test_key_order_white_space_and_spelling_of_json_make_no_difference(api: Api) -> None:
    first = create(api, '{"email":"zo\\u00eb@example.com","name":"Z","metadata":{"b":"2","a":"1"}}', "key-1")

    again = create(api, '\n{ "metadata": {"a": "1", "b": "2"}, "name": "Z", "email": "zoë@example.com"}', "key-1")

    assert (again.status, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.text == first.text


CHANGES: list[dict[str, Any]] = [
    {"email": "eve@example.com"},
    {"email": "Ada@example.com"},
    {"name": "Ada"},
    {"name": None},
    {"external_id": None},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_key_stands_for_one_request(api: Api, table: Any, change: dict[str, Any]) -> None:
    first = create(api, ADA, "key-1")
    before = table.scan()["Items"]

    answer = create(api, ADA | change, "key-1")

    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Should-Retry"] == "false"
    assert answer.json == {
        "type": "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1/problems/idempotency-key-reused",
        "code": "idempotency-key-reused",
        "title": "The Idempotency-Key was used before",
        "status": 422,
        "detail": "This Idempotency-Key was used for a different request. Nothing was written.",
        "instance": "urn:uuid:5d4b2a10-7c3e-4f1d-9a6b-0c8e2f4a6b8d",
        "customer_id": first.json["id"],
    }
    assert table.scan()["Items"] == before


def test_another_key_is_another_request(api: Api) -> None:
    first = create(api, ADA, "key-1")

    answer = create(api, ADA, "key-2")

    assert answer.status == 409
    assert {c["customer_id"] for c in answer.json["conflicts"]} == {first.json["id"]}


@pytest.mark.parametrize("bad", [{"email": "nobody"}, {"email": "eve@example.com"}], ids=["invalid", "exists"])
def test_a_request_that_failed_leaves_its_key_free(api: Api, bad: dict[str, Any]) -> None:
    create(api, {"email": "eve@example.com"}, "key-0")
    assert create(api, bad, "key-1").status in {409, 422}

    assert create(api, ADA, "key-1").status == 201


def test_the_record_holds_a_fingerprint_and_no_data_and_expires_after_a_day(
    api: Api, table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.table.items.time.time", lambda: 1_000_000.5)
    customer = create(api, ADA, "key-1").json

    record = table.get_item(Key={"pk": "acme#idempotency#key-1"})["Item"]

    assert record.pop("fingerprint").isalnum()
    assert record == {
        "pk": "acme#idempotency#key-1",
        "customer_id": customer["id"],
        "expires_at": 1_000_000 + 24 * 60 * 60,
    }


def test_an_expired_record_counts_as_absent_before_it_is_deleted(
    api: Api, table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = 24 * 60 * 60
    monkeypatch.setattr("customers.table.items.time.time", lambda: 1_000_000)
    create(api, ADA, "key-1")

    monkeypatch.setattr("customers.table.items.time.time", lambda: 1_000_000 + day - 1)
    assert create(api, {"email": "eve@example.com"}, "key-1").status == 422
    monkeypatch.setattr("customers.table.items.time.time", lambda: 1_000_000 + day)
    eve = create(api, {"email": "eve@example.com"}, "key-1")

    assert eve.status == 201
    record = table.get_item(Key={"pk": "acme#idempotency#key-1"})["Item"]
    assert (record["customer_id"], record["expires_at"]) == (eve.json["id"], 1_000_000 + 2 * day)


def test_keys_belong_to_an_organization(api: Api) -> None:
    acme = create(api, ADA, "key-1", organization="acme")
    globex = create(api, {"email": "eve@example.com"}, "key-1", organization="globex")

    assert (acme.status, globex.status) == (201, 201)
    assert acme.json["id"] != globex.json["id"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("key-1", '"key-1"'),
        ('"a \\"b\\" \\\\c"', 'a "b" \\c'),
        (" key-1 ", "key-1"),
    ],
)
def test_quoted_and_bare_are_one_key(api: Api, first: str, second: str) -> None:
    create(api, ADA, first)

    assert create(api, ADA, second, header="idempotency-key").headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["a", "a" * 255, '"' + "a" * 255 + '"', "~ !", "8e03978e-40d5-43dd-bc93-6894a57f9324"])
def test_up_to_255_printable_ascii_characters_are_a_key(api: Api, key: str) -> None:
    assert create(api, ADA, key).status == 201


@pytest.mark.parametrize(
    "keys",
    [
        ("",),
        (" ",),
        ('""',),
        ("a" * 256,),
        ("é",),
        ("a\tb",),
        ("a\x7fb",),
        ('"a',),
        ('"a" b',),
        ('"a\\b"',),
        ("a", "b"),
    ],
    ids=ascii,
)
def test_anything_else_is_malformed(api: Api, table: Any, keys: tuple[str, ...]) -> None:
    answer = create(api, ADA, *keys)

    assert answer.status == 400
    assert answer.json["type"].endswith("/problems/malformed-request")
    assert answer.json["detail"] == (
        "The Idempotency-Key has to be a single string of 1 to 255 printable ASCII characters."
    )
    assert table.scan()["Count"] == 0


@pytest.fixture
def stricter_rules(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes the rules refuse every customer from now on, as a later release might."""

    def refuse(_data: Any) -> None:
        raise InvalidCustomer([FieldError(("name",), "invalid", "This is not valid.")], 1)

    return lambda: monkeypatch.setattr("create_customer.new_customer", refuse)


def test_a_request_that_was_carried_out_keeps_its_answer_when_the_rules_get_stricter(
    api: Api, table: Any, stricter_rules: Callable[[], None]
) -> None:
    first = create(api, ADA, "key-1")
    before = table.scan()["Items"]
    stricter_rules()

    with faults() as calls:
        again = create(api, ADA, "key-1")

    assert (again.status, again.text, again.headers["Idempotent-Replayed"]) == (201, first.text, "true")
    assert [call.operation for call in calls] == ["GetItem", "TransactGetItems"]
    assert table.scan()["Items"] == before


def test_any_other_request_is_refused_by_the_rules_of_today(
    api: Api, monkeypatch: pytest.MonkeyPatch, stricter_rules: Callable[[], None]
) -> None:
    monkeypatch.setattr("customers.table.items.time.time", lambda: 1_000_000)
    create(api, ADA, "key-1")
    stricter_rules()

    assert create(api, ADA, "key-2").status == 422
    for other in (ADA | {"name": "Ada"}, {"email": "eve@example.com"}):
        assert create(api, other, "key-1").json["type"].endswith("/problems/invalid-customer")
    assert create(api, ADA, "key-1", organization="globex").status == 422
    with faults() as calls:
        assert api.create(ADA).status == 422
    assert calls == []
    monkeypatch.setattr("customers.table.items.time.time", lambda: 1_000_000 + 24 * 60 * 60)
    assert create(api, ADA, "key-1").status == 422
