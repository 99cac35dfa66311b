"""What may be changed in a source: each operator makes small changes of one kind of node."""

import ast
import copy
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
# Names that are mistaken for one another, as functions or as values of ``side=``.
_TWINS = {"min": "max", "minimum": "maximum", "any": "all", "zeros": "ones", "floor": "ceil", "left": "right"}
_TWINS |= {other: name for name, other in _TWINS.items()}


@dataclass(frozen=True)
class Slot:
    """A place in the tree that holds a node."""

    parent: ast.AST
    field: str
    index: int | None

    @property
    def node(self) -> ast.AST:
        """The node that stands here."""
        held = getattr(self.parent, self.field)
        return held if self.index is None else held[self.index]  # type: ignore[no-any-return]

    def put(self, node: ast.AST) -> None:
        """Let another node stand here."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes:
        line: number of the line.
        text: the line itself.
        change: what is changed into what.
        slot: where.
        node: what stands there afterwards.
    """

    line: int
    text: str
    change: str
    slot: Slot
    node: ast.AST


Variants = Iterator[tuple[ast.AST, str]]


def _like(node: Any, **changes: Any) -> Any:
    """Copy a node with some of its fields changed."""
    copied = copy.copy(node)
    for name, value in changes.items():
        setattr(copied, name, value)
    return copied


def _spelled(old: ast.AST, new: ast.AST) -> str:
    return f"{ast.unparse(old)} -> {ast.unparse(new)}"


def _swap_comparisons(node: ast.Compare) -> Variants:
    for place, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            new = _like(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])
            yield new, _spelled(node, new)


def _swap_arithmetic(node: ast.BinOp) -> Variants:
    if type(node.op) in _ARITHMETIC:
        new = _like(node, op=_ARITHMETIC[type(node.op)]())
        yield new, _spelled(node, new)


def _swap_and_or(node: ast.BoolOp) -> Variants:
    new = _like(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    yield new, _spelled(node, new)


def _move_constants(node: ast.Constant) -> Variants:
    if isinstance(node.value, bool):
        values: tuple[Any, ...] = (not node.value,)
    elif isinstance(node.value, int | float):
        values = (node.value + 1, node.value - 1)
    else:
        values = (_TWINS[node.value],) if node.value in ("left", "right") else ()
    for value in values:
        new = _like(node, value=value)
        yield new, _spelled(node, new)


def _drop_sign(node: ast.UnaryOp) -> Variants:
    yield node.operand, _spelled(node, node.operand)


def _negate_condition(node: Any) -> Variants:
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):  # those have changes of their own
        new = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        yield _like(node, test=new), f"condition negated: {ast.unparse(node.test)}"


def _drop_filters(node: ast.comprehension) -> Variants:
    for place, condition in enumerate(node.ifs):
        yield (
            _like(node, ifs=[*node.ifs[:place], *node.ifs[place + 1 :]]),
            f"filter removed: {ast.unparse(condition)}",
        )


def _drop_statement(node: ast.stmt) -> Variants:
    if isinstance(node, ast.Expr) and (_says_nothing(node.value)):
        return
    if isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets):
        return  # the name would be missing, which nobody would overlook
    yield ast.copy_location(ast.Pass(), node), f"removed: {ast.unparse(node)}"


def _says_nothing(value: ast.expr) -> bool:
    """Tell whether an expression as a statement is a docstring, a ``yield`` or a line of the log."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        return isinstance(value.func.value, ast.Name) and value.func.value.id == "logger"
    return isinstance(value, ast.Constant | ast.Yield | ast.YieldFrom)


def _return_nothing(node: ast.Return) -> Variants:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield _like(node, value=None), f"returns None: {ast.unparse(node.value)}"


def _swap_names(node: Any) -> Variants:
    name = node.id if isinstance(node, ast.Name) else node.attr
    if name in _TWINS and isinstance(node.ctx, ast.Load):
        new = _like(node, **{"id" if isinstance(node, ast.Name) else "attr": _TWINS[name]})
        yield new, _spelled(node, new)


def _leave_or_go_on(node: ast.Break | ast.Continue) -> Variants:
    new = ast.Continue() if isinstance(node, ast.Break) else ast.Break()
    yield ast.copy_location(new, node), _spelled(node, new)


OPERATORS: dict[type[ast.AST], tuple[Callable[[Any], Variants], ...]] = {
    ast.Compare: (_swap_comparisons,),
    ast.BinOp: (_swap_arithmetic,),
    ast.AugAssign: (_swap_arithmetic, _drop_statement),
    ast.BoolOp: (_swap_and_or,),
    ast.Constant: (_move_constants,),
    ast.UnaryOp: (_drop_sign,),
    ast.If: (_negate_condition,),
    ast.IfExp: (_negate_condition,),
    ast.While: (_negate_condition,),
    ast.comprehension: (_drop_filters,),
    ast.Assign: (_drop_statement,),
    ast.Expr: (_drop_statement,),
    ast.Raise: (_drop_statement,),
    ast.Delete: (_drop_statement,),
    ast.Return: (_return_nothing,),
    ast.Name: (_swap_names,),
    ast.Attribute: (_swap_names,),
    ast.Break: (_leave_or_go_on,),
    ast.Continue: (_leave_or_go_on,),
}
# Types are checked by mypy, decorators say how a class is laid out, texts are read by people.
_NOT_CHANGED = {"annotation", "returns", "decorator_list", "type_comment", "format_spec"}


def slots(node: ast.AST) -> Iterator[Slot]:
    """Yield the places of all nodes that may be changed, from the top of the file down."""
    for name, held in ast.iter_fields(node):
        if name in _NOT_CHANGED or isinstance(node, ast.JoinedStr):
            continue
        for index, child in enumerate(held) if isinstance(held, list) else [(None, held)]:
            if isinstance(child, ast.AST) and not _is_left_out(child):
                yield Slot(node, name, index)
                yield from slots(child)


def _is_left_out(node: ast.AST) -> bool:
    """Tell whether no test could see it: the choice of a platform, or the check that ``strict=`` is."""
    if isinstance(node, ast.keyword):
        return node.arg == "strict"
    return isinstance(node, ast.If) and "sys.platform" in ast.unparse(node.test)


def mutants(source: str, tree: ast.Module) -> list[Mutant]:
    """Return every mutant of a file, in the order of its lines; equal changes of a line are numbered."""
    lines = source.splitlines()
    seen: Counter[tuple[int, str]] = Counter()
    found = []
    for slot in slots(tree):
        for operator in OPERATORS.get(type(slot.node), ()):
            for node, change in operator(slot.node):
                line = getattr(slot.node, "lineno", None) or slot.parent.lineno  # type: ignore[attr-defined]
                seen[line, change] += 1
                number = f" #{seen[line, change]}" if seen[line, change] > 1 else ""
                found.append(Mutant(line, lines[line - 1].strip(), change + number, slot, node))
    return sorted(found, key=lambda mutant: mutant.line)


def sampled(every: Sequence[Mutant], most: int) -> list[Mutant]:
    """Return at most so many mutants; which ones depends on their texts alone, so it stays the same."""

    def rank(mutant: Mutant) -> str:
        return hashlib.sha256(f"{mutant.text}\0{mutant.change}".encode()).hexdigest()

    chosen = sorted(every, key=rank)[:most]
    return [mutant for mutant in every if mutant in chosen]
