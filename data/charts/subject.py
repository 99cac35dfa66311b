"""What a chart is drawn from: the answers of one view and the tables beneath them."""

from collections.abc import Mapping
from typing import Protocol

from data.metric import MetricResult
from data.performance_utils import CalculationContext


class ChartSubject(Protocol):
    """The part of a report that charts read, so that they need not know the pipeline."""

    @property
    def results(self) -> Mapping[str, MetricResult]:
        """Every metric of the view by id."""

    @property
    def context(self) -> CalculationContext | None:
        """Tables, period and filters of the view; None over an empty store."""
