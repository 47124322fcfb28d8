"""Copies of a started function, which is what SnapStart makes: what must not be the same in all of them.

A fork copies a process as a restored snapshot does, memory and all.
"""

import pytest

from built import FUNCTIONS, MODULE, run

COPIES = """
import os, random
from datetime import UTC, datetime
import create_customer
from customers.customer import identity
from customers.table import retries
from customers.table.writes import uuid4

def copy():
    reader, writer = os.pipe()
    if os.fork() == 0:
        random.seed(0)  # a fork seeds it again, a restore does not
        os.write(writer, f"{identity.new_customer_id(datetime.now(UTC))} {uuid4()} {retries._uniform(0, 1)}".encode())
        os._exit(0)
    os.wait()
    return os.read(reader, 1000).decode().split()

ids, tokens, pauses = zip(*(copy() for _ in range(20)))
assert len(set(ids)) == len(set(tokens)) == len(set(pauses)) == 20, (ids, tokens, pauses)
"""


def test_copies_of_a_started_function_share_no_ids_tokens_and_pauses() -> None:
    run(COPIES, "CreateCustomerFunction")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_started_function_holds_no_connection_that_a_copy_would_find_dead(function: str) -> None:
    assert run(f"import {MODULE[function]}", function)["connected"] == []
