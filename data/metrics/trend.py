"""Change or chance: a period against the one before it, week by week. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.model.metric import Change, Confidence, Kind, Measure, Trend
from data.model.statistics import Z99, newcombe_interval, rank_sum, rank_sums

LEAST_WEEKS = 4
LEAST_DEPLOYMENTS = 5
LIKELY, STRONG = 0.05, 0.01


@dataclass(frozen=True, slots=True)
class Side:
    """One of two periods: what was measured, and which of its weeks are whole."""

    measure: Measure
    whole: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Direction, how sure it is, and the test behind it; a direction of ``flat`` means no clear change."""

    trend: Trend
    confidence: Confidence | None
    change: Change | None


UNKNOWN = Verdict("unknown", None, None)


def compare(kind: Kind, now: Side, before: Side) -> Verdict:
    """Say whether a number has changed by more than chance.

    The week is the unit, because items of a week resemble each other. A stock
    is not compared: its weeks depend on each other.

    Args:
        kind: what sort of number it is.
        now: the period.
        before: the period before.

    Returns:
        ``unknown`` with too few whole weeks (of rates: deployments) or without a value on a side.

    Source:
        specs/metrics.md, "Evidence".
    """
    if kind == "stock" or now.measure.value is None or before.measure.value is None:
        return UNKNOWN
    return _compare_rates(now, before) if kind == "proportion" else _compare_weeks(now, before)


def compare_each(kind: Kind, pairs: Sequence[tuple[Side, Side]]) -> list[Verdict]:
    """Return what ``compare`` says of each pair of periods; of many, weeks are ranked in one go.

    Args:
        kind: what sort of numbers they are.
        pairs: now and before, of the same two periods in every pair.
    """
    if len(pairs) == 1 or kind in ("stock", "proportion"):
        return [compare(kind, now, before) for now, before in pairs]
    weeks = [
        np.stack([side.measure.weekly[side.whole] for side in sides]) for sides in zip(*pairs, strict=True)
    ]
    counts = np.stack([(~np.isnan(side)).sum(axis=1) for side in weeks], axis=1)
    known = [all(side.measure.value is not None for side in pair) for pair in pairs]
    told = np.flatnonzero(np.array(known, np.bool_) & (counts.min(axis=1) >= LEAST_WEEKS))
    found = [UNKNOWN] * len(pairs)
    for place, ranks in zip(told.tolist(), rank_sums(weeks[0][told], weeks[1][told]), strict=True):
        found[place] = _judge_ranks(*pairs[place], *ranks, tuple(counts[place].tolist()))
    return found


def _compare_weeks(now: Side, before: Side) -> Verdict:
    """Hold the weekly values of both sides against each other by the ranks that they have."""
    mine, theirs = _whole_values(now), _whole_values(before)
    if min(len(mine), len(theirs)) < LEAST_WEEKS:
        return UNKNOWN
    return _judge_ranks(now, before, *rank_sum(mine, theirs), (len(mine), len(theirs)))


def _judge_ranks(now: Side, before: Side, u: float, p: float, units: tuple[int, int]) -> Verdict:
    change = Change("rank_sum_weeks/1", p, None, units)
    direction = u - units[0] * units[1] / 2
    return _judge(now, before, direction, change, likely=p < LIKELY, strong=p < STRONG)


def _whole_values(side: Side) -> NDArray[np.float64]:
    values = side.measure.weekly[side.whole]
    return values[~np.isnan(values)]


def _compare_rates(now: Side, before: Side) -> Verdict:
    """Hold two rates against each other, as widely as their weeks scatter."""
    sides = now.measure.n, before.measure.n
    k, other_k = now.measure.successes, before.measure.successes
    if min(sides) < LEAST_DEPLOYMENTS or k is None or other_k is None:
        return UNKNOWN
    widened = widening(now, before)
    low, high = newcombe_interval(k, sides[0], other_k, sides[1], widened=widened)
    least, most = newcombe_interval(k, sides[0], other_k, sides[1], z=Z99, widened=widened)
    change = Change("newcombe_clustered/1", None, (low, high), sides)
    likely, strong = (not low <= 0 <= high), (not least <= 0 <= most)
    return _judge(now, before, low + high, change, likely=likely, strong=strong)


def widening(*sides: Side) -> float:
    """Return by how much an interval of rates is stretched, because failures come in clusters.

    The root of X2 / df, at least 1: X2 adds (k - np)^2 / (np(1 - p)) of every whole week with n
    deployments, p being the rate of its side; df is the number of these weeks less 2. A side at
    0 or 100 % adds weeks and no scatter.
    """
    scatter, weeks = 0.0, 0
    for side in sides:
        measure = side.measure
        if measure.weekly_successes is None or not measure.n:
            continue
        some = side.whole & (measure.weekly_n > 0)
        n, k = measure.weekly_n[some], measure.weekly_successes[some]
        p = (measure.successes or 0) / measure.n
        weeks += len(n)
        if 0 < p < 1:
            scatter += float(((k - n * p) ** 2 / (n * p * (1 - p))).sum())
    return math.sqrt(max(1.0, scatter / (weeks - 2))) if weeks > 2 else 1.0


def _judge(
    now: Side, before: Side, direction: float, change: Change, *, likely: bool, strong: bool
) -> Verdict:
    """Return the verdict; a direction needs headline values that differ the same way as the test says."""
    assert now.measure.value is not None
    assert before.measure.value is not None
    difference = now.measure.value - before.measure.value
    if not likely or difference * direction <= 0:
        return Verdict("flat", None, change)
    return Verdict("up" if difference > 0 else "down", "strong" if strong else "likely", change)
