"""The contracts of the specification are the signatures of the code, to the letter."""

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.source import ROOT

PAGES = sorted((ROOT / "specs" / "008-metrics-performance" / "contracts").glob("*.md"))


def promised() -> Iterator[tuple[str, str, ast.FunctionDef]]:
    """Module, dotted name and promised definition of each function that the pages show."""
    for page in PAGES:
        for path, text in re.findall(
            r"^## `([\w/]+)\.py`\n(.*?)(?=^## |\Z)", page.read_text("utf-8"), re.M | re.S
        ):
            for block in re.findall(r"```python\n(.*?)```", text, re.S):
                yield from (
                    (path.replace("/", "."), *each) for each in definitions(ast.parse(block).body, "")
                )


def definitions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from definitions(node.body, f"{node.name}.")


def spelled(node: ast.FunctionDef) -> str:
    """The head of a function on one line, without the quotes around annotations of what comes later."""
    plain = ast.parse(ast.unparse(node))
    for part in ast.walk(plain):
        for name in ("annotation", "returns"):
            quoted = getattr(part, name, None)
            if isinstance(quoted, ast.Constant) and isinstance(quoted.value, str):
                setattr(part, name, ast.parse(quoted.value, mode="eval").body)
    (head,) = (part for part in plain.body if isinstance(part, ast.FunctionDef))
    returns = f" -> {ast.unparse(head.returns)}" if head.returns else ""
    return f"def {head.name}({ast.unparse(head.args)}){returns}"


def function_of(module: str, name: str) -> Any:
    """The function that the code has under this name, a property's own among them."""
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = inspect.getattr_static(found, part) if inspect.isclass(found) else getattr(found, part)
    return inspect.unwrap(found.fget if isinstance(found, property) else found)


@pytest.mark.parametrize(
    ("module", "name", "promise"), [pytest.param(*each, id=".".join(each[:2])) for each in promised()]
)
def test_the_code_has_the_promised_signature(module: str, name: str, promise: ast.FunctionDef) -> None:
    function = function_of(module, name)
    (real,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(real, ast.FunctionDef)

    assert spelled(real) == spelled(promise)
    assert list(inspect.signature(function).parameters) == [
        part.arg for part in ast.iter_child_nodes(promise.args) if isinstance(part, ast.arg)
    ]


def test_every_named_module_is_there() -> None:
    """Those whose functions the specification names, callbacks among them."""
    modules = {module for module, _, _ in promised()}

    assert {
        "configuration.logging_config",
        "configuration.settings",
        "data.cache_manager",
        "data.jira_query_manager",
        "data.jira_simple",
        "data.performance_utils",
        "data.field_mapper",
        "data.dora_calculator",
        "data.flow_calculator",
        "data.persistence",
        "callbacks.jira_config",
        "callbacks.field_mapping",
        "callbacks.dora_flow_metrics",
        "callbacks.dashboard",
    } == modules
