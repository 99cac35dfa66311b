"""Percentiles, intervals and what tells a change from chance, from specs/metrics.md, "Evidence"."""

import math

Z = 1.959963985
Z_STRONG = 2.575829304
PERCENTILES = {"p50": 50, "p85": 85, "p95": 95}
FEWEST_WEEKS = 4
FEWEST_DEPLOYMENTS = 5


def percentile(values: list[float], percent: int) -> float | None:
    """Linear between neighbours at position (n + 1) q, counted from 1; None beyond the last item."""
    ordered = sorted(values)
    whole, rest = divmod((len(ordered) + 1) * percent, 100)
    if not ordered or whole + (rest > 0) > len(ordered):
        return None
    below = ordered[whole - 1]
    return below if rest == 0 else below + (ordered[whole] - below) * rest / 100


def median(values: list[float]) -> float | None:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        return None
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def percentiles(values: list[float]) -> tuple[dict, dict]:
    """The three percentiles, and the reasons of those that too few items withhold."""
    shown = {name: median(values) if q == 50 else percentile(values, q) for name, q in PERCENTILES.items()}
    withheld = {name: "needs more items" for name, value in shown.items() if value is None}
    return shown, withheld


def median_interval(values: list[float]) -> list[float] | None:
    """The items of rank l and n + 1 - l that hold the median in 95 % of samples; None below 6."""
    ordered, n = sorted(values), len(values)
    rank, below, ways, samples = 0, 0, 1, 2**n
    while rank < n:
        below += ways  # samples of 2 ** n with at most ``rank`` items below the median
        if 40 * below > samples:
            break
        ways = ways * (n - rank) // (rank + 1)  # the next binomial coefficient from this one
        rank += 1
    return [ordered[rank - 1], ordered[n - rank]] if rank else None


def proportion_limits(hits: int, n: int, z: float) -> tuple[float, float]:
    """Wilson's interval of a proportion."""
    share = hits / n
    middle = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return (max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))


def wilson(hits: int, n: int) -> list[float] | None:
    """95 % interval of a share, in percent."""
    return [100 * limit for limit in proportion_limits(hits, n, Z)] if n else None


def rank_sum(now: list[float], before: list[float]) -> tuple[float, float]:
    """Mann-Whitney: how far U lies from its mean, and the two-sided p.

    Normal approximation, corrected for ties and with a continuity of 0.5; where
    all values are equal nothing differs and p is 1.
    """
    # A median of 22.958333333333332 and one of 22.958333333333336 are one number, differently added up.
    now, before = [round(v, 9) for v in now], [round(v, 9) for v in before]
    n1, n2 = len(now), len(before)
    pooled = sorted(now + before)
    wins = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in now for b in before)
    away = wins - n1 * n2 / 2
    ties = sum(t**3 - t for t in (pooled.count(v) for v in set(pooled)))
    n = n1 + n2
    variance = n1 * n2 / 12 * ((n + 1) - ties / (n * (n - 1)))
    if variance <= 0:
        return away, 1.0
    z = max(0.0, abs(away) - 0.5) / math.sqrt(variance)
    return away, math.erfc(z / math.sqrt(2))


UNKNOWN = {"trend": "unknown", "confidence": None, "change": None}


def compared_by_weeks(
    value: float | None, before: float | None, weeks: list[float], weeks_before: list[float]
) -> dict:
    """``trend``, ``confidence`` and ``change`` from the whole weeks with a value of both periods."""
    few = min(len(weeks), len(weeks_before)) < FEWEST_WEEKS
    if value is None or before is None or few:
        return UNKNOWN
    away, p = rank_sum(weeks, weeks_before)
    units = [len(weeks), len(weeks_before)]
    change = {"method": "rank_sum_weeks/1", "p": p, "interval": None, "units": units}
    if p >= 0.05 or away * (value - before) <= 0:
        return {"trend": "flat", "confidence": None, "change": change}
    confidence = "strong" if p < 0.01 else "likely"
    return {"trend": "up" if value > before else "down", "confidence": confidence, "change": change}


Count = tuple[int, int]


def difference_interval(now: Count, before: Count, widening: float, z: float) -> list[float]:
    """Newcombe's hybrid interval of the difference of two proportions, each side widened."""
    p1, p2 = now[0] / now[1], before[0] / before[1]
    (l1, u1), (l2, u2) = proportion_limits(*now, z), proportion_limits(*before, z)
    down = math.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    up = math.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    return [p1 - p2 - widening * down, p1 - p2 + widening * up]


def clustering(sides: list[tuple[Count, list[Count]]]) -> float:
    """sqrt(max(1, X2 / df)) over the whole weeks of both sides that hold deployments."""
    squares, weeks = 0.0, 0
    for (hits, n), weekly in sides:
        rate = hits / n
        held = [(k, m) for k, m in weekly if m]
        weeks += len(held)
        if 0 < hits < n:
            squares += sum((k - m * rate) ** 2 / (m * rate * (1 - rate)) for k, m in held)
    return math.sqrt(max(1.0, squares / (weeks - 2))) if weeks > 2 else 1.0


def compared_rates(now: Count, before: Count, weeks: list[Count], weeks_before: list[Count]) -> dict:
    """``trend``, ``confidence`` and ``change`` of two (hits, deployments) and of their whole weeks."""
    if min(now[1], before[1]) < FEWEST_DEPLOYMENTS:
        return UNKNOWN
    widening = clustering([(now, weeks), (before, weeks_before)])
    likely, strong = (difference_interval(now, before, widening, z) for z in (Z, Z_STRONG))
    units = [now[1], before[1]]
    in_points = [100 * limit for limit in likely]
    change = {"method": "newcombe_clustered/1", "p": None, "interval": in_points, "units": units}
    if not excludes_zero(likely):
        return {"trend": "flat", "confidence": None, "change": change}
    confidence = "strong" if excludes_zero(strong) else "likely"
    return {"trend": "up" if likely[0] > 0 else "down", "confidence": confidence, "change": change}


def excludes_zero(interval: list[float]) -> bool:
    return interval[0] > 0 or interval[1] < 0
