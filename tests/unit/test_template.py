"""The rules that every resource of its kind keeps, so that a new one can't forget them."""

import json
import re
import tomllib
from typing import Any

import pytest

from customers.operations import telemetry
from support import HANDLERS, ROOT, template

RESOURCES: dict[str, Any] = template()["Resources"]


def of_type(kind: str) -> dict[str, Any]:
    """The resources of a type, by their logical ids."""
    return {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}


FUNCTIONS = of_type("AWS::Serverless::Function")
LAYERS = of_type("AWS::Serverless::LayerVersion")
TABLES = of_type("AWS::DynamoDB::Table")
LOG_GROUPS = of_type("AWS::Logs::LogGroup")
ALARMS = of_type("AWS::CloudWatch::Alarm")
[BODY, VALUES] = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]


def dashboard(*, whole: bool) -> str:
    """The dashboard with or without what only some stacks have."""
    text: str = BODY
    for name, value in VALUES.items():
        [_, there, missing] = value["Fn::If"]
        part = there if whole else missing
        text = text.replace(f"${{{name}}}", part["Fn::Sub"] if isinstance(part, dict) else part)
    return text


DASHBOARD = dashboard(whole=True)
"""The dashboard on AWS, with the alarms that the emulator leaves out, of a stack that has the vendors' APIs."""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_a_log_group_of_its_own(name: str) -> None:
    group = FUNCTIONS[name]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]

    assert group in LOG_GROUPS
    others = [other for other in FUNCTIONS if other != name]
    assert group not in [FUNCTIONS[other]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"] for other in others]
    assert f"SOURCE '${{{group}}}'" in DASHBOARD, "its errors are on the dashboard"


@pytest.mark.parametrize("name", LOG_GROUPS)
def test_a_log_group_forgets(name: str) -> None:
    assert LOG_GROUPS[name]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert {LOG_GROUPS[name]["DeletionPolicy"], LOG_GROUPS[name]["UpdateReplacePolicy"]} == {"Delete"}


WRITES = {"POST", "PUT", "PATCH", "DELETE"}

WATCHED = {
    # A bad key is an error of the authorizer, and a busy table one of the import, whose batch is sent again.
    "FunctionErrorsAlarm": FUNCTIONS.keys() - {"AuthorizerFunction", "ImportCustomersFunction"},
    "FunctionThrottlesAlarm": FUNCTIONS.keys(),
}


def test_a_bad_key_rings_no_alarm() -> None:
    assert "AuthorizerFunction" not in str(ALARMS["FunctionErrorsAlarm"]["Properties"]["Metrics"])
    assert "AUTHORIZER_*" in RESOURCES["AuthorizerFailures"]["Properties"]["FilterPattern"]


@pytest.mark.parametrize(("alarm", "name"), [(alarm, name) for alarm in WATCHED for name in sorted(WATCHED[alarm])])
def test_a_function_is_watched(name: str, alarm: str) -> None:
    [metric] = ALARMS[alarm]["Properties"]["Metrics"]

    assert f"FunctionName = '${{{name}}}'" in json.dumps(metric["Expression"]["Fn::Sub"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_gets_a_version_with_each_release_or_without_one_with_each_change_of_its_text(name: str) -> None:
    assert FUNCTIONS[name]["Properties"]["AutoPublishCodeSha256"] == {"Ref": "Release"}
    assert FUNCTIONS[name]["Properties"]["AutoPublishAliasAllProperties"] is True
    assert template()["Globals"]["Function"]["AutoPublishAlias"] == "live"
    assert all(layer["Properties"]["PublishLambdaVersion"] is True for layer in LAYERS.values())


def test_the_authorizer_too_is_called_as_the_published_version() -> None:
    authorizers = RESOURCES["CustomersApi"]["Properties"]["Auth"]["Authorizers"]

    assert authorizers["ApiKeyAuthorizer"]["FunctionArn"] == {"Ref": "AuthorizerFunction.Alias"}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_keeps_its_data(name: str) -> None:
    table, properties = TABLES[name], TABLES[name]["Properties"]

    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert properties["SSESpecification"]["SSEEnabled"] is True
    assert properties["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_it_means_and_what_to_do_and_says_it_to_somebody(name: str) -> None:
    properties = ALARMS[name]["Properties"]

    meaning, _, action = properties["AlarmDescription"].partition(" Do: ")
    assert meaning.endswith(".")
    assert action.endswith(".")
    assert len(properties["AlarmDescription"]) <= 1024
    assert properties["AlarmActions"] == properties["OKActions"] == [{"Ref": "AlarmTopic"}]
    # A queue whose metrics sleep still has its messages; of all else, no news is that nothing happens.
    assert properties["TreatMissingData"] == ("ignore" if properties.get("Namespace") == "AWS/SQS" else "notBreaching")


@pytest.mark.parametrize("name", ALARMS)
def test_what_callers_get_wrong_rings_no_alarm(name: str) -> None:
    metric = str(ALARMS[name]["Properties"].get("MetricName"))

    assert not re.search("4xx|Duplicate|Invalid|Replayed", metric, re.IGNORECASE)


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_on_the_dashboard(name: str) -> None:
    assert f'"${{{name}.Arn}}"' in DASHBOARD


def test_the_dashboard_is_json_and_names_what_there_is() -> None:
    assert json.loads(DASHBOARD)["widgets"]
    assert json.loads(dashboard(whole=False))["widgets"]
    assert {name.removesuffix(".Arn") for name in re.findall(r"\$\{([\w.]+)\}", DASHBOARD)} <= set(RESOURCES)


def test_the_dashboard_shows_nothing_of_a_stack_whose_name_begins_alike() -> None:
    searches = re.findall(r"SEARCH\('(.*?)'", DASHBOARD.replace('\\"', '"'))

    assert searches
    for search in searches:
        assert search.replace('="${AWS::StackName}"', "").count("StackName") == 0, "a bare word matches parts of names"


def test_what_is_watched_is_what_the_functions_count() -> None:
    alarm = ALARMS["TryAgainAlarm"]["Properties"]
    names = set(re.findall(r"^    (\w+(?:\.\{field\})?)  ", telemetry.__doc__ or "", re.MULTILINE))
    shown = {name.split(".")[0] for name in re.findall(r'"(?:CustomerCreate|\.)", "([A-Z][a-z][\w.]+)", ', DASHBOARD)}

    assert {name.split(".")[0] for name in names} >= {"TryAgain", "Latency", "Created", "Duplicate", "Invalid"}
    _, *metrics = [metric.get("MetricStat", {}).get("Metric") for metric in alarm["Metrics"]]
    assert {(metric["Namespace"], metric["MetricName"]) for metric in metrics} == {(telemetry.NAMESPACE, "TryAgain")}
    assert {metric["Dimensions"][1]["Value"] for metric in metrics} == {m for m, _ in HANDLERS if m in WRITES}
    assert {"Created", "Changed", "Deleted", "Replayed", "Duplicate", "ConflictsRetried"} <= shown
    assert all([dimension["Name"] for dimension in m["Dimensions"]] == ["service", "method"] for m in metrics)
    assert template()["Globals"]["Function"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == {
        "Ref": "AWS::StackName"
    }


def test_the_gateways_metrics_are_found_by_the_apis_name() -> None:
    dimensions = {d["Name"]: d["Value"] for d in ALARMS["ServerErrorsAlarm"]["Properties"]["Dimensions"]}

    for api in of_type("AWS::Serverless::Api").values():
        assert dimensions == {"ApiName": api["Properties"]["Name"], "Stage": api["Properties"]["StageName"]}


LOGGED = {
    "apiId",
    "authorizer.key_id",
    "authorizer.latency",
    "authorizer.organization",
    "error.responseType",
    "extendedRequestId",
    "httpMethod",
    "integrationLatency",
    "requestTimeEpoch",
    "resourcePath",
    "responseLatency",
    "responseLength",
    "status",
}
"""Of the gateway's context, what the gateway and the authorizer make. All else may hold what a caller sent: the path,
the query, headers, and the request id, which a header can override. An HTTP method is a token and has no quotes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
"""


def test_access_logs_are_json_and_hold_nothing_of_the_callers() -> None:
    for api in of_type("AWS::Serverless::Api").values():
        line = json.loads(api["Properties"]["AccessLogSetting"]["Format"])

        assert {value.removeprefix("$context.") for value in line.values()} == LOGGED
        assert all(value.startswith("$context.") for value in line.values())


VENDORS = {"StripeApi": "StripeSdks", "OrbApi": "OrbSdks", "RebillyApi": "RebillySdks"}
"""Each vendor's API with the parameter that it is there for."""


@pytest.mark.parametrize("name", VENDORS)
def test_a_vendors_api_is_the_native_one_with_other_routes(name: str) -> None:
    native, api = RESOURCES["CustomersApi"]["Properties"], RESOURCES[name]["Properties"]

    own = {"Auth", "DefinitionBody", "Description", "GatewayResponses", "Variables"}
    assert {key: value for key, value in api.items() if key not in own} == {
        key: value for key, value in native.items() if key not in own
    }
    assert template()["Parameters"][VENDORS[name]]["Default"] == "false"
    assert template()["Conditions"][RESOURCES[name]["Condition"]] == {"Fn::Equals": [{"Ref": VENDORS[name]}, "true"]}


@pytest.mark.parametrize("name", VENDORS)
def test_a_vendors_routes_are_those_of_its_function(name: str) -> None:
    from importlib import import_module

    paths = RESOURCES[name]["Properties"]["DefinitionBody"]["paths"]
    vendor = RESOURCES[name]["Properties"]["Variables"]["vendor"]
    routes = import_module(f"{vendor}_customers").app._static_routes  # noqa: SLF001 - Powertools does not list them
    routes = [*routes, *import_module(f"{vendor}_customers").app._dynamic_routes]  # noqa: SLF001

    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == {
        (method, route.path) for route in routes for method in listed(route.method)
    }


def listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else [*value]


def test_deployments_are_gradual_on_aws_alone() -> None:
    preference = template()["Globals"]["Function"]["DeploymentPreference"]

    assert preference["Enabled"] == {"Ref": "GradualDeployment"}
    assert template()["Parameters"]["GradualDeployment"]["Default"] == "false", "the emulator knows no CodeDeploy"


def test_what_the_emulator_lacks_is_left_out_by_default() -> None:
    assert template()["Parameters"]["Environment"]["Default"] == "local"
    assert template()["Conditions"]["OnAws"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Environment"}, "local"]}]}
    assert {name for name, alarm in ALARMS.items() if "Metrics" in alarm["Properties"]} == {
        name for name, alarm in ALARMS.items() if alarm.get("Condition") == "OnAws"
    }


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_an_environments_settings_are_parameters_of_the_template(environment: str) -> None:
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]["deploy"]["parameters"]
    overrides = dict(override.split("=") for override in settings["parameter_overrides"])

    for name, value in overrides.items():
        assert value in template()["Parameters"][name].get("AllowedValues", [value])
    assert overrides["Environment"] == environment
