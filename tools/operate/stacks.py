"""Which stack a command is about: the one that `make run` serves, or STACK on AWS."""

import os
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import boto3

from local.account import API_ENV, STACK_NAME, local_session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class DeployedStack(NamedTuple):
    """A stack that runs somewhere: its outputs, and the way to the account that it is in."""

    session: boto3.Session
    endpoint_url: str | None
    outputs: dict[str, str]

    def table(self, output: str) -> "Table":
        """The table that an output names."""
        return self.session.resource("dynamodb", endpoint_url=self.endpoint_url).Table(self.outputs[output])


def chosen_stack() -> DeployedStack:
    """The stack that the environment variable STACK names, with the credentials of the environment; else the local one.

    Raises SystemExit with a line that says what to do when there is neither.
    """
    name = os.environ.get("STACK")
    session, endpoint_url = (boto3.Session(), None) if name else (local_session(), _local_endpoint_url())
    cloudformation = session.client("cloudformation", endpoint_url=endpoint_url)
    [stack] = cloudformation.describe_stacks(StackName=name or STACK_NAME)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return DeployedStack(session, endpoint_url, outputs)


def _local_endpoint_url() -> str:
    if not API_ENV.exists():
        raise SystemExit("nothing runs on this machine: start it with `make run`, or name a stack on AWS with STACK=")
    settings = dict(line.removeprefix("export ").split("=", 1) for line in API_ENV.read_text().splitlines())
    url = urlsplit(settings["CUSTOMERS_API_URL"])
    return f"{url.scheme}://{url.netloc}"
