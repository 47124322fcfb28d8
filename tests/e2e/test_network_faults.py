"""A real network between the function and the emulator's DynamoDB, which knows ClientRequestToken as moto doesn't."""

import multiprocessing
import os
import signal
import socket
import uuid
from typing import Any

import pytest

import proxy as network
from customers.errors import CustomerExists, OutcomeUnknown
from direct import create, create_in_child, customers
from local.stack import Stack
from proxy import Exchange, proxy


def new_customer() -> dict[str, Any]:
    return {"email": f"{uuid.uuid4().hex}@example.com", "external_id": uuid.uuid4().hex}


FAULTS = ["reset_before", "reset_after", "cut_answer", "silent_before", "silent_after", "drip_after", "garbage_after"]


@pytest.mark.parametrize("key", ["key", None], ids=["with a key", "without a key"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_lost_exchange_is_made_again_and_succeeds_once(stack: Stack, fault: str, key: str | None) -> None:
    exchange: Exchange = getattr(network, fault)
    customer = new_customer()

    with proxy(stack.endpoint_url, exchange, exchange) as url:
        creation = create(customers(stack, url), customer, key and uuid.uuid4().hex)

    assert not creation.replayed
    assert customers(stack, stack.endpoint_url).find("acme", "email", customer["email"], lambda: 15) == creation.record


@pytest.mark.parametrize("fault", ["silent_after", "drip_after", "cut_answer"])
def test_a_create_that_never_gets_an_answer_is_replayed_by_its_key(stack: Stack, fault: str) -> None:
    exchange: Exchange = getattr(network, fault)
    customer, key = new_customer(), uuid.uuid4().hex

    with proxy(stack.endpoint_url, *[exchange] * 20) as url, pytest.raises(OutcomeUnknown):
        create(customers(stack, url), customer, key, seconds=0.5)

    replay = create(customers(stack, stack.endpoint_url), customer, key)
    assert replay.replayed
    assert replay.record.items() >= customer.items()
    with pytest.raises(CustomerExists) as conflict:
        create(customers(stack, stack.endpoint_url), customer)
    assert {c.customer_id for c in conflict.value.conflicts} == {replay.record["id"]}


def test_nothing_listening_is_an_unknown_outcome_and_no_customer(stack: Stack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"http://127.0.0.1:{server.getsockname()[1]}"
    customer = new_customer()

    with pytest.raises(OutcomeUnknown):
        create(customers(stack, nobody), customer, seconds=4)

    assert customers(stack, stack.endpoint_url).find("acme", "email", customer["email"], lambda: 15) is None


def test_a_function_killed_between_commit_and_answer_is_replayed_by_its_key(stack: Stack) -> None:
    customer, key = new_customer(), uuid.uuid4().hex
    parent, child = multiprocessing.Pipe()

    def kill_after(_client: socket.socket, request: bytes, carry_out: Any) -> None:
        carry_out(request)
        os.kill(parent.recv(), signal.SIGKILL)

    with proxy(stack.endpoint_url, kill_after) as url:
        process = multiprocessing.get_context("spawn").Process(
            target=create_in_child, args=(stack, url, customer, key, child)
        )
        process.start()
        process.join(60)

    assert process.exitcode == -signal.SIGKILL
    replay = create(customers(stack, stack.endpoint_url), customer, key)
    assert replay.replayed
    assert replay.record.items() >= customer.items()
