"""Net flow: how much work came in and went out per week. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.meaning.delivery import DeliveryTables
from data.meaning.facts import Population, in_order
from data.metrics.context import CalculationContext
from data.model.tables import MISSING


@dataclass(frozen=True, slots=True)
class NetFlow:
    """Arrivals and departures, one entry per week of the period."""

    arrivals: NDArray[np.int64]
    departures: NDArray[np.int64]

    @property
    def net(self) -> NDArray[np.int64]:
        """Arrivals less departures: by how much the work under way grew."""
        return self.arrivals - self.departures


def net_flow(context: CalculationContext) -> NetFlow:
    """Count what was started and what was completed in each week.

    Args:
        context: reads ``started_at`` and ``completed_at`` of flow items; what was
            completed without ever being in progress arrives when it is completed,
            so that over all time as much comes in as goes out.

    Returns:
        One entry per week of the period; departures are all completed items,
        delivered or not. Empty for a period without weeks.

    Source:
        Kanban: arrivals against departures.
    """
    arrivals = context.part(context.delivery.once(find_arrivals))
    return NetFlow(arrivals=arrivals.counts, departures=context.completed.counts)


def find_arrivals(delivery: DeliveryTables) -> Population:
    """Order the flow items by when work on them began, or, where nothing tells, by their completion."""
    started, completed = delivery.started_at, delivery.completed_at
    arrived = np.where(started == MISSING, completed, started)
    rows = np.flatnonzero(delivery.in_scope & delivery.exists & (arrived != MISSING))
    return in_order(rows, arrived[rows])
