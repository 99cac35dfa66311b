"""What kinds of work were delivered in each week. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.meaning.flow_items import FLOW_ITEMS
from data.metrics.context import CalculationContext
from data.metrics.weekly import week_count

KINDS = FLOW_ITEMS


@dataclass(frozen=True, slots=True)
class Distribution:
    """Delivered items by kind and week.

    Attributes:
        kinds: names of the kinds, in the order of the rows.
        counts: one row per kind, one column per week.
    """

    kinds: tuple[str, ...]
    counts: NDArray[np.int64]

    @property
    def shares(self) -> NDArray[np.float64]:
        """Percent of its week by kind and week; NaN in weeks without any item."""
        total = self.counts.sum(axis=0)
        shares = np.full(self.counts.shape, np.nan)
        np.divide(self.counts * 100.0, total, out=shares, where=total > 0)
        return shares


def distribution_by_week(context: CalculationContext) -> Distribution:
    """Count the delivered items of every week by kind.

    Args:
        context: reads ``flow_item`` and ``completed_at`` of delivered items.

    Returns:
        A row per kind, Feature first; each kind sums to its count in
        ``flow_distribution``.

    Source:
        Flow Framework: flow distribution.
    """
    delivered = context.delivered
    kinds, weeks = len(KINDS), week_count(context)
    cell = context.delivery.flow_item[delivered.rows].astype(np.int64) * weeks + delivered.week
    counts = np.bincount(cell, minlength=kinds * weeks).astype(np.int64)
    return Distribution(KINDS, counts[: kinds * weeks].reshape(kinds, weeks))
