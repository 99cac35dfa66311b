"""Many scopes in one process, whose tables are not at hand (G22)."""

import json
from typing import Any

import pytest

from tests.benchmarks.data.test_store import printed
from tests.support.gates import SLACK, Gate, children_time

MEASURE = """
import json, sys
from dataclasses import asdict
from tools.measure_scale.scopes import measure
print(json.dumps(asdict(measure(int(sys.argv[1]), int(sys.argv[2])))))
"""


def measured(scopes: int, issues: int) -> Any:
    return json.loads(printed(MEASURE, str(scopes), str(issues)))


@pytest.mark.benchmark(timer=children_time)
def benchmark_g22_a_changed_scope_costs_itself(gate: Gate) -> None:
    """Forty scopes are read once, and the one that changed once more; each takes 30 kB."""
    found = gate.once(lambda: measured(40, 1_000))

    gate.hold("tables read, first", found["loads"][0], goal=40, fails_at=40)
    gate.hold("tables read, after a change", found["loads"][1], goal=41, fails_at=41)
    gate.hold("kB a scope, remembered", found["kept_mb"] * 1000 / 40, goal=30, fails_at=45)
    gate.hold("MB beside the process", found["peak_mb"] - found["started_mb"], goal=20, fails_at=30)


@pytest.mark.soak
@pytest.mark.benchmark(timer=children_time)
def benchmark_g22_250_scopes(gate: Gate) -> None:
    """Half a million issues in 250 scopes: within twice the memory of the process alone."""
    found = gate.once(lambda: measured(250, 2_000))

    gate.hold("tables read", found["loads"][1], goal=251, fails_at=251)
    gate.hold(
        "memory of the process alone", found["peak_mb"] / found["started_mb"], goal=3, fails_at=3 * SLACK
    )
    gate.hold(
        "of a first answer, after a change", found["changed_s"] / found["cut_s"], goal=0.3, fails_at=0.45
    )


@pytest.mark.soak
@pytest.mark.benchmark(timer=children_time)
def benchmark_g22_ten_million_issues(gate: Gate) -> None:
    """500 scopes of 20 000 issues should take 500 MB; the gate keeps what is reached."""
    found = gate.once(lambda: measured(500, 20_000))

    gate.hold("tables read", found["loads"][1], goal=501, fails_at=501)
    gate.hold("MB", found["peak_mb"], goal=500, fails_at=1000)
