"""Thousands of mixed requests at once: each answer has to fit into some order of one request after the other.

Every write that is carried out gives a customer a name that no other write gives, so each revision of each customer has
one writer. From these the periods follow in which a customer had an e-mail address or an external id, and each answer
is held against them. A moment is not known better than that it lies between a request and its answer.
"""

import math
import random
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import httpx
import pytest

from local.stack import Stack

CLIENTS = 24
REQUESTS = 2_016
VALUES = 60
UNIQUE = ("email", "external_id")

type Record = dict[str, Any]


class Exchange(NamedTuple):
    """A request and its answer, with the moments between which it took effect."""

    method: str
    path: str
    query: dict[str, str]
    body: Record | None
    headers: dict[str, str]
    began: float
    answer: httpx.Response
    ended: float

    @property
    def replayed(self) -> bool:
        return "Idempotent-Replayed" in self.answer.headers

    @property
    def key(self) -> str | None:
        return self.headers.get("Idempotency-Key")

    @property
    def asked(self) -> tuple[Any, ...]:
        """What makes it the same request as another."""
        return self.method, self.path, str(self.query), str(self.body)


class Span(NamedTuple):
    """A time during which something held: it came about between two moments, and ended between two others."""

    began: float
    surely: float
    ending: float
    ended: float

    def may_hold_during(self, exchange: Exchange) -> bool:
        return self.began < exchange.ended and self.ended > exchange.began


class Requests:
    """Requests out of few addresses, external ids, keys and customers, so that most of them collide."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self._known: list[str] = []
        self._lock = threading.Lock()

    def learn(self, customer_id: str) -> None:
        with self._lock:
            self._known.append(customer_id)

    def next(self, chance: random.Random) -> tuple[str, str, dict[str, str], Record | None, dict[str, str]]:
        kinds = ["create"] * 6 + ["put"] * 4 + ["find"] * 2
        kinds += (["change"] * 8 + ["delete"] * 2 + ["get"] * 2) if self._known else []
        key = f"{chance.randrange(VALUES)}-{self.seed}" if chance.random() < 0.4 else None
        if key and chance.random() < 0.8:  # the same request as all others with this key, if it is of the same kind
            chance = random.Random(key)  # noqa: S311 - the same requests whenever the seed is the same
        kind, name = chance.choice(kinds), key or uuid.uuid4().hex
        headers = {"Idempotency-Key": key} if key else {}
        match kind:
            case "create":
                return "POST", "/customers", {}, self._values(chance) | {"name": name}, headers
            case "put":
                values = self._values(chance)
                external_id = values.pop("external_id", f"{chance.randrange(VALUES)}-{self.seed}")
                if chance.random() < 0.2:
                    headers["If-None-Match"] = "*"
                return "PUT", "/customers", {"external_id": external_id}, values | {"name": name}, headers
            case "change":
                values = {field: value for field, value in self._values(chance).items() if chance.random() < 0.7}
                if chance.random() < 0.2:
                    headers["If-Match"] = f'"{chance.randrange(1, 4)}"'
                return "PATCH", self._path(chance), {}, values | {"name": name}, headers
            case "delete":
                return "DELETE", self._path(chance), {}, None, {}
            case "get":
                return "GET", self._path(chance), {}, None, {}
            case _:
                field, value = chance.choice([*self._values(chance).items()])
                return "GET", "/customers", {field: value}, None, {}

    def _values(self, chance: random.Random) -> Record:
        n = chance.randrange(VALUES)
        values = {"email": f"{chance.choice('aA')}{n}-{self.seed}@example.com"}
        if chance.random() < 0.7:
            values["external_id"] = f"{n if chance.random() < 0.8 else chance.randrange(VALUES)}-{self.seed}"
        return values

    def _path(self, chance: random.Random) -> str:
        with self._lock:
            return f"/customers/{chance.choice(self._known[-40:])}"


def exchanges(stack: Stack, api_key: str, seed: str) -> list[Exchange]:
    requests = Requests(seed)

    def client(number: int) -> list[Exchange]:
        chance = random.Random(f"{seed}{number}")  # noqa: S311 - the same requests whenever the seed is the same
        done = []
        authorization = {"Authorization": f"Bearer {api_key}"}
        with httpx.Client(base_url=stack.api_url, headers=authorization, timeout=120) as http:
            for _ in range(REQUESTS // CLIENTS):
                method, path, query, body, headers = requests.next(chance)
                began = time.monotonic()
                answer = http.request(method, path, params=query, json=body, headers=headers)
                done.append(Exchange(method, path, query, body, headers, began, answer, time.monotonic()))
                if answer.status_code == 201:
                    requests.learn(answer.json()["id"])
        return done

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [exchange for done in pool.map(client, range(CLIENTS)) for exchange in done]


def normalised(field: str, value: str) -> str:
    return value.lower() if field == "email" else value


class History:
    """What became of each customer, put together from the answers to the writes that were carried out."""

    def __init__(self, all_of_them: list[Exchange]) -> None:
        self.writes: dict[str, dict[int, Exchange]] = defaultdict(dict)
        self.deletes: dict[str, Exchange] = {}
        for exchange in all_of_them:
            if exchange.answer.status_code == 204:
                customer_id = exchange.path.rpartition("/")[2]
                assert customer_id not in self.deletes, "a customer is deleted once"
                self.deletes[customer_id] = exchange
            elif exchange.method in {"POST", "PUT", "PATCH"} and exchange.answer.is_success and not exchange.replayed:
                record = exchange.answer.json()
                writes = self.writes[record["id"]]
                assert record["revision"] not in writes, "two writes never make one revision"
                writes[record["revision"]] = exchange

    def record(self, customer_id: str, revision: int) -> Record:
        record: Record = self.writes[customer_id][revision].answer.json()
        return record

    def span(self, customer_id: str, first: int, last: int) -> Span:
        """When a customer had these revisions."""
        begin = self.writes[customer_id][first]
        end = self.writes[customer_id].get(last + 1) or self.deletes.get(customer_id)
        return Span(begin.began, begin.ended, end.began if end else math.inf, end.ended if end else math.inf)

    def periods(self) -> Iterator[tuple[tuple[str, str], str, Span]]:
        """When which customer had which value."""
        for customer_id, writes in self.writes.items():
            for field in UNIQUE:
                first = 1
                for revision in range(1, len(writes) + 1):
                    value = self._value(customer_id, field, revision)
                    if value != self._value(customer_id, field, revision + 1):
                        if value is not None:
                            yield (field, value), customer_id, self.span(customer_id, first, revision)
                        first = revision + 1

    def _value(self, customer_id: str, field: str, revision: int) -> str | None:
        if revision not in self.writes[customer_id]:
            return None
        value = self.record(customer_id, revision).get(field)
        return None if value is None else normalised(field, value)


type Owners = dict[tuple[str, str], list[tuple[str, Span]]]
"""Who had each value, and when."""


@pytest.fixture(scope="module")
def all_of_them(stack: Stack, api_key: str) -> list[Exchange]:
    return exchanges(stack, api_key, uuid.uuid4().hex)


@pytest.fixture(scope="module")
def history(all_of_them: list[Exchange]) -> History:
    return History(all_of_them)


@pytest.fixture(scope="module")
def owners(history: History) -> Owners:
    owners = defaultdict(list)
    for value, customer_id, span in history.periods():
        owners[value].append((customer_id, span))
    return owners


def test_all_kinds_of_answers_occur(all_of_them: list[Exchange]) -> None:
    statuses = Counter((exchange.method, exchange.answer.status_code) for exchange in all_of_them)

    assert {status for _, status in statuses} <= MEANINGS.keys(), statuses
    assert statuses.keys() >= {
        ("POST", 201),
        ("POST", 409),
        ("POST", 422),
        ("PUT", 200),
        ("PUT", 201),
        ("PUT", 409),
        ("PUT", 412),
        ("PATCH", 200),
        ("PATCH", 404),
        ("PATCH", 409),
        ("PATCH", 412),
        ("DELETE", 204),
        ("DELETE", 404),
        ("GET", 200),
        ("GET", 404),
    }


def test_each_revision_follows_the_one_before(history: History) -> None:
    for customer_id, writes in history.writes.items():
        assert sorted(writes) == [*range(1, len(writes) + 1)]
        for before, after in pairwise(sorted(writes)):
            assert writes[before].began < writes[after].ended
            expected = {**history.record(customer_id, before), **(writes[after].body or {})}
            seen = history.record(customer_id, after)
            if writes[after].method == "PATCH":
                changed = {"revision", "updated_at"}
                assert {k: v for k, v in seen.items() if k not in changed} == {
                    k: v for k, v in expected.items() if k not in changed
                }


def test_a_value_belongs_to_one_customer_at_a_time(owners: Owners) -> None:
    for spans in owners.values():
        in_order = sorted(spans, key=lambda owner: owner[1].surely)
        for (_, earlier), (_, later) in pairwise(in_order):
            assert earlier.ending < later.surely, "given up before it is had again"


def test_the_table_holds_what_the_last_writes_left(stack: Stack, all_of_them: list[Exchange], history: History) -> None:
    left = history.writes.keys() - history.deletes.keys()
    in_table = {item["id"]: item for item in stack.table.scan()["Items"] if item.get("id") in history.writes}

    assert in_table.keys() == left
    for customer_id in left:
        last = history.record(customer_id, len(history.writes[customer_id]))
        assert {name: in_table[customer_id].get(name) for name in last} == last


class Seen(NamedTuple):
    """What all answers together show: `used` has the request that each key stands for."""

    history: History
    owners: Owners
    used: dict[str, Exchange]


def shows(exchange: Exchange, seen: Seen) -> None:
    """200, 201: a customer was like that at some moment of the request, or the customers of a list were."""
    answer = exchange.answer.json()
    for record in answer.get("data", [answer]):
        customer_id, revision = record["id"], record["revision"]
        assert record == seen.history.record(customer_id, revision)
        assert seen.history.span(customer_id, revision, revision).may_hold_during(exchange)
    if "data" not in answer:
        assert exchange.answer.headers["ETag"] == f'"{answer["revision"]}"'
    if exchange.replayed:
        assert exchange.key
        first = seen.used[exchange.key]
        assert (first.asked, first.answer.json()["id"]) == (exchange.asked, answer["id"])
        assert first.began < exchange.ended


def is_deleted(exchange: Exchange, seen: Seen) -> None:
    """204, 404: the customer was deleted by then."""
    assert seen.history.deletes[exchange.path.rpartition("/")[2]].began < exchange.ended


def names_owners(exchange: Exchange, seen: Seen) -> None:
    """409: each customer that is named had the value."""
    for conflict in exchange.answer.json()["conflicts"]:
        field = conflict["field"]
        value = exchange.query.get(field) or (exchange.body or {})[field]
        assert any(
            owner == conflict["customer_id"] and span.may_hold_during(exchange)
            for owner, span in seen.owners[field, normalised(field, value)]
        )


def was_deleted_since(exchange: Exchange, seen: Seen) -> None:
    """410: the same request was carried out, and its customer deleted by then."""
    assert exchange.key
    first = seen.used[exchange.key]
    assert first.asked == exchange.asked
    assert seen.history.deletes[first.answer.json()["id"]].began < exchange.ended


def is_of_another_revision(exchange: Exchange, seen: Seen) -> None:
    """412: a customer that the request is about had the revision that is named."""
    revision = exchange.answer.json()["revision"]
    about = {exchange.path.rpartition("/")[2]}
    if exchange.method == "PUT":
        about = {owner for owner, _ in seen.owners["external_id", exchange.query["external_id"]]}
    assert any(
        revision in seen.history.writes[owner]
        and seen.history.span(owner, revision, revision).may_hold_during(exchange)
        for owner in about
    )


def is_of_another_request(exchange: Exchange, seen: Seen) -> None:
    """422: the key stands for another request."""
    assert exchange.key
    assert exchange.answer.json()["code"] == "idempotency-key-reused"
    first = seen.used[exchange.key]
    assert first.asked != exchange.asked
    assert first.began < exchange.ended


MEANINGS: dict[int, Callable[[Exchange, Seen], None]] = {
    200: shows,
    201: shows,
    204: is_deleted,
    404: is_deleted,
    409: names_owners,
    410: was_deleted_since,
    412: is_of_another_revision,
    422: is_of_another_request,
}


def test_each_answer_was_true_at_some_moment_of_its_request(
    all_of_them: list[Exchange], history: History, owners: Owners
) -> None:
    first_uses = [e for e in all_of_them if e.key and e.answer.is_success and not e.replayed]
    used = {e.key: e for e in first_uses if e.key}
    assert len(used) == len(first_uses)
    for exchange in all_of_them:
        MEANINGS[exchange.answer.status_code](exchange, Seen(history, owners, used))
