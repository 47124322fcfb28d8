"""Every change of the store that `mutations` tries: another decision, one part less, one statement less."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from schedules.equivalent import OUT_OF_SIGHT

ROOT = Path(__file__).resolve().parents[2]
STORE = ("changes", "dynamodb", "items", "reads", "retries", "transactions", "writes")
MODULES: Mapping[str, Path] = {
    **{f"customers.table.{name}": ROOT / "layers/customers/customers/table" / f"{name}.py" for name in STORE},
    "operate.repairs": ROOT / "tools/operate/repairs.py",
}

NOT_SEEN = re.compile(r"observation\.|\bseen\b|User-Agent|Content-Type|'Host'|add_auth")
"""What operators see, or DynamoDB's network, and no caller."""

_OTHER: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_TURNED = (("not_exists", "exists"), ("<=", "<"), (" = ", " <> "))


class Mutant(NamedTuple):
    """A module with one change; its `name` says where it is and what was changed into what."""

    name: str
    module: str
    source: str


def mutants() -> Iterator[Mutant]:
    """Every change of every function of the store."""
    for module, path in MODULES.items():
        tree = ast.parse(path.read_text())
        for where, function in _functions(tree, module.rpartition(".")[2]):
            for node in _code(function):
                for old, new in _changes(node):
                    yield Mutant(f"{where}: {_text(old)}  ->  {_text(new)}", module, _changed(tree, old, new))


def _functions(tree: ast.Module | ast.ClassDef, where: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        name = f"{where}.{getattr(node, 'name', '')}"
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, name)
        if isinstance(node, ast.FunctionDef) and name not in OUT_OF_SIGHT:
            yield name, node


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all that is in it, but for the types that annotate it."""
    yield node
    for field, value in ast.iter_fields(node):
        if field not in {"annotation", "returns", "type_params"}:
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.AST):
                    yield from _code(part)


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _changed(tree: ast.Module, old: ast.AST, new: ast.AST) -> str:
    """The source with one node in the place of another."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                source = ast.unparse(tree)
                setattr(parent, field, old)
                return source
            if (
                isinstance(value, list)
                and (at := next((n for n, part in enumerate(value) if part is old), None)) is not None
            ):
                value[at] = new
                source = ast.unparse(tree)
                value[at] = old
                return source
    raise AssertionError("the node is not in the tree")


type Change = tuple[ast.AST, ast.AST]
"""A node, and what takes its place."""


def _changes(node: ast.AST) -> Iterator[Change]:
    """What can be changed at a node: the way that it decides, the parts that it names, the statements that it has."""
    yield from _decisions(node)
    yield from _parts(node)
    if not isinstance(node, ast.IfExp | ast.Lambda):
        for block in (getattr(node, "body", []), getattr(node, "orelse", []), getattr(node, "finalbody", [])):
            yield from ((statement, ast.Pass()) for statement in block if _can_go(statement))


def _decisions(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield test, ast.Constant(value=True)
            yield test, ast.Constant(value=False)
        case ast.match_case(guard=ast.expr() as guard):
            yield guard, ast.Constant(value=True)
        case ast.comprehension(ifs=tests):
            yield from ((test, ast.Constant(value=True)) for test in tests)
        case ast.Compare(left=left, ops=[op], comparators=right):
            yield node, ast.Compare(left, [_OTHER[type(op)]()], right)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, operand
        case ast.Call(func=ast.Name(id="any" | "all" as name)):
            yield node.func, ast.Name("any" if name == "all" else "all", ast.Load())


def _parts(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.BoolOp(op=op, values=values):
            yield node, ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            yield from ((node, ast.BoolOp(op, rest) if len(rest) > 1 else rest[0]) for rest in _shorter(values))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield node, left
            yield node, right
        case ast.Set(elts=elements) if len(elements) > 1:
            yield from ((node, ast.Set(rest)) for rest in _shorter(elements))
        case ast.ExceptHandler(type=ast.Tuple(elts=caught) as types):
            yield from ((types, ast.Tuple(rest, ast.Load())) for rest in _shorter(caught))
        case ast.Dict(keys=keys, values=values):
            entries = [
                entry for entry in zip(keys, values, strict=True) if not (entry[0] and NOT_SEEN.search(_text(entry[0])))
            ]
            for rest in _shorter(entries):
                yield node, ast.Dict([key for key, _ in rest], [value for _, value in rest])
        case ast.Constant(value=str(condition)) if re.search(r"^attribute_| OR | AND ", condition):
            yield from ((node, ast.Constant(other)) for other in _other_conditions(condition))


def _shorter[T](values: Sequence[T]) -> Iterator[list[T]]:
    for value in values:
        yield [other for other in values if other is not value]


def _can_go(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return False  # a docstring
    simple = isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign | ast.Raise | ast.Return)
    return simple and not NOT_SEEN.search(_text(statement))


def _other_conditions(condition: str) -> Iterator[str]:
    """A condition without each of its parts, and with each comparison turned round."""
    for part in re.finditer(r"( OR | AND )?\S+( [<>=]+ \S+)?", condition):
        if part[0] != condition or part[1]:
            yield (condition[: part.start()] + condition[part.end() :]).removeprefix(" OR ").removeprefix(" AND ")
    yield from (condition.replace(old, new) for old, new in _TURNED if old in condition)
