"""`make build`: what `sam build` makes of the template, without the SAM CLI.

Each function and layer is built by the target of its name in the Makefile of its folder, as SAM's build method
`makefile` does it. The result lies where the SAM CLI would put it, so that `sam local` finds it. `make deploy` builds
with the SAM CLI; a test holds both results together.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from local.account import LOCAL, ROOT

BUILT_TEMPLATE = ROOT / ".aws-sam" / "build" / "template.yaml"
LOG = LOCAL / "build.log"

CODE = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
"""The property of each type of resource that says where its code is."""


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: `!Ref X` is `{"Ref": "X"}`, `!GetAtt X.Arn` is `{"Fn::GetAtt": […]}`."""

    def intrinsic(self, name: str, node: yaml.Node) -> dict[str, Any]:
        """The long form of a short one."""
        value: Any = self.construct_any(node)
        if name == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}

    def construct_any(self, node: yaml.Node) -> Any:
        """The value of a node, whatever its tag."""
        match node:
            case yaml.MappingNode():
                return self.construct_mapping(node, deep=True)
            case yaml.SequenceNode():
                return self.construct_sequence(node, deep=True)
        return self.construct_scalar(node)  # type: ignore[arg-type]  # there are no other nodes


Loader.add_multi_constructor("!", Loader.intrinsic)


def load(template: Path) -> dict[str, Any]:
    """A CloudFormation template."""
    document: dict[str, Any] = yaml.load(template.read_text(), Loader)  # noqa: S506 - it is a safe loader
    return document


def with_code(template: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The name of each resource that has code, the property that says where, and its properties."""
    for name, resource in template["Resources"].items():
        if resource["Type"] in CODE:
            yield name, CODE[resource["Type"]], resource["Properties"]


def make(name: str, source: Path, target: Path, log: Path) -> None:
    """Build one resource, unless it is newer than all of its source. Raises CalledProcessError."""
    newest = max(path.stat().st_mtime for path in source.rglob("*") if "__pycache__" not in path.parts)
    if target.is_dir() and target.stat().st_mtime > newest:
        return
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with log.open("a") as out:
        command = ["make", f"--directory={source}", f"build-{name}", f"ARTIFACTS_DIR={target}"]
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, check=True)
    os.utime(target)


def build(folder: Path) -> None:
    """Build all that has code into the folder, and the template that refers to it. Raises CalledProcessError."""
    template = load(ROOT / "template.yaml")
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    with ThreadPoolExecutor() as pool:
        builds = [
            pool.submit(make, name, ROOT / properties[where], folder / name, LOG)
            for name, where, properties in with_code(template)
        ]
        for done in builds:
            done.result()
    for name, where, properties in with_code(template):
        properties[where] = name
    (folder / "template.yaml").write_text(yaml.safe_dump(template, sort_keys=False, allow_unicode=True))


def main() -> int:
    """The exit status of make."""
    try:
        build(BUILT_TEMPLATE.parent)
    except subprocess.CalledProcessError:
        print(*LOG.read_text().splitlines()[-5:], f"the build failed: see {LOG}", sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
