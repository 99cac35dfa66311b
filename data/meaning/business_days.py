"""Business days: how much of a stretch of time lies on working days of the team's calendar. Pure."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from configuration.profile import Profile
from data.model.periods import midnight
from data.model.tables import Flags, Instants

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Monday to Friday in one zone, less holidays.

    Attributes:
        zone: in which days begin.
        holidays: days on which nobody works.
    """

    zone: ZoneInfo
    holidays: frozenset[dt.date]

    def days_between(self, since: Instants, until: Instants) -> NDArray[np.float64]:
        """Return the working days between pairs of instants, each day in parts of its own length.

        A day on which the clocks change has 23 or 25 hours and is still one day.

        Args:
            since: epoch milliseconds, none missing.
            until: as many, none before its ``since``.

        Returns:
            As many numbers; 0 where all of it lies on a weekend or holiday, and none for none.

        Source:
            specs/metrics.md, "Flow": sum over working days of overlap / length of that day.
        """
        if not len(since):
            return np.zeros(0)
        # Whole years with one to spare for the zone, so that both periods of a view ask for the same.
        first, last = _find_year(since.min()) - 1, _find_year(until.max()) + 1
        days = _lay_days(max(first, dt.MINYEAR), min(last, dt.MAXYEAR - 1), self)
        whole_a, part_a = days.position(since)
        whole_b, part_b = days.position(until)
        # Whole days apart from the parts: their difference is exact.
        return (whole_b - whole_a) + (part_b - part_a)


def calendar_of(profile: Profile, zone: ZoneInfo) -> BusinessCalendar | None:
    """Return the calendar that a profile measures in; None where it measures elapsed time."""
    if not profile.business_days:
        return None
    return BusinessCalendar(zone, frozenset(map(dt.date.fromisoformat, profile.holidays)))


@dataclass(frozen=True, slots=True)
class _Days:
    """A run of civil days: where each begins, whether it is worked on, and how many were before."""

    begins: Instants
    worked: Flags
    before: NDArray[np.int64]

    def position(self, at: Instants) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return for each instant the working days before its day, and the part of its own."""
        day = np.clip(np.searchsorted(self.begins, at, side="right") - 1, 0, len(self.worked) - 1)
        length = np.diff(self.begins)[day]
        return self.before[day], np.where(self.worked[day], (at - self.begins[day]) / length, 0.0)


def _find_year(at: np.int64) -> int:
    return int(at.astype("datetime64[ms]").astype("datetime64[Y]").astype(np.int64)) + 1970


@lru_cache(maxsize=16)
def _lay_days(first_year: int, last_year: int, calendar: BusinessCalendar) -> _Days:
    """Lay out the civil days of some years, both included."""
    first = dt.date(first_year, 1, 1).toordinal()
    stop = dt.date(last_year + 1, 1, 1).toordinal()
    days = [dt.date.fromordinal(day) for day in range(first, stop + 1)]
    begins = np.array([midnight(day, calendar.zone) for day in days], np.int64)
    weekday = np.array([d.weekday() < SATURDAY and d not in calendar.holidays for d in days[:-1]], np.bool_)
    # A day that a zone left out when it crossed the date line has no length and nobody works on it.
    worked = weekday & (np.diff(begins) > 0)
    return _Days(begins, worked, np.cumsum(worked) - worked)
