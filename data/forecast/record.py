"""The record of a forecast: every promise that could have been made, and what came. Pure."""

from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from data.forecast.history import SAMPLED_WEEKS
from data.forecast.paths import at_least, draw_weeks

LEVELS = (50, 85, 95)
HORIZONS = (1, 2, 4, 8, 12)
FIRST_ORIGIN = 12
RUNS = 1_000
STEP = 0.02
LEAST_FORECASTS = 20
LATEST = 52


@dataclass(frozen=True, slots=True)
class Track:
    """What became of the forecasts of one level and horizon.

    Attributes:
        level: nominal, percent.
        horizon: weeks.
        origins: places of the weeks that they began with, ascending.
        nominal: items promised at the nominal level.
        promised: items promised at the working level of that time.
        came: items that came.
        working: the level, 0 to 1 and at times beyond, at which the next one is read.
    """

    level: int
    horizon: int
    origins: NDArray[np.int64]
    nominal: NDArray[np.int64]
    promised: NDArray[np.int64]
    came: NDArray[np.int64]
    working: float

    def __len__(self) -> int:
        return len(self.origins)

    @property
    def held_nominal(self) -> float | None:
        """How many percent of the nominal promises were kept; None without any."""
        return _percent(self.came >= self.nominal)

    @property
    def held(self) -> float | None:
        """How many percent of the corrected promises were kept; None without any."""
        return _percent(self.came >= self.promised)

    def held_of_latest(self, n: int = LATEST) -> float | None:
        """How many percent of the last ``n`` corrected promises were kept; None without any."""
        return _percent((self.came >= self.promised)[-n:])


def _percent(kept: NDArray[np.bool_]) -> float | None:
    return float(kept.mean() * 100) if len(kept) else None


def keep_record(weekly: NDArray[np.int64], seed: int) -> dict[tuple[int, int], Track]:
    """Forecast "how many in h weeks" from every past week on, and see what came.

    From twelve weeks of history on; each forecast is made of the weeks before it, 26 at most, by 1 000 runs
    of one path of twelve weeks. After each promise whose weeks have passed the working level of its level
    and horizon moves by 0.02 (target - outcome): what was broken too often is promised more carefully.

    Args:
        weekly: items delivered in each whole week, ascending.
        seed: of the runs.

    Returns:
        By level and horizon; with less history than that tracks without a forecast, at their nominal level.

    Source:
        Gibbs and Candes 2021, Adaptive conformal inference under distribution shift.
    """
    reached = {origin: look_ahead(weekly, origin, seed) for origin in range(FIRST_ORIGIN, len(weekly))}
    return {
        (level, horizon): _follow(weekly, reached, level, horizon) for level in LEVELS for horizon in HORIZONS
    }


def nearest_track(record: dict[tuple[int, int], Track], level: int, weeks: float) -> Track:
    """Return the track of the nearest recorded horizon that is not below ``weeks``, the longest beyond."""
    horizon = next((known for known in HORIZONS if known >= weeks), HORIZONS[-1])
    return record[level, horizon]


def look_ahead(weekly: NDArray[np.int64], origin: int, seed: int) -> NDArray[np.int64]:
    """Return what each run has reached after 1, 2 ... 12 weeks: ascending rows, one a horizon."""
    known = weekly[max(origin - SAMPLED_WEEKS, 0) : origin]
    drawn = islice(draw_weeks(len(known), RUNS, (seed, origin)), HORIZONS[-1])
    reached = np.cumsum([known[places] for places in drawn], axis=0)
    return np.sort(reached[[horizon - 1 for horizon in HORIZONS]], axis=1)


def _follow(
    weekly: NDArray[np.int64], reached: dict[int, NDArray[np.int64]], level: int, horizon: int
) -> Track:
    """Make the promises of one level and horizon in their order, each with what was known by then."""
    total, row, target = np.concatenate(([0], np.cumsum(weekly))), HORIZONS.index(horizon), level / 100
    origins = [origin for origin in reached if origin + horizon <= len(weekly)]
    working = target
    promised: list[int] = []
    came: list[int] = []
    for place, origin in enumerate(origins):
        passed = place - horizon
        if passed >= 0:
            working += STEP * (target - (came[passed] >= promised[passed]))
        promised.append(at_least(reached[origin][row], working))
        came.append(int(total[origin + horizon] - total[origin]))
    for passed in range(max(len(origins) - horizon, 0), len(origins)):
        working += STEP * (target - (came[passed] >= promised[passed]))
    nominal = [at_least(reached[origin][row], target) for origin in origins]
    columns = [np.array(some, np.int64) for some in (origins, nominal, promised, came)]
    return Track(level, horizon, columns[0], columns[1], columns[2], columns[3], working)
