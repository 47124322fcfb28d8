"""`make api-key`, `make api-keys`, `make api-key-revoke`: who may call a stack.

Of the stack that `make run` serves, or of STACK on AWS, with the credentials and the region of the environment.
"""

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import BotoCoreError, ClientError

from customers.api_keys import ApiKey, from_item, new_key, rfc3339
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


def revoke(table: "Table", key_id: str) -> ApiKey:
    """Take a key back for good; the time of a first revocation stays. Raises ValueError when no key has the id."""
    for entry in entries(table):
        if entry.id == key_id:
            updated = table.update_item(
                Key={"key_hash": entry.key_hash},
                UpdateExpression="SET revoked_at = if_not_exists(revoked_at, :now)",
                ConditionExpression=Attr("key_hash").exists(),
                ExpressionAttributeValues={":now": rfc3339(datetime.now(UTC))},
                ReturnValues="ALL_NEW",
            )
            return from_item(updated["Attributes"])
    raise ValueError("No key has this id: `make api-keys` lists them.")


def _time(text: str) -> datetime | None:
    """A date or a time in ISO 8601, in UTC where it doesn't say."""
    if not text:
        return None
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    creating = commands.add_parser("create", help="make a key and print it, once")
    creating.add_argument("--organization", required=True)
    creating.add_argument("--scopes", required=True, help="customers:write, customers:read or both")
    creating.add_argument("--label", default="", help="what the key is for")
    creating.add_argument("--expires", default="", help="date or time in ISO 8601")
    commands.add_parser("list", help="list the keys; a key itself is stored nowhere")
    revoking = commands.add_parser("revoke", help="take a key back")
    revoking.add_argument("id")
    return parser.parse_args()


def _show(entry: ApiKey) -> None:
    state = entry.state(datetime.now(UTC))
    if state == "active" and entry.expires_at:
        state += f" until {entry.expires_at}"
    print(f"{entry.id}  {state}  {entry.organization}  {' '.join(entry.scopes)}  {entry.label}".rstrip())


def main() -> int:
    """The exit status of make; the key alone goes to standard output, so that a script can take it."""
    arguments = _arguments()
    try:
        table = chosen_stack().table("ApiKeysTableName")
        match arguments.command:
            case "create":
                key, entry = create(
                    table, arguments.organization, arguments.scopes, arguments.label, _time(arguments.expires)
                )
                print(f"{entry.id} of {entry.organization}: keep it, it can't be shown again", file=sys.stderr)
                print(key)
            case "list":
                for entry in entries(table):
                    _show(entry)
            case "revoke":
                _show(revoke(table, arguments.id))
    except (ValueError, ClientError, BotoCoreError) as error:
        print(f"api-keys: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
