"""The periods that people say, "last month" or "year to date", as civil days; and the one before or after."""

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping

from configuration.errors import InputError

Span = tuple[dt.date, dt.date]
MOST_DAYS = 3660
MOST_WEEKS = 520
_WEEKS = re.compile(r"last-([1-9][0-9]{0,2})-weeks\Z")
_DAYS = re.compile(r"[1-9][0-9]{0,3}\Z")
# How many months a calendar period has, for a step from one to the next.
_MONTHS = {
    "this-month": 1,
    "last-month": 1,
    "this-quarter": 3,
    "last-quarter": 3,
    "year-to-date": 12,
    "last-year": 12,
}


def last_days(text: str, today: dt.date) -> Span:
    """Return the last ``text`` days up to and with ``today``.

    Raises:
        InputError: the text is not a number of days from 1 to 3660.
    """
    if not _DAYS.match(text) or int(text) > MOST_DAYS:
        raise InputError(
            f"A period of {text!r} days is not offered.",
            hint=f"Use a number from 1 to {MOST_DAYS}, such as 90, or two days.",
        )
    return today - dt.timedelta(days=int(text) - 1), today


def named_period(name: str, today: dt.date) -> Span:
    """Return first and last day of a period by the name that an address has for it.

    Args:
        name: ``this-month``, ``last-month``, ``this-quarter``, ``last-quarter``,
            ``year-to-date``, ``last-year`` or ``last-N-weeks``, which are whole.
        today: the newest day of the data; what has not ended ends on it.

    Raises:
        InputError: there is no period of that name.
    """
    weeks = _WEEKS.match(name)
    if weeks and int(weeks[1]) <= MOST_WEEKS:
        return _whole_weeks(int(weeks[1]), today)
    if name not in _CALENDAR:
        raise InputError(
            f"There is no period called {name!r}.",
            hint=f"Use {', '.join(_CALENDAR)} or last-N-weeks, or choose one in the list.",
        )
    return _CALENDAR[name](today)


def neighbour(span: Span, by: int, name: str = "") -> Span | None:
    """Return the period before or after one, of the same kind: months step by months, else by days.

    Args:
        span: first and last day, both included.
        by: -1 for the one before, 1 for the one after.
        name: of the period, if it has one: this month, though not over, is followed by a whole one.

    Returns:
        The days, or None where the calendar ends.
    """
    months = _MONTHS.get(name) or _count_whole_months(span)
    try:
        if months:
            first = _add_months(span[0], by * months)
            return first, _add_months(first, months) - dt.timedelta(days=1)
        length = dt.timedelta(days=((span[1] - span[0]).days + 1) * by)
        return span[0] + length, span[1] + length
    except (OverflowError, ValueError):
        return None


def _whole_weeks(n: int, today: dt.date) -> Span:
    # The newest day counts as over: a Sunday ends its week.
    monday = today + dt.timedelta(days=1)
    monday -= dt.timedelta(days=monday.weekday())
    return monday - dt.timedelta(days=7 * n), monday - dt.timedelta(days=1)


def _add_months(first: dt.date, months: int) -> dt.date:
    place = first.year * 12 + first.month - 1 + months
    return dt.date(place // 12, place % 12 + 1, 1)


def _count_whole_months(span: Span) -> int:
    """Return how many months a period is made of, 0 where it cuts one."""
    first, last = span
    if first.day != 1 or last.day != calendar.monthrange(last.year, last.month)[1]:
        return 0
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _month(today: dt.date) -> Span:
    return today.replace(day=1), today


def _quarter(today: dt.date) -> Span:
    return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1), today


def _before(this: Callable[[dt.date], Span], months: int) -> Callable[[dt.date], Span]:
    def last(today: dt.date) -> Span:
        first, _ = this(today)
        return _add_months(first, -months), first - dt.timedelta(days=1)

    return last


def _year(today: dt.date) -> Span:
    return today.replace(month=1, day=1), today


_CALENDAR: Mapping[str, Callable[[dt.date], Span]] = {
    "this-month": _month,
    "last-month": _before(_month, 1),
    "this-quarter": _quarter,
    "last-quarter": _before(_quarter, 3),
    "year-to-date": _year,
    "last-year": _before(_year, 12),
}
