"""What template.yaml promises about who can reach what."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from support import ROOT, template

RESOURCES: dict[str, Any] = template()["Resources"]


def of_type(kind: str) -> dict[str, Any]:
    """The properties of each resource of a type."""
    return {name: r["Properties"] for name, r in RESOURCES.items() if r["Type"] == kind}


FUNCTIONS = of_type("AWS::Serverless::Function")
TABLES = of_type("AWS::DynamoDB::Table")

REACH = {
    "CreateCustomerFunction": {("dynamodb:PutItem", "CustomersTable.Arn"), ("dynamodb:GetItem", "CustomersTable.Arn")},
    "ChangeCustomersFunction": {
        ("dynamodb:GetItem", "CustomersTable.Arn"),
        ("dynamodb:PutItem", "CustomersTable.Arn"),
        ("dynamodb:DeleteItem", "CustomersTable.Arn"),
        ("dynamodb:ConditionCheckItem", "CustomersTable.Arn"),
    },
    "ReadCustomersFunction": {
        ("dynamodb:GetItem", "CustomersTable.Arn"),
        ("dynamodb:BatchGetItem", "CustomersTable.Arn"),
        ("dynamodb:Query", "${CustomersTable.Arn}/index/list"),
    },
    "ImportCustomersFunction": {("dynamodb:PutItem", "CustomersTable.Arn"), ("dynamodb:GetItem", "CustomersTable.Arn")},
    "VendorCustomersFunction": {
        ("dynamodb:GetItem", "CustomersTable.Arn"),
        ("dynamodb:BatchGetItem", "CustomersTable.Arn"),
        ("dynamodb:PutItem", "CustomersTable.Arn"),
        ("dynamodb:DeleteItem", "CustomersTable.Arn"),
        ("dynamodb:ConditionCheckItem", "CustomersTable.Arn"),
        ("dynamodb:Query", "${CustomersTable.Arn}/index/list"),
    },
    "AuthorizerFunction": {("dynamodb:GetItem", "ApiKeysTable.Arn")},
    "PublishCustomersFunction": {
        ("events:PutEvents", "CustomersBus.Arn"),
        ("sqs:SendMessage", "UnpublishedQueue.Arn"),
        ("dynamodb:DescribeStream", "CustomersTable.StreamArn"),
        ("dynamodb:GetRecords", "CustomersTable.StreamArn"),
        ("dynamodb:GetShardIterator", "CustomersTable.StreamArn"),
        ("dynamodb:ListStreams", "*"),
    },
}
"""All that each function may do: what is not here is denied."""


ROLES = {name: RESOURCES[function["Role"]["Fn::GetAtt"][0]]["Properties"] for name, function in FUNCTIONS.items()}
"""The role of each function. tests/artifact/test_transformed.py holds that AWS adds nothing to them."""

EVERY_FUNCTION = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
}


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a role may do whatever the parameters."""
    for policy in role["Policies"]:
        yield from (statement for statement in policy["PolicyDocument"]["Statement"] if "Fn::If" not in statement)


def listed(value: Any) -> list[Any]:
    """A value that IAM allows to be one or a list of many, as a list."""
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_reaches_what_it_needs_and_no_more(name: str) -> None:
    granted = {
        (action, resource if isinstance(resource, str) else resource.get("Fn::Sub") or ".".join(resource["Fn::GetAtt"]))
        for statement in statements(ROLES[name])
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    group = FUNCTIONS[name]["LoggingConfig"]["LogGroup"]["Ref"]

    assert granted == REACH.get(name, set()) | {(action, f"{group}.Arn") for action in EVERY_FUNCTION}


def test_only_the_authorizer_is_told_of_the_table_of_keys() -> None:
    assert [name for name, properties in FUNCTIONS.items() if "ApiKeysTable" in json.dumps(properties)] == [
        "AuthorizerFunction"
    ]


def test_a_wildcard_in_a_policy_says_why() -> None:
    lines = (ROOT / "template.yaml").read_text().splitlines()
    wild = re.compile(
        r"""(Action|Resource|NotAction|NotResource|Principal)["']?:.*\*|^\s*- ["']?[a-z0-9]*:?[A-Za-z]*\*"""
    )

    unexplained = [
        line
        for before, line in zip(["", *lines], lines, strict=False)
        if wild.search(line) and "#" not in line + before
    ]

    assert unexplained == []


@pytest.mark.parametrize("name", TABLES)
def test_a_table_outlives_mistakes(name: str) -> None:
    table = TABLES[name]

    assert (RESOURCES[name]["DeletionPolicy"], RESOURCES[name]["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_encrypted_with_a_key_of_ones_own_where_there_is_one(name: str) -> None:
    assert TABLES[name]["SSESpecification"] == {
        "SSEEnabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": {"Fn::If": ["HasEncryptionKey", {"Ref": "EncryptionKeyArn"}, {"Ref": "AWS::NoValue"}]},
    }


def test_a_role_that_reaches_a_table_can_use_its_key() -> None:
    policy = {"Fn::If": ["HasEncryptionKey", {"Ref": "EncryptionKeyPolicy"}, {"Ref": "AWS::NoValue"}]}

    assert {name for name, role in ROLES.items() if policy in role.get("ManagedPolicyArns", [])} == REACH.keys()


def test_every_route_asks_for_a_key_but_for_the_public_ones() -> None:
    auth = RESOURCES["CustomersApi"]["Properties"]["Auth"]
    events = [e["Properties"] for f in FUNCTIONS.values() for e in f.get("Events", {}).values() if e["Type"] == "Api"]
    public = {(e["Method"], e["Path"]) for e in events if "Auth" in e}

    assert auth["DefaultAuthorizer"] == "ApiKeyAuthorizer"
    assert auth["Authorizers"]["ApiKeyAuthorizer"]["Identity"] == {
        "Headers": ["Authorization"],
        "ReauthorizeEvery": 300,
    }
    assert public == {("get", path) for path in ("/openapi.json", "/docs", "/docs/{name}", "/problems/{slug}")}


VENDORS = ("Stripe", "Orb", "Rebilly")


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_route_of_a_vendors_api_asks_for_a_key_and_leads_to_one_function(vendor: str) -> None:
    api = RESOURCES[f"{vendor}Api"]["Properties"]
    permission = RESOURCES[f"{vendor}Permission"]["Properties"]

    header = "REB-APIKEY" if vendor == "Rebilly" else "Authorization"
    assert api["Auth"]["DefaultAuthorizer"] == "ApiKeyAuthorizer"
    assert api["Auth"]["Authorizers"]["ApiKeyAuthorizer"] == {
        **RESOURCES["CustomersApi"]["Properties"]["Auth"]["Authorizers"]["ApiKeyAuthorizer"],
        "Identity": {"Headers": [header], "ReauthorizeEvery": 300},
    }
    assert "security" not in json.dumps(api["DefinitionBody"])
    assert permission["FunctionName"] == {"Ref": "VendorCustomersFunction.Alias"}
    assert f"${{{vendor}Api}}/v1/*" in permission["SourceArn"]["Fn::Sub"]


def test_the_stage_is_throttled_and_speaks_no_old_tls() -> None:
    api = RESOURCES["CustomersApi"]["Properties"]
    parameters = template()["Parameters"]

    assert api["MethodSettings"][0].items() >= {"ResourcePath": "/*", "HttpMethod": "*"}.items()
    for limit in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
        assert api["MethodSettings"][0][limit] == {"Ref": limit}
        assert parameters[limit]["Default"] > 0
    assert re.match(r"SecurityPolicy_TLS13_1_[23]_", api["SecurityPolicy"])
    assert api["EndpointAccessMode"] == "STRICT"


def test_the_firewall_is_asked_for_and_lets_whole_customers_pass() -> None:
    firewall = [r for r in RESOURCES.values() if r["Type"].startswith("AWS::WAFv2::")]
    rules = {rule["Name"]: rule["Statement"] for rule in firewall[0]["Properties"]["Rules"]}

    assert template()["Parameters"]["WebAcl"]["Default"] == "false"
    assert {r["Condition"] for r in firewall} == {"HasWebAcl", *(f"{api}HasWebAcl" for api in VENDORS)}
    for api in VENDORS:
        assert template()["Conditions"][f"{api}HasWebAcl"] == {
            "Fn::And": [{"Condition": f"Has{api}Api"}, {"Condition": "HasWebAcl"}]
        }
    assert rules["RateLimit"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
    counted = {
        override["Name"]
        for name in ("CommonRules", "KnownBadInputs")
        for override in rules[name]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
        if override["ActionToUse"] == {"Count": {}}
    }
    assert {"SizeRestrictions_BODY", "GenericRFI_QUERYARGUMENTS", "RestrictedExtensions_URIPATH"} <= counted
    for kind in ("CrossSiteScripting", "GenericLFI", "GenericRFI", "EC2MetaDataSSRF"):
        assert {f"{kind}_BODY", f"{kind}_QUERYARGUMENTS", f"{kind}_URIPATH"} <= counted, "an external id may be a URL"


def test_an_import_may_do_what_a_create_may_and_no_more() -> None:
    assert REACH["ImportCustomersFunction"] == REACH["CreateCustomerFunction"]


def test_no_function_reads_the_files_of_imports_and_their_bucket_forgets() -> None:
    properties = RESOURCES["ImportBucket"]["Properties"]
    [rule] = properties["LifecycleConfiguration"]["Rules"]
    [deny] = RESOURCES["ImportBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert not any("ImportBucket" in json.dumps(role) for role in ROLES.values())
    assert not any("ImportBucket" in json.dumps(function) for function in FUNCTIONS.values())
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert "VersioningConfiguration" not in properties, "a version would outlive the deletion of a file"
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", {"Ref": "ImportRetentionDays"})
    assert "Prefix" not in rule
    assert template()["Parameters"]["ImportRetentionDays"]["Default"] <= 7
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_an_import_logs_nothing_of_the_customers_and_cant_starve_others() -> None:
    machine = RESOURCES["ImportStateMachine"]["Properties"]

    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert '"MaxConcurrency": ${ImportMaxConcurrency}' in machine["DefinitionString"]["Fn::Sub"][0]
    assert template()["Parameters"]["ImportMaxConcurrency"]["MinValue"] == 1, "0 is without a limit"


def test_the_state_machine_reaches_its_function_and_its_bucket_and_no_other() -> None:
    granted = {
        (action, json.dumps(statement["Resource"]))
        for statement in statements(RESOURCES["ImportStateMachineRole"]["Properties"])
        for action in listed(statement["Action"])
        if not action.startswith("logs:")
    }
    files, results = (json.dumps({"Fn::Sub": f"${{ImportBucket.Arn}}/{folder}/*"}) for folder in ("files", "results"))
    arn = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}"
    executions = json.dumps([{"Fn::Sub": f"{arn}:execution:${{AWS::StackName}}-import{each}*"} for each in ":/"])

    assert granted == {
        ("s3:GetObject", files),
        *((f"s3:{action}", results) for action in ("GetObject", "PutObject", "ListMultipartUploadParts")),
        ("s3:AbortMultipartUpload", results),
        ("lambda:InvokeFunction", '{"Ref": "ImportCustomersFunction.Alias"}'),
        ("states:StartExecution", json.dumps({"Fn::Sub": f"{arn}:stateMachine:${{AWS::StackName}}-import"})),
        *((f"states:{action}", executions) for action in ("DescribeExecution", "StopExecution", "RedriveExecution")),
    }
    assert RESOURCES["ImportStateMachine"]["Properties"]["StateMachineName"] == {"Fn::Sub": "${AWS::StackName}-import"}
