"""Let packages import their parts when those are asked for (PEP 562), not all at once.

Powertools' packages import every sibling: one resolver for API Gateway brings asyncio, GraphQL and the events of forty
services with it, some 120 modules and 40 ms of each cold start (a seventh) for names that nobody uses. phonenumbers
brings what finds numbers in texts, a quarter of its import. In the layer these packages offer the same names, and
import each at its first use.
"""

import ast
import sys
from pathlib import Path

PACKAGES = (
    "aws_lambda_powertools",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/event_handler/openapi",
    "aws_lambda_powertools/utilities/data_classes",
    "phonenumbers",
)
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


def main() -> None:
    """Rewrite the packages in the folder that the command line names."""
    for package in PACKAGES:
        path = Path(sys.argv[1], package, "__init__.py")
        path.write_text(lazy(path.read_text()))


if __name__ == "__main__":
    main()
