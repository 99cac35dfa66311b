"""Places for the counts of processes: whoever begins takes one that nobody has, and goes on counting there.

A place for each process that ever was, as prometheus-client has it by itself, would be more and more files;
and in containers the same numbers mean others. Places are locks, which end with their process.
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from configuration.locks import lock

# Written before it is mapped into memory: a process that touches a page for which the disk has no room is
# killed. More than all that is counted takes.
_FILE_BYTES = 256 * 1024
_KINDS = ("counter", "histogram")


class Slots:
    """The place of this process, taken when it is first asked for, and after a fork.

    Args:
        folder: of the counts; where nobody has a place, what lies there is of earlier processes and goes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = 0
        self._number = 0
        self._held = -1

    def __call__(self) -> int:
        """Return the number of the place; raises OSError where there is none to be had."""
        if self._process != os.getpid():
            with _turn(self._folder):
                self._number, self._held = self._take()
                if self._number == 0 and not self._others():
                    for old in self._folder.glob("*.db"):
                        old.unlink()
                self._make_room()
            self._process = os.getpid()
        return self._number

    def _take(self) -> tuple[int, int]:
        for number in itertools.count():
            held = _opened(self._folder / f"{number}.lock")
            if lock(held, wait_s=0.0):
                return number, held
            os.close(held)
        raise AssertionError

    def _others(self) -> bool:
        """Tell whether another process has a place."""
        return any(_is_held(path) for path in self._folder.glob("[1-9]*.lock"))

    def _make_room(self) -> None:
        for kind in _KINDS:
            path = self._folder / f"{kind}_{self._number}.db"
            if not path.exists():
                part = path.with_suffix(".part")
                part.write_bytes(bytes(_FILE_BYTES))
                part.replace(path)


def _is_held(path: Path) -> bool:
    descriptor = _opened(path)
    try:
        return not lock(descriptor, wait_s=0.0)
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Let one process at a time look for a place."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    descriptor = _opened(folder / "turn.lock")
    try:
        lock(descriptor)
        yield
    finally:
        os.close(descriptor)
