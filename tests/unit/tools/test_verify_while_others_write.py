"""A scan sees other requests half done, and none of that is a broken promise."""

from collections.abc import Callable
from threading import RLock
from typing import Any

import pytest

from conftest import Api
from operate import scan, verify_table
from operate.verify_table import violations
from verified import ADA, EMAIL, change, delete

pytest_plugins = ["operators"]


@pytest.fixture
def between_the_reads(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let others do something when a page has been read, and before the items that it names are."""
    get = scan.get

    def plan(*actions: Callable[[], Any]) -> None:
        waiting = list(actions)

        def interleaved(table: Any, keys: list[str]) -> Any:
            if waiting and keys:
                waiting.pop(0)()
            return get(table, keys)

        monkeypatch.setattr(verify_table, "get", interleaved)

    return plan


def test_who_is_deleted_between_the_reads_is_no_broken_promise(
    table: Any, customer_key: str, between_the_reads: Callable[..., None]
) -> None:
    between_the_reads(lambda: delete(customer_key))

    assert list(violations(table)) == []


def test_who_is_created_again_between_the_reads_is_no_broken_promise(
    table: Any, api: Api, customer_key: str, between_the_reads: Callable[..., None]
) -> None:
    def create_again() -> None:
        delete(customer_key)
        api.create(ADA)

    between_the_reads(create_again)

    assert list(violations(table)) == []


def test_who_moves_from_guard_to_guard_while_being_looked_at_is_no_broken_promise(
    table: Any, customer_key: str, between_the_reads: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer has a new address at each look, so each look is at guards that it had before."""
    addresses = [ADA["email"], *(f"ada-{number}@example.com" for number in range(4))]

    together = RLock()  # a change is one transaction, and a look at it too

    def move() -> None:
        old, new = (f"acme#email#{address}" for address in addresses[:2])
        table.delete_item(Key={"pk": old})
        table.put_item(Item={"pk": new, "customer_id": customer_key.rpartition("#")[2]})
        change(table, customer_key, "SET email = :email, guards.email = :to", email=addresses[1], to=new)
        del addresses[0]

    def move_at_once() -> None:
        with together:
            move()

    look = scan.get_at_once

    def moving_look(table: Any, keys: list[str]) -> Any:
        with together:
            if len(addresses) > 1:
                move()
            return look(table, keys)

    between_the_reads(move_at_once)
    monkeypatch.setattr(verify_table, "get_at_once", moving_look)
    monkeypatch.setattr(scan, "SEGMENTS", 1)

    assert list(violations(table)) == []
    assert addresses == ["ada-3@example.com"]


def test_what_others_are_writing_is_waited_for(
    table: Any, customer_key: str, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = table.meta.client
    table.delete_item(Key={"pk": EMAIL})
    busy = client.exceptions.TransactionCanceledException({"Error": {}}, "TransactGetItems")
    answers, look = [busy, busy], client.transact_get_items

    def transact_get_items(**parameters: Any) -> Any:
        if answers:
            raise answers.pop()
        return look(**parameters)

    monkeypatch.setattr(client, "transact_get_items", transact_get_items)

    assert list(violations(table)) == [f"{customer_key} has no {EMAIL}"]
    assert len(context.pauses) == 2
