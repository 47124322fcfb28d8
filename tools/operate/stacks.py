"""Which stack a command is about: the one that `make run` serves, or STACK on AWS."""

import shlex
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError, EndpointConnectionError

from customers.table.dynamodb import DynamoDB
from local.account import API_ENV, STACK_NAME, local_session
from operate.command import CommandError, optional

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

START = "start one with `make run`, or name a stack on AWS with STACK="


class DeployedStack(NamedTuple):
    """A stack that runs somewhere: its outputs, and the way to the account that it is in."""

    session: boto3.Session
    endpoint_url: str | None
    outputs: dict[str, str]

    def tables(self) -> "DynamoDBServiceResource":
        """The tables where the stack is."""
        return self.session.resource("dynamodb", endpoint_url=self.endpoint_url)

    def table(self, output: str) -> "Table":
        """The table that an output names."""
        return self.tables().Table(self.outputs[output])

    def dynamodb(self) -> DynamoDB:
        """DynamoDB, where the stack is."""
        client = self.session.client("dynamodb", endpoint_url=self.endpoint_url)
        return DynamoDB(client.meta.endpoint_url, client.meta.region_name, self.session.get_credentials())


def chosen_stack() -> DeployedStack:
    """The stack that STACK names, with the credentials and the region of the environment; else the local one.

    Raises CommandError when there is neither, or when it is no stack of this template.
    """
    name = optional("STACK")
    session, endpoint_url = (boto3.Session(), None) if name else (local_session(), _local_endpoint_url())
    cloudformation = session.client("cloudformation", endpoint_url=endpoint_url)
    try:
        [stack] = cloudformation.describe_stacks(StackName=name or STACK_NAME)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        region = cloudformation.meta.region_name
        raise CommandError(f"there is no stack {name or STACK_NAME} in {region}: check STACK and the region") from error
    except EndpointConnectionError as error:
        if name:
            raise
        raise CommandError(f"no stack is running on this machine: {START}") from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    if not outputs.keys() >= {"TableName", "ApiKeysTableName"}:
        raise CommandError(
            f"{name or STACK_NAME} is not a stack of this template: it has no tables of customers and keys"
        )
    return DeployedStack(session, endpoint_url, outputs)


def _local_endpoint_url() -> str:
    """Where the emulator is, from the lines for a shell that `make run` leaves."""
    if not API_ENV.exists():
        raise CommandError(f"no stack is running on this machine: {START}")
    words = (word.partition("=") for word in shlex.split(API_ENV.read_text()))
    url = urlsplit({name: value for name, _, value in words}["CUSTOMERS_API_URL"])
    return f"{url.scheme}://{url.netloc}"
