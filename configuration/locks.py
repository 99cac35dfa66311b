"""Locks that the operating system keeps on open files: shared or exclusive, waited for or not.

A lock ends with the file it is on: when it is closed, and when its process dies, however it dies.
Who opens a file once more is somebody else, between threads as between processes. A forked child
shares what was open before; whoever holds a lock while others may fork gives it back with ``unlock``.

Locks on a path, with a patience of seconds, are ``filelock``'s matter; see ADR 8.
"""

import math
import os
import sys
import time
from collections.abc import Callable

_POLL_S = 0.001
# Windows locks bytes, and a locked byte can be neither read nor written: ours lie beyond every file's end.
BEYOND = 1 << 30
# msvcrt knows exclusive locks alone. Who shares takes one byte of so many, who does not takes all of them.
SHARES = 64


def lock(descriptor: int, *, shared: bool = False, wait_s: float = math.inf) -> bool:
    """Lock an open file; an exclusive lock is alone, a shared one bears other shared ones.

    Args:
        descriptor: of the file.
        shared: whether others may share the lock. It is given back by closing the file.
        wait_s: how long to wait for whoever holds it; 0 looks once.

    Returns:
        Whether the lock could be had in time.

    Raises:
        OSError: the file system cannot lock.
    """
    if wait_s == math.inf and not _MUST_ASK_AGAIN:
        return _take(descriptor, shared=shared, wait=True)
    deadline = time.monotonic() + wait_s
    while not _take(descriptor, shared=shared, wait=False):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_S)
    return True


def take_bytes(
    locking: Callable[[int, int, int], None], descriptor: int, how: int, *, shared: bool = False
) -> bool:
    """Lock an open file as Windows does it, and leave its position where it was.

    Args:
        locking: ``msvcrt.locking``: locks so many bytes from the file's position on.
        descriptor: of the file.
        how: what ``locking`` is to do: ``LK_NBLCK``, or ``LK_UNLCK`` to give an exclusive lock back.
        shared: whether others may share the lock.

    Returns:
        Whether it could be had now.
    """
    position = os.lseek(descriptor, 0, os.SEEK_CUR)
    first = os.getpid() % SHARES  # so that processes seldom try for the same byte
    places = [(first + step) % SHARES for step in range(SHARES)] if shared else [0]
    try:
        return any(_has_locked(locking, descriptor, how, place, 1 if shared else SHARES) for place in places)
    finally:
        os.lseek(descriptor, position, os.SEEK_SET)


def _has_locked(
    locking: Callable[[int, int, int], None], descriptor: int, how: int, place: int, width: int
) -> bool:
    os.lseek(descriptor, BEYOND + place, os.SEEK_SET)
    try:
        locking(descriptor, how, width)
    except PermissionError:  # somebody else has one of the bytes
        return False
    return True


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    _MUST_ASK_AGAIN = True  # msvcrt's own wait ends after ten seconds

    def _take(descriptor: int, *, shared: bool, wait: bool) -> bool:
        return take_bytes(msvcrt.locking, descriptor, msvcrt.LK_NBLCK, shared=shared)

    def unlock(descriptor: int) -> None:
        """Give an exclusive lock back."""
        take_bytes(msvcrt.locking, descriptor, msvcrt.LK_UNLCK)

else:
    import fcntl

    _MUST_ASK_AGAIN = False

    def _take(descriptor: int, *, shared: bool, wait: bool) -> bool:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(descriptor: int) -> None:
        """Give an exclusive lock back."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)
