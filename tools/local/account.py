"""The emulated account: where it is, what is in it, and its root's credentials."""

from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
API_ENV = LOCAL / "api.env"  # how to reach the API that `make run` serves
STACK_NAME = "customer-create"
REGION = "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}  # MiniStack's root


def local_session() -> boto3.Session:
    """The emulated account's root."""
    return boto3.Session(
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
