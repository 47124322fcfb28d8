"""Leave out of the layer what no function runs."""

import shutil
import sys
from pathlib import Path

# Of these folders only what they list is kept.
KEPT = {
    # botocore describes every AWS service. The publisher calls EventBridge and SQS by it, and `make bench` DynamoDB.
    "botocore/data": {
        "_retry.json",
        "dynamodb",
        "endpoints.json",
        "events",
        "partitions.json",
        "sdk-default-configuration.json",
        "sqs",
    },
    "phonenumbers/shortdata": {"__init__.py"},  # emergency numbers and the like
    "pycountry/databases": {"iso3166-1.json", "iso4217.json"},
}
LEFT_OUT = (
    ".lock",  # uv's
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/swagger-ui-bundle.min.js",  # the reference page is our own
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/swagger-ui.min.css",
    "aws_lambda_powertools/utilities/batch",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/parameters",
    "aws_lambda_powertools/utilities/parser",
    "aws_lambda_powertools/utilities/streaming",
    "aws_lambda_powertools/utilities/validation",
    "bin",
    "boto3/data",  # resources, a second interface to the services
    "boto3/examples",
    "langcodes/data",  # what its tables were generated from
    "langcodes/tests",
    "pycountry/locales",
    "pycountry/tests",
    "pydantic/v1",
    "stdnum/imsi.dat",  # telephone operators
    "stdnum/oui.dat",  # makers of network cards
    "tzdata/zoneinfo",  # the names of the zones are in a file of their own
)


def main() -> None:
    """Trim the folder of packages that the command line names."""
    packages = Path(sys.argv[1])
    left_out = [packages / name for name in LEFT_OUT]
    for folder, kept in KEPT.items():
        left_out += [path for path in (packages / folder).iterdir() if path.name not in kept]
    for path in left_out:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


if __name__ == "__main__":
    main()
