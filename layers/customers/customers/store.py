"""Customers in DynamoDB: the one write that creates a customer and can't create it twice.

One table, whose partition key alone tells the items apart:

    {org}#customer#{id}             the customer
    {org}#email#{key}               the guard of an e-mail address, with the id of the customer that has it
    {org}#external_id#{value}       the guard of an external id

A create puts them all in one transaction, each on the condition that it does not exist. Whatever happens, either all
are there or none is, and a guard that exists says whose it is.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import boto3
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from customers.errors import Conflict, CustomerError, CustomerExists, TryAgain
from customers.identity import email_key
from customers.model import Record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

BUSY = frozenset(
    {
        "TransactionConflict",
        "TransactionInProgressException",
        "ThrottlingError",
        "ThrottlingException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
    }
)
"""The codes, of a call or of a cancellation reason, that say that nothing was written and that it may be next time."""

_attribute = TypeSerializer().serialize


def dynamodb() -> "DynamoDBClient":
    """The client; making one takes long enough that a process should make one only."""
    return boto3.client("dynamodb")


class CustomerStore:
    """The customers of all organizations, in one table."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def create(self, organization: str, record: Record) -> None:
        """Write a new customer and its guards: one round trip, two write units an item of up to 1 KB.

        Raises CustomerExists with every conflict, or TryAgain when the table is busy; nothing is written then.
        """
        guards = _guards(organization, record)
        items = [
            {"pk": f"{organization}#customer#{record['id']}", **record},
            *({"pk": pk, "customer_id": record["id"]} for pk in guards.values()),
        ]
        try:
            self._client.transact_write_items(TransactItems=[self._put_new(item) for item in items])
        except self._client.exceptions.TransactionCanceledException as error:
            if refusal := _refusal(error.response["CancellationReasons"], list(guards)):
                raise refusal from error
            raise
        except ClientError as error:
            if error.response["Error"]["Code"] in BUSY:
                raise TryAgain from error
            raise

    def _put_new(self, item: Mapping[str, Any]) -> "TransactWriteItemTypeDef":
        return {
            "Put": {
                "TableName": self._table_name,
                "Item": {name: _attribute(value) for name, value in item.items()},
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }


def _guards(organization: str, record: Record) -> dict[str, str]:
    """The key of the guard of each unique field that the customer has."""
    guards = {}
    if (email := record.get("email")) is not None:
        guards["email"] = f"{organization}#email#{email_key(email)}"
    if (external_id := record.get("external_id")) is not None:
        guards["external_id"] = f"{organization}#external_id#{external_id}"
    return guards


def _refusal(reasons: Sequence[Mapping[str, Any]], guarded: Sequence[str]) -> CustomerError | None:
    """What a cancelled transaction means: the firmest of its reasons, which come in the order of the items.

    A guard that exists is final, so it counts before contention. None when a reason is neither.
    """
    conflicts = [
        Conflict(field, reason["Item"]["customer_id"]["S"])
        for field, reason in zip(guarded, reasons[1:], strict=True)
        if reason.get("Code") == "ConditionalCheckFailed"
    ]
    if conflicts:
        return CustomerExists(conflicts)
    if {reason.get("Code", "None") for reason in reasons} <= BUSY | {"None"}:
        return TryAgain()
    return None
