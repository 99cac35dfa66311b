"""What the calculators share: the masks of one view, timing at the border, dates and field names."""

import datetime as dt
import functools
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast, overload

import numpy as np
from numpy.typing import NDArray

from data.delivery import DeliveryTables
from data.normalize import instant_of
from data.periods import Window, from_ms
from data.tables import IN_PROGRESS, MISSING, Codes, Flags, Instants

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
def log_performance(subject: str | None = None, /) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]: ...
def log_performance(subject: Any = None, /) -> Any:
    """Log start, end and duration of a metric at DEBUG, and a failure at ERROR, which then passes on.

    Works bare, ``@log_performance``, and with a name, ``@log_performance("flow_time")``.
    It belongs on the line where a metric joins its family, never on a kernel:
    the function itself stays pure.

    Args:
        subject: the function; or the name it is logged under, by default its own.
    """
    if callable(subject):
        return _logged(subject, subject.__name__)
    return lambda function: _logged(function, subject or function.__name__)


def _logged(function: Callable[_P, _R], name: str) -> Callable[_P, _R]:
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
            failure = {"metric": name, "duration_ms": _rounded(timer), "error": type(error).__name__}
            logger.error("metric.failed", extra=failure)  # noqa: TRY400
            raise
        if wanted:
            n = getattr(result, "n", None)
            fields = {"metric": name, "duration_ms": _rounded(timer), "issues": issues, "n": n}
            logger.debug("metric.calculated", extra=fields)
        return result

    return timed


def _rounded(timer: PerformanceTimer) -> float:
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


class FieldMappingIndex:
    """Looks field mappings up in both directions, in the same time however many there are.

    Args:
        mapping: Jira field id by logical name. Empty ids are no mapping; of several
            names for one field the first is its name.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._field = {name: field for name, field in mapping.items() if field}
        self._name: dict[str, str] = {}
        for name, field in self._field.items():
            self._name.setdefault(field, name)

    def __len__(self) -> int:
        return len(self._field)

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield logical name and field id of every mapping."""
        return iter(self._field.items())

    def get_jira_field(self, logical_name: str) -> str | None:
        """Return the field id of a logical name, None where it is not mapped."""
        return self._field.get(logical_name)

    def get_logical_name(self, jira_field: str) -> str | None:
        """Return the logical name of a field id, None where none is mapped to it."""
        return self._name.get(jira_field)


@dataclass(frozen=True, slots=True)
class Stays:
    """Stays in a status, ordered by issue and time; ``waiting``: work waited there.

    ``start`` has one entry more than there are issues: those of row *i* lie from
    ``start[i]`` up to ``start[i + 1]``.
    """

    issue: NDArray[np.intp]
    entered: Instants
    left: Instants
    waiting: Flags
    start: NDArray[np.int64]

    def of(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the places of the stays of ``rows``, row after row, and for each the place in ``rows``.

        Costs what these rows have, not what all have.
        """
        counts = self.start[rows + 1] - self.start[rows]
        owner = np.repeat(np.arange(len(rows)), counts)
        skipped = self.start[rows] - (np.cumsum(counts) - counts)
        return skipped[owner] + np.arange(len(owner)), owner


class CalculationContext:
    """Delivery tables, a window and a choice of issues, with the masks that metrics share.

    Each mask is a named property that is computed once, so two metrics of one
    view cannot ask for the same filter twice, nor mistake one for another.

    Args:
        delivery: tables as of the window's T.
        window: the period.
        chosen: rows that the view's filters let through; None: all.
        projects: project keys that the view is limited to; empty: all.
    """

    def __init__(
        self,
        delivery: DeliveryTables,
        window: Window,
        chosen: Flags | None = None,
        projects: frozenset[str] = frozenset(),
    ) -> None:
        self.delivery = delivery
        self.window = window
        self.chosen = chosen
        self.projects = projects
        self._whole: CalculationContext | None = None
        self._made: dict[object, object] = {}

    def over(self, window: Window) -> "CalculationContext":
        """Return the same choice over another period; what does not depend on the period is shared."""
        context = CalculationContext(self.delivery, window, self.chosen, self.projects)
        context._whole = self._whole or self
        return context

    def once(self, make: "Callable[[CalculationContext], _R]") -> _R:
        """Return what ``make`` makes of this context; whoever asks next gets the same."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(_R, self._made[make])

    @cached_property
    def flow_items(self) -> Flags:
        """Rows that are in scope, pass the filters and exist at T."""
        if self._whole is not None:
            return self._whole.flow_items
        mask = self.delivery.in_scope & self.delivery.exists
        return mask if self.chosen is None else mask & self.chosen

    @cached_property
    def in_progress(self) -> Stays:
        """Stays of flow items in a status in progress, in any period."""
        if self._whole is not None:
            return self._whole.in_progress
        stays, workflow = self.delivery.intervals, self.delivery.workflow
        mine = (workflow.category == IN_PROGRESS)[stays.status]
        if not self.flow_items.all():
            mine &= self.flow_items[stays.issue]
        issue = stays.issue[mine]
        counts = np.bincount(issue, minlength=len(self.flow_items))
        return Stays(
            issue,
            stays.entered[mine],
            stays.left[mine],
            workflow.waiting[stays.status[mine]],
            np.concatenate(([0], np.cumsum(counts))),
        )

    @cached_property
    def completed(self) -> Flags:
        """Flow items completed in the period."""
        at = self.delivery.completed_at
        return self.flow_items & (at >= self.window.lo) & (at < self.window.end)

    @cached_property
    def restored(self) -> Flags:
        """Flow items that, were they incidents, were over in the period."""
        at = self.delivery.restored.at
        if at is self.delivery.completed_at:
            return self.completed
        return self.flow_items & (at >= self.window.lo) & (at < self.window.end)

    @cached_property
    def delivered(self) -> Flags:
        """Flow items completed in the period with a resolution that delivers."""
        return self.completed & ~self.delivery.not_delivered

    @cached_property
    def completed_week(self) -> Codes:
        """Place of the week in which each row was completed; meaningless outside ``completed``."""
        week = np.zeros(len(self.completed), np.int32)
        rows = np.flatnonzero(self.completed)
        week[rows] = self.week_of(self.delivery.completed_at[rows])
        return week

    def week_of(self, instants: Instants) -> Codes:
        """Return the place of the week that holds each instant; meaningless outside the period."""
        return (np.searchsorted(self.window.edges, instants, side="right") - 1).astype(np.int32)
