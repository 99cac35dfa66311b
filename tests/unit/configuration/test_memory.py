"""What the C library does with memory that is given back."""

import ctypes
import subprocess
import sys

import pytest

from configuration.memory import keep_freed_memory
from tests.support.commands import ROOT

# Rounds of four arrays of 12 MB at a time, and how many pages the process had to ask the system for.
ROUNDS = """
import resource, sys
import numpy as np
from configuration.memory import keep_freed_memory
if sys.argv[1] == "kept":
    print(keep_freed_memory())
def work():
    arrays = [np.ones(1_500_000) for _ in range(4)]
work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
KNOWN = hasattr(ctypes.CDLL(None) if sys.platform != "win32" else None, "mallopt")


def told(way: str) -> list[str]:
    """What a process prints that begins this way."""
    command = [sys.executable, "-c", ROUNDS, way]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.skipif(not KNOWN, reason="this C library has no mallopt")
def test_what_is_freed_serves_what_comes_next() -> None:
    """48 MB have 11 718 pages of 4 kB; a process that keeps them asks for hardly any again."""
    answer, pages = told("kept")

    assert answer == "True"
    assert int(pages) < 11_718 / 10


def test_without_the_function_everything_goes_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())

    assert keep_freed_memory() is False
