"""S3 and Step Functions as `make import` uses them, in memory, with the shipped function deciding the rows.

A distributed map reads the file when its execution starts, as on AWS, and decides a batch whenever somebody looks at
the execution. Results are written to the bucket, as the ResultWriter of template.yaml does.
"""

import io
import json
from collections.abc import Callable
from itertools import batched
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:customer-create-import"
BUCKET = "imports"
BATCH = 2


class Killed(BaseException):
    """The tool was killed: nothing catches it."""


class Missing(ClientError):
    """What both services raise for what is not there."""

    def __init__(self) -> None:
        super().__init__({"Error": {"Code": "404"}}, "Any")


class Aws:
    """Both services. The tool is killed at its call `dies_at`, before or after that call is carried out."""

    def __init__(self, decide: Callable[[Any], Any]) -> None:
        self.decide = decide
        self.objects: dict[str, bytes] = {}
        self.metadata: dict[str, dict[str, str]] = {}
        self.executions: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.dies_at = -1
        self.dies_after_effect = False
        self.exceptions = SimpleNamespace(ExecutionDoesNotExist=Missing, NoSuchKey=Missing)

    def client(self, _service: str, **_: Any) -> "Aws":
        return self

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name.startswith("_") or name in {"client", "decide"} or not callable(value) or isinstance(value, type):
            return value

        def call(*arguments: Any, **named: Any) -> Any:
            self.calls.append(name)
            dies = len(self.calls) - 1 == self.dies_at
            if dies and not self.dies_after_effect:
                raise Killed
            try:
                return value(*arguments, **named)
            finally:
                if dies:
                    raise Killed

        return call

    def head_object(self, Bucket: str, Key: str) -> Any:  # noqa: N803 - boto3's names
        assert Bucket == BUCKET
        if Key not in self.objects:
            raise Missing
        return {"Metadata": self.metadata[Key]}

    def upload_fileobj(self, stream: Any, bucket: str, key: str, ExtraArgs: Any) -> None:  # noqa: N803 - boto3's name
        assert bucket == BUCKET
        content = b""
        while chunk := stream.read(7):
            content += chunk
        self.objects[key], self.metadata[key] = content, ExtraArgs["Metadata"]

    def get_object(self, Bucket: str, Key: str) -> Any:  # noqa: N803 - boto3's names
        assert Bucket == BUCKET
        if Key not in self.objects:
            raise Missing
        body = io.BytesIO(self.objects[Key])
        return {"Body": SimpleNamespace(iter_lines=body.readlines, read=body.read)}

    def delete_object(self, Bucket: str, Key: str) -> None:  # noqa: N803 - boto3's names
        assert Bucket == BUCKET
        self.objects.pop(Key, None)

    def start_execution(self, stateMachineArn: str, name: str, input: str) -> Any:  # noqa: A002, N803 - boto3's names
        assert stateMachineArn == MACHINE
        assert len(name) <= 80
        arn = f"{MACHINE.replace(':stateMachine:', ':execution:')}:{name}"
        if arn not in self.executions:
            document = json.loads(input)
            items = [json.loads(line) for line in self.objects[document["key"]].splitlines()]
            batches = batched([{"import": document["import"], "item": item} for item in items], BATCH, strict=False)
            self.executions[arn] = {"status": "RUNNING", "total": len(items), "batches": [*batches], "results": []}
        return {"executionArn": arn}

    def describe_execution(self, executionArn: str) -> Any:  # noqa: N803 - boto3's name
        if executionArn not in self.executions:
            raise Missing
        execution = self.executions[executionArn]
        if execution["batches"]:
            execution["results"] += self.decide({"Items": [*execution["batches"].pop()]})
        elif execution["status"] == "RUNNING":
            self._end(executionArn, execution)
        return {key: execution[key] for key in ("status", "output", "error") if key in execution}

    def _end(self, arn: str, execution: dict[str, Any]) -> None:
        folder = f"results/{arn[-32:]}"
        half = len(execution["results"]) // 2
        files = {"SUCCEEDED_0": execution["results"][:half], "SUCCEEDED_1": execution["results"][half:]}
        for name, results in files.items():
            lines = [json.dumps(result).encode() for result in results]
            self.objects[f"{folder}/{name}.jsonl"] = b"\n".join(lines)
        manifest = {
            "DestinationBucket": BUCKET,
            "ResultFiles": {
                "FAILED": [],
                "PENDING": [],
                "SUCCEEDED": [{"Key": f"{folder}/{name}.jsonl"} for name in files],
            },
        }
        self.objects[f"{folder}/manifest.json"] = json.dumps(manifest).encode()
        details = {"Bucket": BUCKET, "Key": f"{folder}/manifest.json"}
        execution |= {"status": "SUCCEEDED", "output": json.dumps({"ResultWriterDetails": details})}

    def list_map_runs(self, executionArn: str) -> Any:  # noqa: N803 - boto3's name
        return {"mapRuns": [{"mapRunArn": executionArn}] if executionArn in self.executions else []}

    def describe_map_run(self, mapRunArn: str) -> Any:  # noqa: N803 - boto3's name
        execution = self.executions[mapRunArn]
        done = len(execution["results"])
        return {
            "itemCounts": {"total": execution["total"], "succeeded": done, "failed": 0, "timedOut": 0, "aborted": 0}
        }
