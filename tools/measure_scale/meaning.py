"""The numbers alone, in one process: ``python -m tools.measure_scale.meaning ISSUES`` prints them as JSON."""

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from configuration.memory import keep_freed_memory
from configuration.profile import profile_from
from data.dora_calculator import calculate_all_dora_metrics
from data.flow_calculator import calculate_all_flow_metrics
from data.meaning.delivery import derive
from data.meaning.facts import find_facts
from data.metrics.context import CalculationContext
from data.model.periods import lay_out, parse_day, zone_named
from tests.support.synthetic import PROFILE, synthetic_dataset

ROUNDS = 7


@dataclass(frozen=True)
class Measured:
    """What a process finds that handles memory as the program does.

    Attributes:
        changes: of status that the issues have.
        first_s: seconds of processor time for meaning and facts, the first time.
        derive_s: the least of several times for the meaning alone.
        facts_s: the same for the facts.
        metrics_s: the same for all metrics over 52 weeks, with their comparison.
        peak_mb: the most memory that the process held up to the first metrics.
        made_mb: of that, what making the issues took.
    """

    changes: int
    first_s: float
    derive_s: float
    facts_s: float
    metrics_s: float
    peak_mb: float
    made_mb: float


def measure(issues: int) -> Measured:
    """Derive, order and answer so many issues, several times."""
    keep_freed_memory()
    dataset, profile, zone = synthetic_dataset(issues), profile_from(PROFILE), zone_named("UTC")
    made = _peak_mb()
    first, last = parse_day("2024-12-30", "--from"), parse_day("2025-12-28", "--to")
    window = lay_out(first, last, zone, dataset.as_of, int(dataset.issues.created.min()))
    began = time.process_time()
    delivery = derive(dataset, profile, zone, dataset.as_of)
    delivery.once(find_facts)
    first_s = time.process_time() - began

    def metrics() -> None:
        context = CalculationContext(delivery, window)
        calculate_all_dora_metrics(context)
        calculate_all_flow_metrics(context)

    metrics_s, peak = _least(metrics), _peak_mb()
    return Measured(
        changes=int(dataset.issues.transition_start[-1]),
        first_s=first_s,
        derive_s=_least(lambda: derive(dataset, profile, zone, dataset.as_of)),
        facts_s=_least(lambda: find_facts(delivery)),
        metrics_s=metrics_s,
        peak_mb=peak,
        made_mb=made,
    )


def _least(work: Callable[[], object]) -> float:
    """Return the least processor time of several rounds: on a busy machine only that says anything."""
    spent = []
    for _ in range(ROUNDS):
        before = time.process_time()
        work()
        spent.append(time.process_time() - before)
    return min(spent)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(asdict(measure(int(sys.argv[1])))))
