"""Rotating log files that several processes of one home may write, and the clean-up of old ones."""

import contextlib
import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO

from configuration.locks import lock, unlock

_PATIENCE_S = 2.0  # a process that was stopped while it held the lock must not stop the others
_DAY_S = 86_400
_NOT_INHERITED = getattr(os, "O_CLOEXEC", 0)
_AS_IT_IS = getattr(os, "O_BINARY", 0)  # Windows would write \r\n, and stop reading at a Ctrl-Z
_LOG_NAME = re.compile(r"[^/\\]*\.log(?:\.\d+)?")


class WriteLock:
    """A lock between the processes that write a file; between threads the handler's own stands before it.

    Args:
        path: the lock file, which is empty and never deleted.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1
        self._pid = 0

    @contextlib.contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the lock; yields False when it could not be had in time, so that lines are still written."""
        got = self._acquire()
        try:
            yield got
        finally:
            if got and self._descriptor >= 0:
                unlock(self._descriptor)

    def close(self) -> None:
        """Close the lock file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _acquire(self) -> bool:
        if self._pid != os.getpid():
            # A forked child shares its parent's lock with the open file, so it opens its own.
            self.close()
            self._pid = os.getpid()
        try:
            if self._descriptor < 0:
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | _NOT_INHERITED, 0o600)
            return lock(self._descriptor, wait_s=_PATIENCE_S)
        except OSError:
            return False


class Complaint:
    """Says once on the console that files cannot be written, and never again.

    Args:
        folder: of the log files.
        stream: where to say it; by default what ``sys.stderr`` is then.
    """

    def __init__(self, folder: Path, stream: TextIO | None = None) -> None:
        self._folder = folder
        self._stream = stream
        self._said = False

    def say(self, error: BaseException) -> None:
        """Say it, unless it was said before."""
        if self._said:
            return
        self._said = True
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream = self._stream or sys.stderr
            told = f"log files in {self._folder} cannot be written ({reason}); going on without them"
            stream.write(f"WARNING  {told}\n")
            stream.flush()


class SharedRotatingFileHandler(RotatingFileHandler):
    """A rotating file that several processes may write.

    Lines go to the file whole, in one system call, under a lock file beside it.
    Before that the file is opened anew when somebody else has rotated it.

    Args:
        path: the current file; ``path.1`` is the one before.
        max_bytes: no file grows beyond it.
        backup_count: rotated files that are kept; 0 = one file that grows.
        complaint: where a failure to write is mentioned.
    """

    def __init__(self, path: Path, max_bytes: int, backup_count: int, complaint: Complaint) -> None:
        super().__init__(path, maxBytes=max_bytes, backupCount=backup_count, encoding="utf-8", delay=True)
        self._write_lock = WriteLock(path.with_name(f".{path.name}.lock"))
        self._complaint = complaint
        self._lost = 0
        self.stream: Any = None

    def open(self) -> None:
        """Open the file now, so that it exists before the first line."""
        self.write_lines([])

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        self.write_lines([self.format(record).encode("utf-8", "backslashreplace") + b"\n"])

    def write_lines(self, lines: Sequence[bytes]) -> None:
        """Write lines with their line ends; never raises."""
        self.acquire()
        try:
            with self._write_lock.held() as locked:
                self._write(lines, locked)
        except (OSError, ValueError) as error:
            self._lost += len(lines)
            self._complaint.say(error)
        finally:
            self.release()

    def _write(self, lines: Sequence[bytes], locked: bool) -> None:
        self._reopen_if_moved()
        size = os.fstat(self.stream.fileno()).st_size
        pending: list[bytes] = []
        if self._lost and lines:
            lines = [_make_event("log.lines_lost", lines=self._lost), *lines]
        for line in lines:
            if size and size + len(line) > self.maxBytes > 0 and self.backupCount > 0 and locked:
                self._append(pending)
                pending = []
                size = self._roll(size)
            pending.append(line)
            size += len(line)
        self._append(pending)
        self._lost = 0

    def _roll(self, size: int) -> int:
        """Rotate and return the size of the file that is now written."""
        try:
            self.doRollover()
        except OSError:  # somebody has a file open where that forbids renaming: later, then
            self.stream = self.stream or self._open()
            return 0
        if self.stream is None:
            self.stream = self._open()
        return 0

    def doRollover(self) -> None:  # noqa: N802 - logging calls it so
        """Put the current file first among the rotated ones, and let the oldest go.

        The current one is moved first: Windows refuses that while another process has it open, and then
        nothing else has moved, so that no refusal costs an old file.
        """
        if self.stream is not None:
            self.stream.close()
            self.stream = None
        current, aside = Path(self.baseFilename), Path(f"{self.baseFilename}.0")
        if aside.exists():  # a process was killed in between
            self._move_up()
        current.rename(aside)
        self._move_up()

    def _move_up(self) -> None:
        for number in range(self.backupCount, 0, -1):
            newer = Path(f"{self.baseFilename}.{number - 1}")
            if newer.exists():
                newer.replace(f"{self.baseFilename}.{number}")

    def _append(self, lines: Sequence[bytes]) -> None:
        if not lines:
            return
        data = b"".join(lines)
        fd = self.stream.fileno()
        before = os.fstat(fd).st_size
        written = os.write(fd, data)
        if written == len(data):
            return
        try:
            written += os.write(fd, data[written:])  # a full disk says so only now
        finally:
            if written < len(data):
                os.ftruncate(fd, before + data.rfind(b"\n", 0, written) + 1)  # no half a line

    def _reopen_if_moved(self) -> None:
        if self.stream is not None:
            with contextlib.suppress(OSError):
                mine, there = os.fstat(self.stream.fileno()), Path(self.baseFilename).stat()
                if (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino):
                    return
            self.stream.close()
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        self.stream = self._open()

    def _open(self) -> Any:
        fd = os.open(
            self.baseFilename, os.O_RDWR | os.O_APPEND | os.O_CREAT | _NOT_INHERITED | _AS_IT_IS, 0o600
        )
        try:
            _mend_last_line(fd)
            # Says "in use" to the clean-up of every process for as long as the file is open.
            with contextlib.suppress(OSError):
                lock(fd, shared=True, wait_s=0)
            return os.fdopen(fd, "ab", buffering=0)
        except BaseException:
            os.close(fd)
            raise

    def close(self) -> None:
        """Close the file and its lock."""
        self.acquire()
        try:
            super().close()
            self._write_lock.close()
        finally:
            self.release()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging calls it so
        """Complain once; the default would print the raw record."""
        self._complaint.say(sys.exc_info()[1] or OSError())


def _make_event(name: str, **fields: Any) -> bytes:
    """Return a line of our own making, in the shape of all others."""
    head = {
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
        "level": "WARNING", "logger": __name__, "module": "log_files", "function": "_event", "line": 0,
        "message": name, "run_id": None, "profile": None,
    }  # fmt: skip
    return json.dumps({**head, **fields}).encode() + b"\n"


def _mend_last_line(fd: int) -> None:
    """Wrap a last line that a crash cut off into an event, so that every line of the file is JSON."""
    size = end = os.fstat(fd).st_size
    if size == 0 or _read_at(fd, size - 1, 1) in (b"\n", b""):
        return
    while end > 0:
        start = max(0, end - 65_536)
        found = _read_at(fd, start, end - start).rfind(b"\n")
        end = start + found + 1
        if found >= 0:
            break
    torn = _read_at(fd, end, min(size - end, 4096)).decode("utf-8", "replace")
    os.ftruncate(fd, end)
    os.write(fd, _make_event("log.torn_line", torn=torn))


def _read_at(fd: int, offset: int, size: int) -> bytes:
    os.lseek(fd, offset, os.SEEK_SET)
    return os.read(fd, size)


def cleanup_old_logs(log_dir: str | Path = "logs", max_age_days: float = 30) -> int:
    """Delete log files whose last line is older than ``max_age_days``.

    Looks at ``*.log`` and ``*.log.N`` in the folder itself, follows no link
    and leaves alone what any process has open. A clock that was set back
    makes files younger, never older.

    Returns:
        The number of files deleted; 0 where there is no folder.
    """
    folder = Path(log_dir)
    oldest = time.time() - max_age_days * _DAY_S
    try:
        with os.scandir(folder) as entries:
            old = [
                Path(entry.path)
                for entry in entries
                if _LOG_NAME.fullmatch(entry.name)
                and entry.is_file(follow_symlinks=False)
                and entry.stat(follow_symlinks=False).st_mtime < oldest
            ]
    except OSError:
        return 0
    return sum(_delete_unused(path) for path in old)


def _delete_unused(path: Path) -> bool:
    """Delete a file that nobody has open, and tell whether it is gone."""
    try:
        if sys.platform == "win32":
            path.unlink()  # it refuses while somebody has the file open, us included
            return True
        return _delete_unlocked(path)
    except OSError:
        return False


def _delete_unlocked(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    try:
        if not lock(descriptor, wait_s=0):
            return False
        path.unlink()
    finally:
        os.close(descriptor)
    return True
