"""Working time as plain arithmetic: eight hours a day, five days a week, in local time.

A position is an amount of working milliseconds since the epoch. Adding to it
and converting back walks over nights and weekends without a loop.
"""

from data.simulator.model import DAY, HOUR

STARTS = 9 * HOUR
WORKDAY = 8 * HOUR


def weekday(local_ms: int) -> int:
    """0 for Monday; the epoch was a Thursday."""
    return (local_ms // DAY + 3) % 7


def position_of(local_ms: int) -> int:
    """Working time before *local_ms*; the same all night and all weekend."""
    weeks, day = divmod(local_ms // DAY + 3, 7)
    if day > 4:
        return (weeks * 5 + 5) * WORKDAY
    return (weeks * 5 + day) * WORKDAY + min(max(local_ms % DAY - STARTS, 0), WORKDAY)


def instant_of(position: int) -> int:
    """The local instant at which *position* working time has passed."""
    days, rest = divmod(position, WORKDAY)
    weeks, day = divmod(days, 5)
    return (weeks * 7 + day - 3) * DAY + STARTS + rest


def next_weekday(local_ms: int, day: int) -> int:
    """Midnight of the first *day* (0 = Monday) that begins at or after *local_ms*."""
    ahead = (day - weekday(local_ms)) % 7
    midnight = local_ms - local_ms % DAY
    if ahead == 0 and local_ms > midnight:
        ahead = 7
    return midnight + ahead * DAY
