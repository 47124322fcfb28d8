"""Making, listing and revoking keys."""

import base64
import hashlib
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from customers.api_keys import hash_of
from operate import api_keys

type Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(keys: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The tool as make calls it: its exit status, its output and its errors."""
    monkeypatch.setattr(api_keys, "chosen_stack", lambda: SimpleNamespace(table=lambda _output: keys))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["api_keys.py", *arguments])
        return api_keys.main(), *capsys.readouterr()

    return run


def test_a_key_is_256_bits_that_nobody_can_foresee(keys: Any) -> None:
    made = [api_keys.create(keys, "acme", "customers:read")[0] for _ in range(100)]

    assert len(set(made)) == 100
    for key in made:
        assert re.fullmatch(r"ck_[A-Za-z0-9_-]{43}", key)
        assert len(base64.urlsafe_b64decode(key.removeprefix("ck_") + "=")) == 32


def test_the_table_holds_the_hash_and_not_the_key(keys: Any) -> None:
    key, entry = api_keys.create(
        keys, "acme", "customers:read customers:write", label="billing", expires=datetime.now(UTC) + timedelta(days=1)
    )

    [item] = keys.scan()["Items"]

    assert item == {
        "key_hash": hashlib.sha256(key.encode()).hexdigest(),
        "organization": "acme",
        "scopes": ["customers:read", "customers:write"],
        "label": "billing",
        "created_at": entry.created_at,
        "expires_at": entry.expires_at,
    }
    assert key.removeprefix("ck_") not in str(item)


def test_a_key_is_printed_once_and_alone(command: Command, keys: Any) -> None:
    status, out, err = command("create", "--organization", "acme", "--scopes", "customers:read", "--label", "shop")
    key = out.strip()

    listed = command("list")

    assert status == 0
    assert hash_of(key) == keys.scan()["Items"][0]["key_hash"]
    assert key not in err
    assert listed[1].split() == [err.split()[0], "active", "acme", "customers:read", "shop"]
    assert key.removeprefix("ck_") not in "".join(map(str, listed))
    assert hash_of(key) not in "".join(map(str, listed))


def test_a_key_expires_at_a_time_in_utc(command: Command, keys: Any) -> None:
    command("create", "--organization=acme", "--scopes=customers:read", "--expires=2999-12-31")
    command("create", "--organization=acme", "--scopes=customers:read", "--expires=2999-12-31T12:00:00+02:00")

    assert {item["expires_at"] for item in keys.scan()["Items"]} == {"2999-12-31T00:00:00Z", "2999-12-31T10:00:00Z"}
    assert "active until 2999-12-31T10:00:00Z" in command("list")[1]


def test_a_revoked_key_stays_in_the_list_with_the_time_of_its_first_revocation(command: Command, keys: Any) -> None:
    _, entry = api_keys.create(keys, "acme", "customers:read")
    _, other = api_keys.create(keys, "globex", "customers:read")

    first = command("revoke", entry.id)
    revoked_at = keys.get_item(Key={"key_hash": entry.key_hash})["Item"]["revoked_at"]
    keys.put_item(Item=entry._replace(revoked_at="2026-01-01T00:00:00Z").item())
    second = command("revoke", entry.id)

    assert first[0] == second[0] == 0
    assert datetime.fromisoformat(revoked_at).tzinfo == UTC
    states = {line.split()[0]: line.split()[1] for line in command("list")[1].splitlines()}
    assert states == {entry.id: "revoked", other.id: "active"}
    assert keys.get_item(Key={"key_hash": entry.key_hash})["Item"]["revoked_at"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["create", "--organization=", "--scopes=customers:read"], "organization"),
        (["create", "--organization=Acme", "--scopes=customers:read"], "organization"),
        (["create", "--organization=acme#customer", "--scopes=customers:read"], "organization"),
        (["create", "--organization=acme\n", "--scopes=customers:read"], "organization"),
        (["create", "--organization=-acme", "--scopes=customers:read"], "organization"),
        (["create", "--organization=" + "a" * 64, "--scopes=customers:read"], "organization"),
        (["create", "--organization=acme", "--scopes="], "scopes"),
        (["create", "--organization=acme", "--scopes=customers:read,customers:write"], "scopes"),
        (["create", "--organization=acme", "--scopes=customers:read *"], "scopes"),
        (["create", "--organization=acme", "--scopes=customers:read", "--label=a\nb"], "label"),
        (["create", "--organization=acme", "--scopes=customers:read", "--expires=2020-01-01"], "future"),
        (["create", "--organization=acme", "--scopes=customers:read", "--expires=tomorrow"], "isoformat"),
        (["revoke", "key_0000000000000000"], "No key has this id"),
        (["revoke", ""], "No key has this id"),
    ],
    ids=lambda value: " ".join(value)[:70] if isinstance(value, list) else value,
)
def test_a_mistake_is_one_line_and_changes_nothing(
    command: Command, keys: Any, arguments: list[str], complaint: str
) -> None:
    api_keys.create(keys, "acme", "customers:read")
    before = keys.scan()["Items"]

    status, out, err = command(*arguments)

    assert (status, out) == (1, "")
    assert complaint in err
    assert len(err.splitlines()) == 1
    assert keys.scan()["Items"] == before
