"""Percentiles, intervals and trends, from METRICS.md section 3."""

import math

Z = 1.959963985
PERCENTILES = {"p50": (0.50, 1), "p85": (0.85, 5), "p95": (0.95, 20)}


def percentile(values: list[float], q: float) -> float:
    """Linear between neighbours at position (n - 1) q."""
    ordered = sorted(values)
    position = (len(ordered) - 1) * q
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def median(values: list[float]) -> float | None:
    return percentile(values, 0.5) if values else None


def percentiles(values: list[float]) -> tuple[dict, dict]:
    """The three percentiles, and the reasons of those that too few items withhold."""
    shown: dict[str, float | None] = {}
    withheld = {}
    for name, (q, needed) in PERCENTILES.items():
        if len(values) >= needed:
            shown[name] = percentile(values, q)
        else:
            shown[name] = None
            withheld[name] = f"needs {needed} items"
    return shown, withheld


def wilson(hits: int, n: int) -> list[float] | None:
    """95 % interval of a share, in percent."""
    if n == 0:
        return None
    share = hits / n
    middle = share + Z * Z / (2 * n)
    spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    return [100 * max(0.0, (middle - spread) / scale), 100 * min(1.0, (middle + spread) / scale)]


def _direction(now: float, before: float) -> str:
    return "up" if now > before else "down"


def trend_of_counts(now: int, before: int) -> str:
    if abs(now - before) > 1.96 * math.sqrt(now + before):
        return _direction(now, before)
    return "flat"


def trend_of_sums(now: list[float], before: list[float]) -> str:
    """Of weights whose sum varies by chance with the sum of their squares: one event each."""
    chance = math.sqrt(sum(w * w for w in now) + sum(w * w for w in before))
    if abs(sum(now) - sum(before)) > 1.96 * chance:
        return _direction(sum(now), sum(before))
    return "flat"


def trend_of_durations(now: list[float], before: list[float]) -> str:
    """Two-sided Mann-Whitney at 5 %, and the medians must agree with the ranks."""
    z = mann_whitney_z(now, before)
    if math.erfc(abs(z) / math.sqrt(2)) >= 0.05:
        return "flat"
    shift = percentile(now, 0.5) - percentile(before, 0.5)
    if shift * z <= 0:
        return "flat"
    return "up" if shift > 0 else "down"


def mann_whitney_z(now: list[float], before: list[float]) -> float:
    """Normal score of U, positive where ``now`` tends to be larger.

    Corrected for ties, not for continuity; 0 where all values are equal.
    """
    n1, n2 = len(now), len(before)
    pooled = sorted(now + before)
    wins = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in now for b in before)
    ties = sum(t**3 - t for t in (pooled.count(v) for v in set(pooled)))
    n = n1 + n2
    variance = n1 * n2 / 12 * ((n + 1) - ties / (n * (n - 1)))
    if variance <= 0:
        return 0.0
    return (wins - n1 * n2 / 2) / math.sqrt(variance)


def trend_of_rates(now: list[float], before: list[float]) -> str:
    """From two Wilson intervals: a direction only where they do not touch."""
    if now[0] > before[1]:
        return "up"
    if now[1] < before[0]:
        return "down"
    return "flat"


def trend_of_efficiency(now: float, before: float) -> str:
    if abs(now - before) >= 5:
        return _direction(now, before)
    return "flat"
