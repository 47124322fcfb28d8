"""The bucket and the state machine of a stack, as an import uses them.

An import is known by its organization and the bytes of its file, so a tool that was stopped anywhere finds what it
began: the file in the bucket, which names the run that it was put there for. It lies there until that run has been
reported.
"""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from botocore.exceptions import ClientError

from operate.stacks import DeployedStack

RUNNING = "RUNNING"
SUCCEEDED = "SUCCEEDED"

RUN = "run"
"""The metadata of a file that names its run."""


class Job(NamedTuple):
    """What is imported: the import's id, and how its rows are to be taken."""

    id: str
    organization: str
    vendor: str
    dry_run: bool

    @property
    def name(self) -> str:
        """The name of its file and the prefix of its runs. A dry run, or another FROM, has its own."""
        return "-".join([self.id, *filter(None, [self.vendor, "dry" if self.dry_run else ""])])


class Run(NamedTuple):
    """One execution of the state machine; `error` is what ended it, if it failed."""

    arn: str
    status: str
    output: Any = None
    error: str = ""


class Progress(NamedTuple):
    """Of how many rows how many are decided, and how many batches failed for good."""

    total: int
    done: int
    failed: int

    @property
    def decided(self) -> int:
        """How many rows are finished in this run."""
        return self.done + self.failed


def import_id(organization: str, digest: str) -> str:
    """The id of the import of a file with this digest."""
    return hashlib.sha256(f"{organization} {digest}".encode()).hexdigest()[:32]


class Engine:
    """The imports of a stack. Raises what boto3 raises."""

    def __init__(self, stack: DeployedStack) -> None:
        self._s3 = stack.session.client("s3", endpoint_url=stack.endpoint_url)
        self._states = stack.session.client("stepfunctions", endpoint_url=stack.endpoint_url)
        self._bucket = stack.outputs["ImportBucketName"]
        self._machine = stack.outputs["ImportStateMachineArn"]

    def unreported(self, job: Job) -> Run | None:
        """The run of a job that has not been reported yet; None if there is none."""
        try:
            metadata = self._s3.head_object(Bucket=self._bucket, Key=_key(job))["Metadata"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "NoSuchKey", "NotFound"}:
                raise
            return None
        return self._described(self._arn(metadata[RUN]))

    def begin(self, job: Job, lines: Iterable[bytes]) -> Run:
        """Upload the file of a job to the bucket and start a run for it. An incomplete upload leaves no file."""
        name = f"{job.name}-{uuid4().hex}"
        self._s3.upload_fileobj(_Stream(lines), self._bucket, _key(job), ExtraArgs={"Metadata": {RUN: name}})
        document = {"key": _key(job), "import": job._asdict()}
        self._states.start_execution(stateMachineArn=self._machine, name=name, input=json.dumps(document))
        return Run(self._arn(name), RUNNING)

    def refresh(self, run: Run) -> Run:
        """The current state of the run, as Step Functions reports it."""
        return self._described(run.arn) or run

    def _described(self, arn: str) -> Run | None:
        try:
            described = self._states.describe_execution(executionArn=arn)
        except self._states.exceptions.ExecutionDoesNotExist:
            return None
        output = json.loads(described["output"]) if described.get("output") else None
        return Run(arn, described["status"], output, described.get("error", ""))

    def _arn(self, name: str) -> str:
        return f"{self._machine.replace(':stateMachine:', ':execution:')}:{name}"

    def progress(self, run: Run) -> Progress | None:
        """How far a run is; None before it has begun to read the file."""
        runs = self._states.list_map_runs(executionArn=run.arn)["mapRuns"]
        if not runs:
            return None
        counts = self._states.describe_map_run(mapRunArn=runs[0]["mapRunArn"])["itemCounts"]
        failed = counts["failed"] + counts["timedOut"] + counts["aborted"]
        return Progress(counts["total"], counts["succeeded"], failed)

    def decisions(self, run: Run) -> Iterator[Mapping[str, Any]]:
        """What became of each row, in any order."""
        for manifest in self._manifests(run):
            for file in manifest["ResultFiles"]["SUCCEEDED"]:
                body = self._s3.get_object(Bucket=self._bucket, Key=file["Key"])["Body"]
                for line in body.iter_lines():
                    yield from _flat(json.loads(line))
        if isinstance(run.output, list):  # the emulator writes none
            yield from _flat(run.output)

    def forget(self, job: Job, run: Run) -> None:
        """Delete what the bucket has of a run that was reported: the file first, which stands for one that was not."""
        self._s3.delete_object(Bucket=self._bucket, Key=_key(job))
        for manifest in self._manifests(run):
            for file in [each for files in manifest["ResultFiles"].values() for each in files]:
                self._s3.delete_object(Bucket=self._bucket, Key=file["Key"])
            self._s3.delete_object(Bucket=self._bucket, Key=run.output["ResultWriterDetails"]["Key"])

    def _manifests(self, run: Run) -> Iterator[Any]:
        if isinstance(run.output, dict):
            key = run.output["ResultWriterDetails"]["Key"]
            yield json.loads(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())


def _key(job: Job) -> str:
    return f"files/{job.name}"


def _flat(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for each in value:
            yield from _flat(each)
    else:
        yield value


class _Stream(io.RawIOBase):
    """What an iterator yields, as a file: no more of it than what is being sent is in memory."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts = [self._rest]
        length = len(self._rest)
        while size < 0 or length < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            parts.append(chunk)
            length += len(chunk)
        data = b"".join(parts)
        end = len(data) if size < 0 else size
        self._rest = data[end:]
        return data[:end]
