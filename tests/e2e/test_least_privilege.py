"""What the role of each function may do, shown with the credentials that the function runs with."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.account import REGION, STACK_NAME
from local.stack import Stack

KEY_OF = {"TableName": {"pk": {"S": "nobody"}}, "ApiKeysTableName": {"key_hash": {"S": "nobody"}}}

CALLS: dict[str, Callable[[Any, str, dict[str, Any]], Any]] = {
    "get": lambda client, table, key: client.get_item(TableName=table, Key=key),
    "batch get": lambda client, table, key: client.batch_get_item(RequestItems={table: {"Keys": [key]}}),
    "transact get": lambda client, table, key: client.transact_get_items(
        TransactItems=[{"Get": {"TableName": table, "Key": key}}]
    ),
    "query": lambda client, table, key: client.query(
        TableName=table,
        KeyConditionExpression="#k = :k",
        ExpressionAttributeNames={"#k": next(iter(key))},
        ExpressionAttributeValues={":k": {"S": "nobody"}},
    ),
    "query the list": lambda client, table, _key: client.query(
        TableName=table,
        IndexName="list",
        KeyConditionExpression="list_shard = :k",
        ExpressionAttributeValues={":k": {"S": "nobody"}},
    ),
    "scan the list": lambda client, table, _key: client.scan(TableName=table, IndexName="list"),
    "scan": lambda client, table, _key: client.scan(TableName=table),
    "PartiQL": lambda client, table, _key: client.execute_statement(
        Statement=f'SELECT * FROM "{table}"'  # noqa: S608 - the table is ours
    ),
    "transact put": lambda client, table, key: client.transact_write_items(
        TransactItems=[{"Put": {"TableName": table, "Item": key}}]
    ),
    "put": lambda client, table, key: client.put_item(TableName=table, Item=key),
    "batch write": lambda client, table, key: client.batch_write_item(
        RequestItems={table: [{"PutRequest": {"Item": key}}]}
    ),
    "update": lambda client, table, key: client.update_item(TableName=table, Key=key),
    "delete": lambda client, table, key: client.delete_item(TableName=table, Key=key),
    "transact delete": lambda client, table, key: client.transact_write_items(
        TransactItems=[{"Delete": {"TableName": table, "Key": key}}]
    ),
    "transact check": lambda client, table, key: client.transact_write_items(
        TransactItems=[
            {
                "ConditionCheck": {
                    "TableName": table,
                    "Key": key,
                    "ConditionExpression": "attribute_not_exists(#k)",
                    "ExpressionAttributeNames": {"#k": next(iter(key))},
                }
            }
        ]
    ),
    "describe": lambda client, table, _key: client.describe_table(TableName=table),
    "unprotect": lambda client, table, _key: client.update_table(TableName=table, DeletionProtectionEnabled=False),
    "drop": lambda client, table, _key: client.delete_table(TableName=table),
}

MAY: dict[str, dict[str, set[str]]] = {
    "CreateCustomerRole": {
        "TableName": {"put", "transact put", "get", "transact get"},
        "ApiKeysTableName": set(),
    },
    "ChangeCustomersRole": {
        "TableName": {"get", "transact get", "put", "transact put", "delete", "transact delete", "transact check"},
        "ApiKeysTableName": set(),
    },
    "ReadCustomersRole": {
        "TableName": {"get", "transact get", "batch get", "query the list"},
        "ApiKeysTableName": set(),
    },
    "ImportCustomersRole": {
        "TableName": {"put", "transact put", "get", "transact get"},
        "ApiKeysTableName": set(),
    },
    "ImportStateMachineRole": {"TableName": set(), "ApiKeysTableName": set()},
    "VendorCustomersRole": {
        "TableName": {
            *("get", "transact get", "batch get", "query the list"),
            *("put", "transact put", "delete", "transact delete", "transact check"),
        },
        "ApiKeysTableName": set(),
    },
    "AuthorizerRole": {"TableName": set(), "ApiKeysTableName": {"get", "transact get"}},
    "PublishCustomersRole": {"TableName": set(), "ApiKeysTableName": set()},
    "DocsRole": {"TableName": set(), "ApiKeysTableName": set()},
}
"""What a role may do with a table; all the other calls have to be denied."""


@pytest.fixture(scope="module")
def roles(stack: Stack) -> dict[str, str]:
    """The ARN of each role of the stack, by its name in the template."""
    resources = stack.client("cloudformation").describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    # Step Functions says for which account it takes the role, and the emulator's root can't.
    [machine] = [r["PhysicalResourceId"] for r in resources if r["LogicalResourceId"] == "ImportStateMachineRole"]
    iam = stack.client("iam")
    policy = iam.get_role(RoleName=machine)["Role"]["AssumeRolePolicyDocument"]
    statements = [{name: part for name, part in each.items() if name != "Condition"} for each in policy["Statement"]]
    iam.update_assume_role_policy(RoleName=machine, PolicyDocument=json.dumps(policy | {"Statement": statements}))
    return {
        r["LogicalResourceId"]: stack.client("iam").get_role(RoleName=r["PhysicalResourceId"])["Role"]["Arn"]
        for r in resources
        if r["ResourceType"] == "AWS::IAM::Role"
    }


def client_as(stack: Stack, role_arn: str, service: str) -> Any:
    """A client with the credentials of the role."""
    given = stack.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
    session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], REGION)
    return session.client(service, endpoint_url=stack.endpoint_url)  # type: ignore[call-overload]  # wants a literal


def outcome(call: Callable[..., Any], *arguments: Any) -> str:
    """`done`, or the code of the refusal."""
    try:
        call(*arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "done"


def test_there_is_an_expectation_for_each_role(roles: dict[str, str]) -> None:
    assert roles.keys() == MAY.keys()


@pytest.mark.parametrize("role", MAY)
@pytest.mark.parametrize("table", KEY_OF)
def test_a_role_may_do_what_it_needs_and_nothing_else(
    stack: Stack, roles: dict[str, str], role: str, table: str
) -> None:
    client = client_as(stack, roles[role], "dynamodb")
    key, name = KEY_OF[table], stack.outputs[table]

    outcomes = {call: outcome(run, client, name, key) for call, run in CALLS.items()}
    stack.client("dynamodb").delete_item(TableName=name, Key=key)

    assert outcomes == {call: "done" if call in MAY[role][table] else "AccessDeniedException" for call in CALLS}


@pytest.mark.parametrize("role", MAY)
def test_a_role_reaches_no_other_service(stack: Stack, roles: dict[str, str], role: str) -> None:
    attempts: dict[str, Callable[[Any], Any]] = {
        "dynamodb": lambda client: client.list_tables(),
        "iam": lambda client: client.list_roles(),
        "s3": lambda client: client.list_buckets(),
        "stepfunctions": lambda client: client.list_state_machines(),
        "lambda": lambda client: client.list_functions(),
        "secretsmanager": lambda client: client.list_secrets(),
        "ssm": lambda client: client.describe_parameters(),
    }

    outcomes = {
        service: outcome(attempt, client_as(stack, roles[role], service)) for service, attempt in attempts.items()
    }

    assert all(code in {"AccessDenied", "AccessDeniedException"} for code in outcomes.values()), outcomes


def test_every_function_has_a_role_of_its_own(stack: Stack, roles: dict[str, str]) -> None:
    functions = stack.client("lambda").list_functions()["Functions"]
    of_functions = [arn for name, arn in roles.items() if name != "ImportStateMachineRole"]

    assert sorted(function["Role"] for function in functions) == sorted(of_functions)


@pytest.fixture
def plain_http(stack: Stack) -> Iterator[None]:
    """The bucket of imports, for once without the policy that shuts everybody out who comes without TLS."""
    s3, bucket = stack.client("s3"), stack.outputs["ImportBucketName"]
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    s3.delete_bucket_policy(Bucket=bucket)
    yield
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)


def reads_and_writes(stack: Stack, role_arn: str) -> list[str]:
    """What becomes of reading a file of an import, of writing one and of listing them."""
    bucket, client = stack.outputs["ImportBucketName"], client_as(stack, role_arn, "s3")
    stack.client("s3").put_object(Bucket=bucket, Key="files/marked", Body=b"{}")
    outcomes = [
        outcome(lambda: client.get_object(Bucket=bucket, Key="files/marked")),
        outcome(lambda: client.put_object(Bucket=bucket, Key="files/marked", Body=b"")),
        outcome(lambda: client.list_objects_v2(Bucket=bucket)),
    ]
    stack.client("s3").delete_object(Bucket=bucket, Key="files/marked")
    return outcomes


@pytest.mark.parametrize("role", MAY)
@pytest.mark.usefixtures("plain_http")
def test_only_the_state_machine_reads_the_files_of_imports(stack: Stack, roles: dict[str, str], role: str) -> None:
    reads = "done" if role == "ImportStateMachineRole" else "AccessDenied"

    assert reads_and_writes(stack, roles[role]) == [reads, "AccessDenied", "AccessDenied"]


def test_without_tls_nobody_reads_the_files_of_imports(stack: Stack, roles: dict[str, str]) -> None:
    assert reads_and_writes(stack, roles["ImportStateMachineRole"]) == ["AccessDenied"] * 3
