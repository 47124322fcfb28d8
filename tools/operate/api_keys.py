"""`make api-key`, `make api-keys`, `make api-key-revoke`: who may call a stack.

Of the stack that `make run` serves, or of STACK on AWS, with the credentials and the region of the environment.
"""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from customers.api_keys import ApiKey, from_item, new_key, rfc3339
from operate.command import CommandError, argument, command, dry_run, optional
from operate.stacks import chosen_stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


def create(
    table: "Table", organization: str, scopes: str, label: str = "", expires: datetime | None = None
) -> tuple[str, ApiKey]:
    """Make a key; blanks separate the scopes. Raises ValueError as `customers.api_keys.new_key` does."""
    key, entry = new_key(organization, scopes.split(), now=datetime.now(UTC), label=label, expires=expires)
    table.put_item(Item=entry.item(), ConditionExpression=Attr("key_hash").not_exists())
    return key, entry


def entries(table: "Table") -> list[ApiKey]:
    """What the table holds of all keys, oldest first."""
    pages = table.meta.client.get_paginator("scan").paginate(TableName=table.name, ConsistentRead=True)
    return sorted((from_item(item) for page in pages for item in page["Items"]), key=lambda e: (e.created_at, e.id))


def find(table: "Table", key_id: str) -> ApiKey:
    """The key with an id. Raises ValueError if there is no such key."""
    for entry in entries(table):
        if entry.id == key_id:
            return entry
    raise ValueError("No key has this id: `make api-keys` lists them.")


def revoke(table: "Table", key_id: str) -> ApiKey:
    """Take a key back for good; the time of a first revocation stays. Raises ValueError when no key has the id."""
    updated = table.update_item(
        Key={"key_hash": find(table, key_id).key_hash},
        UpdateExpression="SET revoked_at = if_not_exists(revoked_at, :now)",
        ConditionExpression=Attr("key_hash").exists(),
        ExpressionAttributeValues={":now": rfc3339(datetime.now(UTC))},
        ReturnValues="ALL_NEW",
    )
    return from_item(updated["Attributes"])


def _time(text: str) -> datetime | None:
    """A date or a time in ISO 8601, in UTC where it doesn't say."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CommandError("EXPIRES has to be a date or a time in ISO 8601, as in EXPIRES=2030-12-31.") from error


def _show(entry: ApiKey) -> None:
    state = entry.state(datetime.now(UTC))
    if state == "active" and entry.expires_at:
        state += f" until {entry.expires_at}"
    print(f"{entry.id}  {state}  {entry.organization}  {' '.join(entry.scopes)}  {entry.label}".rstrip())


def _table() -> "Table":
    return chosen_stack().table("ApiKeysTableName")


@command("api-key", "ORG", "SCOPES", "LABEL", "EXPIRES")
def create_key() -> int:
    """Make a key. It alone goes to standard output, so that a script can take it."""
    organization, scopes, label = argument("ORG"), argument("SCOPES"), optional("LABEL")
    expires = _time(optional("EXPIRES"))
    try:
        new_key(organization, scopes.split(), now=datetime.now(UTC), label=label, expires=expires)
    except ValueError as error:
        raise CommandError(str(error)) from error
    key, entry = create(_table(), organization, scopes, label, expires)
    print(f"{entry.id} of {entry.organization}: store it now, it can't be shown again", file=sys.stderr)
    print(key)
    return 0


@command("api-keys")
def list_keys() -> int:
    """List the keys; a key itself is stored nowhere."""
    for entry in entries(_table()):
        _show(entry)
    return 0


@command("api-key-revoke", "ID", "DRY_RUN")
def revoke_key() -> int:
    """Take a key back."""
    key_id, only_say = argument("ID"), dry_run()
    table = _table()
    try:
        entry = find(table, key_id) if only_say else revoke(table, key_id)
    except ValueError as error:
        raise CommandError(str(error), 1) from error
    if only_say:
        print("would revoke ", end="")
    _show(entry)
    return 0


COMMANDS = {"create": create_key, "list": list_keys, "revoke": revoke_key}

if __name__ == "__main__":
    sys.exit(COMMANDS[sys.argv[1]]())
