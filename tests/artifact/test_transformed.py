"""What AWS makes of the template: versions, deployments, roles, the order of things, alarms and the canary."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from operate.deploy import chosen, release
from support import ROOT, template
from transformed import transformed

PARAMETERS: Mapping[str, Any] = template()["Parameters"]
SETTINGS = tomllib.loads((ROOT / "samconfig.toml").read_text())["production"]["deploy"]["parameters"]
PRODUCTION = chosen(PARAMETERS, SETTINGS["parameter_overrides"])

OTHER_VALUES = {
    "BaseUrl": "https://api.example.com",
    "EncryptionKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/0b1c2d3e",
    "AlarmEmail": "operators@example.com",
    "LogSampleRate": "0.5",
}


def another(name: str) -> str:
    """A value of the parameter that production doesn't have."""
    allowed = PARAMETERS[name].get("AllowedValues")
    if allowed:
        return next(str(value) for value in allowed if str(value) != PRODUCTION[name])
    return OTHER_VALUES.get(name) or str(int(PRODUCTION[name]) + 1)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a build in it."""
    folder = tmp_path_factory.mktemp("build")
    (folder / "template.yaml").write_text("Resources: {}")
    return folder


@pytest.fixture(scope="module")
def deployed(build: Path) -> Mapping[str, Any]:
    """The resources of production, and of production with each parameter changed, by the parameter."""
    sets = {"": PRODUCTION, **{name: {**PRODUCTION, name: another(name)} for name in PRODUCTION}}
    released = [{**parameters, "Release": release(build, parameters)} for parameters in sets.values()]
    templates = transformed(*released)
    return {name: made["Resources"] for name, made in zip(sets, templates, strict=True)}


@pytest.fixture(scope="module")
def production(deployed: Mapping[str, Any]) -> Any:
    return deployed[""]


@pytest.fixture(scope="module")
def with_everything(build: Path) -> Any:
    """The resources of a stack that uses all that there is."""
    everything = {"Tracing": "Active", "SnapStart": "PublishedVersions", "GatewayLogRole": "true", "WebAcl": "true"}
    parameters = {**PRODUCTION, **everything, "EncryptionKeyArn": OTHER_VALUES["EncryptionKeyArn"]}
    [made] = transformed({**parameters, "Release": release(build, parameters)})
    return made["Resources"]


def of_type(resources: Any, kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in resources.items() if resource["Type"] == kind}


def referenced(value: Any) -> Iterator[str]:
    """The logical ids that a value refers to, as CloudFormation finds them when it decides on the order."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text) | [str(text), *_]}:
            yield from (name.partition(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text))
    if isinstance(value, dict):
        for inner in value.values():
            yield from referenced(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from referenced(inner)


def comes_after(resources: Any, name: str) -> set[str]:
    """All that exists before the resource does."""
    before: set[str] = set()
    waiting = [name]
    while waiting:
        resource = resources[waiting.pop()]
        depends = resource.get("DependsOn", [])
        for other in {*referenced(resource), *([depends] if isinstance(depends, str) else depends)}:
            if other in resources and other not in before:
                before.add(other)
                waiting.append(other)
    return before


def live_versions(resources: Any) -> set[str]:
    """The logical ids of the versions that the aliases point to."""
    aliases = of_type(resources, "AWS::Lambda::Alias").values()
    assert all(alias["Properties"]["Name"] == "live" for alias in aliases)
    return {alias["Properties"]["FunctionVersion"]["Fn::GetAtt"][0] for alias in aliases}


def stage_deployments(resources: Any) -> set[str]:
    """The logical ids of the deployments that the stages show."""
    stages = of_type(resources, "AWS::ApiGateway::Stage").values()
    return {stage["Properties"]["DeploymentId"]["Ref"] for stage in stages}


@pytest.mark.parametrize("name", PRODUCTION)
def test_a_changed_parameter_makes_new_versions_and_a_new_deployment(name: str, deployed: Any) -> None:
    before, after = deployed[""], deployed[name]

    assert len(live_versions(before)) == len(of_type(before, "AWS::Lambda::Function"))
    assert live_versions(before).isdisjoint(live_versions(after))
    assert len(stage_deployments(before)) == len(of_type(template()["Resources"], "AWS::Serverless::Api"))
    assert stage_deployments(before).isdisjoint(stage_deployments(after))


@pytest.mark.parametrize("name", PRODUCTION)
def test_a_function_changes_with_its_version(name: str, deployed: Any) -> None:
    """Lambda refuses to publish a version of a function that is as it was."""
    for function in of_type(deployed[""], "AWS::Lambda::Function"):
        before, after = (deployed[which][function]["Properties"]["Description"] for which in ("", name))
        assert before != after
        assert len(after) <= 256


def test_without_a_release_a_parameter_would_change_nothing() -> None:
    """The reason for it: https://github.com/aws/serverless-application-model/issues/3820 is still open."""
    quiet, loud = transformed({**PRODUCTION, "LogLevel": "INFO"}, {**PRODUCTION, "LogLevel": "DEBUG"})

    assert live_versions(quiet["Resources"]) == live_versions(loud["Resources"])


def test_a_stack_on_aws_has_a_release() -> None:
    rule = template()["Rules"]["Released"]

    assert rule["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Environment"}, "local"]}]}
    assert rule["Assertions"][0]["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Release"}, ""]}]}


def test_no_version_is_left_behind(production: Any) -> None:
    versions = of_type(production, "AWS::Lambda::Version").values()

    assert {version["DeletionPolicy"] for version in versions} == {"Delete"}


# ------------------------------------------------------------------------------------------------------- permissions

LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
TRACES = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
LOG_DELIVERY = {
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
}
"""What a state machine logs with: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"""


def statements(role: Any, *, traced: bool) -> Iterator[tuple[set[str], Any]]:
    """The actions and the resource of each statement of a role."""
    for policy in role["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            if "Fn::If" in statement:
                condition, then, _ = statement["Fn::If"]
                assert condition == "Traced"
                if not traced:
                    continue
                chosen_statement = then
            else:
                chosen_statement = statement
            actions = chosen_statement["Action"]
            yield {actions} if isinstance(actions, str) else set(actions), chosen_statement["Resource"]


def test_each_function_has_a_role_of_its_own_that_the_template_shows(production: Any) -> None:
    functions = of_type(production, "AWS::Lambda::Function")
    roles = [function["Properties"]["Role"]["Fn::GetAtt"][0] for function in functions.values()]

    assert len(set(roles)) == len(functions)
    assert set(roles) <= template()["Resources"].keys(), "SAM adds policies of its own to the roles that it makes"


@pytest.mark.parametrize("traced", [False, True])
def test_a_function_writes_to_its_own_log_and_traces_only_where_asked(
    production: Any, with_everything: Any, *, traced: bool
) -> None:
    resources = with_everything if traced else production
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        properties = function["Properties"]
        granted = list(statements(resources[properties["Role"]["Fn::GetAtt"][0]], traced=traced))

        group = properties["LoggingConfig"]["LogGroup"]["Ref"]
        assert [resource for actions, resource in granted if actions & LOGS] == [{"Fn::GetAtt": [group, "Arn"]}], name
        assert any(actions == TRACES for actions, _ in granted) is traced
        assert ("TracingConfig" in properties) is traced


def test_no_role_has_a_policy_that_the_template_does_not_show(with_everything: Any) -> None:
    """But for two that AWS's services demand of those who use them."""
    policies = {
        name: json.dumps(role["Properties"].get("ManagedPolicyArns", []))
        for name, role in of_type(with_everything, "AWS::IAM::Role").items()
    }
    from_aws = {name: re.findall(r"policy/([\w/-]+)", arns) for name, arns in policies.items()}

    assert {name: arns for name, arns in from_aws.items() if arns} == {
        "DeploymentRole": ["service-role/AWSCodeDeployRoleForLambdaLimited"],
        "GatewayRole": ["service-role/AmazonAPIGatewayPushToCloudWatchLogs"],
    }


def test_a_wildcard_resource_is_one_that_aws_leaves_no_choice_in(with_everything: Any) -> None:
    for name, role in of_type(with_everything, "AWS::IAM::Role").items():
        if "Policies" in role["Properties"]:
            wild = [actions for actions, resource in statements(role, traced=True) if resource == "*"]
            assert set().union(*wild) <= TRACES | LOG_DELIVERY | {"dynamodb:ListStreams"}, name
            assert not any("*" in action for actions, _ in statements(role, traced=True) for action in actions)


# -------------------------------------------------------------------------------------------------------------- order


def test_the_account_may_write_logs_before_the_stage_wants_to(with_everything: Any) -> None:
    for stage in of_type(with_everything, "AWS::ApiGateway::Stage"):
        assert "GatewayAccount" in comes_after(with_everything, stage)


def test_without_the_log_role_nothing_waits_for_it() -> None:
    after = template()["Resources"]["AccessLogGroup"]["Metadata"]["after"]

    assert after == {"Fn::If": ["SetsGatewayLogRole", {"Ref": "GatewayAccount"}, "none"]}


def test_a_version_is_watched_before_requests_go_to_it(production: Any) -> None:
    for alias in of_type(production, "AWS::Lambda::Alias"):
        update = production[alias]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        group = update["DeploymentGroupName"]["Ref"]

        assert "NewVersionAlarm" in comes_after(production, group)


# ------------------------------------------------------------------------------------------- what only some stacks have


def test_what_is_made_for_a_vendors_api_is_not_there_without_it(production: Any) -> None:
    for vendor in ("Stripe", "Orb", "Rebilly", "Vendor"):
        made = {name: resource for name, resource in production.items() if name.startswith(vendor)}
        assert made
        for name, resource in made.items():
            assert str(resource.get("Condition")).startswith(("HasVendorApi", f"Has{vendor}Api", f"{vendor}Has")), name


# ------------------------------------------------------------------------------------------------ alarms and the canary

CANARY = re.compile(r"CodeDeployDefault\.LambdaCanary(\d+)Percent(\d+)Minutes")
METRICS_ARRIVE_WITHIN = 3 * 60
"""Seconds that CloudWatch's alarms wait for late data points, at most; inferred, AWS promises no figure."""


def canaries(resources: Any) -> Iterator[tuple[int, int, set[str]]]:
    """For each function: percent of the requests, seconds, and the alarms that end it."""
    for group in of_type(resources, "AWS::CodeDeploy::DeploymentGroup").values():
        [text, values] = group["Properties"]["DeploymentConfigName"]["Fn::Sub"]
        configuration = CANARY.fullmatch(text.replace("${ConfigName}", values["ConfigName"]))
        assert configuration
        condition, alarms, _ = group["Properties"]["AlarmConfiguration"]["Fn::If"]
        assert condition == "OnAws"
        assert alarms["Enabled"] is True
        percent, minutes = map(int, configuration.groups())
        yield percent, minutes * 60, {alarm["Name"]["Ref"] for alarm in alarms["Alarms"]}


def periods(alarm: Any) -> int:
    """Seconds of each data point of an alarm."""
    if "Period" in alarm:
        return int(alarm["Period"])
    return max(int(period) for period in re.findall(r'"Period": (\d+)', json.dumps(alarm["Metrics"])))


def test_every_function_has_a_canary(production: Any) -> None:
    assert len(list(canaries(production))) == len(of_type(production, "AWS::Lambda::Function"))


def test_an_alarm_of_a_canary_can_ring_while_it_lasts(production: Any) -> None:
    for _, seconds, alarms in canaries(production):
        for name in alarms:
            alarm = production[name]["Properties"]
            longest = alarm["EvaluationPeriods"] * periods(alarm) + METRICS_ARRIVE_WITHIN
            assert longest < seconds, name


def test_a_version_that_fails_always_is_more_than_the_rate_allows(production: Any) -> None:
    """By the error rate of the whole API, even where it is one function among several."""
    allowed = production["ServerErrorsAlarm"]["Properties"]["Threshold"]

    for percent, _, alarms in canaries(production):
        assert percent / 100 >= 5 * allowed
        assert "ServerErrorsAlarm" in alarms


def test_the_crashes_of_a_new_version_are_watched_by_themselves(production: Any) -> None:
    alarm = production["NewVersionAlarm"]["Properties"]
    # A function that only some stacks have is watched where it is there.
    metrics = [metric["Fn::If"][1] if "Fn::If" in metric else metric for metric in alarm["Metrics"]]
    measured = [metric["MetricStat"]["Metric"] for metric in metrics if "MetricStat" in metric]
    watched = {metric["Dimensions"][2]["Value"]["Fn::GetAtt"][0] for metric in measured}
    dimensions = [[dimension["Name"] for dimension in metric["Dimensions"]] for metric in measured]
    failing = {
        production[f"{name}FunctionAliaslive"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
        for name in ("Authorizer", "ImportCustomers")
    }

    # The authorizer has to fail to answer 401, so its failures are counted at the gateway. A batch of an import fails
    # to be sent again.
    assert watched == live_versions(production) - failing
    assert dimensions == [["FunctionName", "Resource", "ExecutedVersion"]] * len(watched)
    assert alarm["Threshold"] == 0
    assert all({"NewVersionAlarm", "AuthorizerAlarm"} <= alarms for _, _, alarms in canaries(production))


def test_going_back_while_an_alarm_rings_needs_no_codedeploy() -> None:
    """Which refuses to start then: `make deploy PARAMETERS=GradualDeployment=false` points the aliases at once."""
    [made] = transformed({**PRODUCTION, "GradualDeployment": "false", "Release": "0" * 40})

    assert not [r for r in made["Resources"].values() if r["Type"].startswith("AWS::CodeDeploy::")]
    assert not [r for r in of_type(made["Resources"], "AWS::Lambda::Alias").values() if "UpdatePolicy" in r]
