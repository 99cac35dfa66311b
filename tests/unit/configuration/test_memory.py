"""What the C library does with memory that is given back."""

import ctypes
import subprocess
import sys

import pytest

from configuration.memory import keep_freed_memory, sparing_memory
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


# How much less a process holds than before 100 MB were freed below something that still stands: when they
# were, and when it spares memory.
HELD = """
from pathlib import Path
import numpy as np
from configuration.memory import keep_freed_memory, sparing_memory
keep_freed_memory()
def held():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
arrays = [np.ones(1_250_000) for _ in range(10)]
standing = np.ones(500_000)
most = held()
del arrays
print(most - held())
with sparing_memory():
    print(most - held())
"""


@pytest.mark.skipif(not KNOWN or sys.platform != "linux", reason="no mallopt, or no /proc")
def test_who_spares_memory_holds_nothing_that_was_freed() -> None:
    command = [sys.executable, "-c", HELD]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    kept, spared = map(int, found.split())

    assert kept < 10_000
    assert spared > 90_000


def test_without_the_function_everything_goes_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())

    with sparing_memory():
        known = keep_freed_memory()

    assert known is False
