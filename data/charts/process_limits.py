"""Natural process limits: how far a weekly count strays without any particular reason. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.metric import Week

LEAST_WEEKS = 6
XMR = 2.66  # 3 / 1.128, which turns a mean moving range of two into three sigma


@dataclass(frozen=True, slots=True)
class Limits:
    """Mean of whole weeks; ``lower`` and ``upper`` are None below six of them."""

    mean: float
    lower: float | None
    upper: float | None


def process_limits(weeks: Sequence[Week]) -> Limits | None:
    """Return the mean and the limits of an XmR chart.

    Args:
        weeks: in their order; those that are not whole, or have no value, do not count.

    Returns:
        Mean +- 2.66 mean moving ranges, never below 0; None without a whole week.

    Source:
        Wheeler, Understanding Variation: the XmR chart.
    """
    whole = [week.value for week in weeks if not week.partial and week.value is not None]
    if not whole:
        return None
    counted = np.array(whole, np.float64)
    mean = float(counted.mean())
    if len(counted) < LEAST_WEEKS:
        return Limits(mean, None, None)
    reach = XMR * float(np.abs(np.diff(counted)).mean())
    return Limits(mean, max(mean - reach, 0.0), mean + reach)
