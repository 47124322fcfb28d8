"""Leave out of the layer what no function runs."""

import shutil
import sys
from pathlib import Path

# botocore describes every AWS service; these are the data that a DynamoDB client reads.
BOTOCORE_DATA = {
    "_retry.json",
    "dynamodb",
    "endpoints.json",
    "partitions.json",
    "sdk-default-configuration.json",
}
LEFT_OUT = (
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
    "dns",  # email-validator asks the DNS only when it checks deliverability
    "pycountry/locales",
    "pycountry/tests",
    "pydantic/v1",
)


def main() -> None:
    """Trim the folder of packages that the command line names."""
    packages = Path(sys.argv[1])
    for name in LEFT_OUT:
        shutil.rmtree(packages / name)
    for path in (packages / "botocore" / "data").iterdir():
        if path.name not in BOTOCORE_DATA:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


if __name__ == "__main__":
    main()
