"""GET /customers without a unique field: pages of customers, the newest first."""

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conftest import Api, Context
from customers.http import listing
from faults import URL, answer, faults
from listed import customers, put, record
from support import Answer

FIRST = "2026-01-31T12:00:00"


def shown(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [customer["id"] for customer in answer.json["data"]]


def id_of(number: int) -> str:
    return f"cus_{number:032x}"


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_customers_are_listed_newest_first(api: Api) -> None:
    created = [api.create({"email": f"{number}@example.com"}).json for number in range(5)]
    created.sort(key=lambda customer: (customer["created_at"], customer["id"]), reverse=True)

    answer = api.find()

    assert answer.status == 200
    assert answer.json == {"data": created, "next_cursor": None}
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_is_an_empty_page(api: Api) -> None:
    assert api.find().json == {"data": [], "next_cursor": None}


def test_a_page_has_20_unless_it_says_otherwise(api: Api, table: Any) -> None:
    everyone = [*customers(130)]
    put(table, *everyone)

    assert [len(shown(api.find(**limit))) for limit in ({}, {"limit": "1"}, {"limit": "100"})] == [20, 1, 100]


@pytest.mark.parametrize("limit", [1, 19, 20, 83, 100])
def test_pages_follow_each_other_to_the_end(api: Api, table: Any, limit: int) -> None:
    everyone = [*customers(25 if limit == 1 else 250)]
    put(table, *everyone)
    seen: list[str] = []
    parameters = {"limit": str(limit)}

    while True:
        answer = api.find(**parameters)
        seen += shown(answer)
        if answer.json["next_cursor"] is None:
            break
        assert len(answer.json["data"]) == limit
        parameters["cursor"] = answer.json["next_cursor"]

    assert seen == [customer["id"] for customer in reversed(everyone)]


def test_each_customer_is_shown_as_it_is_now(api: Api, table: Any) -> None:
    created = api.create({"email": "ada@example.com", "custom_fields": {"n": 1.50, "a": -0.0}})
    table.update_item(
        Key={"pk": f"acme#customer#{created.json['id']}"},
        UpdateExpression="SET #name = :name",
        ExpressionAttributeNames={"#name": "name"},
        ExpressionAttributeValues={":name": "Ada"},
    )

    [customer] = api.find().json["data"]

    assert customer == created.json | {"name": "Ada"}
    assert api.get(created.json["id"]).text in api.find().text


BOUNDS: list[tuple[dict[str, str], list[int]]] = [
    ({"created_after": f"{FIRST}.001Z"}, [3, 2]),
    ({"created_after": f"{FIRST}.000999Z"}, [3, 2, 1]),
    ({"created_after": f"{FIRST}.001000Z"}, [3, 2]),
    ({"created_after": f"{FIRST}.0010000001Z"}, [3, 2]),
    ({"created_after": f"{FIRST}.0019999999999Z"}, [3, 2]),
    ({"created_after": f"{FIRST}Z"}, [3, 2, 1]),
    ({"created_after": "2026-01-31T11:59:59.999Z"}, [3, 2, 1, 0]),
    ({"created_after": "2026-01-31T13:00:00.001+01:00"}, [3, 2]),
    ({"created_after": "2026-01-31T13:00:00.001 01:00"}, [3, 2]),
    ({"created_after": "2026-01-31T12:00:00.001000+0000"}, [3, 2]),
    ({"created_after": "2026-01-31T06:30:00.001-05:30"}, [3, 2]),
    ({"created_after": "2026-01-31t12:00:00.001z"}, [3, 2]),
    ({"created_after": "2026-01-31 12:00:00.001Z"}, [3, 2]),
    ({"created_after": "2026-01-31"}, [3, 2, 1, 0]),
    ({"created_after": "2026-02-01"}, [3]),
    ({"created_after": "2026-02-02"}, []),
    ({"created_after": "2026-01-31T23:59:60Z"}, [3]),
    ({"created_after": "2026-01-31T11:59:60-12:00"}, [3]),
    ({"created_before": "2026-01-31T23:59:60.5Z"}, [2, 1, 0]),
    ({"created_after": "2026-01-31T12:00:00.001-00:00"}, [3, 2]),
    ({"created_after": "9999-12-31T23:59:59.9999999Z"}, []),
    ({"created_after": "0001-01-01T00:00:00Z"}, [3, 2, 1, 0]),
    ({"created_before": f"{FIRST}.001Z"}, [0]),
    ({"created_before": f"{FIRST}.0010000000001Z"}, [1, 0]),
    ({"created_before": f"{FIRST}.0010Z"}, [0]),
    ({"created_before": f"{FIRST}.002Z"}, [1, 0]),
    ({"created_before": f"{FIRST}Z"}, []),
    ({"created_before": "2026-01-31"}, []),
    ({"created_before": "2026-02-01"}, [2, 1, 0]),
    ({"created_before": "2026-01-31T13:00:00.001 01:00"}, [0]),
    ({"created_before": "9999-12-31T23:59:59.9999999Z"}, [3, 2, 1, 0]),
    ({"created_after": f"{FIRST}.000Z", "created_before": f"{FIRST}.002Z"}, [1]),
    ({"created_after": f"{FIRST}.002Z", "created_before": f"{FIRST}.001Z"}, []),
]


@pytest.mark.parametrize(("bounds", "found"), BOUNDS, ids=str)
def test_bounds_are_exclusive_and_compared_in_milliseconds(
    api: Api, table: Any, bounds: dict[str, str], found: list[int]
) -> None:
    times = [f"{FIRST}.000Z", f"{FIRST}.001Z", f"{FIRST}.002Z", "2026-02-01T12:00:00.000Z"]
    put(table, *(record(id_of(number), time) for number, time in enumerate(times)))

    assert shown(api.find(**bounds)) == [id_of(number) for number in found]


def test_bounds_hold_on_every_page(api: Api, table: Any) -> None:
    everyone = [*customers(30, together=1)]
    put(table, *everyone)
    bounds = {"created_after": everyone[4]["created_at"], "created_before": everyone[24]["created_at"], "limit": "7"}

    first = api.find(**bounds)
    second = api.find(**bounds, cursor=first.json["next_cursor"])
    third = api.find(**bounds, cursor=second.json["next_cursor"])

    assert [*shown(first), *shown(second), *shown(third)] == [each["id"] for each in everyone[23:4:-1]]
    assert third.json["next_cursor"] is None
    older = {"created_before": everyone[10]["created_at"]}
    assert shown(api.find(**older, limit="1", cursor=first.json["next_cursor"])) == [everyone[9]["id"]]


BAD: list[tuple[dict[str, Any], dict[str, str]]] = [
    *(({"limit": limit}, {"limit": "limit_invalid"}) for limit in ("0", "101", "", "-1", "+5", " 5", "5.0", "1e1")),
    *(({"limit": limit}, {"limit": "limit_invalid"}) for limit in ("1_0", "\u0665", "9" * 5000, "ten", "\ufffd")),
    *(({"cursor": text}, {"cursor": "cursor_invalid"}) for text in ("", "!", "é", "MQ", "a" * 10_000, "\ufffd")),
    ({"cursor": cursor("2:2026-01-31T12:00:00.000Z#cus_" + "0" * 32)}, {"cursor": "cursor_invalid"}),
    ({"cursor": cursor("1:2026-01-31T12:00:00.000Z#cus_" + "0" * 31)}, {"cursor": "cursor_invalid"}),
    ({"cursor": cursor("1:2026-01-31T12:00:00.000Z#cus_" + "0" * 32) + "=="}, {"cursor": "cursor_invalid"}),
    *(
        ({bound: time}, {bound: "time_invalid"})
        for bound in ("created_after", "created_before")
        for time in (
            "",
            "yesterday",
            "1769860800",
            "2026-13-01",
            "2026-02-30",
            "2026-01-31T12:00:00",
            "2026-01-31T12:00Z",
            "2026-01-31T25:00:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:60:00Z",
            "2026-01-31T12:00:60Z",
            "2026-01-31T23:59:60+01:00",
            "2026-01-31T23:59:61Z",
            "9999-12-31T23:59:60Z",
            "2026-01-31T12:00:00+01:60",
            "2026-01-31T12:00:00\u221201:00",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00+25:00",
            "2026-01-31T12:00:00+01",
            "20260131T120000Z",
            "2026-W05-6",
            "2026-01-31 ",
            "0000-01-01",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "٢٠٢٦-01-31",
        )
    ),
    (
        {"limit": "0", "cursor": "!", "created_after": "now"},
        {"limit": "limit_invalid", "cursor": "cursor_invalid", "created_after": "time_invalid"},
    ),
    ({"limit": ["5", "5"]}, {"limit": "repeated"}),
    ({"created_after": ["2026-01-31", "2026-01-30"], "limit": "5"}, {"created_after": "repeated"}),
    ({"page": "2"}, {"page": "unknown_field"}),
    ({"Limit": "2"}, {"Limit": "unknown_field"}),
    ({"created_at[gt]": "2026-01-31"}, {"": "unknown_field"}),
]


@pytest.mark.parametrize(("parameters", "codes"), BAD, ids=lambda value: ascii(value)[:200])
def test_a_bad_parameter_is_named(api: Api, parameters: dict[str, Any], codes: dict[str, str]) -> None:
    answer = api.find(**parameters)

    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["code"] == "malformed-request"
    assert answer.codes == codes


# A cursor is anybody's to make, so whatever it is, it must lead to no error of ours and to nobody else's customers.
PLACES = st.from_regex(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z#cus_[0-9a-f]{32}", fullmatch=True
)
CURSORS = st.one_of(
    st.text(),
    st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
    PLACES.map(lambda place: cursor(f"1:{place}")),
    st.tuples(PLACES, st.integers(0, 70), st.characters(codec="utf-8")).map(
        lambda made: cursor(f"1:{made[0]}"[: made[1]] + made[2] + f"1:{made[0]}"[made[1] :])
    ),
)


@given(CURSORS)
@example(cursor(f"1:globex#{FIRST}.000Z#cus_{'0' * 32}"))
@example(cursor("1:9999-99-99T99:99:99.999Z#cus_" + "f" * 32))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cursor_of_ones_own_making_does_no_harm(api: Api, table: Any, made: str) -> None:
    own, other = [*customers(3)], [*customers(6, name="Globex")][3:]
    put(table, *own)
    put(table, *other, organization="globex")

    answer = api.find(cursor=made)

    assert answer.status in {200, 400}
    if answer.status == 400:
        assert answer.codes == {"cursor": "cursor_invalid"}
    else:
        assert set(shown(answer)) <= {customer["id"] for customer in own}
    assert "globex" not in answer.text.lower()


def test_a_cursor_shows_nothing_of_another_organization(api: Api, table: Any) -> None:
    put(table, *customers(6), organization="globex")
    put(table, record(id_of(1), f"{FIRST}.000Z"))
    theirs = cursor(f"1:{FIRST}.001Z#{[*customers(6)][4]['id']}")

    assert shown(api.find(cursor=theirs)) == [id_of(1)]


def test_a_cursor_outlives_the_customer_that_it_was_made_at(api: Api, table: Any) -> None:
    everyone = [*customers(9)]
    put(table, *everyone)
    first = api.find(limit="4")
    for customer in everyone:
        if customer["id"] in shown(first):
            table.delete_item(Key={"pk": f"acme#customer#{customer['id']}"})

    rest = api.find(cursor=first.json["next_cursor"])

    assert shown(rest) == [customer["id"] for customer in everyone[4::-1]]


def test_a_page_of_large_customers_ends_early_and_loses_nobody(api: Api, table: Any) -> None:
    large = json.dumps({"text": '"\\' * 30_000}, separators=(",", ":"))
    everyone = [*customers(60, custom_fields=large)]
    put(table, *everyone)
    seen: list[str] = []
    parameters = {"limit": "60"}

    while True:
        answer = api.find(**parameters)
        response = json.dumps({"statusCode": 200, "body": answer.text}, ensure_ascii=False).encode()
        assert len(response) <= listing.MAX_BYTES + 1024, "Lambda's answer may have 6 MB"
        seen += shown(answer)
        if answer.json["next_cursor"] is None:
            break
        assert len(response) > listing.MAX_BYTES * 0.9
        parameters["cursor"] = answer.json["next_cursor"]

    assert seen == [customer["id"] for customer in reversed(everyone)]
    assert len(seen) > len(set(parameters))


@pytest.mark.parametrize(
    "fault",
    [answer(400, "ThrottlingException"), answer(500, "InternalServerError"), ReadTimeoutError(endpoint_url=URL)],
    ids=["throttled", "broken", "silent"],
)
@pytest.mark.parametrize("let_through", [0, 5, 16], ids=["all", "some shards", "the customers"])
def test_a_list_that_can_not_be_read_in_time_is_503(
    api: Api, table: Any, context: Context, fault: Any, let_through: int
) -> None:
    put(table, *customers(30))

    with faults(*[None] * let_through, forever=fault):
        answer = api.find()

    assert answer.status == 503
    assert answer.json["code"] == "try-again"
    assert answer.headers["Retry-After"] == "1"
    assert context.milliseconds_left > 0
    assert "data" not in answer.json


def test_a_list_begins_nothing_when_there_is_no_time(api: Api, context: Context) -> None:
    context.milliseconds_left = 200

    with faults() as calls:
        answer = api.find()

    assert (answer.status, calls) == (503, [])


def test_the_log_has_the_cost_of_a_list_and_none_of_its_words(api: Api, table: Any, log: Any) -> None:
    put(table, *customers(3, name="Marked Name"))

    api.find(limit="2")

    [line] = [line for line in log() if line.get("route") == "GET /customers"]
    assert (line["status"], line["attempts"]) == (200, 17)
    assert line["read_units"] > 0
    assert "marked" not in json.dumps(line).lower()
