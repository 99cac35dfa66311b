"""Flow distribution: what kinds of work the delivered items were."""

import numpy as np

from data.flow_items import FLOW_ITEMS
from data.metric import Measure
from data.metrics.flow_velocity import delivered_candidates
from data.metrics.weekly import count_by_week
from data.performance_utils import CalculationContext


def flow_distribution(context: CalculationContext) -> Measure:
    """Share the delivered items out over features, defects, debt, risks and the unclassified.

    Args:
        context: reads ``flow_item`` of delivered items.

    Returns:
        The share of features in percent; ``shares`` and ``counts`` for every
        kind. Without delivered items there is no share.

    Source:
        Flow Framework: flow distribution.
    """
    candidates = delivered_candidates(context)
    rows = candidates.rows()
    kinds = context.delivery.flow_item[rows]
    counts = np.bincount(kinds, minlength=len(FLOW_ITEMS))
    n, features = len(rows), int(counts[0])
    week = context.completed_week[rows]
    weekly_n = count_by_week(context, week)
    weekly_features = count_by_week(context, week[kinds == 0])
    weekly = np.full(len(weekly_n), np.nan)
    np.divide(weekly_features * 100.0, weekly_n, out=weekly, where=weekly_n > 0)
    shares = [float(count) * 100 / n if n else None for count in counts]
    return Measure(
        value=shares[0],
        candidates=candidates,
        weekly=weekly,
        weekly_n=weekly_n,
        successes=features,
        state="ok" if n else "no_data",
        message=None if n else "Nothing was delivered in this period.",
        extra={
            "shares": dict(zip(FLOW_ITEMS, shares, strict=True)),
            "counts": dict(zip(FLOW_ITEMS, counts.tolist(), strict=True)),
        },
    )
