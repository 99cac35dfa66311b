"""The drawing in CONTRIBUTING holds: which wing may import which, no circles, and importing has no effect."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("app", "callbacks", "ui", "data", "configuration")
# From the roof to the ground: what belongs to a wing, its front desks included, and what it may not know
# beside everything above it. A name stands for a module and, if it is a package, for all that is in it.
WINGS: Mapping[str, tuple[str, ...]] = {
    "app": ("app",),
    "callbacks/cli": ("callbacks.cli",),
    "callbacks/web": ("callbacks.web",),
    "callbacks/settings": ("callbacks.settings",),
    "callbacks": ("callbacks",),
    "ui": ("ui",),
    "workspace": ("data.workspace",),
    "checks": ("data.checks",),
    "monitoring": ("data.monitoring",),
    "intake": ("data.intake",),
    "hosts": ("data.hosts",),
    "mapping": ("data.mapping", "data.field_mapper"),
    "pipeline": ("data.pipeline", "data.answers", "data.results", "data.together"),
    "export": ("data.export",),
    "forecast": ("data.forecast",),
    "charts": ("data.charts",),
    "diagnostics": ("data.diagnostics",),
    "profiles": ("data.profiles", "data.persistence"),
    "metrics": (
        "data.metrics",
        "data.performance_utils",
        "data.plain_issues",
        "data.dora_calculator",
        "data.flow_calculator",
    ),
    "meaning": ("data.meaning",),
    "sources": ("data.sources",),
    "store": ("data.store", "data.cache_manager"),
    "jira": ("data.jira", "data.jira_simple", "data.jira_query_manager", "data.limiter_stamps"),
    "model": ("data.model",),
    "simulator": ("data.simulator",),
    "people": ("data.people",),
    "configuration": ("configuration",),
}
# What the page and the engine share: the nouns of a result, and what there is to draw.
SHARED_NOUNS = ("data.model.metric", "data.model.verdict", "data.charts", "data.forecast", "data.diagnostics")
# A metric is a function of its tables: no clock, no file, no log, no settings.
NOT_IN_A_KERNEL = {"time", "logging", "os", "io", "pathlib", "sqlite3", "random", "threading", "requests"}
NOT_IN_A_KERNEL |= {"configuration.settings", "configuration.logging_config"}


@cache
def modules() -> dict[str, Path]:
    """Every module of the program by its dotted name."""
    paths = [ROOT / "app.py", *(path for room in ROOMS[1:] for path in (ROOT / room).rglob("*.py"))]
    names = (path.relative_to(ROOT).with_suffix("").parts for path in paths)
    return {
        ".".join(name[:-1] if name[-1] == "__init__" else name): path
        for name, path in zip(names, paths, strict=True)
    }


@cache
def imports(name: str) -> frozenset[str]:
    """The modules a module imports; a package from which only its modules are taken is not one of them."""
    return frozenset(_imports(ast.parse(modules()[name].read_text(encoding="utf-8"))))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            taken = names & set(modules())
            yield from taken
            if taken != names:
                yield node.module


def _ours(name: str) -> set[str]:
    return {found for found in imports(name) if found in modules()} - {name}


def wing_of(name: str) -> str | None:
    """The wing that a module belongs to: the one that names it most exactly; None for bare packages."""
    found = [
        (len(part), wing)
        for wing, parts in WINGS.items()
        for part in parts
        if name == part or name.startswith(f"{part}.")
    ]
    return max(found)[1] if found else None


def room_of(name: str) -> str:
    """The folder or file that a module is seen as from outside: two names deep."""
    return ".".join(name.split(".")[:2])


def test_every_module_has_a_wing() -> None:
    """A new package is put into the list on purpose, and the list holds nothing that has gone."""
    homeless = {name for name in modules() if wing_of(name) is None and name != "data"}
    gone = {part for parts in WINGS.values() for part in parts} - set(modules())

    assert homeless == set()
    assert gone == set()


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_run_down_the_list_of_wings(name: str) -> None:
    """No module imports a wing above its own; ui knows of data the shared nouns alone."""
    order = list(WINGS)
    wing = wing_of(name) or "configuration"
    up = {
        found for found in _ours(name) if order.index(wing_of(found) or "configuration") < order.index(wing)
    }
    foreign = {
        found
        for found in _ours(name)
        if wing == "ui" and found.startswith("data.") and not found.startswith(SHARED_NOUNS)
    }

    assert up == set()
    assert foreign == set()


def test_no_circles_between_modules() -> None:
    """No module is imported by what it imports."""
    graph = {name: _ours(name) for name in modules()}

    assert set(TopologicalSorter(graph).static_order()) == set(modules())


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_no_circles_between_folders(depth: int) -> None:
    """Seen from afar, a folder is one room: none is imported by a room that it imports."""
    graph: dict[str, set[str]] = {}
    for name in modules():
        room = ".".join(name.split(".")[:depth])
        rooms = {".".join(found.split(".")[:depth]) for found in _ours(name)}
        # A package's own file and the modules in it are one thing to whoever looks at the next level.
        graph.setdefault(room, set()).update(other for other in rooms if other != room)

    assert set(TopologicalSorter(graph).static_order()) == set(graph)


def test_contributing_draws_the_wings_in_order() -> None:
    """The drawing names every wing of ``data/`` once, from the roof to the ground."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawing = text.split("<!-- the wings -->")[1].split("```")[1]
    drawn = [line.split()[0].rstrip("/") for line in drawing.strip().splitlines()]

    assert drawn == list(WINGS)


@pytest.mark.parametrize("wing", [name for name, path in modules().items() if path.name == "__init__.py"])
def test_each_wing_says_what_lives_there(wing: str) -> None:
    """The first thing a newcomer opens tells what the package is for and where to begin."""
    words = ast.get_docstring(ast.parse(modules()[wing].read_text(encoding="utf-8"))) or ""

    assert len(words.split()) >= 12


def test_kernels_are_pure() -> None:
    """No metric can reach a clock, a file, a log or a setting, however far its imports are followed."""
    kernels = [name for name in modules() if name.startswith("data.metrics.")]
    wrong = {name: way for name in kernels if (way := _way_to_a_side_effect(name))}

    assert len(kernels) >= 7
    assert wrong == {}


def _way_to_a_side_effect(kernel: str) -> list[str]:
    """The chain of imports from a kernel to something that is not pure; nothing where there is none."""
    ways = {kernel: [kernel]}
    waiting = [kernel]
    while waiting:
        name = waiting.pop()
        for found in sorted(imports(name)):
            if found in NOT_IN_A_KERNEL or found.split(".")[0] in NOT_IN_A_KERNEL:
                return [*ways[name], found]
            if found in modules() and found not in ways:
                ways[found] = [*ways[name], found]
                waiting.append(found)
    return []


@pytest.mark.slow
def test_pandas_and_dash_are_imported_late() -> None:
    """``metrics --json`` does not wait for pandas, Dash or the client."""
    script = (
        "import sys; from callbacks.cli.console import run; import data.pipeline;"
        "late = ('pandas', 'dash', 'plotly', 'requests', 'filelock');"
        "print([name for name in late if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"


@pytest.mark.slow
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
