"""One mutant in a fork of this process: its source is imported from a changed tree, and its tests run.

A mutant that does not end is stopped by the processor time that its tests need,
which does not depend on how busy the machine is, and one that hangs by the clock.
"""

import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

# What a run needs anyway is loaded once, before the forks; nothing of ours may be among it.
import hypothesis
import msgspec  # noqa: F401
import numpy as np  # noqa: F401
import pytest

from tools.mutants.changes import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
# A mutant may use this many times the processor time of its tests, and some seconds.
CPU_FACTOR, CPU_EXTRA_S = 3, 3
WALL_EXTRA_S = 20  # beyond the same factor of the time on the clock: then it hangs


class _Mutated(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):
    """Imports one module from a tree instead of from its file."""

    def __init__(self, path: Path, tree: ast.Module) -> None:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        super().__init__(name, str(path))
        self._tree = tree

    def find_spec(
        self, fullname: str, path: Any, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def get_code(self, fullname: str) -> CodeType:
        return compile(ast.fix_missing_locations(self._tree), self.path, "exec")


class _Steadily:
    """Lets properties try the same examples each time, and stop at the first that fails."""

    def pytest_sessionstart(self) -> None:
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile(
            "mutants", hypothesis.settings(), derandomize=True, database=None, phases=phases
        )
        hypothesis.settings.load_profile("mutants")


@dataclass
class Target:
    """A source with its tests.

    Attributes:
        file: path inside the repository.
        stages: paths of its tests; the next ones run only if the ones before noticed nothing.
        cpu_s: processor time of the tests without any change.
        wall_s: their time on the clock.
    """

    file: str
    stages: tuple[tuple[str, ...], ...]
    cpu_s: float = 60.0
    wall_s: float = 120.0
    tree: ast.Module = field(init=False)
    mutants: list[Mutant] = field(init=False)

    def __post_init__(self) -> None:
        source = (ROOT / self.file).read_text("utf-8")
        self.tree = ast.parse(source)
        self.mutants = mutants(source, self.tree)


def _run_tests(target: Target, mutant: Mutant | None, scratch: Path) -> None:
    """Run the tests of a target with one change, in a fork; end with the exit code of pytest."""
    os.setsid()
    limit = int(target.cpu_s * CPU_FACTOR + CPU_EXTRA_S)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    log = os.open(scratch / "log", os.O_WRONLY | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(log, stream)
    if mutant:
        mutant.slot.put(mutant.node)
    sys.meta_path.insert(0, _Mutated(ROOT / target.file, target.tree))
    options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", f"--basetemp={scratch / 'tmp'}"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # plugins that the fork has loaded already
    options += ["-m", "not bench and not soak"]
    codes = (pytest.main([*options, *tests], [_Steadily()]) for tests in target.stages)
    code = next((code for code in codes if code), 0)
    sys.stdout.flush()
    os._exit(code)


@dataclass
class Run:
    """A fork at work."""

    target: Target
    mutant: Mutant | None
    scratch: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="mutant-")))
    began: float = field(default_factory=time.monotonic)
    pid: int = 0
    code: int = 0
    cpu_s: float = 0.0

    def start(self) -> "Run":
        """Fork."""
        self.pid = os.fork()
        if not self.pid:
            try:
                _run_tests(self.target, self.mutant, self.scratch)
            finally:
                traceback.print_exc()
                os._exit(70)  # what broke outside pytest must not go on as a second parent
        return self

    def over(self) -> bool:
        """Tell whether it has ended; end it where it takes too long."""
        if time.monotonic() - self.began > self.target.wall_s * CPU_FACTOR + WALL_EXTRA_S:
            self._kill()
        pid, status, usage = os.wait4(self.pid, os.WNOHANG)
        if not pid:
            return False
        self.code, self.cpu_s = os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
        self._kill()  # whatever its tests started
        return True

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def clear(self) -> str:
        """Remove what it wrote and return what its tests said."""
        said = (self.scratch / "log").read_text("utf-8", "replace")
        shutil.rmtree(self.scratch, ignore_errors=True)
        return said


def measure(target: Target) -> None:
    """Run the tests without a change: they must pass, and tell how long a mutant may take."""
    run = Run(target, None).start()
    while not run.over():
        time.sleep(0.01)
    said = run.clear()
    if run.code:
        sys.exit(f"The tests of {target.file} fail without any change:\n{said}")
    target.cpu_s, target.wall_s = run.cpu_s, time.monotonic() - run.began


def survivors(target: Target, chosen: Sequence[Mutant], workers: int) -> list[Mutant]:
    """Run mutants side by side and return those that no test noticed."""
    waiting, running, alive = list(reversed(chosen)), [], []
    while waiting or running:
        while waiting and len(running) < workers:
            running.append(Run(target, waiting.pop()).start())
        time.sleep(0.01)
        for run in [run for run in running if run.over()]:
            running.remove(run)
            run.clear()
            if run.code == 0:
                alive.append(run.mutant)
    return [mutant for mutant in chosen if mutant in alive]
