"""Stripe's routes: what a request asks for beside the customer, and lists in both directions."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from customers.customer.identity import derived_customer_id, new_customer_id
from listed import customers, put
from support import Answer
from vendor_events import Call

LISTED = ("created", "email", "ending_before", "limit", "starting_after")


def create(call: Call, count: int = 1, **fields: str) -> list[str]:
    """The ids of new customers, the newest first."""
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    return [call("stripe", "POST", "/customers", body).json["id"] for _ in range(count)][::-1]


def get(call: Call, query: str = "", path: str = "/customers") -> Answer:
    return call("stripe", "GET", path, None, query)


def expanding(call: Call, method: str, path: str, query: str) -> Answer:
    """The answer to a request with what is to be expanded where Stripe's clients put it: in the body of a POST."""
    return call("stripe", method, path, *((query, "") if method == "POST" else (None, query)))


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [customer["id"] for customer in answer.json["data"]]


def refused(answer: Answer) -> dict[str, Any]:
    assert answer.status == 400, answer.text
    error: dict[str, Any] = answer.json["error"]
    assert error["type"] == "invalid_request_error"
    return error


# -------------------------------------------------------------------------------------------------------- what it asks


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/customers"),
        ("GET", "/customers"),
        ("GET", "/customers/{}"),
        ("POST", "/customers/{}"),
        ("DELETE", "/customers/{}"),
    ],
)
def test_no_parameter_in_the_url_is_ignored(call: Call, method: str, path: str) -> None:
    [customer] = create(call)

    error = refused(call("stripe", method, path.format(customer), None, "plan=gold"))

    assert (error["code"], error["param"]) == ("parameter_unknown", "plan")
    assert ids(get(call)) == [customer]


@pytest.mark.parametrize("name", [*LISTED[1:], "created[gte"])
def test_brackets_behind_a_parameter_make_another_one(call: Call, name: str) -> None:
    assert refused(get(call, f"{name}[]=1" if "[" not in name else f"{name}=1"))["code"] == "parameter_unknown"


def test_a_parameter_in_the_body_of_a_request_that_has_none_is_refused(call: Call) -> None:
    [customer] = create(call)

    for method, path in (
        ("GET", "/customers"),
        ("GET", f"/customers/{customer}"),
        ("DELETE", f"/customers/{customer}"),
    ):
        assert "URL" in refused(call("stripe", method, path, "limit=1"))["message"]

    assert ids(get(call)) == [customer]


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", "/customers/{}", "expand[]=tax&expand[]=tax_ids"),
        ("GET", "/customers/{}", "expand[0]=tax&expand[1]=cash_balance"),
        ("GET", "/customers", "expand[]=data.tax_ids&expand[]=data.tax"),
        ("POST", "/customers", "expand[]=tax_ids&expand[]=tax"),
        ("POST", "/customers/{}", "expand[0]=cash_balance"),
    ],
)
def test_what_stripe_shows_expanded_is_always_there(call: Call, method: str, path: str, query: str) -> None:
    [customer] = create(call)

    answer = expanding(call, method, path.format(customer), query)

    assert answer.status == 200, answer.text
    shown = answer.json["data"][0] if "data" in answer.json else answer.json
    assert shown["tax_ids"]["data"] == []
    assert shown["tax"]["ip_address"] is None
    assert shown["cash_balance"] is None


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", "/customers/{}", "expand[]=tax&expand[]=default_source"),
        ("GET", "/customers/{}", "expand[1]=invoice_settings.default_payment_method"),
        ("GET", "/customers", "expand[]=data.subscriptions"),
        ("POST", "/customers", "expand[]=tax&expand[]=sources"),
        ("POST", "/customers", "expand[][tax]=tax"),
        ("POST", "/customers/{}", "name=Ada&expand[0]=test_clock"),
    ],
)
def test_what_is_not_there_can_not_be_expanded(call: Call, method: str, path: str, query: str) -> None:
    [customer] = create(call)

    error = refused(expanding(call, method, path.format(customer), query))

    assert error["code"] == "not_supported"
    assert error["param"].startswith("expand")
    assert get(call, path=f"/customers/{customer}").json["name"] is None


def test_a_coupon_is_shown_where_each_generation_looks_for_it(call: Call) -> None:
    [coupon], [code] = create(call, coupon="25OFF"), create(call, promotion_code="promo_1")

    discount = get(call, path=f"/customers/{coupon}").json["discount"]
    assert discount["coupon"]["id"] == discount["source"]["coupon"] == "25OFF"
    discount = get(call, path=f"/customers/{code}").json["discount"]
    assert discount["promotion_code"] == "promo_1"
    assert discount["coupon"] is discount["source"]["coupon"] is None


def test_a_customer_that_is_not_there_is_a_wrong_id(call: Call) -> None:
    answer = get(call, path="/customers/cus_nobody")

    assert answer.status == 404
    assert (answer.json["error"]["code"], answer.json["error"]["param"]) == ("resource_missing", "id")


# --------------------------------------------------------------------------------------------------------------- lists


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_a_list_is_paged_back_to_where_it_began(call: Call, limit: int) -> None:
    everyone = create(call, 7)
    read: list[str] = []

    first, more = everyone[-1], True
    while more:
        answer = get(call, f"limit={limit}&ending_before={first}")
        read, more = [*ids(answer), *read], answer.json["has_more"]
        first = read[0]

    assert read == everyone[:-1]
    assert len(ids(get(call, f"limit={limit}&ending_before={everyone[3]}"))) == min(limit, 3)


def walked(call: Call, limit: int) -> Iterator[str]:
    """All customers, as the SDKs page through them."""
    query, more = f"limit={limit}", True
    while more:
        answer = get(call, query)
        page, more = ids(answer), answer.json["has_more"]
        yield from page
        query = f"limit={limit}&starting_after={page[-1]}"


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_customers_can_be_deleted_while_they_are_listed(call: Call, limit: int) -> None:
    everyone = create(call, 5)

    for number, customer in enumerate(walked(call, limit)):
        assert customer == everyone[number]
        assert call("stripe", "DELETE", f"/customers/{customer}").status == 200

    assert ids(get(call)) == []
    assert ids(get(call, f"ending_before={everyone[-1]}")) == []


def test_a_list_goes_on_behind_an_imported_customer(call: Call, table: Any) -> None:
    """Its id says no time."""
    everyone = [*customers(3, together=1)]
    everyone[1]["id"] = derived_customer_id("import 1")
    put(table, *everyone)

    assert ids(get(call, f"starting_after={everyone[1]['id']}")) == [everyone[0]["id"]]
    assert ids(get(call, f"ending_before={everyone[1]['id']}")) == [everyone[2]["id"]]
    assert call("stripe", "DELETE", f"/customers/{everyone[1]['id']}").status == 200
    assert refused(get(call, f"starting_after={everyone[1]['id']}"))["code"] == "resource_missing"


def test_a_list_goes_in_one_direction_from_a_customer_who_can_be(call: Call) -> None:
    [one] = create(call)

    assert refused(get(call, f"starting_after={one}&ending_before={one}"))["param"] == "starting_after"
    for name in ("starting_after", "ending_before"):
        for nobody in ("", "cus_x", "cus_" + "f" * 32, new_customer_id(datetime.now(UTC) + timedelta(days=1))):
            error = refused(get(call, f"{name}={nobody}"))
            assert (error["param"], error["code"]) == (name, "resource_missing")
    assert refused(get(call, "test_clock=clock_1"))["param"] == "test_clock"


def test_an_address_is_looked_for_on_this_side_of_a_customer(call: Call) -> None:
    [old] = create(call)
    [ada] = create(call, email="ada%2Bx@example.com")
    [new] = create(call)
    found = "email=Ada%2Bx@example.com&"

    assert ids(get(call, f"{found}starting_after={new}")) == ids(get(call, f"{found}ending_before={old}")) == [ada]
    for query in (f"starting_after={ada}", f"starting_after={old}", f"ending_before={ada}", f"ending_before={new}"):
        assert ids(get(call, found + query)) == []
    assert refused(get(call, f"{found}starting_after=cus_x"))["param"] == "starting_after"


@pytest.mark.parametrize(
    "query",
    ["email:'Ada@example.com'", 'email:"ada@example.com"', " email : 'ada@example.com' ", r"email:'\ada@example.com'"],
)
def test_an_address_can_be_searched_for(call: Call, query: str) -> None:
    [ada], _ = create(call, email="ada@example.com"), create(call)

    answer = get(call, f"query={quote(query)}&limit=1&expand[]=data.tax", "/customers/search")

    assert ids(answer) == [ada]
    assert answer.json.items() >= {"object": "search_result", "has_more": False, "next_page": None}.items()


@pytest.mark.parametrize("query", ["email:'ada@example.com'", "email:'ada'", "email:''", r"email:'\''"])
def test_nobody_is_an_empty_result(call: Call, query: str) -> None:
    assert ids(get(call, f"query={quote(query)}", "/customers/search")) == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "name:'Ada'",
        "email~'ada'",
        "-email:'a@b.co'",
        "email:'a@b.co' AND name:'Ada'",
        "email:null",
        "email:'a@b.co",
    ],
)
def test_nothing_else_can_be_searched_for(call: Call, query: str) -> None:
    error = refused(get(call, f"query={quote(query)}", "/customers/search"))

    assert (error["param"], error["code"]) == ("query", "not_supported")
    assert refused(get(call, "query=email:'a@b.co'&page=x", "/customers/search"))["param"] == "page"


def test_times_bound_a_list_in_both_directions(call: Call) -> None:
    everyone = create(call, 3)
    created = get(call, path=f"/customers/{everyone[0]}").json["created"]

    assert ids(get(call, f"created[gt]={created + 9}&ending_before={everyone[-1]}")) == []
    assert ids(get(call, f"created[lt]={created - 9}&ending_before={everyone[-1]}")) == []
    assert ids(get(call, f"created[gt]={created - 9}&ending_before={everyone[-1]}")) == everyone[:2]
    assert ids(get(call, f"created={created}&created[gte]={created + 1}")) == []
    assert ids(get(call, f"created={created}&created[gte]={created}"))[0] == everyone[0]
