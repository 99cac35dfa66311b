"""Every name that a module offers is used by the program, or is offered to notebooks and says so here."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WINGS = ("configuration", "data", "ui", "callbacks")
# Doors for notebooks and scripts: functions over plain Jira issues, the field index, and of the log
# the wait for its files and the filter for handlers of one's own.
DOORS = ("calculate_", "forecast_frame", "create_field_mapping_index", "flush_logging", "SensitiveDataFilter")


def sources() -> Iterator[Path]:
    yield ROOT / "app.py"
    for wing in WINGS:
        yield from (ROOT / wing).rglob("*.py")


def offered(tree: ast.Module) -> Iterator[str]:
    """The functions, classes and values that a module defines at its top."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (
                part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)
            )


def used(tree: ast.Module) -> Iterator[str]:
    """The names that a module reads; an import alone is no use, and neither is a mention in ``__all__``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


@pytest.mark.slow
def test_nothing_is_kept_for_tests_alone() -> None:
    """A function that only its own test calls is a room that nobody enters."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources()}
    uses = Counter(name for tree in trees.values() for name in set(used(tree)))
    dead = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, tree in trees.items()
        for name in offered(tree)
        if not uses[name] and not name.startswith((*DOORS, "__"))
    }

    assert len(trees) > 200
    assert dead == set()
