"""What `sam build` made, by itself: nothing of this environment is in reach of the interpreter that imports it."""

import sys
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest

from built import FUNCTIONS, LAYERS, MODULE, run
from lazy import PACKAGES

MAX_LAYER_BYTES = 12 * 2**20

NEVER = {
    "aws_xray_sdk": "Powertools' Tracer; more than the rest of a start together, and in maintenance mode",
    "boto3": "S3's transfers and resources; botocore's client is the same",
    "s3transfer": "comes with boto3",
    "asyncio": "Powertools' resolvers of other services",
    "multiprocessing": "comes with boto3",
    "aws_lambda_powertools.event_handler.appsync": "another service's resolver",
    "aws_lambda_powertools.event_handler.openapi.models": "what `enable_validation` brings",
    "aws_lambda_powertools.utilities.data_classes.sqs_event": "another service's event",
    "dns": "deliverability is not checked",
    "fastapi": "not ours",
    "langcodes": "for requests with a locale",
    "phonenumbers": "not used",
    "pycountry": "for requests with a country",
    "pydantic.networks": "its EmailStr is email-validator's, which is used directly",
    "pydantic.v1": "another Pydantic",
    "requests": "botocore has urllib3",
    "simplejson": "the standard library's will do",
    "stdnum": "for requests with a tax id",
    "tzdata": "for requests with a time zone",
    "unittest": "a test's",
}
"""Modules that a function must not load when it starts, and why."""


@pytest.fixture(scope="module", params=FUNCTIONS)
def start(request: pytest.FixtureRequest) -> dict[str, list[str]]:
    """What happens when a function starts."""
    return run(f"import {MODULE[request.param]}", request.param)


def test_a_function_starts_without_what_it_does_not_need(start: dict[str, list[str]]) -> None:
    assert {name: why for name, why in NEVER.items() if name in start["modules"]} == {}


def test_nothing_is_compiled_or_written_when_a_function_starts(start: dict[str, list[str]]) -> None:
    assert start["compiled"] == []
    assert start["written"] == []


def test_source_without_bytecode_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "fresh.py").write_text("x = 1")

    start = run(f"sys.path.insert(0, {str(tmp_path)!r}); import fresh")

    assert start["compiled"] == [str(tmp_path / "fresh.py")]


def test_a_package_made_lazy_still_offers_all_of_its_names() -> None:
    check = """
from importlib import import_module
for name in {names!r}:
    package = import_module(name)
    for attribute in package.__all__:
        assert not isinstance(getattr(package, attribute), type(package)), (name, attribute)
"""
    run(check.format(names=[package.replace("/", ".") for package in PACKAGES]))


def test_a_package_made_lazy_says_what_it_does_not_have() -> None:
    run(
        "import aws_lambda_powertools\n"
        "try: aws_lambda_powertools.nothing\n"
        "except AttributeError as error: assert 'nothing' in str(error)\n"
        "else: raise SystemExit(1)"
    )


ADDRESSES = """
import itertools, json, sys
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError

class Stop(Exception): pass

def stop(request, **_): raise Stop(request.url)

def address(region, fips, dual_stack):
    config = Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack, retries={{"total_max_attempts": 1}})
    try:
        client = session.create_client("dynamodb", region, config=config)
        client.meta.events.register("before-send", stop)
        client.get_item(TableName="customers", Key={{"pk": {{"S": "pk"}}}})
    except (Stop, BotoCoreError) as error:
        return str(error)

session = botocore.session.Session()
session.set_credentials("test", "test")
found = [address(*choice) for choice in itertools.product({regions!r}, (False, True), (False, True))]
"""


def test_the_table_is_found_at_the_same_address_as_by_boto3_itself() -> None:
    session = boto3.Session()
    regions = [r for p in session.get_available_partitions() for r in session.get_available_regions("dynamodb", p)]
    script = ADDRESSES.format(regions=[*regions, "eu-future-1"])
    itself: dict[str, Any] = {}
    exec(script, itself)  # noqa: S102 - the same script in this environment, whose botocore is whole

    assert len(regions) > 30
    run(f"{script}\nassert found == {itself['found']!r}")


def test_the_layers_are_small(tmp_path: Path, record_property: Any) -> None:
    for layer in LAYERS:
        archive = tmp_path / f"{layer.parent.name}.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
            for path in layer.rglob("*"):
                zipped.write(path, path.relative_to(layer.parent))
        record_property(layer.parent.name, archive.stat().st_size)
        sys.stdout.write(f"{layer.parent.name}: {archive.stat().st_size / 2**20:.1f} MB zipped\n")
        assert archive.stat().st_size <= MAX_LAYER_BYTES
