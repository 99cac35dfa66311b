"""Measure memory over repeated computations: ``python -m tools.measure_memory [issues] [rounds]``.

Prints one JSON list: the bytes in use by this process after each full computation.
"""

import gc
import json
import sys
from pathlib import Path

from configuration.memory import keep_freed_memory
from configuration.profile import profile_from
from data.metrics.report import View
from data.pipeline import METRICS, compute
from tests.support.synthetic import PROFILE, synthetic_dataset

PAGE_BYTES = 4096


def resident_bytes() -> int:
    """Return the memory of this process in use now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def main(issues: int, rounds: int) -> None:
    """Compute everything again and again over the same tables, with memory as the program handles it.

    Without that the C library gives a tenth of it back to the system now and then, or not.
    """
    keep_freed_memory()
    dataset, profile = synthetic_dataset(issues), profile_from(PROFILE)
    view = View(date_from="2024-12-30", date_to="2025-12-28")
    sizes = []
    for _ in range(rounds):
        report = compute(dataset, profile, view)
        assert len([*report.results.values(), *report.findings]) > len(METRICS)
        del report
        gc.collect()
        sizes.append(resident_bytes())
    print(json.dumps(sizes))


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    main(*(given if len(given) == 2 else (50_000, 20)))
