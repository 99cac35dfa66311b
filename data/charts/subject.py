"""What a chart is drawn from: the answers of one view and the tables beneath them."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data.charts.wall_clock import wall_clock
from data.metric import MetricResult
from data.performance_utils import CalculationContext
from data.tables import Instants

Context = CalculationContext


class ChartSubject(Protocol):
    """The part of a report that charts read, so that they need not know the pipeline."""

    @property
    def results(self) -> Mapping[str, MetricResult]:
        """Every metric of the view by id."""

    @property
    def context(self) -> Context | None:
        """Tables, period and filters of the view; None over an empty store."""


def keys_of(context: Context, rows: NDArray[np.intp]) -> tuple[str, ...]:
    """Return the keys of rows of the issue table, in their order."""
    return context.delivery.issues.keys(rows)


def clock_of(context: Context, instants: Instants) -> list[str]:
    """Return instants as ``YYYY-MM-DD HH:MM`` on the team's clock."""
    return wall_clock(instants, context.window.zone)
