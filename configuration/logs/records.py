"""What becomes of a log record: frozen where it was made, cleaned, then printed for machines or people."""

import logging
import re
import sys
import time
import traceback
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from itertools import islice
from math import isfinite
from typing import Any

from pythonjsonlogger.orjson import OrjsonFormatter

from configuration.logs.redaction import UNLOGGABLE, Redactor, masked, plain

RUN_ID: ContextVar[str | None] = ContextVar("run_id", default=None)
PROFILE: ContextVar[str | None] = ContextVar("profile", default=None)

LONGEST_LINE = 1024 * 1024  # bytes of one line, so that a file of 10 MB holds what it should

_STANDARD_FIELDS = tuple(vars(logging.makeLogRecord({})))
_STANDARD = frozenset((*_STANDARD_FIELDS, "message", "asctime", "taskName", "run_id", "profile"))
_IMMUTABLE = frozenset((str, int, float, bool, type(None)))
_EVENT_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}(?:\.[a-z0-9_]{1,40}){1,4}")
_BIGGEST_INTEGER = 2**63  # orjson writes 64 bits


class CleanRecord(logging.LogRecord):
    """A copy of a record without secrets: ``msg`` is the final message, ``fields`` the event's own."""

    fields: dict[str, Any]


def frozen(record: logging.LogRecord) -> logging.LogRecord:
    """Return a record that may be printed later, on another thread.

    Nearly every record carries texts and numbers only and is returned as it
    is. What could change or vanish before the writer gets to it (containers,
    objects, tracebacks) is turned into text here, on a copy, since the
    original belongs to all handlers.
    """
    own = record.__dict__
    if "run_id" not in own:
        own["run_id"] = RUN_ID.get()
    if "profile" not in own:
        own["profile"] = PROFILE.get()
    if (
        type(record.msg) is str
        and record.exc_info is None
        and (not record.args or (type(record.args) is tuple and _all_immutable(record.args)))
        and _all_immutable(islice(own.values(), len(_STANDARD_FIELDS), None))
    ):
        return record
    return _frozen_copy(record)


def _all_immutable(values: Iterable[Any]) -> bool:
    return all(type(value) in _IMMUTABLE for value in values)


def _frozen_copy(record: logging.LogRecord) -> logging.LogRecord:
    own = dict(record.__dict__)
    extra = {name: plain(value) for name, value in own.items() if name not in _STANDARD}
    message, fault = message_of(record)
    own.update(extra, msg=message, args=None, exc_text=exception_text(record), exc_info=None)
    if fault:
        own["format_error"] = fault
    return logging.makeLogRecord(own)


def message_of(record: logging.LogRecord) -> tuple[str, str | None]:
    """Return the message with its arguments filled in, and what was wrong with them, if anything."""
    message, args = record.msg, record.args
    try:
        if type(message) is not str:
            message = str(masked(message))
        if not args:
            return message, None
        args = tuple(masked(argument) for argument in args) if isinstance(args, tuple) else masked(args)
        return message % args, None
    except Exception as error:  # noqa: BLE001 - a wrong placeholder or a __str__ that raises: the line is kept
        shown = plain(list(args.items()) if isinstance(args, Mapping) else list(args or ()))
        return f"{plain(message)} {shown}", type(error).__name__


def exception_text(record: logging.LogRecord) -> str | None:
    """Return the traceback of a record with causes, contexts, notes and groups."""
    error: Any = record.exc_info
    if not error or error is True:
        return record.exc_text
    try:
        return "".join(traceback.format_exception(*error)).rstrip("\n")
    except Exception:  # noqa: BLE001 - a hostile __str__ or __cause__; the event itself is worth keeping
        return UNLOGGABLE


def cleaned(record: logging.LogRecord, redactor: Redactor) -> CleanRecord:
    """Return a copy of ``record`` without secrets.

    Formats first and cleans last, so that a secret which only comes together
    in the formatted message is seen whole.
    """
    clean = CleanRecord.__new__(CleanRecord)
    clean.__dict__.update(record.__dict__)
    clean.exc_info = None
    clean.args = None
    try:
        message, fault = message_of(record)
        clean.fields = {
            redactor.text(name): redactor.under(name, plain(value))
            for name, value in record.__dict__.items()
            if name not in _STANDARD
        }
        if fault:
            clean.fields["format_error"] = fault
        clean.msg = _clean_text(message, redactor)
        clean.exc_text = _clean_text(exception_text(record), redactor)
        clean.stack_info = _clean_text(record.stack_info, redactor)
        clean.name = redactor.text(record.name)
        clean.__dict__["run_id"] = _clean_text(plain(record.__dict__.get("run_id")), redactor)
        clean.__dict__["profile"] = _clean_text(plain(record.__dict__.get("profile")), redactor)
    except Exception:  # noqa: BLE001 - whatever a redactor stumbles over, the raw text must not get out
        return _replace_unloggable(clean, record)
    return clean


def _replace_unloggable(clean: CleanRecord, record: logging.LogRecord) -> CleanRecord:
    event = record.msg if type(record.msg) is str and _EVENT_NAME.fullmatch(record.msg) else record.name
    keep = {name: value for name, value in record.__dict__.items() if name in _STANDARD_FIELDS}
    clean.__dict__.clear()
    clean.__dict__.update(keep, msg=UNLOGGABLE, args=None, exc_info=None, exc_text=None, stack_info=None)
    clean.fields = {"event": event}
    return clean


def _clean_text(text: Any, redactor: Redactor) -> Any:
    return redactor.text(text) if type(text) is str else text


class SensitiveDataFilter(logging.Filter):
    """Takes the secrets out of a record before its handler prints it.

    For handlers of others: our own formatters clean what they print, with or
    without this filter. It lets every record pass.

    Args:
        name: as for ``logging.Filter``; empty for all loggers.
        redactor: knows the literal secrets; by default there are none.
    """

    def __init__(self, name: str = "", redactor: Redactor | None = None) -> None:
        super().__init__(name)
        self._redactor = redactor or Redactor()

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record in place: message, extra fields, traceback and stack."""
        if not isinstance(record, CleanRecord):
            clean = cleaned(record, self._redactor)
            for name in [name for name in record.__dict__ if name not in _STANDARD]:
                del record.__dict__[name]
            record.__dict__.update(clean.fields)
            record.msg, record.args, record.name = clean.msg, None, clean.name
            record.exc_info, record.exc_text, record.stack_info = None, clean.exc_text, clean.stack_info
        return True


class JSONFormatter(OrjsonFormatter):
    """Prints a record as one line of JSON in UTF-8, without secrets.

    Args:
        redactor: knows the literal secrets; by default there are none.
    """

    def __init__(self, redactor: Redactor | None = None) -> None:
        super().__init__()
        self._redactor = redactor or Redactor()

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its line end."""
        clean = record if isinstance(record, CleanRecord) else cleaned(record, self._redactor)
        data = _make_head(clean)
        for name, value in clean.fields.items():
            data[f"{name}_" if name in data else name] = value
        if clean.exc_text:
            data["exception"] = clean.exc_text
        if clean.stack_info:
            data["stack"] = clean.stack_info
        line = self.jsonify_log_record(data)
        if len(line) > LONGEST_LINE:
            data = _make_head(clean)
            return self.jsonify_log_record({**data, "message": clean.msg[:1000], "cut_bytes": len(line)})
        return line

    def jsonify_log_record(self, log_data: dict[str, Any]) -> str:
        """Return ``log_data`` as JSON on one line for whichever reader splits it."""
        try:
            line = super().jsonify_log_record(log_data)
        except TypeError:  # lone surrogates, integers beyond 64 bits
            line = super().jsonify_log_record(_make_storable(log_data))
        if line.isascii():
            return line
        # Not line ends in JSON, but str.splitlines() thinks they are.
        return line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def _make_head(clean: CleanRecord) -> dict[str, Any]:
    return {
        "timestamp": timestamp(clean.created),
        "level": clean.levelname,
        "logger": clean.name,
        "module": clean.module,
        "function": clean.funcName,
        "line": clean.lineno,
        "message": clean.msg,
        "run_id": clean.__dict__.get("run_id"),
        "profile": clean.__dict__.get("profile"),
    }


def timestamp(created: float) -> str:
    """Return seconds since 1970 as ``YYYY-MM-DDTHH:MM:SS.mmmZ``."""
    return datetime.fromtimestamp(created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _make_storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_make_storable(key): _make_storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_make_storable(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _BIGGEST_INTEGER:
        return str(value) if abs(value) < 10**4000 else "[a very large integer]"
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


_COLOURS = {"DEBUG": "2", "INFO": "36", "WARNING": "33", "ERROR": "31", "CRITICAL": "1;31"}
# A log line must not drive the terminal that shows it.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127, *range(128, 160)) if code != ord("\t")}


class ConsoleFormatter(logging.Formatter):
    """Prints a record for people: time, level, message, fields, and what an exception said last.

    Args:
        redactor: knows the literal secrets.
        colour: whether the level is coloured.
    """

    def __init__(self, redactor: Redactor | None = None, *, colour: bool = False) -> None:
        super().__init__()
        self._redactor = redactor or Redactor()
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        """Return one line; the traceback is left to the files."""
        clean = record if isinstance(record, CleanRecord) else cleaned(record, self._redactor)
        level = f"{clean.levelname:<8}"
        if self._colour:
            level = f"\x1b[{_COLOURS.get(clean.levelname, '0')}m{level}\x1b[0m"
        parts = [time.strftime("%H:%M:%S", time.localtime(clean.created)), level, printable(clean.msg)]
        parts += [f"{printable(name)}={printable(value)}" for name, value in clean.fields.items()]
        if clean.exc_text:
            parts.append(f"({printable(clean.exc_text.rstrip().splitlines()[-1].strip(' |+-'))})")
        return " ".join(parts)


def printable(value: Any) -> str:
    """Return a value as text that is safe on a terminal and stays on its line."""
    return str(value).translate(_CONTROLS)


def is_terminal(stream: Any) -> bool:
    """Return whether ``stream`` is a terminal; a closed or odd one is not."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False


def shows_colour(stream: Any, environment: Mapping[str, str], system: str = sys.platform) -> bool:
    """Return whether ``stream`` is a terminal that understands colours and whose user wants them.

    An old Windows console would print the signs themselves; newer terminals there say who they are.
    """
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb" or not is_terminal(stream):
        return False
    return system != "win32" or any(map(environment.get, ("WT_SESSION", "TERM", "ANSICON", "ConEmuANSI")))


class ConsoleHandler(logging.StreamHandler[Any]):
    """Writes to the stream it was given, or to whatever ``sys.stderr`` is at that moment.

    A console that went away is no reason to disturb anybody: it stays silent.
    """

    def __init__(self, stream: Any = None) -> None:
        logging.Handler.__init__(self)
        self._given = stream

    @property
    def stream(self) -> Any:
        """The stream to write to."""
        return self._given if self._given is not None else sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging calls it so
        """Say nothing: there is no better place to say it, and the default would print the raw record."""
