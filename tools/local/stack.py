"""The deployed template without AWS: the stack on MiniStack, and what MiniStack leaves out.

Everything it starts ends with the context manager, and everything it writes is in .local.
"""

import io
import json
import os
import platform
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import WaiterError

from local.account import LOCAL, REGION, STACK_NAME, local_session
from local.build import BUILT_TEMPLATE, load, with_code
from local.emulator import StackError, emulator, free_port

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# MiniStack takes an API's id from the tag `ms-custom-id`; a known id makes for a known URL. Eight hexadecimal digits.
API_IDS = {"CustomersApi": "c0ffee01", "StripeApi": "c0ffee02", "OrbApi": "c0ffee03", "RebillyApi": "c0ffee04"}
API_ID = API_IDS["CustomersApi"]


@dataclass(frozen=True)
class Stack:
    """A running stack: the API's URL, and the AWS endpoint behind it with its root credentials."""

    api_url: str
    endpoint_url: str
    outputs: dict[str, str]

    @property
    def sdk_urls(self) -> dict[str, str]:
        """The base URLs for the vendors' SDKs. Stripe's puts /v1 behind it by itself."""
        base = f"{self.endpoint_url}/_aws/execute-api"
        return {
            "stripe": f"{base}/{API_IDS['StripeApi']}",
            "orb": f"{base}/{API_IDS['OrbApi']}/v1",
            "rebilly": f"{base}/{API_IDS['RebillyApi']}/v1",
        }

    @property
    def stripe_host_url(self) -> str:
        """The base URL for Stripe's SDK for Node, which wants a host of its own; not every resolver finds it."""
        return f"http://{API_IDS['StripeApi']}.execute-api.localhost:{urlsplit(self.endpoint_url).port}"

    def client(self, service: str) -> Any:
        """A boto3 client of the emulated account's root."""
        return _client(service, self.endpoint_url)

    @property
    def table(self) -> "Table":
        """The table of the customers."""
        return local_session().resource("dynamodb", endpoint_url=self.endpoint_url).Table(self.outputs["TableName"])

    @property
    def api_keys(self) -> "Table":
        """The table of the API keys."""
        tables = local_session().resource("dynamodb", endpoint_url=self.endpoint_url)
        return tables.Table(self.outputs["ApiKeysTableName"])


@contextmanager
def local_stack(
    port: int = 0, host: str = "127.0.0.1", *, progress: Callable[[str], None] = lambda _: None, **parameters: str
) -> Iterator[Stack]:
    """Start MiniStack, deploy the built template to it, stop it at the end.

    Port 0 is any free one; `parameters` are the template's; `progress` gets a line for each step. Raises StackError
    when the port is taken or the deployment fails. What the emulator unpacks goes to TMPDIR, or else to .local.
    """
    if not ip_address(host).is_private or ip_address(host).is_unspecified:
        raise ValueError("the emulator is for this machine alone")
    port = free_port(host, port)
    endpoint_url = f"http://{host}:{port}"
    api_url = f"{endpoint_url}/restapis/{API_ID}/v1/_user_request_"
    LOCAL.mkdir(exist_ok=True)
    temporary = Path(os.environ.get("TMPDIR", LOCAL)) / f"customer-create-{port}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(mode=0o700)
    progress(f"starting the emulator on port {port}")
    try:
        with (LOCAL / "emulator.log").open("wb") as log, emulator(host, port, temporary, log):
            progress("deploying template.yaml to it")
            _deploy(endpoint_url, api_url, parameters)
            cloudformation = _client("cloudformation", endpoint_url)
            described = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
            outputs = {o["OutputKey"]: o["OutputValue"] for o in described["Outputs"]}
            stack = Stack(api_url, endpoint_url, outputs)
            _put_gateway_responses(stack)
            _enable_time_to_live(stack)
            yield stack
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def native_architecture() -> str:
    """The Lambda name of this machine's architecture: MiniStack runs the functions on the machine itself."""
    return {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")


def _deploy(endpoint_url: str, api_url: str, parameters: Mapping[str, str]) -> None:
    s3 = _client("s3", endpoint_url)
    s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
    template = load(BUILT_TEMPLATE)
    for name, where, properties in with_code(template):
        s3.put_object(Bucket="artifacts", Key=name, Body=_archive(BUILT_TEMPLATE.parent / properties[where]))
        properties[where] = f"s3://artifacts/{name}"
    for name, api_id in API_IDS.items():
        template["Resources"][name]["Properties"] |= {"Tags": {"ms-custom-id": api_id}, "PropagateTags": True}
    s3.put_object(Bucket="artifacts", Key="template", Body=json.dumps(template, default=str))
    values = {
        "Architecture": os.environ.get("ARCHITECTURE", native_architecture()),
        "BaseUrl": api_url,
        "StripeSdks": "true",
        "OrbSdks": "true",
        "RebillySdks": "true",
        "ThrottlingRateLimit": "10000",  # tests send more at once than the defaults let through
        "ThrottlingBurstLimit": "5000",
        **parameters,
    }
    cloudformation = _client("cloudformation", endpoint_url)
    cloudformation.create_stack(
        StackName=STACK_NAME,
        TemplateURL=f"{endpoint_url}/artifacts/template",
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    try:
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=STACK_NAME, WaiterConfig={"Delay": 0.2, "MaxAttempts": 300}
        )
    except WaiterError as error:
        events = cloudformation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
        reasons = [e["ResourceStatusReason"] for e in events if "FAILED" in e["ResourceStatus"]]
        raise StackError(f"the deployment failed: {'; '.join(reasons) or error}") from error


def _archive(folder: Path) -> bytes:
    """A zip archive of the folder; without compression, which would take longest of all."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for path in folder.rglob("*"):
            file.write(path, path.relative_to(folder))
    return archive.getvalue()


def _put_gateway_responses(stack: Stack) -> None:
    """MiniStack ignores GatewayResponses on import, so they are set again, and take effect with a deployment."""
    gateway = stack.client("apigateway")
    resources = load(BUILT_TEMPLATE)["Resources"]
    for api, api_id in API_IDS.items():
        for name, response in resources[api]["Properties"]["GatewayResponses"].items():
            gateway.put_gateway_response(
                restApiId=api_id,
                responseType=name,
                statusCode=str(response["StatusCode"]),
                responseParameters={
                    f"gatewayresponse.header.{header}": value
                    for header, value in response["ResponseParameters"]["Headers"].items()
                },
                responseTemplates={
                    media_type: template if isinstance(template, str) else _substituted(template, stack)
                    for media_type, template in response["ResponseTemplates"].items()
                },
            )
        gateway.create_deployment(restApiId=api_id, stageName="v1")


def _substituted(template: Mapping[str, str], stack: Stack) -> str:
    return template["Fn::Sub"].replace("${BaseUrl}", stack.api_url)


def _enable_time_to_live(stack: Stack) -> None:
    """MiniStack drops TimeToLiveSpecification from templates."""
    stack.client("dynamodb").update_time_to_live(
        TableName=stack.outputs["TableName"],
        TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": True},
    )


def _client(service: str, endpoint_url: str) -> Any:
    return local_session().client(service, endpoint_url=endpoint_url)  # type: ignore[call-overload]  # any service
