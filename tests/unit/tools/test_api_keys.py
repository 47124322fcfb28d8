"""Making, listing and revoking keys."""

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from customers.api_keys import hash_of
from operate import api_keys

pytest_plugins = ["operators"]


@pytest.fixture(autouse=True)
def on_the_stack(stack_in_memory: Any) -> None:
    """Every command finds the tables in moto."""


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


def test_a_key_is_printed_once_and_alone(make: Any, keys: Any) -> None:
    status, out, err = make("api-key", ORG="acme", SCOPES="customers:read", LABEL="shop")
    key = out.strip()

    listed = make("api-keys")

    assert status == 0
    assert hash_of(key) == keys.scan()["Items"][0]["key_hash"]
    assert key not in err
    assert listed[1].split() == [err.split()[0], "active", "acme", "customers:read", "shop"]
    assert key.removeprefix("ck_") not in "".join(map(str, listed))
    assert hash_of(key) not in "".join(map(str, listed))


def test_a_key_expires_at_a_time_in_utc(make: Any, keys: Any) -> None:
    for expires in ("2999-12-31", "2999-12-31T12:00:00+02:00"):
        make("api-key", ORG="acme", SCOPES="customers:read", EXPIRES=expires)

    assert {item["expires_at"] for item in keys.scan()["Items"]} == {"2999-12-31T00:00:00Z", "2999-12-31T10:00:00Z"}
    assert "active until 2999-12-31T10:00:00Z" in make("api-keys")[1]


def test_a_revoked_key_stays_in_the_list_with_the_time_of_its_first_revocation(make: Any, keys: Any) -> None:
    _, entry = api_keys.create(keys, "acme", "customers:read")
    _, other = api_keys.create(keys, "globex", "customers:read")

    first = make("api-key-revoke", ID=entry.id)
    revoked_at = keys.get_item(Key={"key_hash": entry.key_hash})["Item"]["revoked_at"]
    keys.put_item(Item=entry._replace(revoked_at="2026-01-01T00:00:00Z").item())
    second = make("api-key-revoke", ID=entry.id)

    assert first[0] == second[0] == 0
    assert datetime.fromisoformat(revoked_at).tzinfo == UTC
    states = {line.split()[0]: line.split()[1] for line in make("api-keys")[1].splitlines()}
    assert states == {entry.id: "revoked", other.id: "active"}
    assert keys.get_item(Key={"key_hash": entry.key_hash})["Item"]["revoked_at"] == "2026-01-01T00:00:00Z"


def test_a_dry_run_says_which_key_would_be_revoked(make: Any, keys: Any) -> None:
    _, entry = api_keys.create(keys, "acme", "customers:read", label="shop")

    assert make("api-key-revoke", ID=entry.id, DRY_RUN="1") == (
        0,
        f"would revoke {entry.id}  active  acme  customers:read  shop\n",
        "",
    )
    assert "revoked_at" not in keys.scan()["Items"][0]


READ = {"SCOPES": "customers:read"}
ACME = {"ORG": "acme"}


@pytest.mark.parametrize(
    ("command", "arguments", "complaint"),
    [
        ("api-key", READ, "ORG is missing. It is an organization, as in ORG=acme."),
        ("api-key", READ | {"ORG": ""}, "ORG is missing"),
        ("api-key", READ | {"ORG": "Acme"}, "ORG has to be an organization, as in ORG=acme."),
        ("api-key", READ | {"ORG": "acme#customer"}, "ORG has to be an organization"),
        ("api-key", READ | {"ORG": "acme\n"}, "ORG has to be an organization"),
        ("api-key", READ | {"ORG": "-acme"}, "ORG has to be an organization"),
        ("api-key", READ | {"ORG": "a" * 64}, "ORG has to be an organization"),
        ("api-key", ACME, "SCOPES is missing"),
        ("api-key", ACME | {"SCOPES": " "}, "one or more of the scopes"),
        ("api-key", ACME | {"SCOPES": "customers:read,customers:write"}, "one or more of the scopes"),
        ("api-key", ACME | {"SCOPES": "customers:read *"}, "one or more of the scopes"),
        ("api-key", ACME | READ | {"LABEL": "a\nb"}, "label"),
        ("api-key", ACME | READ | {"LABEL": "caf\udce9"}, "LABEL has to be"),
        ("api-key", ACME | READ | {"EXPIRES": "2020-01-01"}, "future"),
        ("api-key", ACME | READ | {"EXPIRES": "tomorrow"}, "EXPIRES has to be a date or a time in ISO 8601"),
        ("api-key", ACME | READ | {"EXPIRES": "9999-12-31T23:59:59-23:59"}, "EXPIRES has to be"),
        ("api-key-revoke", {"ID": "key_0000000000000000"}, "No key has this id: `make api-keys` lists them."),
        ("api-key-revoke", {"ID": "key_0"}, "ID has to be the id of a key, as `make api-keys` shows it"),
        ("api-key-revoke", {}, "ID is missing"),
        ("api-key-revoke", {"ID": "key_0000000000000000", "DRY_RUN": "yes"}, "DRY_RUN has to be 1 or nothing."),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_a_mistake_is_one_line_and_changes_nothing(
    make: Any, keys: Any, command: str, arguments: dict[str, str], complaint: str
) -> None:
    api_keys.create(keys, "acme", "customers:read")
    before = keys.scan()["Items"]

    status, out, err = make(command, **arguments)

    assert status in {1, 2}
    assert out == ""
    assert err.startswith(f"make {command}: ")
    assert complaint in err
    assert len(err.splitlines()) == 1
    assert keys.scan()["Items"] == before
