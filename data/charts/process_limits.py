"""Natural process limits: how far a weekly count strays without any particular reason. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.model.metric import Week

LEAST_WEEKS = 8
LEAST_MEAN = 5.0  # below it chance alone gives signals in most charts
XMR = 2.66  # 3 / 1.128, which turns a mean moving range of two into three sigma


@dataclass(frozen=True, slots=True)
class Limits:
    """Mean of whole weeks, and the limits where there are some.

    Attributes:
        mean: of the whole weeks.
        lower: never below 0; None without limits.
        upper: None below eight whole weeks, and where the mean is below five.
    """

    mean: float
    lower: float | None
    upper: float | None

    @property
    def too_small(self) -> bool:
        """True where the counts are so small that chance alone would look like signals."""
        return self.mean < LEAST_MEAN


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
    if len(counted) < LEAST_WEEKS or mean < LEAST_MEAN:
        return Limits(mean, None, None)
    reach = XMR * float(np.abs(np.diff(counted)).mean())
    return Limits(mean, max(mean - reach, 0.0), mean + reach)
