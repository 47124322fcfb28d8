"""`make deploy`: the built template with every parameter named, and a hash of it all.

The SAM CLI keeps the stack's value of a parameter that is not given, so a changed default would change nothing.
SAM publishes a version of a function when the text of its resource changes, and the values of parameters are no part of
that text (https://github.com/aws/serverless-application-model/issues/3820). So all parameters are named here, and
`Release`, the hash of them and of what was built, is the name of the new versions.
"""

import hashlib
import os
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".local" / "deploy"


def main() -> None:
    """Deploy what .local/deploy holds to the ENVIRONMENT, its settings overridden by those in PARAMETERS."""
    environment = os.environ["ENVIRONMENT"]
    declared = cfn_yaml.load(str(BUILD / "template.yaml"))["Parameters"]
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]["deploy"]["parameters"]
    parameters = chosen(declared, settings["parameter_overrides"], os.environ.get("PARAMETERS", "").split())
    overrides = {**parameters, "Release": release(BUILD, parameters)}
    command = [
        f"{ROOT / '.venv-sam' / 'bin' / 'sam'}",
        "deploy",
        f"--config-file={ROOT / 'samconfig.toml'}",
        f"--config-env={environment}",
        f"--template-file={BUILD / 'template.yaml'}",
        "--parameter-overrides",
        *(f'{name}="{value}"' for name, value in overrides.items()),
    ]
    raise SystemExit(subprocess.run(command, check=False).returncode)


def chosen(declared: Mapping[str, Any], *settings: Sequence[str]) -> dict[str, str]:
    """The value of every parameter but Release: a later setting wins over an earlier one, and all over the default.

    `declared` is the template's section; a setting is `Name=value`. Raises SystemExit with one line that says what is
    wrong.
    """
    parameters = {name: str(about["Default"]) for name, about in declared.items() if name != "Release"}
    for setting in (one for many in settings for one in many):
        name, equals, value = setting.partition("=")
        if not equals or name not in parameters:
            raise SystemExit(f"make deploy: {name!r} is not a parameter; template.yaml has {', '.join(parameters)}")
        if '"' in value or "\\" in value:
            raise SystemExit(f"make deploy: the value of {name} can't have quotes or backslashes")
        parameters[name] = value
    return parameters


def release(build: Path, parameters: Mapping[str, str]) -> str:
    """40 hexadecimal digits that differ when a file of the build, its place or a parameter does."""
    hashed = hashlib.sha256()
    for path in sorted(path for path in build.rglob("*") if path.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        hashed.update(f"{path.relative_to(build)}\0{content}\n".encode())
    for name, value in sorted(parameters.items()):
        hashed.update(f"{name}\0{value}\n".encode())
    return hashed.hexdigest()[:40]


if __name__ == "__main__":
    main()
