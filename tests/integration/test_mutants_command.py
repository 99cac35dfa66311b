"""``python -m tools.mutants`` over a small project: who dies, who survives, what is explained."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = """
def at_least(n, least):
    return n >= least

def wait(ready):
    while not ready():
        pass

def same(n):
    return max(n, n)
"""
TESTS = """
from data.thing import at_least, same, wait

def test_at_least():
    assert at_least(3, 2) and not at_least(1, 2)

def test_wait():
    wait(lambda: True)

def test_same():
    assert same(3) == 3
"""
EXPLAINED = """
[[mutant]]
file = "data/thing.py"
line = "return max(n, n)"
changes = ["max -> min"]
reason = "Both are the same."
"""
RUN = """
import sys
import tools.mutants
tools.mutants.TARGETS.clear()
tools.mutants.TARGETS["data/thing.py"] = ("test_thing.py",)
from tools.mutants.__main__ import main
sys.exit(main(["--all"]))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder that holds the command, one source and its tests."""
    shutil.copytree(ROOT / "tools" / "mutants", tmp_path / "tools" / "mutants")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thing.py").write_text(SOURCE)
    (tmp_path / "test_thing.py").write_text(TESTS)
    (tmp_path / "tools" / "mutants" / "explained.toml").write_text(EXPLAINED)
    return tmp_path


def run(project: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", RUN], cwd=project, capture_output=True, text=True, check=False
    )


def test_a_boundary_that_no_test_knows_survives(project: Path) -> None:
    """Six mutants: one loops for ever and is stopped, one is explained, one is a boundary without a test."""
    answer = run(project)

    assert (
        "survived  data/thing.py:3: return n >= least\n            n >= least -> n > least\n" in answer.stdout
    )
    assert answer.stdout.count("survived") == 1
    assert (
        "explained data/thing.py: return max(n, n)\n            max -> min: Both are the same."
        in answer.stdout
    )
    assert "4 of 6    killed,  1 explained,  83.3 %" in answer.stdout
    assert answer.returncode == 1


def test_an_explanation_of_a_line_that_is_gone_is_told(project: Path) -> None:
    """Otherwise the list would excuse the next mistake; with the boundary tested, all others die."""
    (project / "data" / "thing.py").write_text(
        SOURCE.replace("max(n, n)", "n").replace("not ready()", "ready()")
    )
    tests = TESTS.replace("at_least(3, 2)", "at_least(2, 2)").replace("True", "False")
    (project / "test_thing.py").write_text(tests)
    answer = run(project)

    assert "out of date in explained.toml: data/thing.py: return max(n, n): max -> min" in answer.stdout
    assert "5 of 5    killed,  0 explained, 100.0 %" in answer.stdout
    assert answer.returncode == 1


def test_tests_that_fail_anyway_are_told(project: Path) -> None:
    (project / "test_thing.py").write_text("def test_broken():\n    assert False\n")
    answer = run(project)

    assert "The tests of data/thing.py fail without any change" in answer.stderr
    assert answer.returncode == 1
