"""A lock of a laptop is a file whose lock is the kernel's, and which stays. The rest is in its contract."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from configuration.errors import StoreError
from configuration.settings import Home
from data.store.locks import held
from tests.support.commands import ROOT


def test_a_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where a folder should be")
    with pytest.raises(StoreError, match="cannot be opened"), held(Home(tmp_path), "one"):
        pytest.fail("there is no such file")


FORKER = """
import os, signal, sys, time
from pathlib import Path
from configuration.settings import Home
from data.store.locks import held
with held(Home(Path(sys.argv[1])), "one", wait_s=0):
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
try:
    with held(Home(Path(sys.argv[1])), "one", wait_s=1):
        print("held again")
finally:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows forks nothing")
def test_a_child_does_not_keep_what_its_parent_gave_back(tmp_path: Path) -> None:
    """A process that was forked meanwhile lives on: the next sync must not wait for it."""
    parent = [sys.executable, "-c", FORKER, str(tmp_path)]

    assert subprocess.run(parent, capture_output=True, cwd=ROOT, check=True).stdout == b"held again\n"


def test_a_marker_by_name_is_not_a_lock(tmp_path: Path) -> None:
    """A file that lies there, even one that says who holds it, holds nothing and keeps its text."""
    path = tmp_path / "run" / "one.lock"
    path.parent.mkdir()
    path.write_text(f"{os.getpid()}\n")
    with held(Home(tmp_path), "one", wait_s=0):
        pass

    assert path.read_text() == f"{os.getpid()}\n"


def test_the_file_is_made_and_stays(tmp_path: Path) -> None:
    with held(Home(tmp_path), "one", wait_s=0):
        pass

    assert [path.name for path in (tmp_path / "run").iterdir()] == ["one.lock"]
