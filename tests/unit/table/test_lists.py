"""The order of customers: the index knows it, late perhaps, and the table knows the customers."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.httpsession import URLLib3Session

from customers.customer.model import Record
from customers.errors import TryAgain
from customers.operations import observation
from customers.table import dynamodb, items, lists
from customers.table.lists import Listed, Lists
from faults import answer, faults, raw_answer
from listed import customers, put

THROTTLED = answer(400, "ProvisionedThroughputExceededException")


@pytest.fixture
def store(table: Any) -> Lists:
    assert table.item_count == 0
    return Lists(dynamodb.of_function(), "customers")


def newest(
    store: Lists,
    *,
    before: str = "~",
    after: str = "",
    limit: int = 20,
    time_left: Callable[[], float] = lambda: 15,
) -> list[Listed]:
    return [*store.newest("acme", before=before, after=after, limit=limit, time_left=time_left)]


def pages(store: Lists, limit: int, place: str | None = "~") -> Iterator[list[Record]]:
    """The list from a place on, page by page."""
    while place:
        listed = newest(store, before=place, limit=limit)
        yield [each.record for each in listed if each.record]
        place = listed[-1].rest if listed else None


def ids(page: list[Listed]) -> list[str]:
    return [each.record["id"] for each in page if each.record]


@contextmanager
def throttled(shard: str, times: float) -> Iterator[list[str]]:
    """Let one shard of the index refuse so many reads; yields the shards that were read."""
    read: list[str] = []
    send = URLLib3Session.send

    def inject(session: URLLib3Session, request: Any) -> Any:
        digits = [digit for digit in items.LIST_SHARDS if f'{{"S":"acme#{digit}"}}'.encode() in request.body]
        read.extend(digits)
        return THROTTLED if digits == [shard] and read.count(shard) <= times else send(session, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", inject)
        yield read


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 24, 25, 26, 49, 50, 51, 99, 100])
def test_pages_of_any_length_together_are_the_whole_list(table: Any, store: Lists, limit: int) -> None:
    everyone = [*customers(min(120, limit * 15))]
    put(table, *everyone)

    read = [*pages(store, limit)]

    assert [each["id"] for page in read for each in page] == [each["id"] for each in reversed(everyone)]
    assert [len(page) for page in read[:-1]] == [limit] * (len(read) - 1)
    assert read[-1], "a page that says that there are more is not the last"


def test_customers_are_listed_whole_and_without_what_is_hidden(table: Any, store: Lists) -> None:
    [one] = customers(1, name="Ada", metadata={"plan": "gold"})
    put(table, one)

    assert newest(store) == [Listed(one, None)]


def test_nobody_is_an_empty_list(store: Lists) -> None:
    assert newest(store) == []


def test_a_shard_that_has_more_than_its_share_is_read_on(table: Any, store: Lists) -> None:
    many = [each for each in customers(1200) if each["id"].endswith("7")][:65]
    put(table, *many)

    with faults() as calls:
        listed = newest(store, limit=60)

    assert ids(listed) == [each["id"] for each in reversed(many)][:60]
    assert [call.operation for call in calls].count("Query") == 16 + 60 // lists.ENTRIES


def test_a_page_of_100_takes_one_read_of_each_shard_and_four_of_the_customers(table: Any, store: Lists) -> None:
    put(table, *customers(250))

    with faults() as calls, observation.observed() as seen:
        newest(store, limit=100)

    assert sorted(call.operation for call in calls) == ["BatchGetItem"] * 4 + ["Query"] * 16
    assert seen.attempts == 20
    assert seen.read_units > 0
    queries = [call.parameters for call in calls if call.operation == "Query"]
    assert all(query["IndexName"] == "list" and query["Limit"] == lists.ENTRIES for query in queries)
    batches = [call.parameters["RequestItems"]["customers"] for call in calls if call.operation == "BatchGetItem"]
    assert all(batch["ConsistentRead"] is True for batch in batches)


def test_customers_are_not_read_before_they_are_asked_for(table: Any, store: Lists) -> None:
    put(table, *customers(60))

    with faults() as calls:
        next(store.newest("acme", before="~", after="", limit=60, time_left=lambda: 15))

    assert [call.operation for call in calls].count("BatchGetItem") == 1


def test_a_list_goes_on_where_it_was_whatever_comes_and_goes(table: Any, store: Lists) -> None:
    everyone = [*customers(90)]
    old, gone, new = everyone[:40], everyone[40:50], everyone[60:]
    put(table, *everyone[:60])
    staying = {each["id"] for each in everyone[:60]} - {each["id"] for each in gone}

    first = newest(store, limit=15)
    put(table, *new)
    for each in [*gone, everyone[45]]:
        table.delete_item(Key={"pk": f"acme#customer#{each['id']}"})
    rest = pages(store, 7, first[-1].rest)

    shown = [*ids(first), *(each["id"] for page in rest for each in page)]
    assert len(shown) == len(set(shown)), "nobody twice"
    assert set(shown) >= staying, "nobody is missed who was there all the time"
    assert shown[-40:] == [each["id"] for each in reversed(old)]


def test_a_deleted_customer_that_the_index_still_has_is_a_gap(table: Any, store: Lists) -> None:
    everyone = [*customers(6)]
    put(table, *everyone)

    def delete() -> None:
        for each in (everyone[5], everyone[4], everyone[0]):
            table.delete_item(Key={"pk": f"acme#customer#{each['id']}"})

    with faults(*[None] * 16, delete):
        first = newest(store, limit=2)

    assert [each.record for each in first] == [None, None]
    assert first[-1].rest == items.list_keys("acme", everyone[4])["listed_at"]
    assert ids(newest(store, before=first[-1].rest, limit=9)) == [each["id"] for each in everyone[3:0:-1]]


def test_a_customer_that_the_index_does_not_have_yet_comes_later(table: Any, store: Lists) -> None:
    everyone = [*customers(4)]
    late = everyone.pop(2)
    put(table, *everyone)
    table.put_item(Item={"pk": f"acme#customer#{late['id']}", **late})

    assert ids(newest(store)) == [each["id"] for each in reversed(everyone)]

    put(table, late)
    assert late["id"] in ids(newest(store))


def test_a_shard_that_is_throttled_is_asked_again(table: Any, store: Lists, context: Any) -> None:
    everyone = [*customers(48)]
    put(table, *everyone)

    with throttled("a", 3) as read, observation.observed() as seen:
        listed = newest(store, limit=48)

    assert ids(listed) == [each["id"] for each in reversed(everyone)]
    assert read.count("a") == 4
    assert (seen.attempts, seen.last_failure) == (19 + 2, "ProvisionedThroughputExceededException")
    assert len(context.pauses) == 3


def test_a_shard_that_stays_throttled_ends_the_list(table: Any, store: Lists, context: Any) -> None:
    put(table, *customers(48))

    with throttled("a", float("inf")), pytest.raises(TryAgain):
        newest(store, time_left=lambda: context.get_remaining_time_in_millis() / 1000)

    assert context.milliseconds_left > 0


def test_keys_that_were_not_processed_are_asked_for_again(table: Any, store: Lists, context: Any) -> None:
    everyone = [*customers(10)]
    put(table, *everyone)
    sent: list[int] = []
    send = URLLib3Session.send

    def a_few(session: URLLib3Session, request: Any) -> Any:
        """As DynamoDB does when they are too large together, or when it throttles."""
        if request.headers["X-Amz-Target"].endswith("BatchGetItem"):
            body = json.loads(request.body)
            keys = body["RequestItems"]["customers"]["Keys"]
            sent.append(len(keys))
            body["RequestItems"]["customers"]["Keys"] = keys[:4]
            request.body = json.dumps(body).encode()
            content = json.loads(send(session, request).content)
            if keys[4:]:
                content["UnprocessedKeys"] = {"customers": {"Keys": keys[4:], "ConsistentRead": True}}
            return raw_answer(200, json.dumps(content).encode())
        return send(session, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", a_few)
        listed = newest(store)

    assert ids(listed) == [each["id"] for each in reversed(everyone)]
    assert sent == [10, 6, 2]
    assert len(context.pauses) == 2


def test_keys_that_are_never_processed_end_the_list(table: Any, store: Lists, context: Any) -> None:
    put(table, *customers(1))
    send = URLLib3Session.send

    def nothing(session: URLLib3Session, request: Any) -> Any:
        if request.headers["X-Amz-Target"].endswith("BatchGetItem"):
            requested = json.loads(request.body)["RequestItems"]
            return raw_answer(200, json.dumps({"Responses": {}, "UnprocessedKeys": requested}).encode())
        return send(session, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", nothing)
        with pytest.raises(TryAgain):
            newest(store, time_left=lambda: context.get_remaining_time_in_millis() / 1000)


def test_the_shards_are_read_at_the_same_time(table: Any, store: Lists) -> None:
    put(table, *customers(3))
    send = URLLib3Session.send

    def slow(session: URLLib3Session, request: Any) -> Any:
        time.sleep(0.05)
        return send(session, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", slow)
        begun = time.monotonic()
        newest(store)

    assert time.monotonic() - begun < 16 * 0.05
