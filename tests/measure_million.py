"""Measure a million issues: ``python -m tests.measure_million [issues]`` prints seconds and megabytes."""

import resource
import statistics
import sys
import time
from collections.abc import Callable

from configuration.profile import profile_from
from data.delivery import derive
from data.dora_calculator import calculate_all_dora_metrics
from data.flow_calculator import calculate_all_flow_metrics
from data.performance_utils import CalculationContext
from data.periods import lay_out, parse_day, zone_named
from tests.synthetic import PROFILE, synthetic_dataset


def seconds(work: Callable[[], object], rounds: int = 7) -> str:
    """Return what some runs take: the median by the clock on the wall, and the least processor time.

    On a busy machine only the latter says something about the program.
    """
    wall, processor = [], []
    for _ in range(rounds):
        before, spent = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - before)
        processor.append(time.process_time() - spent)
    return f"{statistics.median(wall):>12.2f} s, least processor time {min(processor):.2f} s"


def main(issues: int) -> None:
    """Print what deriving the meaning and all twelve metrics over 52 weeks cost."""
    dataset, profile, zone = synthetic_dataset(issues), profile_from(PROFILE), zone_named("UTC")
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first, last = parse_day("2024-12-30", "--from"), parse_day("2025-12-28", "--to")
    window = lay_out(first, last, zone, dataset.as_of, int(dataset.issues.created.min()))
    delivery = derive(dataset, profile, zone, dataset.as_of)

    def metrics() -> None:
        context = CalculationContext(delivery, window)
        calculate_all_dora_metrics(context)
        calculate_all_flow_metrics(context)

    print(f"issues          {issues:>12,}")
    print(f"status changes  {int(dataset.issues.transition_start[-1]):>12,}")
    print(f"derive          {seconds(lambda: derive(dataset, profile, zone, dataset.as_of))}")
    print(f"all metrics     {seconds(metrics)}")
    print(f"peak memory     {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:>12,} MB")
    print(f"  of that, before the measurement {made // 1024:,} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
