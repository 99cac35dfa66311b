"""How a store is opened for reading, also where nothing can be written beside it.

A reader of a store keeps notes in a file that all readers share, and brings a
file of an earlier version up to date. On a full disk neither can be done, and
the data can be read all the same.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from configuration.errors import StoreError
from data.store.sqlite.schema import bring_up_to_date

LOCK_WAIT_S = 30.0
_PROBE_BYTES = 64 * 1024
# What SQLite says where it cannot make or lengthen the notes that readers share.
_CANNOT_SHARE = frozenset(
    {"SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_SHMOPEN", "SQLITE_IOERR_SHMMAP", "SQLITE_CANTOPEN", "SQLITE_FULL"}
)
_CANNOT_WRITE = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")


@contextmanager
def opened_to_read(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the store at ``path`` in today's schema; nobody's half-written state is ever seen.

    Raises:
        sqlite3.Error: it cannot be read.
        DamagedError: it is not what was written.
        LaterVersionError: a later version of the program wrote it.
        StoreError: somebody wrote to it while it was read without a lock.
    """
    shared = _open_shared(path)
    if shared is not None:
        with closing(shared), _bring_up_to_date(shared) as connection:
            yield connection
    elif _is_whole(path):
        with _open_unlocked(path) as plain, _bring_up_to_date(plain) as connection:
            yield connection
    else:
        # What was committed last is in the log beside it; without shared notes one reader at a time sees it.
        with closing(connect(path)) as alone:
            alone.execute("PRAGMA locking_mode = EXCLUSIVE")
            with _bring_up_to_date(alone) as connection:
                yield connection


def connect(path: Path, mode: str = "mode=rw") -> sqlite3.Connection:
    """Open a store that exists."""
    # Never "rwc": a file that another process deleted must not come back empty.
    address = f"{path.absolute().as_uri()}?{mode}"
    return sqlite3.connect(address, uri=True, timeout=LOCK_WAIT_S, isolation_level=None)


def is_writable(path: Path) -> bool:
    """Tell whether this process may write to a file or folder."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def has_room(folder: Path) -> bool:
    """Tell whether anything can be written to a folder, by writing a little that nobody ever sees."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(_PROBE_BYTES))
            probe.flush()
    except OSError:
        return False
    return True


def _open_shared(path: Path) -> sqlite3.Connection | None:
    """Return a connection like any other's, None where the disk has no room for what readers share."""
    if _is_whole(path) and not is_writable(path.parent):
        return None
    connection = connect(path)
    try:
        connection.execute("PRAGMA user_version").fetchone()  # the first look makes the shared notes
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorname not in _CANNOT_SHARE:
            raise
        return None
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _open_unlocked(path: Path) -> Iterator[sqlite3.Connection]:
    """Read the file as it lies there, which holds as long as nobody writes to it."""
    before = _read_state(path)
    try:
        with closing(connect(path, "mode=ro&immutable=1")) as connection:
            yield connection
    finally:
        if _read_state(path) != before:
            raise StoreError(
                f"The store {path.name} was written to while it was read.",
                hint="Try again; and free some space, so that readers and writers can share it.",
            )


@contextmanager
def _bring_up_to_date(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Yield the store in today's schema: brought up to date on the disk, else in memory."""
    try:
        bring_up_to_date(connection)
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith(_CANNOT_WRITE):
            raise
    else:
        yield connection
        return
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        connection.backup(copy)
        bring_up_to_date(copy)
        yield copy


def _is_whole(path: Path) -> bool:
    """Tell whether everything that was committed is in the file itself."""
    return _measure_size(_log_of(path)) == 0


def _read_state(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, _measure_size(_log_of(path))


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _measure_size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
