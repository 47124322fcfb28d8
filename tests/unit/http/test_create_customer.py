import re
from typing import Any

import pytest

from conftest import Api
from faults import faults
from support import load_event

ADA = {
    "external_id": "crm-1815",
    "email": "Ada.Lovelace@Example.com",
    "name": "Ada Lovelace",
    "description": "Wants the invoice\non paper.",
    "phone": "+44 20 7946 0018 ext. 7",
    "billing_address": {"line1": "12 St James's Square", "city": "London", "postal_code": "SW1Y 4JH", "country": "GB"},
    "shipping": {"name": "Charles Babbage", "phone": "1", "address": {"city": "London", "country": "GB"}},
    "metadata": {"engine": "2", "plan": "analytical"},
}

URL = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1"


def test_a_customer_is_created_and_comes_back_as_it_was_sent(api: Api) -> None:
    answer = api.create(ADA)

    assert answer.status == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Location"] == f"{URL}/customers/{answer.json['id']}"
    assert answer.headers["X-Request-Id"] == "5d4b2a10-7c3e-4f1d-9a6b-0c8e2f4a6b8d"
    assert answer.headers["Cache-Control"] == "no-store"
    customer = answer.json
    assert re.fullmatch(r"cus_[0-9a-f]{32}", customer.pop("id"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", customer["created_at"])
    assert customer.pop("created_at") == customer.pop("updated_at")
    assert customer.pop("revision") == 1
    assert customer.pop("phone_e164") == "+442079460018"
    assert customer == ADA


def test_the_table_holds_the_customer_and_a_guard_for_each_unique_field(api: Api, table: Any) -> None:
    customer = api.create(ADA).json

    items = {item["pk"]: item for item in table.scan()["Items"]}

    assert items == {
        f"acme#customer#{customer['id']}": {
            "pk": f"acme#customer#{customer['id']}",
            "guards": {"email": "acme#email#ada.lovelace@example.com", "external_id": "acme#external_id#crm-1815"},
            "list_shard": f"acme#{customer['id'][-1]}",
            "listed_at": f"{customer['created_at']}#{customer['id']}",
            **customer,
        },
        "acme#email#ada.lovelace@example.com": {
            "pk": "acme#email#ada.lovelace@example.com",
            "customer_id": customer["id"],
        },
        "acme#external_id#crm-1815": {"pk": "acme#external_id#crm-1815", "customer_id": customer["id"]},
    }


@pytest.mark.parametrize("only", ["email", "external_id"])
def test_one_of_email_and_external_id_is_enough(api: Api, table: Any, only: str) -> None:
    assert api.create({only: ADA[only]}).status == 201
    assert table.scan()["Count"] == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada@Example.COM", "ada@example.com"),
        ("ada@example.com", "  ada@example.com "),
        ("zoë@example.com", "zoe\u0308@example.com"),
        ("ZOË@example.com", "zoë@example.com"),
        ("ada@bücher.example.com", "ada@xn--bcher-kva.example.com"),
        ("ada@BÜCHER.example.com", "ada@bu\u0308cher.example.com"),
        ("ada@faß.example.com", "ada@FAẞ.example.com"),
        ('"ada"@example.com', "ada@example.com"),
        ("\u03ac\u0345\u0301@example.com", "\u0386\u0345\u0301@example.com"),
    ],
)
def test_spellings_of_one_email_are_one_email(api: Api, first: str, second: str) -> None:
    customer_id = api.create({"email": first}).json["id"]

    answer = api.create({"email": second})

    assert answer.status == 409
    assert answer.json["conflicts"] == [{"pointer": "#/email", "field": "email", "customer_id": customer_id}]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ada@faß.example.com", "ada@fass.example.com"),
        ("ada@\u03b1\u03c2.example.com", "ada@\u03b1\u03c3.example.com"),
        ("weiß@example.com", "weiss@example.com"),
        ("stra\u017fe@example.com", "strase@example.com"),
        ("ﬁ@example.com", "fi@example.com"),
    ],
)
def test_emails_that_look_alike_are_two_people(api: Api, first: str, second: str) -> None:
    customers = [api.create({"email": email}).json for email in (first, second)]

    assert [api.find(email=email).json["data"] for email in (first, second)] == [[customer] for customer in customers]


def test_the_stored_email_keeps_its_spelling(api: Api) -> None:
    assert api.create({"email": " Ada@BÜCHER.example.com"}).json["email"] == "Ada@BÜCHER.example.com"


def test_external_ids_are_compared_exactly(api: Api) -> None:
    assert api.create({"external_id": "crm-1815"}).status == 201
    assert api.create({"external_id": "CRM-1815"}).status == 201
    assert api.create({"external_id": "crm-1815"}).status == 409


def test_every_conflict_is_reported_with_the_customer_that_has_the_value(api: Api, table: Any) -> None:
    by_email = api.create({"email": "ada@example.com"}).json["id"]
    by_external_id = api.create({"external_id": "crm-1815"}).json["id"]
    before = table.scan()["Items"]

    answer = api.create({"email": "ADA@example.com", "external_id": "crm-1815", "name": "Somebody Else"})

    assert answer.status == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Should-Retry"] == "false"
    assert answer.json == {
        "type": "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1/problems/customer-exists",
        "code": "customer-exists",
        "title": "The customer already exists",
        "status": 409,
        "detail": "A customer with this email and this external_id already exists.",
        "instance": "urn:uuid:5d4b2a10-7c3e-4f1d-9a6b-0c8e2f4a6b8d",
        "conflicts": [
            {"pointer": "#/email", "field": "email", "customer_id": by_email},
            {"pointer": "#/external_id", "field": "external_id", "customer_id": by_external_id},
        ],
    }
    assert table.scan()["Items"] == before


def test_a_create_is_one_conditional_transaction_and_reads_nothing(api: Api) -> None:
    with faults() as calls:
        customer = api.create({"email": "ada@example.com", "external_id": "crm-1815"}).json

    [call] = calls
    assert call.operation == "TransactWriteItems"
    puts = [item["Put"] for item in call.parameters["TransactItems"]]
    assert [put["Item"]["pk"]["S"] for put in puts] == [
        f"acme#customer#{customer['id']}",
        "acme#email#ada@example.com",
        "acme#external_id#crm-1815",
    ]
    assert {put["ConditionExpression"] for put in puts} == {"attribute_not_exists(pk)"}
    assert {put["ReturnValuesOnConditionCheckFailure"] for put in puts} == {"ALL_OLD"}


def test_organizations_do_not_meet(api: Api) -> None:
    def by(organization: str) -> dict[str, Any]:
        event = load_event("created")
        event["requestContext"]["authorizer"] = {"organization": organization}
        return event

    assert api.send(by("acme")).status == 201
    assert api.send(by("globex")).status == 201
    assert api.send(by("acme")).status == 409


def test_null_means_absent_at_every_depth(api: Api, table: Any) -> None:
    answer = api.create(
        {
            "email": "ada@example.com",
            "external_id": None,
            "name": None,
            "billing_address": {"city": "London", "country": None},
            "shipping": None,
            "metadata": {"plan": None, "engine": "2"},
        }
    )

    assert answer.status == 201
    assert {k: v for k, v in answer.json.items() if k not in {"id", "created_at", "updated_at", "revision"}} == {
        "email": "ada@example.com",
        "billing_address": {"city": "London"},
        "metadata": {"engine": "2"},
    }
    assert table.scan()["Count"] == 2


def test_empty_texts_are_kept_where_their_names_are_the_callers(api: Api) -> None:
    free = {"plan": "", "blank": {"": [""]}}

    answer = api.create({"email": "ada@example.com", "metadata": {"plan": " "}, "custom_fields": free})

    assert (answer.json["metadata"], answer.json["custom_fields"]) == ({"plan": ""}, free)


def test_text_is_trimmed_and_normalised(api: Api) -> None:
    answer = api.create({"external_id": " \u00a0crm-1\t", "name": "  Zoe\u0308 \n"})

    assert (answer.json["external_id"], answer.json["name"]) == ("crm-1", "Zoë")


@pytest.mark.parametrize("name", ["O'Neil", "李", "Ĳsbrand", "A1 Company", "Ω", "😀", "Nguyễn Văn A", "محمد"])
def test_a_name_is_whatever_somebody_is_called(api: Api, name: str) -> None:
    answer = api.create({"email": "ada@example.com", "name": name})

    assert (answer.status, answer.json["name"]) == (201, name)


@pytest.mark.parametrize(
    ("sent", "country"),
    [("DE", "DE"), ("de", "DE"), ("DEU", "DE"), ("Germany", "DE"), (" germany ", "DE"), ("United Kingdom", "GB")],
)
def test_a_country_is_stored_as_its_alpha_2_code(api: Api, sent: str, country: str) -> None:
    answer = api.create({"email": "ada@example.com", "billing_address": {"country": sent}})

    assert answer.json["billing_address"] == {"country": country}


def test_postal_codes_and_phones_may_be_json_integers(api: Api) -> None:
    answer = api.create(
        {
            "email": "ada@example.com",
            "phone": 5417543010,
            "billing_address": {"postal_code": 10469},
            "shipping": {"phone": 42, "address": {"postal_code": "10469-2345"}},
        }
    )

    assert answer.json["phone"] == "5417543010"
    assert answer.json["billing_address"] == {"postal_code": "10469"}
    assert answer.json["shipping"] == {"phone": "42", "address": {"postal_code": "10469-2345"}}
