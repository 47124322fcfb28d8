"""What the deployment tells the functions: the only reader of the environment."""

import os
from functools import cache
from typing import NamedTuple


class Settings(NamedTuple):
    """`base_url` is the public URL of the API; see the parameter BaseUrl in template.yaml.

    AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL override `dynamodb_url`, as in AWS's SDKs:
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """

    table_name: str
    base_url: str
    event_bus_name: str
    unpublished_queue_url: str
    region: str
    dynamodb_url: str


@cache
def settings() -> Settings:
    """The settings of this process; KeyError when the template forgot one."""
    return Settings(
        table_name=os.environ["TABLE_NAME"],
        base_url=os.environ["BASE_URL"],
        event_bus_name=os.environ["EVENT_BUS_NAME"],
        unpublished_queue_url=os.environ["UNPUBLISHED_QUEUE_URL"],
        region=os.environ["AWS_REGION"],
        dynamodb_url=os.environ.get("AWS_ENDPOINT_URL_DYNAMODB")
        or os.environ.get("AWS_ENDPOINT_URL")
        or os.environ["DYNAMODB_URL"],
    )


def secret_key() -> tuple[str, str, str | None] | None:
    """The access key's id, its secret and the session token that AWS's SDKs take from the environment, if it has them.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    """
    if "AWS_ACCESS_KEY_ID" not in os.environ:
        return None
    return os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_SESSION_TOKEN")
