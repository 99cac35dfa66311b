"""Natural process limits: how far a weekly count strays without any particular reason. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_WEEKS = 6
XMR = 2.66  # 3 / 1.128, which turns a mean moving range of two into three sigma


@dataclass(frozen=True, slots=True)
class Limits:
    """Mean of whole weeks; ``lower`` and ``upper`` are None below six of them."""

    mean: float
    lower: float | None
    upper: float | None


def process_limits(values: NDArray[np.float64], whole: NDArray[np.bool_]) -> Limits | None:
    """Return the mean and the limits of an XmR chart.

    Args:
        values: one per week, in their order.
        whole: which weeks count.

    Returns:
        Mean +- 2.66 mean moving ranges, never below 0; None without a whole week.

    Source:
        Wheeler, Understanding Variation: the XmR chart.
    """
    counted = values[whole]
    if not len(counted):
        return None
    mean = float(counted.mean())
    if len(counted) < LEAST_WEEKS:
        return Limits(mean, None, None)
    reach = XMR * float(np.abs(np.diff(counted)).mean())
    return Limits(mean, max(mean - reach, 0.0), mean + reach)
