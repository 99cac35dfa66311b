"""A million issues in one process (G20)."""

import json

import pytest

from tests.benchmarks.data.test_store import printed
from tests.support.gates import SLACK, Gate, children_time

MEASURE = """
import json
from dataclasses import asdict
from tools.measure_scale.meaning import measure
print(json.dumps(asdict(measure(1_000_000))))
"""


@pytest.mark.soak
@pytest.mark.benchmark(timer=children_time)
def benchmark_g20_a_million_issues(gate: Gate) -> None:
    """Meaning and facts within 1.5 s, all metrics over 52 weeks with their comparison within 0.2, in 1 GB."""
    found = gate.once(lambda: json.loads(printed(MEASURE)))

    assert found["changes"] == 6_400_939
    gate.hold(
        "seconds, meaning and facts", found["derive_s"] + found["facts_s"], goal=1.5, fails_at=1.5 * SLACK
    )
    gate.hold("seconds, all metrics", found["metrics_s"], goal=0.2, fails_at=0.2 * SLACK)
    gate.hold("MB", found["peak_mb"], goal=1000, fails_at=1100)
