"""Many instants at once as the wall clock of the team shows them. Pure."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np

from data.tables import Instants

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def wall_clock(instants: Instants, zone: ZoneInfo) -> list[str]:
    """Return each instant as ``YYYY-MM-DD HH:MM`` in ``zone``; no instants give an empty list.

    The zone is asked once for each day that begins or ends around an instant, not once
    per instant; only on the days on which the clocks change is every instant looked up by itself.
    """
    day = instants // DAY_MS
    begins, place = np.unique(np.concatenate((day, day + 1)), return_inverse=True)
    offsets = np.array([_offset(begin, zone) for begin in (begins * DAY_MS).tolist()], np.int64)
    offset, after = offsets[place[: len(day)]], offsets[place[len(day) :]]
    for row in np.flatnonzero(offset != after).tolist():
        offset[row] = _offset(int(instants[row]), zone)
    local = (instants + offset).astype("datetime64[ms]")
    return [text.replace("T", " ") for text in np.datetime_as_string(local, unit="m").tolist()]


def _offset(instant: int, zone: ZoneInfo) -> int:
    """Return how far the wall clock is ahead of UTC, in milliseconds."""
    ahead = dt.datetime.fromtimestamp(instant / 1000, zone).utcoffset()
    return 0 if ahead is None else ahead // dt.timedelta(milliseconds=1)
