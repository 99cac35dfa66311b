"""The DORA family: one line per metric."""

from collections.abc import Mapping

from data.evaluate import evaluate
from data.metric import Metric, MetricResult
from data.metrics.deployment_frequency import deployment_frequency
from data.performance_utils import CalculationContext

DORA_METRICS = (
    Metric(
        "deployment_frequency",
        "Deployment frequency",
        unit="deployments/week",
        kind="count",
        better="higher",
        formula="Production deployments in the period, times 7, divided by its days.",
        fields=("versions: released, releaseDate, name",),
        compute=deployment_frequency,
        no_extra={"deployment_days": None, "deployments": []},
    ),
)


def calculate_all_dora_metrics(
    context: CalculationContext, note: str | None = None
) -> Mapping[str, MetricResult]:
    """Return every DORA metric of the context's period by id, in the order of the family."""
    return {metric.id: evaluate(metric, context, note) for metric in DORA_METRICS}
