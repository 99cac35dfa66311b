"""The ledger of the cache: how often the stored issues were enough, and how many requests that saved.

One line for every look-up, appended beside the log line that says the same, so
that the two agree and a restart forgets nothing. A look-up is a view that has
to be computed (answered from the store: a hit) or a sync that asks whether what
is stored still holds (a hit if nothing had changed).
"""

import contextlib
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec

from configuration.database.connection import Database
from configuration.errors import StoreError
from configuration.files import for_owner, write_whole
from configuration.settings import Home
from data.model.clock import Clock, clock_of

logger = logging.getLogger(__name__)
MOST_BYTES = 512 * 1024


class Lookup(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the ledger, or, with ``hits`` or ``misses``, the sum of earlier ones.

    ``calls`` were made; without a cache ``without`` would have been needed.
    """

    at: int
    reason: str | None = None
    calls: int = 0
    without: int = 0
    full: int = 0
    hits: int = 0
    misses: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class CacheStatistics:
    """What the ledger adds up to.

    Attributes:
        hits: look-ups that what was stored could answer.
        misses: the others, by reason.
        calls: requests that were made.
        calls_without: requests that the same look-ups need without a cache: a full fetch each.
    """

    hits: int = 0
    misses: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    calls_without: int = 0

    @property
    def hit_rate(self) -> float | None:
        """Share of look-ups that hit, from 0 to 1; None before the first one."""
        total = self.hits + sum(self.misses.values())
        return self.hits / total if total else None

    @property
    def saved_share(self) -> float | None:
        """Share of requests that the cache saved, from 0 to 1; None where none would have been needed."""
        return 1 - self.calls / self.calls_without if self.calls_without else None


class Lines(Protocol):
    """Where the lines of one ledger are. Threads and processes may share them."""

    def append(self, line: bytes) -> None:
        """Add a line; a failure is nobody's concern."""

    def read(self) -> list[bytes]:
        """Return all lines in order; none where they cannot be read."""

    def are_many(self) -> bool:
        """Tell whether the lines take more than ``MOST_BYTES``."""

    def replace(self, line: bytes) -> None:
        """Put one line in place of those that were read; a failure is nobody's concern."""


class CacheLedger:
    """The ledger of one profile."""

    def __init__(self, lines: Lines, clock: Clock) -> None:
        self._lines = lines
        self._clock = clock
        self._full: int | None = None

    def note_view(self, key: str) -> None:
        """Note that a view was answered from the store."""
        if self._full is None:
            self._full = _sum_lines(self._read_lines()).full
        self._note(key, Lookup(self._clock.now_ms(), without=self._full))

    def note_sync(self, key: str, reason: str | None, calls: int, *, full: bool) -> None:
        """Note what a sync found.

        Args:
            key: of the scope.
            reason: why what was stored did not hold; None: nothing had changed.
            calls: requests it took.
            full: whether everything was fetched: what a look-up costs without a cache.
        """
        self._compact()
        self._full = calls if full else _sum_lines(self._read_lines()).full or calls
        self._note(key, Lookup(self._clock.now_ms(), reason, calls, self._full, full=self._full))

    def take_over(self, other: "CacheLedger") -> None:
        """Put what another ledger adds up to in place of all lines, where it has any."""
        if other._lines.read():
            self._lines.replace(msgspec.json.encode(_sum_lines(other._read_lines())))

    def statistics(self) -> CacheStatistics:
        """Return what the lines add up to; unreadable ones are left out."""
        total = _sum_lines(self._read_lines())
        return CacheStatistics(total.hits, dict(total.misses), total.calls, total.without)

    def _note(self, key: str, lookup: Lookup) -> None:
        logger.info(
            "cache.miss" if lookup.reason else "cache.hit", extra={"key": key, "reason": lookup.reason}
        )
        self._lines.append(msgspec.json.encode(lookup))

    def _read_lines(self) -> Iterator[Lookup]:
        for line in self._lines.read():
            with contextlib.suppress(msgspec.DecodeError):
                yield _decode(line)

    def _compact(self) -> None:
        """Put the sum in place of the lines once there are many; only a sync does so, under its lock."""
        if self._lines.are_many():
            self._lines.replace(msgspec.json.encode(_sum_lines(self._read_lines())))


def ledger_of(home: Home, name: str) -> CacheLedger:
    """Return the ledger of a profile."""
    lines = _Rows(home.database, name) if home.database else _File(home.run / f"{name}.lookups.jsonl")
    return CacheLedger(lines, clock_of(home))


class _File:
    """Lines of a file. Statistics are not worth failing for: on a full disk the log line still tells."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, line: bytes) -> None:
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with open(self._path, "ab", opener=for_owner) as file:  # Path.open takes no opener
                file.write(line + b"\n")

    def read(self) -> list[bytes]:
        try:
            return self._path.read_bytes().splitlines()
        except OSError:
            return []

    def are_many(self) -> bool:
        with contextlib.suppress(OSError):
            return self._path.stat().st_size > MOST_BYTES
        return False

    def replace(self, line: bytes) -> None:
        with contextlib.suppress(OSError):
            write_whole(self._path, line + b"\n")


class _Rows:
    """Lines as rows of a database; an outage fails no view for its statistics either."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._last = 0

    def append(self, line: bytes) -> None:
        with contextlib.suppress(StoreError), self._database.lent() as connection:
            connection.execute("INSERT INTO ledger (profile, line) VALUES (%s, %s)", [self._name, line])

    def read(self) -> list[bytes]:
        with contextlib.suppress(StoreError), self._database.lent() as connection:
            query = "SELECT number, line FROM ledger WHERE profile = %s ORDER BY number"
            rows = connection.execute(query, [self._name]).fetchall()
            self._last = rows[-1][0] if rows else 0
            return [line for _, line in rows]
        return []

    def are_many(self) -> bool:
        with contextlib.suppress(StoreError), self._database.lent() as connection:
            query = "SELECT coalesce(sum(length(line) + 1), 0) FROM ledger WHERE profile = %s"
            row = connection.execute(query, [self._name]).fetchone()
            return row is not None and int(row[0]) > MOST_BYTES
        return False

    def replace(self, line: bytes) -> None:
        # What was added after the last look stays, behind the sum.
        with contextlib.suppress(StoreError), self._database.transaction() as connection:
            these = [self._name, self._last]
            connection.execute("DELETE FROM ledger WHERE profile = %s AND number <= %s", these)
            connection.execute(
                "INSERT INTO ledger (profile, number, line) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s)",
                [*these, line],
            )


_decode = msgspec.json.Decoder(Lookup).decode


def _sum_lines(lines: Iterator[Lookup]) -> Lookup:
    hits, calls, without, full, at = 0, 0, 0, 0, 0
    misses: Counter[str] = Counter()
    for line in lines:
        if line.hits or line.misses:
            hits += line.hits
            misses.update(line.misses)
        elif line.reason is None:
            hits += 1
        else:
            misses[line.reason] += 1
        calls, without = calls + line.calls, without + line.without
        full, at = line.full or full, line.at
    return Lookup(at, calls=calls, without=without, full=full, hits=hits, misses=dict(misses))
