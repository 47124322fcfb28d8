"""What README.md names is there."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from support import ROOT, template

CUSTOMERS = ROOT / "layers" / "customers" / "customers"
README = (ROOT / "README.md").read_text()
MAP = re.search(r"^## A map of the code\n(.*?)^## ", README, re.MULTILINE | re.DOTALL)
PATH = re.compile(r"`((?:functions|layers|events|tests|tools)(?:/[\w./]*)?|[\w-]+\.(?:yaml|toml))`")


def unique(names: Iterable[str]) -> list[str]:
    return sorted(set(names))


def test_there_is_a_map_of_the_code() -> None:
    assert MAP is not None


@pytest.mark.parametrize("path", unique(PATH.findall(MAP[1] if MAP else "")))
def test_the_map_leads_to_what_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in ROOT.glob("functions/*/*.py")))
def test_every_function_is_on_the_map(folder: str) -> None:
    assert MAP is not None
    assert f"`functions/{folder}" in MAP[1]


@pytest.mark.parametrize("name", ["NewCustomer", "guard_keys", "ALLOWED_METHODS"])
def test_the_names_on_the_map_are_where_it_says(name: str) -> None:
    [path] = re.findall(rf"`{name}`\s+in\s+`([\w/.]+)`", README)

    assert re.search(rf"^(class|def)? ?{name}\b", (ROOT / path).read_text(), re.MULTILINE)


@pytest.mark.parametrize("module", sorted(CUSTOMERS.rglob("[a-z]*.py")), ids=lambda path: path.stem)
def test_every_module_is_in_its_packages_table_of_contents(module: Path) -> None:
    contents = (module.parent / "__init__.py").read_text()

    assert re.search(rf"^{module.stem} +\w", contents, re.MULTILINE)


@pytest.mark.parametrize(
    "target", unique(re.findall(r"(?:`|^)make ([a-z][a-z0-9-]+)(?=[\s`]|$)", README, re.MULTILINE))
)
def test_a_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("parameter", unique(re.findall(r"`([A-Z][a-z]\w*)=[\w.]+`", README)))
def test_a_parameter_exists(parameter: str) -> None:
    assert parameter in template()["Parameters"]


@pytest.mark.parametrize("output", unique(re.findall(r"\(output `(\w+)`\)", README)))
def test_an_output_exists(output: str) -> None:
    assert output in template()["Outputs"]
