"""Locks on open files: exclusive or shared, waited for or not, and gone with their holder."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.locks import BEYOND, SHARES, lock, take_bytes, unlock
from tests.support.commands import ROOT

HOLDER = """
import os, sys, time
from configuration.locks import lock
descriptor = os.open(sys.argv[1], os.O_RDWR)
assert lock(descriptor, shared=sys.argv[2] == "shared")
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[list[int]]:
    """One file, opened several times."""
    path = tmp_path / "one.lock"
    descriptors = [os.open(path, os.O_RDWR | os.O_CREAT) for _ in range(SHARES + 1)]
    yield descriptors
    for descriptor in descriptors:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("first", "second", "free"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_only_shared_locks_bear_each_other(opened: list[int], first: bool, second: bool, free: bool) -> None:
    assert lock(opened[0], shared=first, wait_s=0)
    assert lock(opened[1], shared=second, wait_s=0) is free


def test_it_is_free_again_afterwards(opened: list[int]) -> None:
    for descriptor in (*opened[:3], opened[0]):
        assert lock(descriptor, wait_s=0)
        unlock(descriptor)


def test_a_wait_ends(opened: list[int]) -> None:
    """Not before its time, and not long after."""
    lock(opened[0])
    begun = time.monotonic()

    assert not lock(opened[1], wait_s=0.2)
    assert 0.2 <= time.monotonic() - begun < 5


@pytest.mark.parametrize("wait_s", [float("inf"), 30.0])
def test_who_waits_gets_it_once_it_is_free(opened: list[int], wait_s: float) -> None:
    """Of four threads one at a time is inside."""
    inside, most, done = [], [], []

    def work(descriptor: int) -> None:
        assert lock(descriptor, wait_s=wait_s)
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()
        done.append(1)
        unlock(descriptor)

    threads = [threading.Thread(target=work, args=(descriptor,)) for descriptor in opened[:4]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (max(most), len(done)) == (1, 4)


@pytest.mark.parametrize("how", ["shared", "exclusive"])
def test_it_dies_with_its_holder(tmp_path: Path, how: str) -> None:
    """Killed, not asked to end."""
    path = tmp_path / "one.lock"
    path.touch()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), how], stdout=subprocess.PIPE, cwd=ROOT
    )
    descriptor = os.open(path, os.O_RDWR)
    try:
        assert holder.stdout.readline() == b"held\n"
        assert not lock(descriptor, wait_s=0)
        holder.kill()
        assert lock(descriptor, wait_s=10)
    finally:
        holder.kill()
        holder.communicate()
        os.close(descriptor)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows hands no descriptors on")
def test_a_forked_child_does_not_keep_what_its_parent_gave_back(opened: list[int]) -> None:
    """The child has the file open too: closing it here would not be enough."""
    lock(opened[0])
    child = subprocess.Popen(["sleep", "60"], pass_fds=[opened[0]])
    try:
        unlock(opened[0])

        assert lock(opened[1], wait_s=0)
    finally:
        child.kill()
        child.communicate()


def test_a_file_that_is_closed_cannot_be_locked(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "one.lock", os.O_RDWR | os.O_CREAT)
    os.close(descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        lock(descriptor, wait_s=0)


@pytest.mark.skipif(sys.platform != "linux", reason="the locks that stand for those of Windows are Linux's")
class TestAsOnWindows:
    """The bytes that are locked there, by locks of Linux that behave as those of Windows do."""

    @staticmethod
    def taken(descriptor: int, *, shared: bool = False) -> bool:
        from tests.support import windows_locks as windows

        return take_bytes(windows.locking, descriptor, windows.NOWAIT, shared=shared)

    @pytest.mark.parametrize(
        ("first", "second", "free"),
        [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
    )
    def test_only_shared_locks_bear_each_other(
        self, opened: list[int], first: bool, second: bool, free: bool
    ) -> None:
        assert self.taken(opened[0], shared=first)
        assert self.taken(opened[1], shared=second) is free

    def test_all_shares_can_be_taken(self, opened: list[int]) -> None:
        """As many as there are bytes, whatever process comes first, and then no more."""
        assert all(self.taken(descriptor, shared=True) for descriptor in opened[:SHARES])
        assert not self.taken(opened[SHARES], shared=True)
        assert not self.taken(opened[SHARES])

    def test_it_is_free_again_afterwards(self, opened: list[int]) -> None:
        from tests.support import windows_locks as windows

        assert self.taken(opened[0])
        assert take_bytes(windows.locking, opened[0], windows.UNLOCK)
        assert self.taken(opened[1])

    def test_a_shared_lock_ends_with_its_file(self, tmp_path: Path, opened: list[int]) -> None:
        more = os.open(tmp_path / "one.lock", os.O_RDWR)
        assert self.taken(more, shared=True)
        assert not self.taken(opened[0])
        os.close(more)
        assert self.taken(opened[0])

    def test_no_byte_of_a_text_is_locked_and_the_position_stays(self, opened: list[int]) -> None:
        """A locked byte cannot be read there, so those lie beyond the end of every file."""
        from tests.support import windows_locks as windows

        def seen(descriptor: int, how: int, width: int) -> None:
            locked.append((os.lseek(descriptor, 0, os.SEEK_CUR), width))
            windows.locking(descriptor, how, width)

        locked: list[tuple[int, int]] = []
        os.write(opened[0], b"text")
        os.lseek(opened[0], 1, os.SEEK_SET)
        assert take_bytes(seen, opened[0], windows.NOWAIT)

        assert os.read(opened[0], 10) == b"ext"
        assert locked == [(BEYOND, SHARES)]
        assert os.fstat(opened[0]).st_size == 4 < BEYOND
