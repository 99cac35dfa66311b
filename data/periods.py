"""Civil dates, instants and weeks: where a period begins and ends in the team's time zone."""

import datetime as dt
import re
import zoneinfo
from dataclasses import dataclass, replace

import numpy as np

from configuration.errors import InputError
from data.tables import MISSING, Instants

DAY_MS = 86_400_000
DEFAULT_DAYS = 90
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
        mondays: *n* Mondays.
        partial: *n* flags: the week is cut by the period, by T or by the start of the data.
        has_past: some issue was created before the period, so that a comparison means something.
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
    has_past: bool

    @property
    def empty(self) -> bool:
        """True when the as-of instant is not after the start of the period."""
        return self.as_of <= self.lo

    @property
    def last_counted_day(self) -> dt.date:
        """The last civil day of the period that begins before T."""
        return self.first_day + dt.timedelta(days=self.days - 1)


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
        InputError: the text is no date of the calendar; ``what`` names the option.
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


def to_ms(moment: dt.datetime) -> int:
    """Return an aware datetime as epoch milliseconds, rounded down."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(instant: int) -> dt.datetime:
    """Return epoch milliseconds as an aware UTC datetime."""
    return _EPOCH + dt.timedelta(milliseconds=instant)


def iso_instant(instant: int) -> str | None:
    """Return ``YYYY-MM-DDTHH:MM:SS.mmmZ``, or None for a missing instant."""
    if instant == MISSING:
        return None
    return from_ms(instant).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant % 1000:03d}Z"


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
    """Lay a period out in a zone (METRICS.md section 2).

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
        has_past=first_created != MISSING and first_created < lo,
    )
    return _with_weeks(window, first_created)


def previous(window: Window) -> Window:
    """Return as many civil days just before ``window``, same T, without weeks."""
    # No issue is older than the first day, so that a period of millennia may be cut there.
    room = max((window.first_day - _EARLIEST).days, 0)
    first = window.first_day - dt.timedelta(days=min(window.days, room))
    lo = midnight(first, window.zone)
    return replace(
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


def _with_weeks(window: Window, first_created: int) -> Window:
    if window.empty:
        return window
    mondays: list[dt.date] = []
    edges: list[int] = []
    partial: list[bool] = []
    monday = window.first_day - dt.timedelta(days=window.first_day.weekday())
    start = midnight(monday, window.zone)
    while start < window.end:
        following = monday + dt.timedelta(days=7)
        stop = midnight(following, window.zone)
        data_starts_later = first_created != MISSING and start < first_created
        mondays.append(monday)
        edges.append(max(start, window.lo))
        partial.append(start < window.lo or data_starts_later or stop > window.hi or stop > window.as_of)
        monday, start = following, stop
    edges.append(window.end)
    return replace(window, edges=np.array(edges, np.int64), mondays=tuple(mondays), partial=tuple(partial))


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)
