"""Let packages do at their first use what they do when they are imported.

Powertools' packages import every sibling: one resolver for API Gateway brings asyncio, GraphQL and the events of forty
services with it, some 120 modules and 40 ms of each cold start (a seventh) for names that nobody uses. phonenumbers
brings what finds numbers in texts, a quarter of its import. In the layer these packages offer the same names, and
import each at its first use (PEP 562).

Some modules import what takes 25 ms for functions that a create never calls: here the functions import it. Pydantic
describes its schemas by typed dicts with a thousand members. They are for type checkers, and Python compiles each one:
12 ms. phonenumbers reads 48 files of the ways in which numbers are written in texts: 7 ms of the first create.
"""

import ast
import sys
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path

PACKAGES = (
    "aws_lambda_powertools",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/event_handler/openapi",
    "aws_lambda_powertools/utilities/data_classes",
    "phonenumbers",
)
LATE = {
    "aws_lambda_powertools/logging/logger.py": {"jmespath_utils"},  # for ids that are looked for in events
    "botocore/compat.py": {"tzlocal"},  # for times without a zone
    "botocore/utils.py": {"dateutil", "register_feature_id", "tzutc"},  # for times in answers, and for S3
    "pydantic/plugin/_loader.py": {"entry_points"},  # for plugins, which PYDANTIC_DISABLE_PLUGINS switches off
    "urllib3/http2/__init__.py": {"version"},  # for HTTP/2
}
"""What modules import for a few of their functions."""

DESCRIBED = ("pydantic_core/core_schema.py",)
"""Modules of typed dicts that nobody looks up at run time."""

EMPTIED = {"phonenumbers/data/__init__.py": "_ALT_NUMBER_FORMATS"}
"""Tables of modules that only functions need which nothing here calls."""

ATTRIBUTES = """

_PARTS = {parts!r}


def __getattr__(name):
    if name not in _PARTS:
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_PARTS[name], __name__), name)
    return value
"""


def lazy(source: str) -> str:
    """The source of a package, with what it only passes on from its own parts looked up at its first use."""
    tree = ast.parse(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    parts: dict[str, str] = {}
    for node in [node for node in tree.body if isinstance(node, ast.ImportFrom)]:
        module = "." * node.level + (node.module or "")
        names = dict.fromkeys((alias.name for alias in node.names), module)
        # A name that is its module's too (event_source) would be the module once that was imported by another way.
        if module.startswith((".", "aws_lambda_powertools")) and not names.keys() & {*used, module.rpartition(".")[2]}:
            parts |= names
            tree.body.remove(node)
    return ast.unparse(tree) + ATTRIBUTES.format(parts=parts)


def late(source: str, names: AbstractSet[str]) -> str:
    """The source of a module, with these names imported right in front of each statement that uses them."""
    tree = ast.parse(source)
    blocks = [getattr(node, part, None) for node in ast.walk(tree) for part in ("body", "orelse", "finalbody")]
    for found in [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]:
        bound = {(alias.asname or alias.name).partition(".")[0] for alias in found.names}
        if not bound <= names:
            continue
        tree.body.remove(found)
        for block in [each for each in blocks if isinstance(each, list)]:
            for statement in [*block]:
                if bound & _used(statement):
                    block.insert(block.index(statement), found)
    return ast.unparse(tree)


def _used(statement: ast.AST) -> set[str]:
    """The names in a statement, without those in its inner blocks."""
    inner = (ast.stmt, ast.ExceptHandler, ast.match_case)
    parts = [each for each in ast.iter_child_nodes(statement) if not isinstance(each, inner)]
    return {each.id for part in parts for each in ast.walk(part) if isinstance(each, ast.Name)}


def undescribed(source: str) -> str:
    """The source of a module, with typed dicts that have no members."""
    tree = ast.parse(source)
    for node in [node for node in tree.body if isinstance(node, ast.ClassDef)]:
        if any(isinstance(base, ast.Name) and base.id == "TypedDict" for base in node.bases):
            node.body = [ast.Pass()]
    return ast.unparse(tree)


def emptied(source: str, name: str) -> str:
    """The source of a module, with a table that is empty, and without the imports that only its entries took."""
    tree = ast.parse(source)
    [table] = [node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name]
    entries, table.value = _used(table), ast.Dict([], [])
    tree.body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.ImportFrom) and {alias.name for alias in node.names} <= entries)
    ]
    return ast.unparse(tree)


def main() -> None:
    """Rewrite the packages in the folder that the command line names."""
    rewrite: dict[str, Callable[[str], str]] = {
        **{f"{package}/__init__.py": lazy for package in PACKAGES},
        **{module: partial(late, names=names) for module, names in LATE.items()},
        **dict.fromkeys(DESCRIBED, undescribed),
        **{module: partial(emptied, name=name) for module, name in EMPTIED.items()},
    }
    for module, rewritten in rewrite.items():
        path = Path(sys.argv[1], module)
        path.write_text(rewritten(path.read_text()))


if __name__ == "__main__":
    main()
