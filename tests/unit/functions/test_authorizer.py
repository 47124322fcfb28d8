"""Who may call: the authorizer on a table of keys."""

import fnmatch
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conftest import Context, Log
from customers.api_keys import EVERY_KEY, SCOPES, hash_of
from customers.errors import TryAgain
from customers.http import edge
from customers.settings import settings
from faults import BEFORE_COMMIT, answer, faults
from operate import api_keys
from support import template

STAGE = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/v1"


@pytest.fixture(autouse=True)
def table_of_keys(keys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function's table is the table of keys, as the template has it."""
    import authorizer

    monkeypatch.setattr(authorizer, "settings", lambda: settings()._replace(table_name=keys.name))


FAULTS = {**BEFORE_COMMIT, "throttled": answer(400, "ThrottlingException")}


def authorize(
    *authorization: str, header: str = "Authorization", route: str = "POST/customers", context: Any = None
) -> dict[str, Any]:
    """What the function answers to API Gateway about a request."""
    from authorizer import handler

    event = {
        "type": "REQUEST",
        "methodArn": f"{STAGE}/{route}",
        "headers": {header: authorization[-1]} if authorization else None,
        "multiValueHeaders": {"Host": ["example.com"], header: list(authorization)} if authorization else None,
    }
    of_lambda: Any = context or Context()
    answer: dict[str, Any] = handler(event, of_lambda)
    return answer


def assert_refused(*authorization: str, header: str = "Authorization") -> None:
    """Only this exception with this message becomes a 401."""
    with pytest.raises(Exception, match=r"\AUnauthorized\Z") as refused:
        authorize(*authorization, header=header)
    assert type(refused.value) is Exception


def allows(policy: dict[str, Any], route: str, stage: str = STAGE) -> bool:
    """Whether the policy lets API Gateway pass the route: a `*` also matches slashes."""
    [statement] = policy["policyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "execute-api:Invoke")
    return any(fnmatch.fnmatchcase(f"{stage}/{route}", resource) for resource in statement["Resource"])


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
@pytest.mark.parametrize("header", ["Authorization", "authorization"])
def test_a_key_tells_the_organization(keys: Any, scheme: str, header: str) -> None:
    key, entry = api_keys.create(keys, "acme", "customers:write")

    policy = authorize(f"{scheme} {key}", header=header)

    assert policy["context"] == {"organization": "acme", "key_id": entry.id}
    assert policy["principalId"] == entry.id
    assert key not in json.dumps(policy)
    assert entry.key_hash not in json.dumps(policy)


@pytest.mark.parametrize(
    "authorization",
    [
        [],
        [""],
        ["Bearer"],
        ["Bearer "],
        ["{key}"],
        ["Basic {key}"],
        ["Bearer{key}"],
        ["Bearer\t{key}"],
        [" Bearer {key}"],
        ["Bearer {key} "],
        ["Bearer {key}\n"],
        ["Bearer {key}A"],
        ["Bearer {key}="],
        ["Bearer {key},Bearer {key}"],
        ["Bearer {key}", "Bearer {key}"],
        ["Bearer ck_short", "Bearer {key}"],
        ["Bearer CK_{bare}"],
        ["Bearer {bare}"],
        ["Bearer ck_" + "ä" * 43],
        ["Bearer ck_" + "A" * 42 + "B"],  # no 32 bytes end like that
        ["Bearer ck_" + "A" * 100_000],
    ],
    ids=lambda values: repr(values)[:60],
)
def test_what_is_no_key_is_refused_and_never_looked_up(
    keys: Any, monkeypatch: pytest.MonkeyPatch, authorization: list[str]
) -> None:
    import authorizer

    key, _ = api_keys.create(keys, "acme", "customers:write")
    monkeypatch.setattr(authorizer, "keys", None)

    assert_refused(*(value.format(key=key, bare=key.removeprefix("ck_")) for value in authorization))


def test_a_key_is_looked_up_once_and_as_it_is_now(keys: Any) -> None:
    key, entry = api_keys.create(keys, "acme", "customers:write")

    with faults() as calls:
        authorize(f"Bearer {key}")

    [call] = calls
    assert call.operation == "GetItem"
    assert call.parameters == {
        "TableName": "api-keys",
        "Key": {"key_hash": {"S": entry.key_hash}},
        "ConsistentRead": True,
        "ReturnConsumedCapacity": "TOTAL",
    }


@pytest.mark.parametrize("fault", ["throttled", "read timeout", "malformed answer"])
def test_a_key_is_looked_up_again_when_no_answer_comes(keys: Any, context: Context, fault: str) -> None:
    key, entry = api_keys.create(keys, "acme", "customers:write")

    with faults(FAULTS[fault], FAULTS[fault]):
        assert authorize(f"Bearer {key}", context=context)["principalId"] == entry.id


@pytest.mark.parametrize("fault", ["throttled", "read timeout", "malformed answer"])
def test_a_table_that_gives_no_answer_is_a_failure_and_no_refusal(context: Context, log: Log, fault: str) -> None:
    with faults(forever=FAULTS[fault]), pytest.raises(TryAgain):
        authorize(f"Bearer ck_{'A' * 43}", context=context)

    [line] = log()
    assert line["level"] == "ERROR"
    assert line["last_failure"] in {"ThrottlingException", "ReadTimeoutError", "HTTP 200"}


def test_an_unknown_key_is_refused(keys: Any) -> None:
    assert_refused(f"Bearer ck_{'A' * 43}")


def test_the_hash_of_a_key_opens_nothing(keys: Any) -> None:
    _, entry = api_keys.create(keys, "acme", "customers:write")

    assert_refused(f"Bearer {entry.key_hash}")
    assert_refused(f"Bearer ck_{entry.key_hash[:43]}")


def test_a_revoked_key_is_refused(keys: Any) -> None:
    key, entry = api_keys.create(keys, "acme", "customers:write")
    api_keys.revoke(keys, entry.id)

    assert_refused(f"Bearer {key}")


def test_a_key_works_until_it_expires(keys: Any) -> None:
    now = datetime.now(UTC)
    key, entry = api_keys.create(keys, "acme", "customers:write", expires=now + timedelta(hours=1))
    assert authorize(f"Bearer {key}")["principalId"] == entry.id

    keys.put_item(Item=entry._replace(expires_at=f"{now:%Y-%m-%dT%H:%M:%SZ}").item())

    assert_refused(f"Bearer {key}")


@pytest.mark.parametrize("damage", [{"expires_at": "soon"}, {"organization": None}, {"scopes": None}], ids=str)
def test_an_entry_that_cannot_be_read_opens_nothing(keys: Any, damage: dict[str, Any]) -> None:
    key, entry = api_keys.create(keys, "acme", "customers:write")
    keys.put_item(Item={name: value for name, value in (entry.item() | damage).items() if value is not None})

    with pytest.raises((ValueError, TypeError)):
        authorize(f"Bearer {key}")


def test_an_unknown_scope_opens_no_more_than_none(keys: Any) -> None:
    key, entry = api_keys.create(keys, "acme", "customers:read")
    keys.put_item(Item=entry._replace(scopes=["customers:*", "*"]).item())

    policy = authorize(f"Bearer {key}")

    assert not allows(policy, "GET/customers")
    assert not allows(policy, "POST/customers")


@pytest.mark.parametrize(
    ("scopes", "opened"),
    [
        ("customers:write", {"POST", "PATCH", "PUT"}),
        ("customers:delete", {"DELETE"}),
        ("customers:read", {"GET"}),
        ("customers:write customers:read", {"GET", "POST", "PATCH", "PUT"}),
        ("customers:write customers:read customers:delete", {"GET", "POST", "PATCH", "PUT", "DELETE"}),
    ],
)
@pytest.mark.parametrize("path", ["customers", "customers/", "customers/cus_1", "customers/a/b"])
def test_a_key_opens_the_routes_of_its_scopes(keys: Any, scopes: str, opened: set[str], path: str) -> None:
    key, _ = api_keys.create(keys, "acme", scopes)

    policy = authorize(f"Bearer {key}")

    assert {
        method for method in ("GET", "POST", "PATCH", "PUT", "DELETE") if allows(policy, f"{method}/{path}")
    } == opened
    assert not allows(policy, f"POST/{path}", stage=STAGE.replace("/v1", "/other"))
    assert not allows(policy, f"POST/{path}", stage=STAGE.replace("a1b2c3d4e5", "f0f0f0f0f0"))


def test_a_policy_is_the_same_whatever_route_asked_for_it(keys: Any) -> None:
    key, _ = api_keys.create(keys, "acme", "customers:read")
    routes = ["GET/customers", "POST/customers", "GET/customers/cus_1", "DELETE/customers", "GET/"]

    policies = [authorize(f"Bearer {key}", route=route) for route in routes]

    assert all(policy == policies[0] for policy in policies)


def _routes_of_the_template() -> dict[str, bool]:
    """Each route that asks for a key, and whether it has an answer other than 405."""
    functions = [r for r in template()["Resources"].values() if r["Type"] == "AWS::Serverless::Function"]
    events = [e["Properties"] for f in functions for e in f["Properties"].get("Events", {}).values()]
    return {
        f"{event['Method'].upper()}{event['Path'].replace('{', '').replace('}', '')}": event["Method"].upper()
        in edge.ALLOWED_METHODS.get(event["Path"], "").split(", ")
        for event in events
        if event.get("Auth", {}).get("Authorizer") != "NONE"
    }


@pytest.mark.parametrize(("route", "answers"), _routes_of_the_template().items())
def test_a_route_that_answers_takes_one_scope_and_any_other_is_within_reach(route: str, *, answers: bool) -> None:
    def matches(patterns: tuple[str, ...]) -> bool:
        return any(fnmatch.fnmatchcase(route, pattern) for pattern in patterns)

    scopes = [scope for scope, patterns in SCOPES.items() if matches(patterns)]

    if answers:
        assert len(scopes) == 1
        assert not matches(EVERY_KEY)
    else:
        assert scopes or matches(EVERY_KEY)


def test_the_log_names_the_key_and_never_tells_it(keys: Any, log: Log) -> None:
    key, entry = api_keys.create(keys, "acme", "customers:write")
    authorize(f"Bearer {key}")
    api_keys.revoke(keys, entry.id)
    assert_refused(f"Bearer {key}")
    assert_refused("Bearer something else")

    lines = log()

    assert [(line.get("key_id"), line["key_state"]) for line in lines] == [
        (entry.id, "active"),
        (entry.id, "revoked"),
        (None, "unknown"),
    ]
    assert key.removeprefix("ck_") not in str(lines)
    assert hash_of(key) not in str(lines)
    assert "something else" not in str(lines)
