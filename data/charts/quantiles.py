"""Quantiles of many small groups at once. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def quantiles_by_group(
    values: NDArray[np.float64], group: NDArray[np.int64], n: int, wanted: Mapping[str, tuple[float, int]]
) -> dict[str, NDArray[np.float64]]:
    """Return quantiles of each group, as ``percentile`` has them, after a single sort.

    Args:
        values: in any order.
        group: of each value, 0 to ``n`` - 1.
        n: how many groups there are.
        wanted: by name the quantile, and the least number of values for it.

    Returns:
        By name one entry per group, at position (size - 1) q with linear
        interpolation; NaN where a group is too small.
    """
    ordered = values[np.lexsort((values, group))]
    size = np.bincount(group, minlength=n)[:n]
    first = np.cumsum(size) - size
    found = {}
    for name, (q, floor) in wanted.items():
        enough = size >= max(floor, 1)
        place = (size[enough] - 1) * q
        below = place.astype(np.int64)
        low = ordered[first[enough] + below]
        high = ordered[first[enough] + np.minimum(below + 1, size[enough] - 1)]
        found[name] = np.full(n, np.nan)
        found[name][enough] = _between(low, high, place - below)
    return found


def _between(low: NDArray[np.float64], high: NDArray[np.float64], share: NDArray[Any]) -> NDArray[np.float64]:
    """Interpolate from whichever end is nearer, to the last digit as NumPy's own quantile does."""
    return np.asarray(np.where(share < 0.5, low + (high - low) * share, high - (high - low) * (1 - share)))
