"""Erasing a customer takes all of it and nothing of anybody else, whatever callers do meanwhile."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conftest import Api
from customers.table.dynamodb import DynamoDB, of_function
from operate import erase_customer
from operate.command import CommandError
from operate.repairs import Repairs
from operate.verify_table import violations

pytest_plugins = ["operators"]

ADA: dict[str, Any] = {"email": "ada@example.com", "external_id": "crm-1815", "metadata": {"plan": "gold"}}
GRACE = {"email": "grace@example.com"}
EMAIL, EXTERNAL_ID = "acme#email#ada@example.com", "acme#external_id#crm-1815"
KEY = {"Content-Type": ["application/json"], "Idempotency-Key": ["key-1"]}

type Interleave = Callable[..., list[Any]]


@pytest.fixture(autouse=True)
def whole(stack_in_memory: Any, table: Any) -> Iterator[None]:
    """After each test: no customer without its guards, no guard without its customer."""
    yield
    assert list(violations(table)) == []


def erase(field: str, value: str) -> str:
    """Erase a customer of acme as the command does; what it says."""
    return erase_customer.erase(Repairs(of_function(), "customers"), "acme", field, value)


def key_of(customer: dict[str, Any]) -> str:
    return f"acme#customer#{customer['id']}"


def keys_in(table: Any) -> set[str]:
    return {item["pk"] for item in table.scan()["Items"]}


def lose(table: Any, *keys: str) -> None:
    for key in keys:
        table.delete_item(Key={"pk": key})


def test_nothing_is_left_of_a_customer_who_is_erased_but_the_record_of_the_request(
    api: Api, table: Any, make: Any
) -> None:
    ada, grace = api.create(ADA, multiValueHeaders=KEY).json, api.create(GRACE).json

    erased = make("erase-customer", ORG="acme", CUSTOMER=ada["id"])

    assert erased == (0, f"erased customer {ada['id']} and what guards its email and external_id\n", "")
    assert keys_in(table) == {key_of(grace), "acme#email#grace@example.com", "acme#idempotency#key-1"}
    record = table.get_item(Key={"pk": "acme#idempotency#key-1"})["Item"]
    assert record.keys() == {"pk", "customer_id", "fingerprint", "expires_at"}
    assert api.get(ada["id"]).status == 404
    assert api.create(ADA, multiValueHeaders=KEY).status == 410
    assert api.create(ADA).status == 201


@pytest.mark.parametrize("who", [{"EMAIL": "ADA@example.com"}, {"EXTERNAL_ID": "crm-1815"}], ids=str)
def test_a_person_is_erased_by_what_they_are_known_by(api: Api, table: Any, make: Any, who: dict[str, str]) -> None:
    api.create(ADA)

    assert make("erase-customer", ORG="acme", **who)[0] == 0

    assert keys_in(table) == set()


def test_a_dry_run_says_who_would_be_erased_and_erases_nobody(api: Api, table: Any, make: Any) -> None:
    ada = api.create(ADA).json
    before = keys_in(table)

    said = make("erase-customer", ORG="acme", EMAIL=ADA["email"], DRY_RUN="1")

    assert said == (0, f"would erase customer {ada['id']} and what guards its email and external_id\n", "")
    assert keys_in(table) == before


def test_erasing_reads_no_more_than_the_customer(api: Api, table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = api.create(ADA).json
    client = type(table.meta.client)
    with monkeypatch.context() as patch:
        patch.setattr(client, "scan", None)
        erase("id", ada["id"])

    assert api.get(ada["id"]).status == 404


def test_the_customer_of_another_organization_is_not_erased(api: Api, make: Any) -> None:
    ada = api.create(ADA).json

    status, out, err = make("erase-customer", ORG="globex", CUSTOMER=ada["id"])
    by_email = make("erase-customer", ORG="globex", EMAIL=ADA["email"])

    assert (status, out) == (1, "")
    assert err.startswith(f"make erase-customer: globex has no customer {ada['id']}.")
    assert by_email == (1, "", "make erase-customer: no customer of globex has this email: nothing was erased\n")
    assert api.get(ada["id"]).json == ada


def test_two_who_erase_at_once_never_erase_who_was_created_in_between(
    api: Api, table: Any, before_the_next_writes: Interleave
) -> None:
    """Both have read the customer; the other erases it, it is created again, and only then the first writes."""
    ada = api.create(ADA).json
    again = before_the_next_writes(lambda: (erase("id", ada["id"]), api.create(ADA))[1].json)

    with pytest.raises(CommandError, match="has no customer"):
        erase("id", ada["id"])

    assert again[0]["id"] != ada["id"]
    assert api.find(email=ADA["email"]).json["data"] == again
    assert keys_in(table) == {key_of(again[0]), EMAIL, EXTERNAL_ID}


def test_nobody_is_erased_by_an_address_that_changes_hands_meanwhile(
    api: Api, table: Any, before_the_next_writes: Interleave
) -> None:
    """Between the read and the write somebody else gets the address: both are different people."""
    ada = api.create(ADA).json

    def give_away() -> None:
        table.update_item(
            Key={"pk": key_of(ada)},
            UpdateExpression="SET email = :email, guards.email = :key, revision = :two",
            ExpressionAttributeValues={":email": "a@example.com", ":key": "acme#email#a@example.com", ":two": 2},
        )
        table.put_item(Item={"pk": "acme#email#a@example.com", "customer_id": ada["id"]})
        lose(table, EMAIL)
        api.create({"email": ADA["email"], "name": "Other"})

    before_the_next_writes(give_away)
    with pytest.raises(CommandError, match="this email has just moved to another customer"):
        erase("email", ADA["email"])

    assert api.get(ada["id"]).json["email"] == "a@example.com"
    assert [customer["name"] for customer in api.find(email=ADA["email"]).json["data"]] == ["Other"]


def test_who_changes_while_being_erased_is_erased_all_the_same(
    api: Api, table: Any, before_the_next_writes: Interleave
) -> None:
    ada = api.create(ADA).json

    def change() -> None:
        lose(table, EXTERNAL_ID)
        table.put_item(Item={"pk": "acme#external_id#new", "customer_id": ada["id"]})
        table.update_item(
            Key={"pk": key_of(ada)},
            UpdateExpression="SET external_id = :new, guards.external_id = :key, revision = :two",
            ExpressionAttributeValues={":new": "new", ":key": "acme#external_id#new", ":two": 2},
        )

    before_the_next_writes(change)
    erase("id", ada["id"])

    assert keys_in(table) == set()


@pytest.mark.parametrize("lost", [[EMAIL], [EXTERNAL_ID], [EMAIL, EXTERNAL_ID]], ids=str)
def test_a_customer_whose_guards_are_lost_is_erased(api: Api, table: Any, make: Any, lost: list[str]) -> None:
    ada = api.create(ADA).json
    lose(table, *lost)

    assert make("erase-customer", ORG="acme", CUSTOMER=ada["id"])[0] == 0

    assert keys_in(table) == set()


def test_a_guard_that_another_customer_has_by_now_is_left_to_it(api: Api, table: Any) -> None:
    ada = api.create(ADA).json
    lose(table, EMAIL)
    other = api.create({"email": ADA["email"]}).json

    erase("id", ada["id"])

    assert keys_in(table) == {key_of(other), EMAIL}


def test_what_is_left_of_a_lost_customer_is_erased_by_what_it_was_known_by(api: Api, table: Any, make: Any) -> None:
    ada = api.create(ADA).json
    lose(table, key_of(ada))

    by_id = make("erase-customer", ORG="acme", CUSTOMER=ada["id"])
    by_email = make("erase-customer", ORG="acme", EMAIL=ADA["email"])
    by_external_id = make("erase-customer", ORG="acme", EXTERNAL_ID="crm-1815")

    assert by_id[0] == 1
    assert "erase them with EMAIL= and EXTERNAL_ID=" in by_id[2]
    assert by_email == (0, f"erased what guarded this email alone: customer {ada['id']} was lost\n", "")
    assert by_external_id[0] == 0
    assert keys_in(table) == set()


def test_what_is_left_of_a_lost_customer_is_not_erased_once_the_customer_is_back(
    api: Api, table: Any, before_the_next_writes: Interleave
) -> None:
    ada = api.create(ADA).json
    item = table.get_item(Key={"pk": key_of(ada)})["Item"]
    lose(table, key_of(ada))
    before_the_next_writes(lambda: table.put_item(Item=item))

    erase("email", ADA["email"])

    assert keys_in(table) == set(), "the customer and both of its guards, and not the one guard alone"


def test_what_is_left_of_a_lost_customer_is_not_erased_once_somebody_else_has_it(
    api: Api, table: Any, before_the_next_writes: Interleave
) -> None:
    """Another erases it at the same time, and somebody is created with the address before the first writes."""
    lose(table, key_of(api.create({"email": ADA["email"]}).json))

    def take() -> Any:
        erase("email", ADA["email"])
        return api.create(ADA).json

    other = before_the_next_writes(take)
    before = api.find(email=ADA["email"]).json["data"]

    with pytest.raises(CommandError, match="this email has just moved to another customer"):
        erase("email", ADA["email"])

    assert before == []
    assert api.find(email=ADA["email"]).json["data"] == other


def test_who_is_being_created_is_seen_as_soon_as_it_is_certain(
    api: Api, table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB commits item by item: a plain read may miss a customer whose guards it sees."""
    ada = api.create(ADA).json
    read = DynamoDB.get_item

    def miss(self: DynamoDB, name: str, key: Any, time_left: Any) -> Any:
        return None if "#customer#" in key["pk"]["S"] else read(self, name, key, time_left)

    monkeypatch.setattr(DynamoDB, "get_item", miss)

    assert ada["id"] in erase("id", ada["id"])
    assert keys_in(table) == set()


def test_a_guard_of_a_customer_who_has_another_is_erased_without_the_customer(api: Api, table: Any) -> None:
    grace = api.create(GRACE).json
    table.put_item(Item={"pk": EMAIL, "customer_id": grace["id"]})

    assert erase("email", ADA["email"]).endswith(f"customer {grace['id']} has another")

    assert api.find(email=GRACE["email"]).json["data"] == [grace]
    assert keys_in(table) == {key_of(grace), "acme#email#grace@example.com"}


def test_an_address_is_found_by_the_key_that_was_stored_whatever_the_library_makes_of_it_today(
    api: Api, table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = api.create(ADA).json

    def refuse(_address: str) -> str:
        raise ValueError

    monkeypatch.setattr("customers.table.items.email_key", refuse)

    assert ada["id"] in erase("email", ADA["email"])

    assert keys_in(table) == set()
