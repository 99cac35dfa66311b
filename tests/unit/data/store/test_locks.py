"""A lock that one holds at a time, and that dies with its holder."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import data.store.locks
from configuration.errors import CancelledError, StoreError
from configuration.settings import Home
from data.store.locks import held
from tests.support.commands import ROOT
from tests.support.promptness import assert_ends_within

HOLDER = """
import sys, time
from pathlib import Path
from configuration.settings import Home
from data.store.locks import held
with held(Home(Path(sys.argv[1])), "one"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_it_is_free_again_afterwards(tmp_path: Path) -> None:
    """The folder is made, and the file stays."""
    home = Home(tmp_path)
    for _ in range(2):
        with held(home, "one", wait_s=0):
            assert (tmp_path / "run" / "one.lock").exists()
    with pytest.raises(ZeroDivisionError), held(home, "one", wait_s=0):
        raise ZeroDivisionError
    with held(home, "one", wait_s=0):
        pass


def test_two_names_do_not_mind_each_other(tmp_path: Path) -> None:
    with held(Home(tmp_path), "one", wait_s=0), held(Home(tmp_path), "two", wait_s=0):
        pass


@pytest.mark.parametrize("wait_s", [None, 0.3])
def test_who_comes_second_waits_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait_s: float | None
) -> None:
    monkeypatch.setattr(data.store.locks, "LOCK_WAIT_S", 0.3)
    begun = time.monotonic()
    with (
        held(Home(tmp_path), "one"),
        pytest.raises(StoreError, match="Another sync of the same issues is running") as met,
        held(Home(tmp_path), "one", wait_s=wait_s),
    ):
        pytest.fail("both hold it")

    assert met.value.exit_code == 6
    assert 0.3 <= time.monotonic() - begun < 3


def test_who_comes_second_gets_it_once_it_is_free(tmp_path: Path) -> None:
    """Of four threads one at a time is inside."""
    inside, most, done = [], [], []

    def work() -> None:
        with held(Home(tmp_path), "one", wait_s=20):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()
            done.append(1)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert (max(most), len(done)) == (1, 4)


def test_the_wait_can_be_cancelled(tmp_path: Path) -> None:
    home = Home(tmp_path)

    def cancel() -> float:
        cancelled = threading.Event()
        threading.Timer(0.2, cancelled.set).start()
        due = time.monotonic() + 0.2
        with held(home, "one"), pytest.raises(CancelledError), held(home, "one", cancelled):
            pytest.fail("both hold it")
        return due

    assert_ends_within(1.0, cancel)


def test_it_dies_with_its_holder(tmp_path: Path) -> None:
    home = Home(tmp_path)
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreError), held(home, "one", wait_s=0):
            pytest.fail("both hold it")
    finally:
        holder.kill()
        holder.communicate()

    with held(home, "one", wait_s=1):
        pass


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


def test_another_thread_may_give_it_back(tmp_path: Path) -> None:
    """A generator that holds it may be closed by whoever comes last."""
    home = Home(tmp_path)
    holding = held(home, "one", wait_s=0)
    holding.__enter__()
    thread = threading.Thread(target=holding.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    with held(home, "one", wait_s=0):
        pass


def test_a_marker_by_name_is_not_a_lock(tmp_path: Path) -> None:
    """A file that lies there, even one that says who holds it, holds nothing and keeps its text."""
    path = tmp_path / "run" / "one.lock"
    path.parent.mkdir()
    path.write_text(f"{os.getpid()}\n")
    with held(Home(tmp_path), "one", wait_s=0):
        pass

    assert path.read_text() == f"{os.getpid()}\n"
