"""Flow load: how many items are in progress at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.metric import Measure, sort_out
from data.metrics.weekly import not_applicable
from data.performance_utils import CalculationContext
from data.tables import TODO, UNMAPPED, Instants

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
        any history in the store it is not applicable.

    Source:
        Flow Framework: flow load. Kanban: work in progress.
    """
    delivery, window = context.delivery, context.window
    if not delivery.has_histories:
        return not_applicable(context, NO_HISTORY, {"mean": None, "parked": None})
    stays = context.in_progress
    # Of three years of stays most lie outside the period, and are looked at once.
    met = np.flatnonzero((stays.entered <= window.end) & (stays.left > window.lo))
    issue, entered, left = stays.issue[met], stays.entered[met], stays.left[met]
    now = (entered <= window.end) & (left > window.end)
    loaded = np.zeros(len(delivery.issues), np.bool_)
    loaded[issue[now]] = True
    weekly = load_at(window.edges[1:], entered, left)
    return Measure(
        value=float(loaded.sum()),
        candidates=sort_out(loaded, {}, delivery.issues.keys),
        weekly=weekly.astype(np.float64),
        weekly_n=weekly,
        # The period before has no weeks; only its value is compared.
        extra=_beside(context, entered, left) if window.mondays else {},
    )


def _beside(context: CalculationContext, entered: Instants, left: Instants) -> dict[str, Any]:
    """Return the mean load of the period, and the items that were begun and are back in todo."""
    window = context.window
    inside = np.minimum(left, window.end) - np.maximum(entered, window.lo)
    return {
        "mean": float(inside[inside > 0].sum()) / (window.end - window.lo),
        "parked": list(context.delivery.issues.keys(_parked(context))),
    }


def load_at(instants: Instants, entered: Instants, left: Instants) -> NDArray[np.int64]:
    """Count the stays that hold each of the ascending ``instants``: entered by then, not left.

    A stay of length zero holds no instant. Costs one pass over the stays,
    however many instants there are.
    """
    n = len(instants)
    if not n:
        return np.zeros(0, np.int64)
    came = np.bincount(np.searchsorted(instants, entered, side="left"), minlength=n + 1)[:n]
    went = np.bincount(np.searchsorted(instants, left, side="left"), minlength=n + 1)[:n]
    load: NDArray[np.int64] = np.cumsum(came - went)
    return load


def _parked(context: CalculationContext) -> NDArray[np.intp]:
    """Return the items that were in progress and are in todo at the end; unmapped counts as todo."""
    stays, end = context.delivery.intervals, context.window.end
    now = np.flatnonzero((stays.entered <= end) & (stays.left > end))
    category = context.delivery.workflow.category[stays.status[now]]
    back = stays.issue[now[(category == TODO) | (category == UNMAPPED)]]
    begun = context.in_progress
    back = back[begun.start[back] < begun.start[back + 1]]
    parked: NDArray[np.intp] = back[begun.entered[begun.start[back]] <= end]
    return parked
