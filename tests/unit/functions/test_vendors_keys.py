"""Where the callers of vendors' APIs show their key."""

import base64
from typing import Any

import pytest

from conftest import Context
from customers.settings import settings
from operate import api_keys


@pytest.fixture(autouse=True)
def table_of_keys(keys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import authorizer

    monkeypatch.setattr(authorizer, "settings", lambda: settings()._replace(table_name=keys.name))


def is_let_in(vendor: str, **headers: str) -> bool:
    """Whether the API of a vendor, or with an empty name the native one, takes the key in these headers."""
    from authorizer import handler

    named = {name.replace("_", "-"): value for name, value in headers.items()}
    event = {
        "type": "REQUEST",
        "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/v1/POST/customers",
        "headers": named,
        "multiValueHeaders": {name: [value] for name, value in named.items()},
        "stageVariables": {"vendor": vendor} if vendor else None,
    }
    of_lambda: Any = Context()
    try:
        handler(event, of_lambda)
    except Exception as refusal:
        if str(refusal) != "Unauthorized":
            raise
        return False
    return True


def basic(user: str) -> str:
    return f"Basic {base64.b64encode(user.encode()).decode()}"


def test_each_api_has_its_header_and_its_scheme(keys: Any) -> None:
    key, _ = api_keys.create(keys, "acme", "customers:write")
    bearer, basic_key, own = f"Bearer {key}", basic(f"{key}:"), key

    assert {vendor for vendor in ("", "stripe", "orb", "rebilly") if is_let_in(vendor, Authorization=bearer)} == {
        "",
        "stripe",
        "orb",
    }
    assert [v for v in ("", "stripe", "orb", "rebilly") if is_let_in(v, Authorization=basic_key)] == ["stripe"]
    assert [v for v in ("", "stripe", "orb", "rebilly") if is_let_in(v, REB_APIKEY=own)] == ["rebilly"]
    assert is_let_in("rebilly", REB_APIKEY=own, Authorization="Bearer eyJhbGciOiJIUzI1NiJ9")


def test_basic_is_the_key_and_no_password(keys: Any) -> None:
    key, _ = api_keys.create(keys, "acme", "customers:write")

    assert is_let_in("stripe", Authorization=basic(key))
    for shown in (
        basic(f"{key}:secret"),
        basic(f":{key}"),
        basic("é"),
        "Basic",
        "Basic !",
        "basic ====",
        f"Basic {key}",
    ):
        assert not is_let_in("stripe", Authorization=shown)


@pytest.mark.parametrize("value", ["", "Bearer {}", "{} ", "{}x", "ck_nobody"])
def test_rebillys_header_has_nothing_but_the_key(keys: Any, value: str) -> None:
    key, _ = api_keys.create(keys, "acme", "customers:write")

    assert not is_let_in("rebilly", REB_APIKEY=value.format(key))
