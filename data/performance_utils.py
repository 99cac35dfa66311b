"""The front desk of what calculators use: timing at the border and dates; context and field index live below.

``CalculationContext`` is in ``data.metrics.context``, ``FieldMappingIndex`` in
``data.model.logical_fields``: a kernel imports them there, where no clock and no log are.
"""

import datetime as dt
import functools
import logging
import time
from collections.abc import Callable
from functools import lru_cache
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, overload

from data.jira.stamps import instant_of
from data.metrics.context import CalculationContext
from data.model.instants import from_ms
from data.model.logical_fields import FieldMappingIndex
from data.model.tables import MISSING

__all__ = [
    "CalculationContext",
    "FieldMappingIndex",
    "PerformanceTimer",
    "log_performance",
    "parse_jira_date",
]
logger = logging.getLogger(__name__)
_P = ParamSpec("_P")
_R = TypeVar("_R")


class PerformanceTimer:
    """Measures how long a block takes, in milliseconds, and logs it at DEBUG if it has a name.

    ``with PerformanceTimer("store.load") as timer: ...``; inside the block
    ``duration_ms`` is what has passed so far. An exception passes through.

    Args:
        name: of the operation in the log; "" logs nothing.
        clock: seconds that never go back.
    """

    def __init__(self, name: str = "", clock: Callable[[], float] = time.perf_counter) -> None:
        self.name = name
        self._clock = clock
        self._started = self._ended = 0.0
        self._running = False

    @property
    def duration_ms(self) -> float:
        """Milliseconds of the block, or so far; 0 before it begins."""
        return ((self._clock() if self._running else self._ended) - self._started) * 1000

    def __enter__(self) -> "PerformanceTimer":
        self._started, self._running = self._clock(), True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended, self._running = self._clock(), False
        if self.name:
            fields = {"operation": self.name, "duration_ms": round(self.duration_ms, 3), "ok": error is None}
            logger.debug("operation.finished", extra=fields)


@overload
def log_performance(subject: Callable[_P, _R], /) -> Callable[_P, _R]: ...
@overload
def log_performance(subject: str, /) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]: ...
def log_performance(subject: Any, /) -> Any:
    """Log start, end and duration of a metric at DEBUG, and a failure at ERROR, which then passes on.

    Works bare, ``@log_performance``, and with a name, ``@log_performance("flow_time")``.
    It belongs on the line where a metric joins its family, never on a kernel:
    the function itself stays pure.

    Args:
        subject: the function, logged under its own name; or the name, which gives a decorator.
    """
    if isinstance(subject, str):
        return functools.partial(_log_calls, name=subject)
    return _log_calls(subject, subject.__name__)


def _log_calls(function: Callable[_P, _R], name: str) -> Callable[_P, _R]:
    @functools.wraps(function)
    def timed(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        wanted = logger.isEnabledFor(logging.DEBUG)
        issues = _issues_in(args[0]) if args else None
        if wanted:
            logger.debug("metric.started", extra={"metric": name, "issues": issues})
        timer = PerformanceTimer()
        try:
            with timer:
                result = function(*args, **kwargs)
        except Exception as error:
            # The traceback is logged where the exception ends; here only what failed, and when.
            failure = {"metric": name, "duration_ms": _round_duration(timer), "error": type(error).__name__}
            logger.error("metric.failed", extra=failure)  # noqa: TRY400
            raise
        if wanted:
            n = getattr(result, "n", None)
            fields = {"metric": name, "duration_ms": _round_duration(timer), "issues": issues, "n": n}
            logger.debug("metric.calculated", extra=fields)
        return result

    return timed


def _round_duration(timer: PerformanceTimer) -> float:
    return round(timer.duration_ms, 3)


def _issues_in(argument: object) -> int | None:
    """Return how many issues a metric looks at: of a context, or of a sequence of issues."""
    if isinstance(argument, CalculationContext):
        return len(argument.delivery.issues)
    return len(argument) if isinstance(argument, list | tuple) else None


@lru_cache(maxsize=4096)
def parse_jira_date(value: str | int | None) -> dt.datetime | None:
    """Return a stamp as Jira writes it as an aware UTC datetime; None where there is nothing readable.

    Accepted are the forms of every Jira (``2026-08-24T11:11:52.944+0000``, an
    offset with a colon, ``Z``, no offset = UTC, epoch milliseconds). The parser
    is the one that reads issues; the cache is for dates that are asked for again
    and again, such as those of a form or of a front door.
    """
    try:
        instant = instant_of(value)
    except (ValueError, OverflowError):
        return None
    return None if instant == MISSING else from_ms(instant)
