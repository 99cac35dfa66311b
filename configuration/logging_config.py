"""Logging: started once by the entry point, written by one thread, without secrets.

``logs/app.log`` holds everything at the level and above, ``logs/errors.log``
errors only, one JSON object per line; people get a short line on the console.
The parts: ``redaction_rules`` (what a secret looks like), ``redaction`` (taking
it out), ``log_records`` (records and formatters), ``log_queue`` (one writer),
``log_files`` (rotation and clean-up), ``log_reader`` (the ``logs`` command).
"""

import atexit
import logging
import os
import queue
import re
import secrets as randomness
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, TextIO
from urllib.parse import urlsplit

from configuration.errors import ConfigurationError, DashboardError
from configuration.logs.files import Complaint, SharedRotatingFileHandler, cleanup_old_logs
from configuration.logs.queue import LogQueueHandler, LogWriter
from configuration.logs.records import (
    PROFILE,
    RUN_ID,
    ConsoleFormatter,
    ConsoleHandler,
    JSONFormatter,
    SensitiveDataFilter,
    shows_colour,
)
from configuration.logs.redaction import Redactor

__all__ = [
    "JSONFormatter",
    "RequestMemory",
    "SensitiveDataFilter",
    "add_secrets",
    "cleanup_old_logs",
    "flush_logging",
    "log_exception_reference",
    "log_request",
    "run_context",
    "setup_logging",
    "shutdown_logging",
]

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_LOUD_REQUESTS = 40  # of a run at INFO; with the events around them a sync stays within 50 lines
_SLOW_WAIT_MS = 2000


class Revealing(Protocol):
    """A secret that prints as something else, such as ``configuration.settings.Secret``."""

    def reveal(self) -> str:
        """Return the secret itself."""


def setup_logging(
    log_dir: str | Path = "logs",
    max_bytes: int = 10 * 1024 * 1024,
    backup_count: int = 5,
    log_level: str = "INFO",
    *,
    secrets: Iterable[str | Revealing] = (),
    console: bool | TextIO = True,
    console_level: str | None = None,
    levels: Mapping[str, str] | None = None,
    profile: str | None = None,
) -> None:
    """Send everything that is logged to files and console, without secrets.

    A second call replaces the first. Where the folder cannot be written, one
    warning on the console says so and logging goes on without files.

    Args:
        log_dir: made if missing.
        max_bytes: of one file, after which it is rotated.
        backup_count: rotated files that are kept of each.
        log_level: what is written: this level and above.
        secrets: literal secrets; see also ``add_secrets``.
        console: False for none; a stream other than ``sys.stderr`` to write to.
        console_level: of the console, where it differs.
        levels: by logger name, where they differ from ``log_level``.
        profile: is noted on every line.

    Raises:
        ConfigurationError: a level that does not exist.
    """
    level = _parse_level(log_level)
    console_threshold = _parse_level(console_level or log_level)
    by_logger = {name: _parse_level(wanted) for name, wanted in (levels or {}).items()}
    shutdown_logging()
    stream = None if isinstance(console, bool) else console
    complaint = Complaint(Path(log_dir), stream)
    redactor = Redactor(map(_reveal_literal, secrets))
    files = [_make_file_handler(Path(log_dir) / "app.log", level, max_bytes, backup_count, complaint)]
    files += [
        _make_file_handler(Path(log_dir) / "errors.log", logging.ERROR, max_bytes, backup_count, complaint)
    ]
    shown = _make_console_handler(stream, console_threshold, redactor) if console is not False else None
    writer = LogWriter(queue.SimpleQueue(), redactor, files, shown, complaint)
    _Installed(writer, level, by_logger, profile).install()


def _make_file_handler(
    path: Path, level: int, max_bytes: int, backup_count: int, complaint: Complaint
) -> SharedRotatingFileHandler:
    handler = SharedRotatingFileHandler(path.absolute(), max_bytes, backup_count, complaint)
    handler.setLevel(level)
    handler.open()
    return handler


def _make_console_handler(stream: TextIO | None, level: int, redactor: Redactor) -> logging.Handler:
    handler = ConsoleHandler(stream)
    handler.setLevel(level)
    handler.setFormatter(ConsoleFormatter(redactor, colour=shows_colour(handler.stream, os.environ)))
    return handler


def _parse_level(name: str) -> int:
    if name.upper() not in LEVELS:
        raise ConfigurationError(
            f"The log level {name!r} does not exist.",
            f"Set LOG_LEVEL or --log-level to one of {', '.join(LEVELS)}.",
        )
    return int(getattr(logging, name.upper()))


def _reveal_literal(secret: str | Revealing) -> str:
    return secret if isinstance(secret, str) else secret.reveal()


class _Installed(LogQueueHandler):
    """The handler on the root logger: also remembers what to put back at the end.

    It hangs on the root logger, which is where ``shutdown_logging`` finds it:
    there is no second place to keep it in.
    """

    def __init__(
        self, writer: LogWriter, level: int, by_logger: Mapping[str, int], profile: str | None
    ) -> None:
        super().__init__(writer)
        self.default_profile = profile
        self._level = level
        self._by_logger = dict(by_logger)
        self._before: dict[str, int] = {}
        self._hooks = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """Start receiving records, warnings and uncaught exceptions."""
        for name, level in {"root": self._level, **self._by_logger}.items():
            logger = logging.getLogger(None if name == "root" else name)
            self._before[name] = logger.level
            logger.setLevel(level)
        logging.getLogger().addHandler(self)
        logging.captureWarnings(True)
        sys.excepthook, threading.excepthook = self._log_uncaught, self._uncaught_in_thread
        atexit.register(shutdown_logging)

    def uninstall(self) -> None:
        """Write what is queued, close the files and put back what ``install`` changed."""
        logging.getLogger().removeHandler(self)
        for name, level in self._before.items():
            logging.getLogger(None if name == "root" else name).setLevel(level)
        logging.captureWarnings(False)
        if sys.excepthook == self._log_uncaught:
            sys.excepthook = self._hooks[0]
        if threading.excepthook == self._uncaught_in_thread:
            threading.excepthook = self._hooks[1]
        atexit.unregister(shutdown_logging)
        self.close()

    def _log_uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        # Python would print the traceback on the console as it is.
        if issubclass(kind, KeyboardInterrupt):
            self._hooks[0](kind, error, trace)
        else:
            log_exception_reference(logging.getLogger(__name__), "process.crashed", error)

    def _uncaught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            log_exception_reference(logging.getLogger(__name__), "thread.crashed", args.exc_value)


def _list_installed() -> list[_Installed]:
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, _Installed)]


def shutdown_logging() -> None:
    """Write what is queued and stop logging; nothing happens where it was not started."""
    for handler in _list_installed():
        handler.uninstall()


def flush_logging() -> None:
    """Wait until everything logged so far is in the files."""
    for handler in _list_installed():
        handler.flush()


def add_secrets(secrets: Iterable[str | Revealing]) -> None:
    """Keep more literal secrets out of the log, with their base64 and URL-quoted forms.

    Call it as soon as a secret is known; what was logged before is not cleaned again.
    """
    for handler in _list_installed():
        handler.writer.redactor.add(map(_reveal_literal, secrets))


@contextmanager
def run_context(run_id: str | None = None, profile: str | None = None) -> Iterator[str]:
    """Tie together what is logged inside, such as one sync or one page request.

    Threads do not inherit it by themselves: start them with
    ``contextvars.copy_context().run``.

    Args:
        run_id: a new one by default.
        profile: by default stays what it is.

    Yields:
        The run id.
    """
    run = RUN_ID.set(run_id or randomness.token_hex(6))
    name = PROFILE.set(profile if profile is not None else PROFILE.get())
    try:
        yield str(RUN_ID.get())
    finally:
        PROFILE.reset(name)
        RUN_ID.reset(run)


def log_exception_reference(logger: logging.Logger, event: str, error: BaseException, **fields: Any) -> str:
    """Log a failure at ERROR under a fresh reference; with a traceback where its sentence is not all.

    Args:
        logger: of the caller.
        event: a constant name such as ``sync.failed``.
        error: with its causes, contexts, notes and groups.
        fields: of the event.

    Returns:
        Eight hexadecimal digits for the page or the console to show; ``logs`` finds the line by them.
    """
    reference = randomness.token_hex(4)
    if isinstance(error, DashboardError):
        fields = {"cause": error.message, **fields}
    traced = error if getattr(error, "needs_traceback", True) else None
    logger.error(event, exc_info=traced, extra={"reference": reference, **fields}, stacklevel=2)
    return reference


def log_refusal_reference(logger: logging.Logger, event: str, error: DashboardError) -> str:
    """Log that something was refused or stopped, at WARNING and without a traceback; return its reference.

    Args:
        logger: of the caller.
        event: a constant name such as ``export.refused``.
        error: whose cause tells what was wrong with it.
    """
    reference = randomness.token_hex(4)
    logger.warning(event, extra={"reference": reference, "cause": error.message}, stacklevel=3)
    return reference


@dataclass(slots=True)
class RequestMemory:
    """What ``log_request`` needs to know of the requests before; one per sync."""

    paths: set[str] = field(default_factory=set)
    loud: int = 0


def log_request(
    logger: logging.Logger,
    memory: RequestMemory,
    *,
    method: str,
    url: str,
    status: int | None,
    duration_ms: float,
    size: int = 0,
    attempt: int = 1,
    waited_ms: float = 0.0,
) -> None:
    """Log one attempt of a request as ``jira.request``.

    At DEBUG; at INFO when it is the first of its path, a repeat, answered
    with 400 or above or not at all, or waited two seconds. In a storm of
    repeats the first forty are loud and the rest is left to DEBUG.

    Args:
        logger: of the caller.
        memory: of the sync that this request belongs to.
        method: of HTTP.
        url: with its query; secrets are taken out.
        status: None when there was no answer.
        duration_ms: until the last byte.
        size: bytes of the answer; the field is called ``bytes``.
        attempt: 1 for the first.
        waited_ms: for the limiter, a ``Retry-After`` or a back-off.
    """
    path = path_of(url)
    unusual = attempt > 1 or status is None or status >= 400 or waited_ms >= _SLOW_WAIT_MS
    notable = unusual or path not in memory.paths
    memory.paths.add(path)
    level = logging.DEBUG
    if notable and memory.loud < _LOUD_REQUESTS:
        memory.loud += 1
        level = logging.INFO
    fields = {
        "method": method, "url": url, "status": status, "duration_ms": round(duration_ms, 1),
        "bytes": size, "attempt": attempt, "waited_ms": round(waited_ms, 1),
    }  # fmt: skip
    logger.log(level, "jira.request", extra=fields, stacklevel=2)


_IDENTIFIER = re.compile(r"(?<=/)(?:\d+|[A-Z][A-Z0-9_]*-\d+|[0-9a-f]{8}-[0-9a-f-]{27})(?=/|$)")


def path_of(url: str) -> str:
    """Return the path of a request with ids and keys as ``{id}``, so that equal requests count as one."""
    return _IDENTIFIER.sub("{id}", urlsplit(url).path)
