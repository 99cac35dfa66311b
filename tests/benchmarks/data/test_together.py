"""Many scopes in one process, whose tables are not at hand (G22)."""

import json
import tracemalloc
from typing import Any

import pytest
from msgspec.structs import replace

from configuration.profile import profile_from
from data.metrics.merging import stack as stacks
from data.metrics.merging.merged import merged
from data.metrics.merging.partial import Partial
from data.metrics.report import View
from data.model.periods import previous
from data.pipeline import ALL_METRICS, OF_THE_PAST, compute
from tests.benchmarks.data.test_store import printed
from tests.support.gates import SLACK, Gate, children_time
from tests.support.merging import kept_partial
from tests.support.synthetic import PROFILE, synthetic_dataset

MEASURE = """
import json, sys
from dataclasses import asdict
from tools.measure_scale.scopes import measure
print(json.dumps(asdict(measure(int(sys.argv[1]), int(sys.argv[2]), served=len(sys.argv) > 3))))
"""


def measured(scopes: int, issues: int, *served: str) -> Any:
    return json.loads(printed(MEASURE, str(scopes), str(issues), *served))


@pytest.mark.benchmark(timer=children_time)
def benchmark_g22_a_changed_scope_costs_itself(gate: Gate) -> None:
    """Forty scopes are read once, and the one that changed once more; each takes 30 kB."""
    found = gate.once(lambda: measured(40, 1_000))

    gate.hold("tables read, first", found["loads"][0], goal=40, fails_at=40)
    gate.hold("tables read, after a change", found["loads"][1], goal=41, fails_at=41)
    gate.hold("kB a scope, remembered", found["kept_mb"] * 1000 / 40, goal=30, fails_at=45)
    gate.hold("MB beside the process", found["peak_mb"] - found["started_mb"], goal=20, fails_at=30)


def of_scopes(n: int) -> list[Partial]:
    """What is remembered of ``n`` scopes of 20 000 issues each: copies of one, at other sites."""
    report = compute(synthetic_dataset(20_000), profile_from(PROFILE), View())
    assert report.context is not None
    one = kept_partial(report, "", profile=PROFILE, before=previous(report.context.window).first_day)
    return [replace(one, name=f"s{place}", site=f"s{place}") for place in range(n)]


def merging_bytes(partials: list[Partial]) -> int:
    """The most bytes that are taken while numbers of partials are found."""
    tracemalloc.start()
    merged(partials, ALL_METRICS, OF_THE_PAST)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def benchmark_g22_memory_of_merging_grows_by_what_is_looked_at(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From 45 000 rows to 135 000: a row takes what one metric at a time reads of it, in one period."""
    monkeypatch.setattr(stacks, "MOST_BYTES", 0)  # of ten million issues nothing stays unpacked
    partials = of_scopes(30)
    rows = 20 * partials[0].sizes["issues"]
    few, many = gate.once(lambda: (merging_bytes(partials[:10]), merging_bytes(partials)))

    gate.hold("bytes a row more", (many - few) / rows, goal=100, fails_at=120)
    kept = sum(map(len, partials[0].columns.values()))
    gate.hold("kB a scope, remembered", kept / 1000, goal=250, fails_at=300)


@pytest.mark.soak
@pytest.mark.benchmark(timer=children_time)
def benchmark_g22_250_scopes(gate: Gate) -> None:
    """Half a million issues in 250 scopes: within three times the memory of the process alone."""
    found = gate.once(lambda: measured(250, 2_000))

    gate.hold("tables read", found["loads"][1], goal=251, fails_at=251)
    gate.hold(
        "memory of the process alone", found["peak_mb"] / found["started_mb"], goal=3, fails_at=3 * SLACK
    )
    gate.hold(
        "of a first answer, after a change", found["changed_s"] / found["cut_s"], goal=0.1, fails_at=0.15
    )


@pytest.mark.soak
@pytest.mark.benchmark(timer=children_time)
def benchmark_g22_ten_million_issues(gate: Gate) -> None:
    """500 scopes of 20 000 issues in a process that serves pages: within 500 MB."""
    found = gate.once(lambda: measured(500, 20_000, "served"))

    gate.hold("tables read", found["loads"][1], goal=501, fails_at=501)
    gate.hold("MB", found["peak_mb"], goal=500, fails_at=550)
