"""What time it is, in the unit of the house; apart from ``instants``, because a metric has no clock."""

import time
from typing import Protocol

from configuration.settings import Home


class Clock(Protocol):
    """What tells the time to all who share a home, so that ages mean the same on each machine."""

    def now_ms(self) -> int:
        """Return the time in UTC epoch milliseconds."""


def now_ms() -> int:
    """Return this machine's time in UTC epoch milliseconds."""
    return time.time_ns() // 1_000_000


class MachineClock:
    """The clock of this machine."""

    def now_ms(self) -> int:
        """Return its time."""
        return now_ms()


def clock_of(home: Home) -> Clock:
    """Return the clock of a home: the database's in server mode, else this machine's."""
    return home.database or MachineClock()
