"""What is known of one host's rate limit, and where it lies: in this process, in a file, in a database.

The stamps of a file are monotonic, so that setting the wall clock changes nothing. Machines have no monotonic
clock in common: those of a database are by its clock, read once the row is ours, and each process holds that
clock against its own monotonic one. Where it was put forward, a whole period is sat out; so it is with the
stamps that a process finds when it begins, for it cannot know.
"""

import errno
import logging
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from configuration.database.connection import Database, Owners
from configuration.errors import StoreError
from configuration.locks import lock, unlock

if TYPE_CHECKING:
    from configuration.database.connection import Connection

logger = logging.getLogger(__name__)

# Longest time that a token may stay out without a sign of life from its owner.
LOST_AFTER_S = 180.0


class Stamps(msgspec.Struct):
    """What all who share a limit know about one host.

    ``answered`` holds the instants at which tokens came back from their request,
    ``flying`` the tokens still out with their owner and its last sign of life,
    ``held_at`` and ``held_s`` since when and how long nobody may ask, and
    ``held_until`` the end of that by the wall clock, for the time after a reboot.
    """

    answered: list[float] = []
    flying: dict[str, tuple[int, float]] = {}
    held_at: float = 0.0
    held_s: float = 0.0
    held_until: float = 0.0


class Storage(Protocol):
    """Where the stamps of one host lie."""

    def changing(
        self, clock: Callable[[], float], capacity: int
    ) -> AbstractContextManager[tuple[Stamps, float]]:
        """Lend the stamps to one at a time, with the time by which they are told, and keep what they become.

        Args:
            clock: of this machine, monotonic.
            capacity: how many tokens there are.

        Raises:
            StoreError: they cannot be kept.
        """

    def owner(self) -> int:
        """Return by which number others know this process."""

    def is_alive(self, owner: int) -> bool:
        """Tell, while the stamps are lent, whether an owner of tokens is still there."""


class Memory:
    """Stamps of one process; whoever lends them holds a lock of its own meanwhile."""

    def __init__(self) -> None:
        self._stamps = Stamps()

    @contextmanager
    def changing(self, clock: Callable[[], float], capacity: int) -> Iterator[tuple[Stamps, float]]:
        """Lend the stamps."""
        del capacity
        yield self._stamps, clock()

    def owner(self) -> int:
        """Return the number of this process."""
        return os.getpid()

    def is_alive(self, owner: int) -> bool:
        """Tell whether there is a process of this number on this machine."""
        if sys.platform == "win32":
            return True  # asking would end the process there; lost tokens return by age
        try:
            os.kill(owner, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


class SharedFile(Memory):
    """Stamps of one host, shared by the processes of a machine."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    @contextmanager
    def changing(self, clock: Callable[[], float], capacity: int) -> Iterator[tuple[Stamps, float]]:
        """Lend the stamps under the file's lock and write them back."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(descriptor, "r+b", buffering=0) as file:
                lock(descriptor)  # the process gives it back however it ends
                try:
                    text = file.read()
                    # Read inside the lock: a stamp from before a wait for it would be too early.
                    now = clock()
                    stamps = _decoded(text, now, capacity, self._path.name)
                    yield stamps, now
                    _write_whole(file, text, msgspec.json.encode(stamps))
                finally:
                    # Not only by closing the file: a child that was forked meanwhile has it open as well.
                    unlock(descriptor)
        except OSError as error:
            raise StoreError(
                f"The shared rate limit at {self._path} cannot be kept ({error.strerror}).",
                hint="Make the run folder of THROUGHLINE_HOME writable and free some space.",
            ) from error


# One statement: its clock is read once the row is ours, and not before the wait for it.
_LEND = """
WITH ours AS MATERIALIZED (SELECT content FROM limiter WHERE host = %s FOR UPDATE)
SELECT content, extract(epoch FROM clock_timestamp())::float8 FROM ours
"""


class SharedRow:
    """Stamps of one host, shared by all machines of a database.

    Args:
        database: where they are.
        host: its name.
    """

    def __init__(self, database: Database, host: str) -> None:
        self._database = database
        self._host = host
        self._connection: Connection | None = None
        self._alive: Owners | None = None

    @contextmanager
    def changing(self, clock: Callable[[], float], capacity: int) -> Iterator[tuple[Stamps, float]]:
        """Lend the stamps under the lock of their row and write them back."""
        del clock
        with self._database.transaction() as connection:
            content, now = self._lend(connection)
            stamps = _decoded(content, now, capacity, self._host)
            jump_s = self._database.watch(self._host).look(now, time.monotonic())
            if jump_s:
                _sit_out(stamps, now, jump_s, capacity)
            # Where the clock was put back: what is out was seen at the latest now, and is not lost for that.
            stamps.flying = {name: (owner, min(at, now)) for name, (owner, at) in stamps.flying.items()}
            self._connection, self._alive = connection, None
            try:
                yield stamps, now
            finally:
                self._connection = None
            written = msgspec.json.encode(stamps)
            if written != content:
                connection.execute("UPDATE limiter SET content = %s WHERE host = %s", [written, self._host])

    def owner(self) -> int:
        """Return the number of the lock that this process holds while it lives."""
        return self._database.owner()

    def is_alive(self, owner: int) -> bool:
        """Tell whether an owner holds its lock, or may not have come back yet after an outage."""
        if self._alive is None:
            assert self._connection is not None
            self._alive = self._database.owners(self._connection)
        return self._alive.lives(owner)

    def _lend(self, connection: "Connection") -> tuple[bytes, float]:
        while (row := connection.execute(_LEND, [self._host], binary=True).fetchone()) is None:
            connection.execute(
                "INSERT INTO limiter (host, content) VALUES (%s, '') ON CONFLICT DO NOTHING", [self._host]
            )
        return row[0], row[1]


def _sit_out(stamps: Stamps, now: float, jump_s: float, capacity: int) -> None:
    """Let what may have been spent a moment ago return one period from now.

    Args:
        stamps: are changed.
        now: by the clock that was put forward.
        jump_s: by how much; infinity where nobody knows, and then what was found may be of this moment.
        capacity: how many tokens there are.
    """
    stamps.flying = {name: (owner, now) for name, (owner, _) in stamps.flying.items()}
    if jump_s == math.inf:
        stamps.answered = [now] * len(stamps.answered)
        return
    logger.warning("limiter.clock_put_forward", extra={"seconds": round(jump_s, 1)})
    stamps.answered = [now] * max(0, capacity - len(stamps.flying))
    stamps.held_at = min(now, stamps.held_at + jump_s)


def _decoded(text: bytes, now: float, capacity: int, name: str) -> Stamps:
    if not text:
        return Stamps()
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Nothing is known, so everything may just have been spent: it is back after one period.
        logger.warning("limiter.unreadable", extra={"file": name})
        return Stamps(answered=[now] * capacity)


_decoder = msgspec.json.Decoder(Stamps)


def _write_whole(file: RawIOBase, old: bytes, new: bytes) -> None:
    """Write the new text over the old one, or leave the old one: a full disk may take half of a text.

    Raises:
        OSError: there is no room.
    """
    # One write that never shortens: a kill leaves the old text or the new one.
    padded = new.ljust(len(old))
    file.seek(0)
    try:
        if file.write(padded) == len(padded):
            return
    except OSError:
        _put_back(file, old)
        raise
    _put_back(file, old)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _put_back(file: RawIOBase, old: bytes) -> None:
    """Restore the text that was there: its room is taken already."""
    file.seek(0)
    file.write(old)
    file.truncate(len(old))
