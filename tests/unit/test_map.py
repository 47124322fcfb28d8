"""What README.md and docs name is there."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from support import ROOT, template

CUSTOMERS = ROOT / "layers" / "customers" / "customers"
PAGES = {page.relative_to(ROOT): page.read_text() for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))}
TEXT = "\n".join(PAGES.values())
MAP = re.search(r"^## [^\n]*\bmap\b[^\n]*\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL | re.IGNORECASE)
PATH = re.compile(
    r"`((?:functions|layers|events|docs|tests|tools)(?:/[\w./-]*)?|[\w./-]+\.(?:yaml|toml|md)|THIRD-PARTY-NOTICES)`"
)
LINK = re.compile(r"\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)")


def unique(names: Iterable[str]) -> list[str]:
    return sorted(set(names))


def test_there_is_a_map_of_the_code() -> None:
    assert MAP is not None


@pytest.mark.parametrize("path", unique(PATH.findall(TEXT)))
def test_a_path_leads_to_what_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(
    ("page", "target", "heading"),
    sorted({(page, *link) for page, text in PAGES.items() for link in LINK.findall(text)}),
    ids=str,
)
def test_a_link_leads_to_what_exists(page: Path, target: str, heading: str) -> None:
    file = ROOT / page.parent / target if target else ROOT / page

    assert file.exists()
    if heading:
        headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
        assert heading in [re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in headings]


@pytest.mark.parametrize("folder", sorted({path.parent.name for path in ROOT.glob("functions/*/*.py")}))
def test_every_function_is_on_the_map(folder: str) -> None:
    assert MAP is not None
    assert f"`functions/{folder}" in MAP[1]


@pytest.mark.parametrize(
    ("name", "path"), sorted(set(re.findall(r"`(\w+)`(?: and to `\w+`)?\s+in\s+`([\w/.]+\.py)`", TEXT)))
)
def test_a_name_is_in_the_file_where_it_is_said_to_be(name: str, path: str) -> None:
    assert re.search(rf"^(class|def)? ?{name}\b", (ROOT / path).read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "module", sorted(CUSTOMERS.rglob("[a-z]*.py")), ids=lambda path: str(path.relative_to(CUSTOMERS))
)
def test_every_module_is_in_its_packages_table_of_contents(module: Path) -> None:
    contents = (module.parent / "__init__.py").read_text()

    assert re.search(rf"^{module.stem} +\w", contents, re.MULTILINE)


@pytest.mark.parametrize("target", unique(re.findall(r"(?:`|^)make ([a-z][a-z0-9-]+)(?=[\s`]|$)", TEXT, re.MULTILINE)))
def test_a_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("parameter", unique(re.findall(r"`([A-Z][a-z]\w*)=[\w.]+`", TEXT)))
def test_a_parameter_exists(parameter: str) -> None:
    assert parameter in template()["Parameters"]


@pytest.mark.parametrize("output", unique(re.findall(r"\(output `(\w+)`\)", TEXT)))
def test_an_output_exists(output: str) -> None:
    assert output in template()["Outputs"]
