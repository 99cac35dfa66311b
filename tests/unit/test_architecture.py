"""The drawing in CONTRIBUTING holds: who may import whom, no circles, and importing has no effect."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("app", "callbacks", "ui", "data", "configuration")
MAY_IMPORT = {
    "app": {"callbacks", "ui", "data", "configuration"},
    "callbacks": {"callbacks", "ui", "data", "configuration"},
    "ui": {"ui", "configuration"},
    "data": {"data", "configuration"},
    "configuration": {"configuration"},
}
# What the page and the engine share: the nouns of a result, and what there is to draw.
SHARED_NOUNS = ("data.metric", "data.charts", "data.diagnostics")
# A metric is a function of its tables: no clock, no file, no log, no settings.
NOT_IN_A_KERNEL = {"time", "logging", "os", "io", "pathlib", "sqlite3", "random"}
NOT_IN_A_KERNEL |= {"configuration.settings", "configuration.profile", "configuration.logging_config"}


@cache
def modules() -> dict[str, Path]:
    """Every module of the program by its dotted name."""
    paths = [ROOT / "app.py", *(path for room in ROOMS[1:] for path in (ROOT / room).rglob("*.py"))]
    names = (path.relative_to(ROOT).with_suffix("").parts for path in paths)
    return {
        ".".join(name[:-1] if name[-1] == "__init__" else name): path
        for name, path in zip(names, paths, strict=True)
    }


def imports(path: Path) -> Iterator[str]:
    """The modules a module imports; a package from which only its modules are taken is not one of them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            taken = names & set(modules())
            yield from taken
            if taken != names:
                yield node.module


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_point_downwards(name: str) -> None:
    """A room imports only the rooms below it; ui knows of data the shared nouns alone."""
    allowed = MAY_IMPORT[name.split(".", maxsplit=1)[0]]
    ours = {found for found in imports(modules()[name]) if found.split(".")[0] in ROOMS}
    wrong = {found for found in ours if found.split(".")[0] not in allowed}

    shared = {found for found in wrong if name.startswith("ui") and found.startswith(SHARED_NOUNS)}

    assert wrong - shared == set()


def test_no_circles() -> None:
    """No module is imported by what it imports."""
    known = modules()
    graph = {
        name: {found for found in imports(path) if found in known} - {name} for name, path in known.items()
    }

    assert set(TopologicalSorter(graph).static_order()) == set(known)


def test_kernels_are_pure() -> None:
    """No metric can reach a clock, a file, a log or a setting."""
    kernels = {name: path for name, path in modules().items() if name.startswith("data.metrics.")}
    wrong = {
        name: found
        for name, path in kernels.items()
        for found in imports(path)
        if found.split(".")[0] in NOT_IN_A_KERNEL
    }

    assert len(kernels) >= 7
    assert wrong == {}


def test_pandas_and_dash_are_imported_late() -> None:
    """``metrics --json`` does not wait for pandas, Dash or the client."""
    script = (
        "import sys; from callbacks.console import run; import data.pipeline;"
        "print([name for name in ('pandas', 'dash', 'plotly', 'requests') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"


def test_importing_has_no_effect(tmp_path: Path) -> None:
    """Importing every module writes no file and starts no thread."""
    script = (
        "import importlib, sys, threading\n"
        f"for name in {sorted(modules())!r}: importlib.import_module(name)\n"
        "print(threading.active_count())"
    )
    environment = {
        "THROUGHLINE_HOME": str(tmp_path / "home"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(ROOT),
    }
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.strip() == "1"
    assert list(tmp_path.iterdir()) == []
