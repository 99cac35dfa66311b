"""What the program says of itself: what its syncs cost, how long its work takes, what its log tells. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from configuration.logs.reader import HEAD_FIELDS, SEVERITY
from data.model.instants import DAY_MS
from data.persistence import SyncRecord
from data.store.ledger import CacheStatistics

# The nouns of the Diagnostics page, wherever they are made.
__all__ = [
    "Budget",
    "CacheStatistics",
    "LogLine",
    "SyncRecord",
    "Timing",
    "budget_of",
    "log_lines",
    "timings_of",
]

# The field of a log line that says which of several things of one kind took the time.
_LABELS = ("metric", "callback", "path", "mode")


@dataclass(frozen=True, slots=True)
class Budget:
    """What was asked of Jira.

    Attributes:
        syncs: how many there were in the last seven days, failed ones included.
        today: requests of the last 24 hours.
        week: requests of the last seven days.
        retries: of the week.
        throttled_s: seconds of the week that were spent waiting for a rate limit.
        bytes: of the week's answers.
        by_path: requests of the week, the most first.
    """

    syncs: int = 0
    today: int = 0
    week: int = 0
    retries: int = 0
    throttled_s: float = 0.0
    bytes: int = 0
    by_path: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one kind of work took, in milliseconds; the slowest kinds come first."""

    name: str
    n: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log as people read it."""

    at: str
    level: str
    event: str
    details: str


def budget_of(syncs: Iterable[SyncRecord], now_ms: int) -> Budget:
    """Add up what syncs asked.

    Args:
        syncs: records of a profile.
        now_ms: epoch milliseconds; a record at the very edge of a span counts.

    Returns:
        Zeros where there was no sync.
    """
    week = [sync for sync in syncs if now_ms - sync.at <= 7 * DAY_MS]
    paths: Counter[str] = Counter()
    for sync in week:
        paths.update(sync.by_path)
    return Budget(
        syncs=len(week),
        today=sum(sync.requests for sync in week if now_ms - sync.at <= DAY_MS),
        week=sum(sync.requests for sync in week),
        retries=sum(sync.retries for sync in week),
        throttled_s=sum(sync.throttled_s for sync in week),
        bytes=sum(sync.bytes for sync in week),
        by_path=tuple(sorted(paths.items(), key=lambda each: (-each[1], each[0]))),
    )


def timings_of(entries: Iterable[Mapping[str, Any]]) -> tuple[Timing, ...]:
    """Return how long each kind of work took, by the log lines that say so.

    Args:
        entries: log lines; those without ``duration_ms`` or ``duration_s`` do not count.

    Returns:
        One entry per event and what it was about, ordered by P95; none for no lines.
    """
    taken: dict[str, list[float]] = defaultdict(list)
    for entry in entries:
        duration = _duration_ms(entry)
        if duration is not None:
            taken[_read_name(entry)].append(duration)
    found = [
        Timing(name, len(times), float(np.percentile(times, 50)), float(np.percentile(times, 95)))
        for name, times in taken.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.p95, each.name)))


def log_lines(
    entries: Sequence[Mapping[str, Any]], level: str, words: str, most: int
) -> tuple[tuple[LogLine, ...], int]:
    """Return the newest lines that match, oldest first, and how many match in all.

    Args:
        entries: log lines, oldest first.
        level: this level and above.
        words: a text that the line must hold somewhere, in any case; "" = all.
        most: how many to return at most.
    """
    least = SEVERITY.get(level, 0)
    lines = [_read_line(each) for each in entries if SEVERITY.get(str(each.get("level")), 50) >= least]
    wanted = words.casefold().strip()
    found = [line for line in lines if wanted in f"{line.event} {line.details}".casefold()]
    return tuple(found[-most:]), len(found)


def _duration_ms(entry: Mapping[str, Any]) -> float | None:
    if isinstance(entry.get("duration_ms"), int | float):
        return float(entry["duration_ms"])
    return float(entry["duration_s"]) * 1000 if isinstance(entry.get("duration_s"), int | float) else None


def _read_name(entry: Mapping[str, Any]) -> str:
    about = next((str(entry[label]) for label in _LABELS if entry.get(label)), "")
    return f"{entry.get('message')} {about}".strip()


def _read_line(entry: Mapping[str, Any]) -> LogLine:
    details = " ".join(f"{name}={value}" for name, value in entry.items() if name not in HEAD_FIELDS)
    if entry.get("exception"):
        details = f"{details} {str(entry['exception']).splitlines()[-1]}".strip()
    return LogLine(
        str(entry.get("timestamp", "")), str(entry.get("level", "")), str(entry.get("message", "")), details
    )
