"""The metrics of one view, each computed when it is first looked at."""

import threading
from collections.abc import Iterable, Iterator, Mapping

from data.metrics.context import CalculationContext
from data.metrics.evaluate import evaluate
from data.model.metric import Metric, MetricResult


class Results(Mapping[str, MetricResult]):
    """Results by metric id, in the order of the metrics.

    A page shows one family or a few metrics of each, and the others would be computed for nobody. Safe to
    share between threads: what two look at is computed once.

    Args:
        metrics: that there are in this view.
        context: tables, window and filters.
        note: a sentence that every value carries.
    """

    def __init__(
        self, metrics: Iterable[Metric], context: CalculationContext, note: str | None = None
    ) -> None:
        self._metrics = {metric.id: metric for metric in metrics}
        self._context = context
        self._note = note
        self._known: dict[str, MetricResult] = {}
        self._turn = threading.Lock()

    def __getitem__(self, name: str) -> MetricResult:
        known = self._known.get(name)
        if known is not None:
            return known
        metric = self._metrics[name]
        with self._turn:
            if name not in self._known:
                self._known[name] = evaluate(metric, self._context, self._note)
            return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._metrics

    def __iter__(self) -> Iterator[str]:
        return iter(self._metrics)

    def __len__(self) -> int:
        return len(self._metrics)
