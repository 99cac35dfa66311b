"""A name that one at a time may hold; it is free again when its process ends, however it ends."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from configuration.errors import CancelledError, DashboardError, InUseError, StoreError
from configuration.settings import Home

if TYPE_CHECKING:
    from configuration.database.connection import Connection

LOCK_WAIT_S = 30.0
_POLL_S = 0.1


@contextmanager
def held(
    home: Home, name: str, cancelled: threading.Event | None = None, wait_s: float | None = None
) -> Iterator[None]:
    """Hold what is called ``name`` for all who share a home, waiting for whoever holds it.

    Args:
        home: on a laptop the lock is a file below ``run``, which is made if missing, and stays; in server
            mode a session of the database, over which alone is written what is written under this name.
        name: such as the key of a scope.
        cancelled: ends the wait.
        wait_s: how long to wait; by default ``LOCK_WAIT_S``.

    Raises:
        InUseError: somebody else held it all the time.
        StoreError: the file cannot be made.
        CancelledError: the user stopped waiting.
    """
    patience_s = LOCK_WAIT_S if wait_s is None else wait_s
    if home.database is not None:
        with home.database.session() as connection:
            _lock(connection, name, cancelled, patience_s)
            with home.database.lend_under(name, connection):
                yield
        return
    release = _acquire(home.run / f"{name}.lock", cancelled, patience_s)
    try:
        yield
    finally:
        release()


def _lock(connection: "Connection", name: str, cancelled: threading.Event | None, wait_s: float) -> None:
    """Take the lock of a name for a session; it is free again when that ends, also with its process."""
    number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
    deadline = time.monotonic() + wait_s
    while True:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [number]).fetchone()
        if row and row[0]:
            return
        if time.monotonic() >= deadline or (cancelled is not None and cancelled.is_set()):
            raise _not_free(cancelled)
        time.sleep(_POLL_S)


def _acquire(path: Path, cancelled: threading.Event | None, wait_s: float) -> Callable[[], None]:
    """Take the lock and return what gives it back."""
    from filelock import FileLock, Timeout  # noqa: PLC0415  # 10 ms that only who writes has to pay

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(
            path,
            mode=0o600,
            poll_interval=_POLL_S,
            # Whoever leaves the block gives the lock back at once, even where another thread does.
            thread_local=False,
            # Each call is somebody else: a second sync in this very process must wait like any other.
            is_singleton=False,
            # The lock is the kernel's, on this one file: it dies with its holder. A file that marks by its
            # mere presence would outlive a kill, and one that is deleted could be locked twice.
            fallback_to_soft=False,
            preserve_lock_file=True,
        )
        lock.acquire(timeout=wait_s, cancel_check=cancelled.is_set if cancelled else None)
    except Timeout as error:
        raise _not_free(cancelled) from error
    except OSError as error:
        raise StoreError(
            f"The lock file {path.name} cannot be opened: {error.strerror}.",
            hint="Check the space and the permissions of the run folder, then try again.",
        ) from error
    return lock.release


def _not_free(cancelled: threading.Event | None) -> DashboardError:
    if cancelled is not None and cancelled.is_set():
        return CancelledError("The sync was cancelled.", hint="Start it again later.")
    return InUseError(
        "Another sync of the same issues is running.",
        hint="Wait until it has ended, then look at what it brought.",
    )
