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
from data.store.locks import held
from tests.support.commands import ROOT
from tests.support.promptness import assert_ends_within

HOLDER = """
import sys, time
from pathlib import Path
from data.store.locks import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_it_is_free_again_afterwards(tmp_path: Path) -> None:
    """The folder is made, and the file stays."""
    path = tmp_path / "run" / "one.lock"
    for _ in range(2):
        with held(path, wait_s=0):
            assert path.exists()
    with pytest.raises(ZeroDivisionError), held(path, wait_s=0):
        raise ZeroDivisionError
    with held(path, wait_s=0):
        pass


def test_two_files_do_not_mind_each_other(tmp_path: Path) -> None:
    with held(tmp_path / "one.lock", wait_s=0), held(tmp_path / "two.lock", wait_s=0):
        pass


@pytest.mark.parametrize("wait_s", [None, 0.3])
def test_who_comes_second_waits_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait_s: float | None
) -> None:
    monkeypatch.setattr(data.store.locks, "LOCK_WAIT_S", 0.3)
    begun = time.monotonic()
    with (
        held(tmp_path / "one.lock"),
        pytest.raises(StoreError, match="Another sync of the same issues is running") as met,
        held(tmp_path / "one.lock", wait_s=wait_s),
    ):
        pytest.fail("both hold it")

    assert met.value.exit_code == 6
    assert 0.3 <= time.monotonic() - begun < 3


def test_who_comes_second_gets_it_once_it_is_free(tmp_path: Path) -> None:
    """Of four threads one at a time is inside."""
    inside, most, done = [], [], []

    def work() -> None:
        with held(tmp_path / "one.lock", wait_s=20):
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
    path = tmp_path / "one.lock"

    def cancel() -> float:
        cancelled = threading.Event()
        threading.Timer(0.2, cancelled.set).start()
        due = time.monotonic() + 0.2
        with held(path), pytest.raises(CancelledError), held(path, cancelled):
            pytest.fail("both hold it")
        return due

    assert_ends_within(1.0, cancel)


def test_it_dies_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreError), held(path, wait_s=0):
            pytest.fail("both hold it")
    finally:
        holder.kill()
        holder.communicate()

    with held(path, wait_s=1):
        pass


def test_a_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where a folder should be")
    with pytest.raises(StoreError, match="cannot be opened"), held(tmp_path / "run" / "one.lock"):
        pytest.fail("there is no such file")


FORKER = """
import os, signal, sys, time
from pathlib import Path
from data.store.locks import held
with held(Path(sys.argv[1]), wait_s=0):
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
try:
    with held(Path(sys.argv[1]), wait_s=1):
        print("held again")
finally:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows forks nothing")
def test_a_child_does_not_keep_what_its_parent_gave_back(tmp_path: Path) -> None:
    """A process that was forked meanwhile lives on: the next sync must not wait for it."""
    parent = [sys.executable, "-c", FORKER, str(tmp_path / "one.lock")]

    assert subprocess.run(parent, capture_output=True, cwd=ROOT, check=True).stdout == b"held again\n"


def test_another_thread_may_give_it_back(tmp_path: Path) -> None:
    """A generator that holds it may be closed by whoever comes last."""
    path = tmp_path / "one.lock"
    holding = held(path, wait_s=0)
    holding.__enter__()
    thread = threading.Thread(target=holding.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    with held(path, wait_s=0):
        pass


def test_a_marker_by_name_is_not_a_lock(tmp_path: Path) -> None:
    """A file that lies there, even one that says who holds it, holds nothing and keeps its text."""
    path = tmp_path / "one.lock"
    path.write_text(f"{os.getpid()}\n")
    with held(path, wait_s=0):
        pass

    assert path.read_text() == f"{os.getpid()}\n"
