"""The floors of the house: imports lead down, never back up."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import ROOT

PACKAGE = ROOT / "layers" / "customers" / "customers"

MAY_IMPORT = {
    "functions": {"vendors", "http", "table", "customer", "operations", "api_keys", "events", "errors", "settings"},
    "vendors": {"http", "table", "customer", "operations", "errors", "settings"},
    "http": {"table", "customer", "operations", "errors", "settings"},
    "table": {"customer", "operations", "errors", "settings"},
    "operations": {"customer", "errors"},
    "customer": set(),
    "events": {"customer"},
    "api_keys": set(),
    "errors": set(),
    "settings": set(),
}
"""What each floor may import of the package; its own modules it always may."""


def floor(path: Path) -> str:
    if not path.is_relative_to(PACKAGE):
        return "functions"
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The floors that a file imports, inside its functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ImportFrom(module="customers", names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module)) if module.startswith("customers."):
                yield module.split(".")[1]
            case ast.Import(names=names):
                yield from (alias.name.split(".")[1] for alias in names if alias.name.startswith("customers."))


FILES = [path for path in (*PACKAGE.rglob("*.py"), *ROOT.glob("functions/*/*.py")) if path != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_lies_below_it(path: Path) -> None:
    own = floor(path)

    assert set(imported(path)) - {own} <= MAY_IMPORT[own], f"{own} may import {sorted(MAY_IMPORT[own])}"


def test_the_arrows_form_no_circle() -> None:
    below = dict(MAY_IMPORT)
    while below:
        lowest = {name for name, others in below.items() if not others & below.keys()}
        assert lowest, f"these import each other: {sorted(below)}"
        below = {name: others for name, others in below.items() if name not in lowest}
