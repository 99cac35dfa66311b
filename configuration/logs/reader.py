"""Reading the log back: rotated files in order, filtered, one entry at a time."""

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import orjson

SEVERITY = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
# Shown in a place of their own, or of no use to somebody who looks for a cause.
HEAD_FIELDS = frozenset(
    (
        "timestamp",
        "level",
        "logger",
        "module",
        "function",
        "line",
        "message",
        "run_id",
        "profile",
        "exception",
        "stack",
    )
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_POLL_S = 0.25


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a log file.

    Args:
        data: its fields; empty when the line is not a JSON object.
        broken: the line itself when it is not a JSON object.
    """

    data: dict[str, Any]
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to show: of ``level`` and above, not before ``since``, under ``reference`` if any."""

    level: str = "DEBUG"
    since: str = ""
    reference: str = ""

    def __contains__(self, entry: Entry) -> bool:
        if self.reference and entry.data.get("reference") != self.reference:
            return False
        if entry.broken:
            return True  # it may be anything, so it is not hidden
        severe = SEVERITY.get(str(entry.data.get("level")), 50) >= SEVERITY[self.level]
        return severe and str(entry.data.get("timestamp", "")) >= self.since


def since_instant(text: str, now: datetime) -> str:
    """Return the instant that ``2d`` (of s, m, h, d, w) or a date, with or without a time, means.

    Args:
        text: a date without a zone is UTC, as the log is.
        now: aware.

    Raises:
        ValueError: neither of the two.
    """
    ago = re.fullmatch(r"(\d{1,5})([smhdw])", text)
    age = timedelta(**{_UNITS[ago[2]]: int(ago[1])}) if ago else None
    instant = now - age if age is not None else datetime.fromisoformat(text)
    instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    return instant.isoformat(timespec="milliseconds")[:-6] + "Z"


def log_files(folder: Path, level: str) -> list[Path]:
    """Return the files to read, oldest first.

    Errors are read from ``errors.log``: it turns over slower than ``app.log``
    and so reaches further back.
    """
    stem = "errors.log" if SEVERITY[level] >= SEVERITY["ERROR"] else "app.log"
    rotated = [path for path in folder.glob(f"{stem}.*") if path.suffix[1:].isdigit()]
    rotated.sort(key=lambda path: int(path.suffix[1:]), reverse=True)
    return [*rotated, *([folder / stem] if (folder / stem).exists() else [])]


def entries(folder: Path, wanted: Wanted) -> Iterator[Entry]:
    """Yield the wanted entries of all files, oldest first."""
    for path in log_files(folder, wanted.level):
        try:
            with path.open("rb") as lines:
                yield from (entry for entry in map(_parse_entry, lines) if entry in wanted)
        except FileNotFoundError:
            continue  # rotated away or cleaned up since it was listed


def follow(folder: Path, wanted: Wanted, sleep: Callable[[float], None] = time.sleep) -> Iterator[Entry]:
    """Yield the wanted entries, then every new one for ever, across rotations.

    Args:
        folder: of the log files; may be empty still.
        wanted: as for ``entries``.
        sleep: between two looks.
    """
    last: _Identity | None = None
    while True:
        path = _find_next(folder, wanted.level, last)
        if path is None:
            sleep(_POLL_S)
            continue
        with contextlib.suppress(FileNotFoundError), path.open("rb") as lines:
            opened = _identify(os.fstat(lines.fileno()))
            if opened == last:
                continue  # rotated between the look and the opening
            last = opened
            is_last = partial(_is_last, folder, wanted.level, opened)
            for line in _follow_growth(lines, is_last, sleep):
                entry = _parse_entry(line)
                if entry in wanted:
                    yield entry


def _follow_growth(
    lines: BinaryIO, current: Callable[[], bool], sleep: Callable[[float], None]
) -> Iterator[bytes]:
    """Yield whole lines of a file until it has been rotated and read to its end."""
    line = b""
    while True:
        piece = lines.readline()
        if not piece:
            if current():
                sleep(_POLL_S)
                continue
            piece = lines.readline()  # written between the last look and the rotation
            if not piece:
                return
        line += piece
        if line.endswith(b"\n"):
            yield line
            line = b""


_Identity = tuple[int, int]


def _identify(status: os.stat_result) -> _Identity:
    return status.st_dev, status.st_ino


def _is_last(folder: Path, level: str, opened: _Identity) -> bool:
    return _find_next(folder, level, opened) is None


def _find_next(folder: Path, level: str, last: _Identity | None) -> Path | None:
    """Return the file to read after the one that was read ``last``, whatever it is called by now."""
    files = []
    for path in log_files(folder, level):
        with contextlib.suppress(FileNotFoundError):
            files.append((path, _identify(path.stat())))
    for number, (_, identity) in enumerate(files):
        if identity == last:
            return files[number + 1][0] if number + 1 < len(files) else None
    return files[0][0] if files else None


def _parse_entry(line: bytes) -> Entry:
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError:
        data = None
    if isinstance(data, dict):
        return Entry(data)
    return Entry({}, line.decode("utf-8", "replace").rstrip("\n") or " ")
