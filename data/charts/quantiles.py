"""Quantiles of many small groups at once. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def quantiles_in_order(
    ordered: NDArray[np.float64], size: NDArray[np.int64], wanted: Mapping[str, tuple[float, int]]
) -> dict[str, NDArray[np.float64]]:
    """Return quantiles of each group, as ``percentile`` has them.

    Args:
        ordered: the values of one group after the other, ascending within each.
        size: how many belong to each group.
        wanted: by name the quantile, and the least number of values for it.

    Returns:
        By name one entry per group, at position (size + 1) q, counted from 1,
        with linear interpolation; NaN where a group is too small.
    """
    first = np.cumsum(size) - size
    found = {}
    for name, (q, floor) in wanted.items():
        enough = size >= max(floor, 1)
        place = np.clip((size[enough] + 1) * q - 1, 0, size[enough] - 1)
        below = place.astype(np.int64)
        low = ordered[first[enough] + below]
        high = ordered[first[enough] + np.minimum(below + 1, size[enough] - 1)]
        found[name] = np.full(len(size), np.nan)
        found[name][enough] = _interpolate(low, high, place - below)
    return found


def _interpolate(
    low: NDArray[np.float64], high: NDArray[np.float64], share: NDArray[Any]
) -> NDArray[np.float64]:
    """Interpolate from whichever end is nearer, as ``percentile`` does."""
    return np.asarray(np.where(share < 0.5, low + (high - low) * share, high - (high - low) * (1 - share)))
