"""Civil dates, instants and weeks: where a period begins and ends in the team's time zone."""

import datetime as dt
import re
import zoneinfo
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from configuration.errors import InputError
from data.model.instants import from_ms, to_ms
from data.model.tables import MISSING, Instants

Step = Literal["week", "month", "quarter"]
STEPS: tuple[Step, ...] = ("week", "month", "quarter")
DEFAULT_DAYS = 90
# The automatic step (specs/metrics.md, "Steps"): weeks up to here, then months, then quarters.
WEEKS_AT_MOST = 26
YEARS_OF_MONTHS = 3
# fromisoformat also takes week dates and forms without dashes, which would be read in ways nobody expects.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}")
_EARLIEST = dt.date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Window:
    """A period laid out in one time zone and cut at the as-of instant.

    Attributes:
        first_day: first civil day.
        last_day: last civil day, included.
        zone: the team's time zone.
        as_of: T, in epoch milliseconds.
        lo: first instant of the period.
        hi: first instant after the period.
        end: ``min(hi, as_of)``; the window is empty when it is not after ``lo``.
        days: civil days of the period that begin before T.
        edges: *n* + 1 instants that bound the weeks, cut to the period; a week holds its
            first instant and not its last.
        mondays: *n* Mondays; of a window in other steps the first day of each.
        partial: *n* flags: the week is cut by the period, by T or by the start of the data.
        first_created: the earliest creation in the store, ``MISSING`` if it is empty.
    """

    first_day: dt.date
    last_day: dt.date
    zone: zoneinfo.ZoneInfo
    as_of: int
    lo: int
    hi: int
    end: int
    days: int
    edges: Instants
    mondays: tuple[dt.date, ...]
    partial: tuple[bool, ...]
    first_created: int = MISSING

    @property
    def empty(self) -> bool:
        """True when the as-of instant is not after the start of the period."""
        return self.as_of <= self.lo

    @property
    def has_past(self) -> bool:
        """True when some issue was created before the period, so that a comparison means something."""
        return self.first_created != MISSING and self.first_created < self.lo

    @property
    def last_counted_day(self) -> dt.date:
        """The last civil day of the period that begins before T."""
        return self.first_day + dt.timedelta(days=self.days - 1)


@lru_cache(maxsize=64)  # every question names it, and most name the same one
def zone_named(name: str) -> zoneinfo.ZoneInfo:
    """Return the time zone called ``name``.

    Raises:
        InputError: there is no such zone.
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            f"There is no time zone called {name!r}.",
            hint="Use a name of the IANA list such as Europe/Berlin or UTC.",
        ) from error


def parse_day(text: str, what: str) -> dt.date:
    """Return the civil date ``YYYY-MM-DD`` that ``text`` spells.

    Raises:
        InputError: the text is not a date of the calendar; ``what`` names the option.
    """
    try:
        day = dt.date.fromisoformat(text if _DATE.match(text) else "")
    except ValueError as error:
        raise InputError(
            f"{what} {text!r} is not a date.", hint="Write it as YYYY-MM-DD, for example 2026-03-02."
        ) from error
    if not 1900 <= day.year <= 9000:
        raise InputError(
            f"{what} {text!r} lies outside the years 1900 to 9000.", hint="Use a date near your data."
        )
    return day


@lru_cache(maxsize=8192)
def midnight(day: dt.date, zone: zoneinfo.ZoneInfo) -> int:
    """Return the first instant of ``day`` in ``zone``.

    Where the clocks skip midnight, the pre-transition offset of ``fold=0``
    lands exactly on the transition, which is the first instant of that date.
    """
    return to_ms(dt.datetime(day.year, day.month, day.day, tzinfo=zone))


def civil_day(instant: int, zone: zoneinfo.ZoneInfo) -> dt.date:
    """Return the date that the wall clock in ``zone`` shows at ``instant``."""
    return from_ms(instant).astimezone(zone).date()


def parse_as_of(text: str, zone: zoneinfo.ZoneInfo) -> int:
    """Return the instant that ``--as-of`` names.

    A bare date means the end of that civil day; a time without an offset is read in ``zone``.

    Raises:
        InputError: the text is neither a date nor an instant.
    """
    if len(text) == len("2026-03-02"):
        return midnight(parse_day(text, "--as-of") + dt.timedelta(days=1), zone)
    try:
        moment = dt.datetime.fromisoformat(text if _INSTANT.match(text) else "")
    except ValueError as error:
        raise InputError(
            f"--as-of {text!r} is neither a date nor an instant.",
            hint="Write 2026-03-02 for the end of that day, or 2026-03-02T12:00:00Z.",
        ) from error
    if not 1900 <= moment.year <= 9000:
        raise InputError(
            f"--as-of {text!r} lies outside the years 1900 to 9000.", hint="Use a date near your data."
        )
    return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def lay_out(
    first_day: dt.date | None,
    last_day: dt.date | None,
    zone: zoneinfo.ZoneInfo,
    as_of: int,
    first_created: int = MISSING,
) -> Window:
    """Lay a period out in a zone (specs/metrics.md, "As of, periods, weeks").

    Args:
        first_day: default: 89 days before ``last_day``.
        last_day: included; default: the civil day of the last instant before ``as_of``.
        zone: the profile's zone.
        as_of: T in epoch milliseconds.
        first_created: the earliest creation in the store, ``MISSING`` if it is empty.

    Raises:
        InputError: the period ends before it begins.
    """
    last = last_day or civil_day(as_of - 1, zone)
    first = first_day or last - dt.timedelta(days=DEFAULT_DAYS - 1)
    if first > last:
        raise InputError(
            f"The period ends on {last.isoformat()}, before it begins on {first.isoformat()}.",
            hint="Give --from a date that is not after --to.",
        )
    lo, hi = midnight(first, zone), midnight(last + dt.timedelta(days=1), zone)
    window = Window(
        first_day=first,
        last_day=last,
        zone=zone,
        as_of=as_of,
        lo=lo,
        hi=hi,
        end=min(hi, as_of),
        days=_days_before(first, last, zone, as_of),
        edges=np.zeros(1, np.int64),
        mondays=(),
        partial=(),
        first_created=first_created,
    )
    return in_steps(window, "week")


def previous(window: Window) -> Window:
    """Return as many civil days just before ``window``, as of the same T."""
    # No issue is older than the first day, so that a period of millennia may be cut there.
    room = max((window.first_day - _EARLIEST).days, 0)
    first = window.first_day - dt.timedelta(days=min(window.days, room))
    lo = midnight(first, window.zone)
    before = replace(
        window,
        first_day=first,
        last_day=window.first_day - dt.timedelta(days=1),
        lo=lo,
        hi=window.lo,
        end=min(window.lo, window.as_of),
        edges=np.array([lo], np.int64),
        mondays=(),
        partial=(),
    )
    return in_steps(before, "week")


def last_whole_weeks(window: Window, n: int) -> Window:
    """Return the ``n`` whole weeks before the end of ``window``, as of the same T.

    A week that ends exactly there is whole. What follows the last of them does not count.
    """
    day = civil_day(window.end, window.zone)
    monday = day - dt.timedelta(days=day.weekday())
    first, last = monday - dt.timedelta(days=7 * n), monday - dt.timedelta(days=1)
    return lay_out(first, last, window.zone, window.as_of, window.first_created)


@lru_cache(maxsize=8192)
def week_name(monday: dt.date) -> str:
    """Return the ISO name of the week that begins on ``monday``, ``2026-W35``."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def _days_before(first: dt.date, last: dt.date, zone: zoneinfo.ZoneInfo, as_of: int) -> int:
    """Count the days of the period that begin before ``as_of``."""
    day = min(last, civil_day(as_of, zone) + dt.timedelta(days=1))
    while day >= first and midnight(day, zone) >= as_of:
        day -= dt.timedelta(days=1)
    return max((day - first).days + 1, 0)


def automatic_step(window: Window) -> Step:
    """Return the step that keeps a period readable: weeks up to 26 of them, months up to three years."""
    if window.days <= WEEKS_AT_MOST * 7:
        return "week"
    first = window.first_day
    # The anniversary of a 29th of February is the first of March.
    leap = (first.month, first.day) == (2, 29)
    after = (
        dt.date(first.year + YEARS_OF_MONTHS, 3, 1)
        if leap
        else first.replace(year=first.year + YEARS_OF_MONTHS)
    )
    return "month" if window.last_counted_day < after else "quarter"


def in_steps(window: Window, step: Step) -> Window:
    """Return the same period cut into weeks, months or quarters instead; those not yet begun are absent.

    The rules are those of the week: a step is cut to the period, named by its own
    first day, and ``partial`` where period, T or the start of the data cut it.
    """
    if window.empty:
        return window
    starts: list[dt.date] = []
    edges: list[int] = []
    partial: list[bool] = []
    first = _first_day_of(window.first_day, step)
    start = midnight(first, window.zone)
    while start < window.end:
        following = day_after(first, step)
        stop = midnight(following, window.zone)
        data_starts_later = window.first_created != MISSING and start < window.first_created
        starts.append(first)
        edges.append(max(start, window.lo))
        partial.append(start < window.lo or data_starts_later or stop > window.hi or stop > window.as_of)
        first, start = following, stop
    edges.append(window.end)
    return replace(window, edges=np.array(edges, np.int64), mondays=tuple(starts), partial=tuple(partial))


def step_name(first_day: dt.date, step: Step) -> str:
    """Return the name of the step that begins on ``first_day``: ``2026-W35``, ``2026-09`` or ``2026-Q3``."""
    if step == "week":
        return week_name(first_day)
    if step == "month":
        return f"{first_day.year}-{first_day.month:02d}"
    return f"{first_day.year}-Q{(first_day.month + 2) // 3}"


def _first_day_of(day: dt.date, step: Step) -> dt.date:
    """Return the first day of the step that holds ``day``."""
    if step == "week":
        return day - dt.timedelta(days=day.weekday())
    month = day.month if step == "month" else (day.month - 1) // 3 * 3 + 1
    return day.replace(month=month, day=1)


def day_after(first_day: dt.date, step: Step) -> dt.date:
    """Return the first day after the step that begins on ``first_day``."""
    if step == "week":
        return first_day + dt.timedelta(days=7)
    months = first_day.month - 1 + (1 if step == "month" else 3)
    return dt.date(first_day.year + months // 12, months % 12 + 1, 1)
