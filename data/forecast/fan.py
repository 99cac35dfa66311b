"""The fan of a burn-up: how many items are done by the end of each week ahead, as sure as that. Pure."""

import datetime as dt
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from data.forecast.answer import RUNS, SEED
from data.forecast.history import DAYS, History
from data.forecast.paths import draw_weeks

BANDS = (95, 85, 50, 15, 5)


def fan(sampled: History, start: dt.date, weeks: int) -> NDArray[np.int64]:
    """Return how many items a share of the runs has done by the end of each week, from that of ``start``.

    Args:
        sampled: the weeks that are drawn from, at least one.
        start: days before it in its week do not count.
        weeks: how many.

    Returns:
        A row for each of ``BANDS``, the surest and smallest first; a column a week. The runs are those that
        the answers are read from.
    """
    total = sampled.weekly
    skipped = sampled.delivered[:, : start.weekday() % DAYS].sum(axis=1)
    drawn = list(islice(draw_weeks(len(sampled), RUNS, (SEED,)), weeks))
    if not drawn:
        return np.zeros((len(BANDS), 0), np.int64)
    done = np.cumsum([total[places] for places in drawn], axis=0) - skipped[drawn[0]]
    ordered = np.sort(done, axis=1)
    places = [min(RUNS - 1, RUNS * (100 - band) // 100) for band in BANDS]
    return ordered[:, places].T
