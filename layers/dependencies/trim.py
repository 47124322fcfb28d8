"""Leave out of the layer what no function runs."""

import json
import shutil
import sys
from pathlib import Path

# Of these folders only what they list is kept.
KEPT = {
    # botocore describes every AWS service; these are the data that a DynamoDB client reads.
    "botocore/data": {
        "_retry.json",
        "dynamodb",
        "endpoints.json",
        "events",
        "partitions.json",
        "sdk-default-configuration.json",
    },
    "phonenumbers/shortdata": {"__init__.py"},  # emergency numbers and the like
    "pycountry/databases": {"iso3166-1.json", "iso4217.json"},
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
    "langcodes/data",  # what its tables were generated from
    "langcodes/tests",
    "pycountry/locales",
    "pycountry/tests",
    "pydantic/v1",
    "simplejson/tests",
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
    data = packages / "botocore" / "data"
    _keep_endpoints(data / "endpoints.json")
    # These rules say what that table says, and botocore would follow them anew for each call: 5 % of a create.
    (data / "dynamodb" / "2012-08-10" / "endpoint-rule-set-1.json.gz").unlink()


def _keep_endpoints(path: Path) -> None:
    """The addresses of all services take 20 ms to parse, more than half of what a client takes to make."""
    endpoints = json.loads(path.read_text())
    for partition in endpoints["partitions"]:
        services = partition["services"].items()
        partition["services"] = {name: service for name, service in services if name in KEPT["botocore/data"]}
    path.write_text(json.dumps(endpoints, separators=(",", ":")))


if __name__ == "__main__":
    main()
