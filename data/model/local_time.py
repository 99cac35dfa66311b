"""Many instants at once on the clock of a zone. Pure."""

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from data.model.instants import DAY_MS, from_ms
from data.model.tables import Instants


def wall_time(instants: Instants, zone: ZoneInfo) -> Instants:
    """Return what the clock of ``zone`` shows at each instant, in milliseconds since the epoch on that clock.

    The zone is asked once for each day that begins or ends around an instant, not once
    per instant; only on the days on which the clocks change is every instant looked up by itself.
    """
    if not len(instants):
        return instants
    day = instants // DAY_MS
    first = int(day.min())
    day -= first
    met = np.zeros(int(day.max()) + 2, np.bool_)
    met[day], met[day + 1] = True, True
    offsets = np.zeros(len(met), np.int64)
    begins = np.flatnonzero(met)
    offsets[begins] = [_find_offset(begin, zone) for begin in ((begins + first) * DAY_MS).tolist()]
    offset, after = offsets[day], offsets[day + 1]
    for row in np.flatnonzero(offset != after).tolist():
        offset[row] = _find_offset(int(instants[row]), zone)
    return instants + offset


@lru_cache(maxsize=65_536)  # the days of views are always the same ones
def _find_offset(instant: int, zone: ZoneInfo) -> int:
    """Return how far the wall clock is ahead of UTC, in milliseconds."""
    ahead = from_ms(instant).astimezone(zone).utcoffset()
    return 0 if ahead is None else ahead // dt.timedelta(milliseconds=1)
