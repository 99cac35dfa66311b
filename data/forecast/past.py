"""Every past forecast and what came, one by one: the evidence of a record. Pure."""

import datetime as dt
from dataclasses import dataclass

from data.forecast.history import DAYS, History
from data.forecast.record import Track


@dataclass(frozen=True, slots=True)
class PastForecast:
    """A promise that could have been made, and what came of it.

    Attributes:
        level: nominal, percent.
        horizon: weeks.
        begins: Monday of its first week.
        ends: Sunday of its last.
        nominal: items promised at the nominal level.
        promised: items promised at the working level of that day.
        came: items that came.
        left_out: items of these weeks that a bulk move closed, and that count for nothing.
    """

    level: int
    horizon: int
    begins: dt.date
    ends: dt.date
    nominal: int
    promised: int
    came: int
    left_out: int

    @property
    def held(self) -> bool:
        """The corrected promise was kept."""
        return self.came >= self.promised


def past_forecasts(history: History, track: Track) -> tuple[PastForecast, ...]:
    """Return the forecasts of a track one by one, earliest first.

    Args:
        history: all whole weeks, which the record was kept of.
        track: of one level and horizon.
    """
    columns = (track.origins, track.nominal, track.promised, track.came)
    return tuple(
        PastForecast(
            track.level,
            track.horizon,
            history.mondays[origin],
            history.mondays[origin] + dt.timedelta(days=DAYS * track.horizon - 1),
            nominal,
            promised,
            came,
            int(history.left_out[origin : origin + track.horizon].sum()),
        )
        for origin, nominal, promised, came in zip(*(column.tolist() for column in columns), strict=True)
    )
