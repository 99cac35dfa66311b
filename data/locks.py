"""A file that one process at a time may hold; it is free again when that process ends, however it ends."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from configuration.errors import CancelledError, StoreError

if sys.platform == "win32":  # pragma: no cover
    import msvcrt
else:
    import fcntl

LOCK_WAIT_S = 30.0
_POLL_S = 0.1


@contextmanager
def held(path: Path, cancelled: threading.Event | None = None, wait_s: float | None = None) -> Iterator[None]:
    """Hold the lock file at ``path``, waiting for whoever holds it.

    Args:
        path: of the file; it is made if missing, and stays.
        cancelled: ends the wait.
        wait_s: how long to wait; by default ``LOCK_WAIT_S``.

    Raises:
        StoreError: somebody else held it all the time, or the file cannot be made.
        CancelledError: the user stopped waiting.
    """
    deadline = time.monotonic() + (LOCK_WAIT_S if wait_s is None else wait_s)
    with _opened(path) as file:
        while not _taken(file):
            if cancelled is not None and cancelled.is_set():
                raise CancelledError("The sync was cancelled.", hint="Start it again later.")
            if time.monotonic() >= deadline:
                raise StoreError(
                    "Another sync of the same issues is running.",
                    hint="Wait until it has ended, then look at what it brought.",
                )
            time.sleep(_POLL_S)
        yield


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise StoreError(
            f"The lock file {path.name} cannot be opened: {error.strerror}.",
            hint="Check the space and the permissions of the run folder, then try again.",
        ) from error
    with file:
        yield file


if sys.platform == "win32":  # pragma: no cover

    def _taken(file: BinaryIO) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _taken(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
