"""A lock that one holds at a time, and that dies with its holder."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import data.locks
from configuration.errors import CancelledError, StoreError
from data.locks import held
from tests.commands import ROOT

HOLDER = """
import sys, time
from pathlib import Path
from data.locks import held
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
    monkeypatch.setattr(data.locks, "LOCK_WAIT_S", 0.3)
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

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (max(most), len(done)) == (1, 4)


def test_the_wait_can_be_cancelled(tmp_path: Path) -> None:
    cancelled = threading.Event()
    threading.Timer(0.2, cancelled.set).start()
    begun = time.monotonic()
    with held(tmp_path / "one.lock"), pytest.raises(CancelledError), held(tmp_path / "one.lock", cancelled):
        pytest.fail("both hold it")

    assert time.monotonic() - begun < 1.2


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
