"""Change points: the weeks from which on a series was another one, beyond what chance does to it. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SEED = 20200101
PERMUTATIONS = 999
SIGNIFICANT = 0.05
LEAST_PART = 4  # weeks on either side, as few as a comparison of periods takes
APART = 8  # weeks between two change points
NEAR_BEST = 0.9


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """From one week on the values were others.

    Attributes:
        at: place of the first week after the change.
        earliest: place of the first week that it may be as well, by a statistic of 90 % of the best.
        latest: place of the last such week.
        p: how often weeks in random order show as much.
        before: median of the weeks since the change before this one.
        after: median of the weeks up to the next change.
    """

    at: int
    earliest: int
    latest: int
    p: float
    before: float
    after: float


def change_points(values: NDArray[np.float64]) -> tuple[ChangePoint, ...]:
    """Split a series where it changed, and what lies on either side again, as long as that is not chance.

    Args:
        values: one per whole week, ascending in time, without gaps.

    Returns:
        Ascending; none in fewer than eight weeks.

    Source:
        Pettitt 1979, A non-parametric approach to the change-point problem; the chance by permutation.
    """
    found = sorted(_split(values, 0, len(values)))
    bounds = [0, *(at for at, *_ in found), len(values)]
    return tuple(
        ChangePoint(
            at,
            earliest,
            latest,
            p,
            float(np.median(values[bounds[place] : at])),
            float(np.median(values[at : bounds[place + 2]])),
        )
        for place, (at, earliest, latest, p) in enumerate(found)
    )


def _split(values: NDArray[np.float64], low: int, high: int) -> list[tuple[int, int, int, float]]:
    """Return place, first and last possible place and chance of the changes from ``low`` up to ``high``."""
    # What borders on another change keeps its distance from it.
    first = low + (APART if low else LEAST_PART)
    last = high - (APART if high < len(values) else LEAST_PART)
    if first > last:
        return []
    ranks = _mid_ranks(values[low:high])
    allowed = slice(first - low - 1, last - low)
    shifts = np.abs(_shift(ranks))[allowed]
    best = int(shifts.argmax())
    random = np.random.default_rng((SEED, low, high))
    others = random.permuted(np.broadcast_to(ranks, (PERMUTATIONS, len(ranks))), axis=1)
    by_chance = np.abs(_shift(others))[:, allowed].max(axis=1)
    p = (1 + int((by_chance >= shifts[best] - 1e-9).sum())) / (1 + PERMUTATIONS)
    if p >= SIGNIFICANT or not shifts[best]:
        return []
    near = first + np.flatnonzero(shifts >= NEAR_BEST * shifts[best])
    at = first + best
    return [(at, int(near[0]), int(near[-1]), p), *_split(values, low, at), *_split(values, at, high)]


def _mid_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of each value, counted from 1; equal values share the middle of theirs."""
    ordered = np.sort(values)
    below = np.searchsorted(ordered, values, side="left")
    return (below + np.searchsorted(ordered, values, side="right") + 1) / 2


def _shift(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for the first 1, 2 ... weeks how far the sum of their ranks is from that of chance."""
    n = ranks.shape[-1]
    shift: NDArray[np.float64] = np.cumsum(ranks, axis=-1) - np.arange(1, n + 1) * (n + 1) / 2
    return shift
