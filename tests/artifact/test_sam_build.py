"""`make build` makes what `sam build` makes, which `make deploy` sends to AWS."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from built import BUILT, TEMPLATE
from local.account import ROOT
from local.build import load, with_code
from local.stack import native_architecture


@pytest.fixture(scope="module")
def sam_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the SAM CLI builds, with what this session's `make` put on the PATH."""
    folder = tmp_path_factory.mktemp("sam")
    path = [ROOT / ".venv-emulator" / "bin", ROOT / ".venv-uv" / "bin", os.environ["PATH"]]
    architecture = os.environ.get("ARCHITECTURE", native_architecture())
    subprocess.run(
        [
            ROOT / ".venv-sam" / "bin" / "sam",
            "build",
            f"--build-dir={folder / 'build'}",
            f"--cache-dir={folder / 'cache'}",
            f"--parameter-overrides=Architecture={architecture}",
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "ARCHITECTURE": architecture,
            "PATH": os.pathsep.join(map(str, path)),
            "SAM_CLI_TELEMETRY": "0",
        },
        check=True,
        capture_output=True,
    )
    return folder / "build"


def files(folder: Path) -> dict[Path, bytes]:
    """The files of a folder but for those that name the folder: bytecode, and RECORD with the hashes of scripts."""
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    found = {name: path for name, path in found.items() if name.suffix != ".pyc" and name.name != "RECORD"}
    return {name: path.read_bytes() for name, path in found.items()}


@pytest.mark.parametrize("name", [name for name, _, _ in with_code(TEMPLATE)])
def test_it_builds_the_same_files(name: str, sam_built: Path) -> None:
    ours, theirs = files(BUILT / name), files(sam_built / name)

    assert ours.keys() == theirs.keys()
    assert [path for path in ours if ours[path] != theirs[path]] == []


def test_it_makes_the_same_template(sam_built: Path) -> None:
    def without_metadata(template: dict[str, Any]) -> dict[str, Any]:
        resources = {
            name: {key: value for key, value in resource.items() if key != "Metadata"}
            for name, resource in template["Resources"].items()
        }
        return {**template, "Resources": resources}

    theirs = load(sam_built / "template.yaml")
    for name, where, properties in with_code(theirs):
        properties[where] = Path(sam_built, properties[where]).relative_to(sam_built).as_posix()
        assert properties[where] == name
    assert without_metadata(TEMPLATE) == without_metadata(theirs)
