"""Thousands of mixed requests at once: each answer has to fit into some order of one request after the other."""

import random
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import httpx

from local.stack import Stack

CLIENTS = 32
REQUESTS = 2_048


class Exchange(NamedTuple):
    """A create and its answer, with the moments between which it took effect."""

    customer: dict[str, Any]
    key: str | None
    began: float
    answer: httpx.Response
    ended: float


def exchanges(stack: Stack, api_key: str, seed: str) -> list[Exchange]:
    """Creates by many clients out of few e-mail addresses, external ids and keys, so that most of them collide."""

    def client(number: int) -> list[Exchange]:
        chance = random.Random(f"{seed}{number}")  # noqa: S311 - the same requests whenever the seed is the same
        done = []
        headers = {"Authorization": f"Bearer {api_key}"}
        with httpx.Client(base_url=stack.api_url, headers=headers, timeout=120) as http:
            for _ in range(REQUESTS // CLIENTS):
                n = chance.randrange(150)
                customer = {"email": f"{chance.choice('aA')}{n}-{seed}@example.com"}
                if chance.random() < 0.7:
                    customer["external_id"] = f"{n if chance.random() < 0.8 else chance.randrange(150)}-{seed}"
                key = f"{n}-{seed}" if chance.random() < 0.5 else None
                began = time.monotonic()
                answer = http.post("/customers", json=customer, headers={"Idempotency-Key": key} if key else {})
                done.append(Exchange(customer, key, began, answer, time.monotonic()))
        return done

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [exchange for done in pool.map(client, range(CLIENTS)) for exchange in done]


def normalised(field: str, value: str) -> str:
    return value.lower() if field == "email" else value


def test_every_answer_fits_some_serial_order(stack: Stack, api_key: str) -> None:
    seed = uuid.uuid4().hex
    all_of_them = exchanges(stack, api_key, seed)

    statuses = Counter(e.answer.status_code for e in all_of_them)
    assert len(all_of_them) == REQUESTS
    assert set(statuses) == {201, 409, 422}

    created = [e for e in all_of_them if e.answer.status_code == 201 and "Idempotent-Replayed" not in e.answer.headers]
    by_id = {e.answer.json()["id"]: e for e in created}
    owner = {(f, normalised(f, v)): e for e in created for f, v in e.customer.items()}
    # Each value of a unique field has one customer, and it is in its table.
    assert len(by_id) == len(created)
    assert len(owner) == sum(len(e.customer) for e in created)
    in_table = {item["id"]: item for item in stack.table.scan()["Items"] if seed in str(item) and "id" in item}
    assert in_table.keys() == by_id.keys()

    used: dict[str | None, Exchange] = {e.key: e for e in created if e.key}
    assert len(used) == sum(1 for e in created if e.key)
    for exchange in all_of_them:
        answer = exchange.answer.json()
        first = used.get(exchange.key)
        match exchange.answer.status_code:
            case 201:
                winner = by_id[answer["id"]]
                assert answer == winner.answer.json()
                assert winner.customer == exchange.customer
                assert winner is exchange or winner.key == exchange.key is not None
                assert winner.began < exchange.ended
            case 409:
                # Each named customer has the value, and was there before this answer; a twin is replayed instead.
                for conflict in answer["conflicts"]:
                    field = conflict["field"]
                    winner = by_id[conflict["customer_id"]]
                    assert owner[field, normalised(field, exchange.customer[field])] is winner
                    assert winner.began < exchange.ended
                    assert not (exchange.key and winner.key == exchange.key)
                if first is not None:  # the key was free then: what it was used for came later
                    assert first.ended > exchange.began
            case 422:
                assert answer["type"].endswith("/idempotency-key-reused")
                assert first is not None
                assert first.customer != exchange.customer
                assert first.began < exchange.ended
