"""What Rebilly's API makes of a customer, its own and those that others created."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from customers.vendors import lists
from support import Answer
from vendor_events import Call


def put(call: Call, customer_id: str, body: dict[str, Any]) -> Answer:
    return call("rebilly", "PUT", f"/customers/{quote(customer_id, safe='')}", json.dumps(body))


def created(call: Call, form: str) -> dict[str, Any]:
    """A customer of Stripe's API, as Rebilly's shows it."""
    customer_id = call("stripe", "POST", "/customers", form).json["id"]
    shown: dict[str, Any] = call("rebilly", "GET", f"/customers/{customer_id}").json
    return shown


def of_stripe(call: Call, customer: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = call("stripe", "GET", f"/customers/{customer['id']}").json
    return shown


TAX_IDS = "&".join(
    f"tax_id_data[{n}][type]={kind}&tax_id_data[{n}][value]={value}"
    for n, (kind, value) in enumerate([("us_ein", "12-3456789"), ("eu_vat", "DE136695976"), ("gb_vat", "GB980780684")])
)


@pytest.mark.parametrize("name", ["Jenny+M.+Rosen", "Rosen", "A1++Company", ""])
def test_what_is_sent_back_as_it_was_shown_changes_nothing(call: Call, name: str) -> None:
    """Rebilly has two types of tax ids, and no name but a first and a last one."""
    customer = created(call, f"name={name}&email=jenny@example.com&{TAX_IDS}&preferred_locales[0]=en&balance=5")
    before = of_stripe(call, customer)

    assert put(call, customer["id"], customer).status == 200

    assert of_stripe(call, customer) == before


def test_a_tax_number_beside_others_leaves_them_as_they_are(call: Call) -> None:
    customer = created(call, f"name=x&{TAX_IDS}")
    numbers = [{"type": "other", "value": "1"}, *customer["taxNumbers"][:2]]

    assert put(call, customer["id"], customer | {"taxNumbers": numbers}).status == 200

    _, *shown = of_stripe(call, customer)["tax_ids"]["data"]
    assert [(tax_id["type"], tax_id["value"]) for tax_id in shown] == [
        ("us_ein", "12-3456789"),
        ("eu_vat", "DE136695976"),
    ]


def test_who_is_renamed_has_the_new_name_everywhere(call: Call) -> None:
    customer = created(call, "name=Jenny+Rosen")
    assert (customer["firstName"], customer["lastName"]) == ("Jenny", "Rosen")

    renamed = put(call, customer["id"], {"primaryAddress": {"firstName": "Ada", "lastName": "Rosen"}}).json
    assert (renamed["firstName"], renamed["lastName"]) == ("Ada", "Rosen")
    assert of_stripe(call, customer)["name"] == "Ada Rosen"

    unnamed = put(call, customer["id"], {"primaryAddress": {"lastName": None}}).json
    assert (unnamed["firstName"], unnamed["lastName"]) == (None, None)

    refused = put(call, created(call, "name=x")["id"], {"primaryAddress": {"firstName": 5}})
    assert refused.json["invalidFields"][0]["field"] == "primaryAddress.firstName"


@pytest.mark.parametrize("chosen", ["inst_2", None])
def test_an_instrument_that_is_chosen_goes_before_the_one_that_was_shown(call: Call, chosen: str | None) -> None:
    instrument = {"method": "paypal", "paymentInstrumentId": "inst_1"}
    customer = put(call, "mine", {"defaultPaymentInstrument": instrument}).json
    same = put(call, "mine", {"defaultPaymentInstrumentId": "inst_1"} | customer).json
    assert same["defaultPaymentInstrument"] == instrument

    for changed in (
        {"defaultPaymentInstrumentId": chosen} | customer,
        customer | {"defaultPaymentInstrumentId": chosen},
    ):
        shown = put(call, "mine", changed).json["defaultPaymentInstrument"]
        assert shown == ({"paymentInstrumentId": chosen} if chosen else None)


def test_a_name_of_one_word_is_the_last(call: Call) -> None:
    customer = created(call, "name=Rosen")

    assert (customer["firstName"], customer["lastName"]) == (None, "Rosen")


def test_to_replace_twice_is_to_replace_once(call: Call) -> None:
    customer = created(call, "preferred_locales[0]=en&preferred_locales[1]=fr&preferred_locales[2]=de")

    once = put(call, customer["id"], {}).json
    twice = put(call, customer["id"], {}).json

    assert once["locale"] is None
    assert twice == once


@pytest.mark.parametrize("customer_id", ["mine", "customers", "a.b~c@d-e", "a b/c%2F\u00e9"])
def test_a_customer_is_where_its_location_and_its_link_say(call: Call, customer_id: str) -> None:
    answer = put(call, customer_id, {})

    assert answer.status == 201
    assert answer.json["id"] == customer_id
    path = answer.headers["Location"]
    assert path == f"/v1/customers/{quote(customer_id, safe='')}"
    assert answer.json["_links"] == [{"rel": "self", "href": path}]
    assert call("rebilly", "GET", path.removeprefix("/v1")).json == answer.json
    assert "Location" not in put(call, customer_id, {}).headers


def test_another_id_than_that_of_the_path_is_refused(call: Call) -> None:
    """Rebilly ignores it; here the next attempt would create the customer a second time."""
    for answer in (put(call, "mine", {"id": "yours"}), call("rebilly", "POST", "/customers", '{"id": "mine"}')):
        assert answer.status == 422
        assert answer.json["invalidFields"][0]["field"] == "id"

    customer = put(call, "mine", {"id": "mine"}).json
    assert put(call, "mine", customer).status == 200
    ours = call("rebilly", "POST", "/customers", '{"id": null}').json
    assert put(call, ours["id"], ours).status == 200


def test_what_can_be_a_filter_of_many_is_refused(call: Call) -> None:
    put(call, "a", {"primaryAddress": {"emails": [{"label": "x", "value": "a@example.com"}]}})

    for found in ("email:A@example.com", "id:a"):
        assert [each["id"] for each in call("rebilly", "GET", "/customers", None, f"filter={found}").json] == ["a"]
    for refused in ("email:!a@example.com", "id:a,b", "id:a..b", "id:@list", "id:a;email:x", "id:", "id", "name:a", ""):
        answer = call("rebilly", "GET", "/customers", None, f"filter={refused}")
        assert (answer.status, answer.json["invalidFields"][0]["field"]) == (400, "filter")


def test_a_page_says_no_more_than_there_are(call: Call) -> None:
    ids = [str(n) for n in range(5)]
    for customer_id in ids:
        put(call, customer_id, {})

    def page(query: str) -> tuple[list[str], str]:
        answer = call("rebilly", "GET", "/customers", None, query)
        return [each["id"] for each in answer.json], answer.headers["Pagination-Total"]

    newest = ids[::-1]
    assert page("limit=1000") == (newest, "5")
    assert page("limit=2") == (newest[:2], "3")
    assert page("limit=2&offset=3") == (newest[3:], "5")
    assert page("limit=2&offset=5") == ([], "5")
    assert page("limit=2&offset=1000") == ([], "5")


def test_a_page_that_no_answer_can_hold_is_refused(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shorter one would make a client that counts miss the rest."""
    for customer_id in "ab":
        put(call, customer_id, {})
    monkeypatch.setattr(lists, "MAX_BYTES", 1000)

    answer = call("rebilly", "GET", "/customers", None, "limit=2")

    assert answer.status == 400
    assert answer.json["invalidFields"] == [
        {"field": "limit", "message": "These customers are too large for one answer: ask for fewer."}
    ]
    assert len(call("rebilly", "GET", "/customers", None, "limit=1").json) == 1
