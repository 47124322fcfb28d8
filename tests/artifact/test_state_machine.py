"""The definition of the import's state machine, as AWS gets it, against the rules of Step Functions."""

import json
import re
from typing import Any

import pytest
from cfnlint.api import lint_all

from support import template
from transformed import transformed

MAX_PAYLOAD_BYTES = 256 * 1024
"""https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""


@pytest.fixture(scope="module")
def resources() -> Any:
    [made] = transformed({})
    return made["Resources"]


@pytest.fixture(scope="module")
def definition(resources: Any) -> Any:
    """The definition, with a value for all that CloudFormation puts in."""
    text, given = resources["ImportStateMachine"]["Properties"]["DefinitionString"]["Fn::Sub"]
    values = {"ImportMaxConcurrency": str(template()["Parameters"]["ImportMaxConcurrency"]["Default"])}
    named = set(re.findall(r"\$\{([\w:.]+)\}", text))
    known = resources.keys() | template()["Parameters"].keys() | given.keys()
    assert {name for name in named if not name.startswith("AWS::")} <= known
    return json.loads(re.sub(r"\$\{([\w:.]+)\}", lambda match: values.get(match[1], "aws"), text))


def test_it_is_what_step_functions_takes(definition: Any) -> None:
    """cfn-lint has AWS's schema of the language, and reads it where there is nothing to be put in."""
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": "arn:aws:iam::123456789012:role/import", "Definition": definition},
    }

    def complaints(resource: Any) -> list[str]:
        matches = lint_all(json.dumps({"Resources": {"Machine": resource}}))
        return [match.message for match in matches if match.rule.id.startswith("E")]

    assert complaints(machine) == []
    broken = json.loads(json.dumps(machine).replace('"ItemReader"', '"ItemsReader"'))
    assert "'ItemsReader'" in str(complaints(broken)), "or it reads nothing"


def test_a_batch_and_its_result_fit_into_what_is_handed_on(definition: Any) -> None:
    import import_customers
    from operate.imports import source

    batcher = definition["States"]["Rows"]["ItemBatcher"]
    beside = json.dumps({"Items": [{"import": "x" * 300, "item": ""}]})

    assert batcher["MaxInputBytesPerBatch"] <= MAX_PAYLOAD_BYTES
    assert source.MAX_LINE_BYTES + len(beside) < batcher["MaxInputBytesPerBatch"]
    assert import_customers.MAX_RESULT_BYTES + batcher["MaxItemsPerBatch"] * 500 < MAX_PAYLOAD_BYTES


def test_what_the_function_raises_to_be_tried_again_is_tried_for_long(definition: Any) -> None:
    decide = definition["States"]["Rows"]["ItemProcessor"]["States"]["Decide"]
    busy, others = decide["Retry"]

    assert {"TryAgain", "OutcomeUnknown", "Lambda.TooManyRequestsException"} <= set(busy["ErrorEquals"])
    waits = [
        min(busy["IntervalSeconds"] * busy["BackoffRate"] ** n, busy["MaxDelaySeconds"])
        for n in range(busy["MaxAttempts"])
    ]
    assert busy["JitterStrategy"] == "FULL", "so half of each on average"
    assert 55 * 60 <= sum(waits) / 2 <= 65 * 60, "an hour, as docs/import.md says"
    assert others["ErrorEquals"] == ["States.ALL"], "stands alone and last"
    assert "Catch" not in decide, "a batch that fails for good is counted, not forgotten"


def test_results_are_written_without_what_the_rows_say(definition: Any) -> None:
    writer = definition["States"]["Rows"]["ResultWriter"]

    assert writer["WriterConfig"] == {"Transformation": "FLATTEN", "OutputType": "JSONL"}
    assert writer["Parameters"]["Prefix"] == "results"


def test_it_calls_the_published_version_of_the_function(resources: Any) -> None:
    _, given = resources["ImportStateMachine"]["Properties"]["DefinitionString"]["Fn::Sub"]
    alias = given["Function"]["Ref"]

    assert resources[alias]["Type"] == "AWS::Lambda::Alias"
    assert resources[alias]["Properties"]["FunctionName"] == {"Ref": "ImportCustomersFunction"}
