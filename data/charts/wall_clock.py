"""Many instants at once as the wall clock of the team shows them. Pure."""

from zoneinfo import ZoneInfo

import numpy as np

from data.periods import from_ms
from data.tables import Instants

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def wall_clock(instants: Instants, zone: ZoneInfo) -> list[str]:
    """Return each instant as ``YYYY-MM-DD HH:MM`` in ``zone``; no instants give an empty list.

    The zone is asked twice per day that occurs, not once per instant; only on
    the days on which the clocks change is every instant looked up by itself.
    """
    day, place = np.unique(instants // DAY_MS, return_inverse=True)
    before, after = (
        np.array([_offset(int(start), zone) for start in edge], np.int64)
        for edge in (day * DAY_MS, (day + 1) * DAY_MS)
    )
    offset = before[place]
    for row in np.flatnonzero((before != after)[place]).tolist():
        offset[row] = _offset(int(instants[row]), zone)
    local = (instants + offset).astype("datetime64[ms]")
    return [text.replace("T", " ") for text in np.datetime_as_string(local, unit="m").tolist()]


def _offset(instant: int, zone: ZoneInfo) -> int:
    """Return how far the wall clock is ahead of UTC, in milliseconds."""
    ahead = from_ms(instant).astimezone(zone).utcoffset()
    return 0 if ahead is None else int(ahead.total_seconds() * 1000)
