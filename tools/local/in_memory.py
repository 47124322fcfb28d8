"""AWS in this process: moto, and nothing that reaches the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from botocore.httpsession import URLLib3Session
from moto import mock_aws
from moto.core.models import botocore_stubber

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
    "AWS_SECRET_ACCESS_KEY": "test",
    "BASE_URL": "https://$context.domainName/$context.stage",
    "DYNAMODB_URL": "https://dynamodb.eu-west-1.amazonaws.com",
    "EVENT_BUS_NAME": "customers",
    "TABLE_NAME": "customers",
    "UNPUBLISHED_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/unpublished",
}
"""What Lambda and the template tell the functions."""


@contextmanager
def in_memory_aws() -> Iterator[None]:
    """Let moto answer botocore's clients, and the functions too, which use botocore's connections without a client."""
    with (
        mock_aws(),
        patch.object(URLLib3Session, "send", lambda _, request: botocore_stubber("before-send", request)),
    ):
        yield
