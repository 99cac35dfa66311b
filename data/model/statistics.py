"""The statistics of specs/metrics.md, "Evidence": percentiles, intervals, and tests of a difference. Pure."""

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.model.ordering import order_of

Z95 = 1.959963985
Z99 = 2.575829304
# The least number of items n for which position (n + 1) q does not lie beyond the last of them.
PERCENTILE_FLOORS = {"p50": (0.50, 1), "p85": (0.85, 6), "p95": (0.95, 19)}
_TAIL = 0.025
SAME_PLACES = 9
_SIGMAS = 9  # beyond which a binomial tail is less than the last digit of its sum


@dataclass(frozen=True, eq=False)
class Ranked:
    """Values by their rank: equal ones have the same.

    Attributes:
        rank: of each value, from 0.
        values: the value of each rank, ascending.
    """

    rank: NDArray[np.int32]
    values: NDArray[np.float64]

    @cached_property
    def order(self) -> NDArray[np.int32]:
        """Places in the order of their ranks, those of equal ones ascending; found when first asked for."""
        return order_of(self.rank.astype(np.int64))[0].astype(np.int32)


def rank_values(values: NDArray[np.float64]) -> Ranked:
    """Return values by their rank; 7, 5, 7 gives the ranks 1, 0, 1."""
    # What NumPy's ``unique`` does, in half the room: of many values that is most of what an answer takes.
    order = np.argsort(values)
    ordered = values[order]
    another = np.ones(len(values), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=another[1:])
    rank = np.empty(len(values), np.int32)
    rank[order] = np.cumsum(another, dtype=np.int32) - 1
    return Ranked(rank, ordered[another])


def median(ranked: Ranked) -> float:
    """Return the median of some values, of which there is at least one: the mean of the two in the middle."""
    n = len(ranked.rank)
    ordered = np.partition(ranked.rank, (n // 2, (n - 1) // 2))
    low, high = ranked.values[ordered[(n - 1) // 2]], ranked.values[ordered[n // 2]]
    return float((low + high) / 2)


def medians_by_group(
    group: NDArray[np.integer[Any]], counts: NDArray[np.int64], ranked: Ranked
) -> NDArray[np.float64]:
    """Return the median of the values of each group, NaN where a group has none.

    Args:
        group: of each value.
        counts: how many values each group has.
        ranked: the values.
    """
    if not counts.any():
        return np.full(len(counts), np.nan)
    return medians_in_order(sort_groups(group, len(counts), ranked), counts, ranked.values)


def medians_in_order(
    rank: NDArray[np.signedinteger[Any]], counts: NDArray[np.int64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the median of each group, NaN where it has no values.

    Args:
        rank: of one group after the other, ascending within each.
        counts: how many belong to each group.
        values: the value of each rank.
    """
    medians = np.full(len(counts), np.nan)
    some = np.flatnonzero(counts)
    last, n = np.cumsum(counts)[some], counts[some]
    low = values[rank[last - n + (n - 1) // 2]]
    high = values[rank[last - n + n // 2]]
    # Position (n+1)/2 lies on an item or half-way between two, as percentile() has it.
    medians[some] = low + (high - low) * 0.5
    return medians


def sort_groups(group: NDArray[np.integer[Any]], n: int, ranked: Ranked) -> NDArray[np.signedinteger[Any]]:
    """Return the ranks of one of ``n`` groups after the other, ascending within each."""
    # Group and rank as one number: a single sort of whole numbers puts every group in order.
    bits = len(ranked.values).bit_length()
    narrow = n.bit_length() + bits < np.iinfo(np.int32).bits
    kind: type[np.signedinteger[Any]] = np.int32 if narrow else np.int64
    ordered: NDArray[np.signedinteger[Any]] = np.sort((group.astype(kind) << bits) | ranked.rank)
    ordered &= (1 << bits) - 1
    return ordered


def order_groups(group: NDArray[np.integer[Any]], n: int, ranked: Ranked) -> NDArray[np.float64]:
    """Return the values of one of ``n`` groups after the other, ascending within each.

    Args:
        group: of each value, from 0.
        n: how many groups there are.
        ranked: the values.
    """
    ordered: NDArray[np.float64] = ranked.values[sort_groups(group, n, ranked)]
    return ordered


def percentile(sample: NDArray[np.float64], q: float) -> float:
    """Return the ``q`` quantile of a sample in any order; see ``percentile_of_ordered``."""
    return percentile_of_ordered(_sort_sample(sample), q)


def percentile_of_ordered(ordered: NDArray[np.float64], q: float) -> float:
    """Return the ``q`` quantile at position (n + 1) q, counted from 1, linear between two items.

    Args:
        ordered: ascending, not empty.
        q: 0 to 1; a position beyond an end gives that end.
    """
    last = len(ordered) - 1
    place = min(max((len(ordered) + 1) * q - 1, 0.0), float(last))
    below = int(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, last)])
    share = place - below
    # From whichever end is nearer, so that a share of 1 is the upper item to the last digit.
    return low + (high - low) * share if share < 0.5 else high - (high - low) * (1 - share)


def percentiles(sample: NDArray[np.float64]) -> tuple[dict[str, float | None], dict[str, str]]:
    """Return P50, P85 and P95 of a sample, and why those are withheld that it is too small for."""
    ordered = _sort_sample(sample)
    values: dict[str, float | None] = {}
    withheld: dict[str, str] = {}
    for name, (q, floor) in PERCENTILE_FLOORS.items():
        enough = len(ordered) >= floor
        values[name] = percentile_of_ordered(ordered, q) if enough else None
        if not enough:
            withheld[name] = f"needs {floor} items, has {len(ordered)}"
    return values, withheld


def median_interval(sample: NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the 95 % interval of the median by order statistics; None below six items.

    It reaches from the item of rank *l* to that of rank *n* + 1 - *l*: 1 to 7 gives (1, 7).
    """
    rank = median_rank(len(sample))
    if not rank:
        return None
    ordered = _sort_sample(sample)
    return float(ordered[rank - 1]), float(ordered[len(ordered) - rank])


@cache
def median_rank(n: int) -> int:
    """Return the largest *l* with P(Bin(n, 1/2) < l) <= 0.025, 0 where there is none: 6 gives 1, 10 gives 2.

    Source:
        Conover, Practical Nonparametric Statistics: confidence interval for a quantile.
    """
    middle = n // 2
    reach = min(middle, int(_SIGMAS * math.sqrt(n) / 2) + 8)
    k = np.arange(middle, middle - reach, -1, dtype=np.float64)
    # Each weight from its neighbour, beginning in the middle: no factorial, and nothing vanishes early.
    weights = np.concatenate(([1.0], np.cumprod(k / (n - k + 1))))[::-1]
    total = 2 * weights.sum() - (weights[-1] if n % 2 == 0 else 0.0)
    below = np.cumsum(weights) / total
    return middle - reach + int(np.searchsorted(below, _TAIL, side="right"))


def wilson_interval(k: int, n: int, z: float = Z95) -> tuple[float, float] | None:
    """Return the Wilson interval of k out of n in percent, by default the 95 % one, not continuity-corrected.

    3 of 4 gives (30.06, 95.44); n = 0 gives None.
    """
    if n == 0:
        return None
    z2 = z * z
    centre = k + z2 / 2
    spread = z * math.sqrt(k * (n - k) / n + z2 / 4)
    low, high = (centre - spread) / (n + z2), (centre + spread) / (n + z2)
    return max(0.0, low) * 100, min(1.0, high) * 100


def newcombe_interval(
    k: int, n: int, other_k: int, other_n: int, *, z: float = Z95, widened: float = 1.0
) -> tuple[float, float]:
    """Return the interval of the difference of two proportions, k of n less other_k of other_n.

    Args:
        k: successes.
        n: of how many, at least one.
        other_k: successes of the other side.
        other_n: of how many, at least one.
        z: 95 % by default.
        widened: by how much each half-width is stretched, because successes come in clusters.

    Returns:
        Low and high in percentage points; 56 of 70 less 48 of 80 gives (5.24, 33.39).

    Source:
        Newcombe 1998, Interval estimation for the difference between independent proportions, method 10.
    """
    mine, theirs = wilson_interval(k, n, z), wilson_interval(other_k, other_n, z)
    assert mine is not None
    assert theirs is not None
    p, q = k * 100 / n, other_k * 100 / other_n
    below = math.hypot(p - mine[0], theirs[1] - q)
    above = math.hypot(mine[1] - p, q - theirs[0])
    return p - q - widened * below, p - q + widened * above


def rank_sum(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float]:
    """Return U of ``a`` over ``b``, and the two-sided p-value of the rank-sum test of Mann and Whitney.

    By the normal approximation, corrected for ties and by 0.5 for continuity. U counts the pairs in which
    ``a`` has the larger value, equal ones by half: 5, 6, 7, 8 over 1, 2, 3, 4 gives 16 and 0.0304. Samples
    in which every value is the same give p = 1. Neither sample may be empty. Values that differ by less than
    arithmetic makes them differ, in the tenth decimal place, are the same.
    """
    n, m = len(a), len(b)
    total = n + m
    both = np.concatenate((a, b)).round(SAME_PLACES)
    ordered = np.sort(both)
    below, upto = ordered.searchsorted(both, side="left"), ordered.searchsorted(both, side="right")
    # For each of a how many are smaller, and half of those that are equal; of a itself that makes n * n / 2.
    alike = upto - below
    return _weigh_ranks(n, m, int((below[:n] + upto[:n]).sum()) - n * n, int((alike * alike).sum()) - total)


def _weigh_ranks(n: int, m: int, halves: int, ties: int) -> tuple[float, float]:
    """Return U and p of two samples.

    Args:
        n: size of the first.
        m: size of the second.
        halves: twice U.
        ties: t * (t * t - 1) of every group of t equal values, added up.
    """
    total, u = n + m, halves / 2
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0:
        return u, 1.0
    distance = max(abs(u - n * m / 2) - 0.5, 0.0)
    return u, math.erfc(distance / math.sqrt(2 * variance))


def rank_sums(a: NDArray[np.float64], b: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return what ``rank_sum`` says of each row of ``a`` over the same row of ``b``, all rows at once.

    Args:
        a: one sample a row, NaN where it has no more values; every row has at least one.
        b: likewise, of as many rows.
    """
    n, m = ((~np.isnan(side)).sum(axis=1) for side in (a, b))
    both = np.concatenate((a, b), axis=1).round(SAME_PLACES)
    # What is not there stands behind everything that is.
    both[np.isnan(both)] = np.inf
    order = both.argsort(axis=1)
    ordered, place = np.take_along_axis(both, order, axis=1), np.arange(both.shape[1])
    another = np.ones((len(both), both.shape[1] + 1), np.bool_)
    another[:, 1:-1] = ordered[:, 1:] != ordered[:, :-1]
    below = np.maximum.accumulate(np.where(another[:, :-1], place, 0), axis=1)
    ends = np.where(another[:, 1:], place + 1, len(place))
    upto = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    there = place < (n + m)[:, None]
    mine = there & (order < a.shape[1])
    alike = np.where(there, upto - below, 0)
    halves = np.where(mine, below + upto, 0).sum(axis=1) - n * n
    ties = (alike * alike).sum(axis=1) - (n + m)
    columns = (column.tolist() for column in (n, m, halves, ties))
    return [_weigh_ranks(*row) for row in zip(*columns, strict=True)]


def _sort_sample(sample: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a sample in order; those of a measure are, and looking is cheaper than sorting."""
    return sample if bool((sample[1:] >= sample[:-1]).all()) else np.sort(sample)


def sign_test(values: NDArray[np.float64], against: float) -> tuple[int, int, float]:
    """Return how many values lie above a number and how many below it, and the two-sided p of the sign test.

    Values that equal it say nothing and are left out: 6 above and none below gives p = 0.03125; none
    on either side gives 1.

    Source:
        Conover, Practical Nonparametric Statistics: the sign test, exact.
    """
    above, below = int((values > against).sum()), int((values < against).sum())
    n = above + below
    tail = sum(math.comb(n, k) for k in range(max(above, below), n + 1))
    return above, below, min(1.0, 2 * tail / 2**n)
