"""Leave out of the layer what no function runs."""

import gzip
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
    _keep_what_calls_need(data / "dynamodb" / "2012-08-10" / "service-2.json.gz")


def _keep_endpoints(path: Path) -> None:
    """The addresses of all services take 20 ms to parse, more than half of what a client takes to make."""
    endpoints = json.loads(path.read_text())
    for partition in endpoints["partitions"]:
        partition["services"] = {
            service: partition["services"].get(service, {"endpoints": {}}) for service in ("dynamodb", "events")
        }
    path.write_text(json.dumps(endpoints, separators=(",", ":")))


def _keep_what_calls_need(path: Path) -> None:
    """Of the service: not its manual, nor the search of each request for the ARNs of its tables.

    Those choose the endpoint of an account, which credentials that name their account have; Lambda's name none. The
    search takes 3 % of a create.
    """
    service = json.loads(gzip.decompress(path.read_bytes()))
    for part in (service, *service["operations"].values(), *service["shapes"].values()):
        part.pop("documentation", None)
        part.pop("operationContextParams", None)
        for member in part.get("members", {}).values():
            member.pop("documentation", None)
    path.write_bytes(gzip.compress(json.dumps(service, separators=(",", ":")).encode(), mtime=0))


if __name__ == "__main__":
    main()
