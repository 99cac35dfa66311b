"""The statistics of METRICS.md section 3: percentiles, Wilson interval, rank test. Pure."""

import math

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959963985
# The least number of items from which a percentile says something.
PERCENTILE_FLOORS = {"p50": (0.50, 1), "p85": (0.85, 5), "p95": (0.95, 20)}


def percentile(sample: NDArray[np.float64], q: float) -> float:
    """Return the ``q`` quantile at position (n-1)q with linear interpolation; the sample is not empty."""
    ordered, place = _ordered(sample), (len(sample) - 1) * q
    below = int(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(sample) - 1)])
    share = place - below
    # From whichever end is nearer, to the last digit as NumPy's own quantile does.
    return low + (high - low) * share if share < 0.5 else high - (high - low) * (1 - share)


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


def _ordered(sample: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a sample in order; those of a measure are, and looking is cheaper than sorting."""
    return sample if bool((sample[1:] >= sample[:-1]).all()) else np.sort(sample)


def mann_whitney_p(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the two-sided p-value of the Mann-Whitney test by the tie-corrected normal approximation.

    Samples in which every value is the same give 1. Neither sample may be empty.
    """
    a, b = _ordered(a), _ordered(b)
    n, m = len(a), len(b)
    total = n + m
    # For each of a how many of b are smaller, and half of those that are equal.
    u = float((np.searchsorted(b, a, side="left") + np.searchsorted(b, a, side="right")).sum()) / 2
    both = np.sort(np.concatenate((a, b)), kind="stable")  # which merges two ordered runs
    groups = np.flatnonzero(np.concatenate(([True], both[1:] != both[:-1], [True])))
    counts = np.diff(groups).astype(np.float64)
    ties = float((counts**3 - counts).sum())
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    return math.erfc(abs(u - n * m / 2) / math.sqrt(2 * variance))
