"""The template as AWS's SAM transform makes it, offline."""

import copy
import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from support import ROOT, template


def transformed(*parameters: Mapping[str, str]) -> Sequence[Any]:
    """The template transformed once for each set of parameters; those that a set doesn't name have their defaults."""
    packaged = copy.deepcopy(template())
    for resource in packaged["Resources"].values():
        for code in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][code] = f"s3://artifacts/{resource['Properties'][code]}"  # as `sam deploy` does
    output = subprocess.run(
        [ROOT / ".venv-emulator" / "bin" / "python", ROOT / "tests" / "transform.py"],
        input=json.dumps({"template": packaged, "parameters": parameters}),
        env={"AWS_DEFAULT_REGION": "eu-west-1"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    templates: Sequence[Any] = json.loads(output)
    return templates
