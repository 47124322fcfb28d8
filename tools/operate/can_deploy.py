"""What `make deploy` asks before it builds anything: which environment, and whether AWS lets us in."""

import sys

import boto3
from botocore.exceptions import NoRegionError

from operate.command import argument, command


@command("deploy", "ENVIRONMENT", "PARAMETERS")
def main() -> int:
    """Say where to on standard error."""
    environment = argument("ENVIRONMENT")
    session = boto3.Session()
    if session.region_name is None:
        raise NoRegionError
    account = session.client("sts").get_caller_identity()["Account"]
    print(f"deploying {environment} to account {account} in {session.region_name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
