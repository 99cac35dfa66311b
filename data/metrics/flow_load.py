"""Flow load: how many items are in progress at once."""

from typing import Any

import numpy as np

from data.meaning.facts import Traffic
from data.metrics.context import CalculationContext
from data.metrics.weekly import not_applicable
from data.model.metric import Later, Listing, Measure, sort_out

NO_HISTORY = (
    "No issue has a change history, and the current status since creation would lie; "
    "read the issues with their changelog."
)


def flow_load(context: CalculationContext) -> Measure:
    """Count the flow items that are in progress at the end of the period, active or waiting.

    Args:
        context: reads the status intervals; an item counts at an instant if it
            entered a status in progress at or before it and left after it.

    Returns:
        The count at ``end``; each week the count at its end. ``mean`` is the
        time in progress inside the period over the length of the period;
        ``parked`` are started items that are back in todo at ``end``. Without
        any history in the store it is not applicable. Inferred where only the usual
        name of a status has an item in progress.

    Source:
        Flow Framework: flow load. Kanban: work in progress.
    """
    delivery, window = context.delivery, context.window
    if not delivery.has_histories:
        return not_applicable(context, NO_HISTORY, {"mean": None, "parked": None})
    load = context.facts.load
    loaded = context.at(load, window.end)
    traffic = context.traffic(load)
    weekly = traffic.count_at(window.edges[1:])
    return Measure(
        value=float(len(loaded)),
        candidates=sort_out(load.issue[loaded].astype(np.intp), {}, delivery.issues.keys),
        weekly=weekly.astype(np.float64),
        weekly_n=weekly,
        evidence="inferred" if load.inferred[loaded].any() else "measured",
        extra=Later(lambda: _measure_beside(context, traffic)),
    )


def _measure_beside(context: CalculationContext, traffic: Traffic) -> dict[str, Any]:
    """Return the mean load of the period, and the items that were begun and are back in todo."""
    window, parked = context.window, context.facts.parked
    back = parked.issue[context.at(parked, window.end)]
    return {
        "mean": float(traffic.time) / (window.end - window.lo),
        "parked": Listing(np.sort(back).astype(np.intp), context.delivery.issues.keys),
    }
