"""Measure memory over repeated computations: ``python -m tests.measure_memory [issues] [rounds]``.

Prints one JSON list: the bytes in use by this process after each full computation.
"""

import gc
import json
import sys
from pathlib import Path

from configuration.profile import profile_from
from data.pipeline import View, compute
from tests.synthetic import PROFILE, synthetic_dataset

PAGE_BYTES = 4096


def resident_bytes() -> int:
    """Return the memory of this process in use now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def main(issues: int, rounds: int) -> None:
    """Compute everything again and again over the same tables."""
    dataset, profile = synthetic_dataset(issues), profile_from(PROFILE)
    view = View(date_from="2024-12-30", date_to="2025-12-28")
    sizes = []
    for _ in range(rounds):
        compute(dataset, profile, view)
        gc.collect()
        sizes.append(resident_bytes())
    print(json.dumps(sizes))


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    main(*(given if len(given) == 2 else (50_000, 20)))
