"""Futures drawn from the weeks that were: seeded runs of whole weeks, each with its seven days. Pure."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]


def draw_weeks(weeks: int, runs: int, seed: tuple[int, ...]) -> Iterator[Places]:
    """Draw one week after the other for every run, as long as somebody asks.

    Each run has weights of its own for the weeks (Dirichlet with all ones: a Bayesian bootstrap) and draws
    its weeks by them. Drawn one by one that is an urn: after k draws the next one is a week at random, or
    with probability k / (weeks + k) one of the k again. A longer future begins as a shorter one does.

    Args:
        weeks: how many there are to draw from, at least one.
        runs: how many futures.
        seed: the same seed gives the same runs.

    Yields:
        Places of weeks, one a run.

    Source:
        Rubin 1981, The Bayesian bootstrap; Blackwell and MacQueen 1973, on urns.
    """
    random, everyone = np.random.default_rng(seed), np.arange(runs)
    before: list[Places] = []
    while True:
        drawn = random.integers(0, weeks + len(before), runs)
        if before:
            again = drawn >= weeks
            drawn[again] = np.stack(before)[drawn[again] - weeks, everyone[again]]
        before.append(drawn)
        yield drawn


def at_least(ordered: NDArray[np.int64], level: float) -> int:
    """Return the largest number that a share ``level`` of the runs reaches; beyond 0 and 1 an extreme.

    Args:
        ordered: what each run reached, ascending, not empty.
        level: 0 to 1; above 1 gives the smallest, below 0 the largest.
    """
    n = len(ordered)
    return int(ordered[min(max(n - _share(n, level), 0), n - 1)])


def within(ordered: NDArray[np.int64], level: float) -> int:
    """Return the smallest number that a share ``level`` of the runs does not exceed."""
    n = len(ordered)
    return int(ordered[min(max(_share(n, level), 1), n) - 1])


def _share(n: int, level: float) -> int:
    # 0.85 of 1 000 is 850, although 0.85 * 1 000 need not be.
    return int(np.ceil(round(level * n, 6)))
