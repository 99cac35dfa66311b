"""The statistics of METRICS.md section 3: percentiles, Wilson interval, rank test. Pure."""

import math

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959963985
# The least number of items from which a percentile says something.
PERCENTILE_FLOORS = {"p50": (0.50, 1), "p85": (0.85, 5), "p95": (0.95, 20)}


def percentile(sample: NDArray[np.float64], q: float) -> float:
    """Return the ``q`` quantile at position (n-1)q with linear interpolation; the sample is not empty."""
    return float(np.quantile(sample, q))


def percentiles(sample: NDArray[np.float64]) -> tuple[dict[str, float | None], dict[str, str]]:
    """Return P50, P85 and P95 of a sample, and why those are withheld that it is too small for."""
    values: dict[str, float | None] = {}
    withheld: dict[str, str] = {}
    for name, (q, floor) in PERCENTILE_FLOORS.items():
        enough = len(sample) >= floor
        values[name] = percentile(sample, q) if enough else None
        if not enough:
            withheld[name] = f"needs {floor} items, has {len(sample)}"
    return values, withheld


def wilson_interval(k: int, n: int) -> tuple[float, float] | None:
    """Return the 95 % Wilson interval of k out of n in percent, without continuity correction.

    3 of 4 gives (30.06, 95.44); n = 0 gives None.
    """
    if n == 0:
        return None
    z2 = Z95 * Z95
    centre = k + z2 / 2
    spread = Z95 * math.sqrt(k * (n - k) / n + z2 / 4)
    low, high = (centre - spread) / (n + z2), (centre + spread) / (n + z2)
    return max(0.0, low) * 100, min(1.0, high) * 100


def mann_whitney_p(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the two-sided p-value of the Mann-Whitney test by the tie-corrected normal approximation.

    Samples in which every value is the same give 1. Neither sample may be empty.
    """
    both = np.concatenate((a, b))
    _, place, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2  # the mean rank of each group of ties
    n, m = len(a), len(b)
    total = n + m
    u = float(ranks[place[:n]].sum()) - n * (n + 1) / 2
    ties = float((counts.astype(np.float64) ** 3 - counts).sum())
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    return math.erfc(abs(u - n * m / 2) / math.sqrt(2 * variance))
