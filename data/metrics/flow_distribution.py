"""Flow distribution: what kinds of work the delivered items were."""

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import find_facts
from data.meaning.flow_items import FLOW_ITEMS
from data.metrics.context import CalculationContext
from data.metrics.inferred import evidence_of_delivery
from data.metrics.weekly import count_by_week, share_by_week
from data.model.metric import Measure


def delivered_kinds(delivery: DeliveryTables) -> NDArray[np.int8]:
    """Return the place in ``FLOW_ITEMS`` of each delivered item of all time."""
    return delivery.flow_item[delivery.once(find_facts).delivered.rows]


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
    delivered = context.delivered
    kinds = delivered.of(context.delivery.once(delivered_kinds))
    counts = np.bincount(kinds, minlength=len(FLOW_ITEMS))
    n = len(delivered)
    features = count_by_week(context, delivered.week[kinds == 0])
    shares = [float(count) * 100 / n if n else None for count in counts]
    return Measure(
        value=shares[0],
        candidates=context.candidates(context.facts.completed),
        weekly=share_by_week(features, delivered.counts),
        weekly_n=delivered.counts,
        state="ok" if n else "no_data",
        message=None if n else "Nothing was delivered in this period.",
        evidence=evidence_of_delivery(context, delivered.rows),
        extra={
            "shares": dict(zip(FLOW_ITEMS, shares, strict=True)),
            "counts": dict(zip(FLOW_ITEMS, counts.tolist(), strict=True)),
        },
    )
