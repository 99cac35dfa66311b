"""What the metrics cost: the specification's targets, and gates as ratios and exponents (G1, G2, G17)."""

import gc
import json
import math
import statistics
import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from pathlib import Path

import pytest

from configuration.profile import profile_from
from data.columns import build_issue_table
from data.dora_calculator import calculate_all_dora_metrics
from data.flow_calculator import calculate_all_flow_metrics
from data.normalize import instant_of, read_issue
from data.performance_utils import FieldMappingIndex, parse_jira_date
from data.pipeline import View, compute
from tests.builders import issue, version
from tests.reference import reference_metrics
from tests.synthetic import PROFILE, synthetic_dataset

ROOT = Path(__file__).resolve().parents[3]
SLACK = 1.5  # a gate fails at one and a half times its goal
YEAR = View(date_from="2024-12-30", date_to="2025-12-28")
TWO_YEARS = View(date_from="2024-01-01", date_to="2025-12-28")
PERIOD = {"date_from": "2026-01-01", "date_to": "2026-03-31", "as_of": "2026-04-01T00:00:00Z"}


def plain_issues(n: int) -> list[dict]:
    """Return issues as Jira sends them: finished stories with a fix version, every tenth an incident."""
    return [
        issue(
            f"P-{number}",
            "Incident" if number % 10 == 0 else "Story",
            created=f"2026-01-{1 + number % 28:02d}T08:00",
            history=[
                (f"2026-02-{1 + number % 28:02d}T09:00", "Doing"),
                (f"2026-02-{1 + number % 28:02d}T15:00", "Review"),
                (f"2026-03-{1 + number % 28:02d}T10:00", "Done"),
            ],
            fix_versions=[{"id": str(1 + number % 28)}],
        )
        for number in range(1, n + 1)
    ]


def releases() -> list[dict]:
    return [version(day, f"1.{day}", release_date=f"2026-03-{day:02d}") for day in range(1, 29)]


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time of one run."""
    gc.collect()
    before = time.process_time()
    work()
    return time.process_time() - before


def report(name: str, found: float, goal: float, unit: str = "") -> float:
    print(f"\n{name}: {found:.3g}{unit} (goal {goal:g}{unit})")
    return found


def families(calculate: Callable[..., object], n: int) -> float:
    issues, versions = plain_issues(n), releases()
    return min(seconds(lambda: calculate(issues, versions=versions, **PERIOD)) for _ in range(3))


def benchmark_dora_metrics_small_dataset() -> None:
    """500 plain issues, every DORA metric: within 2 s."""
    assert report("DORA, 500 issues", families(calculate_all_dora_metrics, 500), 2, " s") < 2


def benchmark_dora_metrics_medium_dataset() -> None:
    """1 500 plain issues, every DORA metric: within 5 s."""
    assert report("DORA, 1500 issues", families(calculate_all_dora_metrics, 1500), 5, " s") < 5


def benchmark_flow_metrics_small_dataset() -> None:
    """500 plain issues, every Flow metric: within 2 s."""
    assert report("Flow, 500 issues", families(calculate_all_flow_metrics, 500), 2, " s") < 2


def benchmark_flow_metrics_medium_dataset() -> None:
    """1 500 plain issues, every Flow metric: within 5 s."""
    assert report("Flow, 1500 issues", families(calculate_all_flow_metrics, 1500), 5, " s") < 5


def benchmark_date_parsing_cache_speedup() -> None:
    """100 distinct stamps of all accepted forms, asked for 10 000 times: at least 80 % less time.

    The yardstick is the same parser without its cache. What falls short of 80 %
    is a finding to report, not a reason to bend the measurement.
    """
    stamps: list[str | int] = []
    for n in range(20):
        text = f"2026-03-{1 + n:02d}T10:11:12"
        stamps += [f"{text}.944+0000", f"{text}.944+05:45", f"{text}Z", text, 1_772_000_000_000 + n]
    ask = stamps * 100
    plain = parse_jira_date.__wrapped__

    def saved() -> float:
        parse_jira_date.cache_clear()
        slow = timeit.timeit(lambda: [plain(stamp) for stamp in ask], number=1)
        fast = timeit.timeit(lambda: [parse_jira_date(stamp) for stamp in ask], number=1)
        return 1 - fast / slow

    assert {type(instant_of(stamp)) for stamp in stamps} == {int}
    assert report("date parsing saved", statistics.median(saved() for _ in range(9)), 0.8) >= 0.8


def benchmark_field_lookup_speedup() -> None:
    """Among 500 mapped fields, the index needs at least 95 % less time than a search of the mapping."""
    mapping = {f"name {n}": f"customfield_{n}" for n in range(500)}
    fields = list(mapping.values())

    def search(field: str) -> str | None:
        return next((name for name, mapped in mapping.items() if mapped == field), None)

    index = FieldMappingIndex(mapping)

    def saved() -> float:
        slow = timeit.timeit(lambda: [search(field) for field in fields], number=1)
        fast = timeit.timeit(lambda: [index.get_logical_name(field) for field in fields], number=1)
        return 1 - fast / slow

    assert [index.get_logical_name(field) for field in fields] == [search(field) for field in fields]
    assert report("field look-up saved", statistics.median(saved() for _ in range(9)), 0.95) >= 0.95


def ratio_to_reference(n: int, rounds: int) -> float:
    """Return the median of engine time / reference time over the same plain issues, flow metrics only.

    The reference's DORA metrics compare incidents with everything and would flatter us.
    """
    issues = plain_issues(n)
    dataset = _dataset_of(issues)
    profile = profile_from(PROFILE)
    view = View(**{**PERIOD, "date_from": "2026-01-01"})
    flow = ("flow_velocity", "flow_time", "request_lead_time", "flow_load", "flow_distribution")

    def engine() -> object:
        return compute(dataset, profile, view)

    def reference() -> object:
        return reference_metrics(issues, profile=PROFILE, only=(*flow, "flow_efficiency"), **PERIOD)

    engine()
    return statistics.median(seconds(engine) / seconds(reference) for _ in range(rounds))


def _dataset_of(issues: list[dict]) -> object:
    import msgspec

    from data.columns import build_issue_table
    from data.normalize import read_issue, read_version
    from data.tables import Dataset

    table = build_issue_table(read_issue(msgspec.json.encode(raw)) for raw in issues)
    return Dataset(
        table, versions=tuple(read_version(raw) for raw in releases()), as_of=int(table.newest.max())
    )


@pytest.mark.parametrize(("n", "rounds", "goal"), [(5_000, 7, 1 / 8), (50_000, 1, 1 / 25)])
def benchmark_g1_metrics_against_the_reference(n: int, rounds: int, goal: float) -> None:
    """G1: meaning and all twelve metrics cost at most an eighth (50k: 1/25) of six in the plain reference."""
    assert report(f"G1, {n}: engine / reference", ratio_to_reference(n, rounds), goal) <= SLACK * goal


def growth(work: Callable[[int], float], sizes: tuple[int, ...]) -> float:
    """Return the exponent that fits times over sizes best."""
    x = [math.log(size) for size in sizes]
    y = [math.log(work(size)) for size in sizes]
    return statistics.linear_regression(x, y).slope


def benchmark_g2_ingest_grows_no_faster_than_the_issues() -> None:
    """G2: the exponent of bytes to columns over 2k, 8k and 32k issues is at most 1.05."""
    bodies = [json.dumps(raw).encode() for raw in plain_issues(32_000)]

    def cost(n: int) -> float:
        return min(seconds(lambda: build_issue_table(map(read_issue, bodies[:n]))) for _ in range(3))

    found = statistics.median(growth(cost, (2_000, 8_000, 32_000)) for _ in range(3))
    assert report("G2, exponent of ingest", found, 1.05) <= 1.05 + 0.05


def benchmark_g2_metrics_grow_no_faster_than_the_issues() -> None:
    """G2: the exponent of meaning and metrics over 12k, 50k and 200k issues is at most 1."""
    profile = profile_from(PROFILE)

    def cost(n: int) -> float:
        dataset = synthetic_dataset(n)
        compute(dataset, profile, YEAR)
        return min(seconds(lambda: compute(dataset, profile, YEAR)) for _ in range(5))

    found = statistics.median(growth(cost, (12_500, 50_000, 200_000)) for _ in range(3))
    assert report("G2, exponent of metrics", found, 1.0) <= 1.0 + 0.1


def benchmark_g2_twice_the_weeks() -> None:
    """G2: 104 weeks instead of 52 cost at most 1.3 times as much, over the same 50 000 issues."""
    dataset, profile = synthetic_dataset(50_000), profile_from(PROFILE)
    compute(dataset, profile, YEAR)
    ratios = [
        seconds(lambda: compute(dataset, profile, TWO_YEARS))
        / seconds(lambda: compute(dataset, profile, YEAR))
        for _ in range(7)
    ]

    assert report("G2, 104 / 52 weeks", statistics.median(ratios), 1.3) <= 1.3 * SLACK


@pytest.mark.parametrize(("n", "goal"), [(1000, 2.0), (5000, 5.0)])
def benchmark_g17_targets_of_the_specification(n: int, goal: float) -> None:
    """G17: both families over plain issues, reading included: 2 s at 1 000, 5 s at 5 000."""
    issues, versions = plain_issues(n), releases()

    def both() -> None:
        calculate_all_dora_metrics(issues, versions=versions, **PERIOD)
        calculate_all_flow_metrics(issues, versions=versions, **PERIOD)

    assert report(f"G17, {n} issues", seconds(both), goal, " s") < goal


def benchmark_memory_stays_flat() -> None:
    """After 20 full computations at 50 000 issues a process is at most 5 % larger than after the third."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("this system has no /proc/self/statm")
    command = [sys.executable, "-m", "tests.measure_memory", "50000", "20"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    sizes = json.loads(done.stdout)

    assert len(sizes) == 20
    assert report("memory, 20th / 3rd", sizes[-1] / sizes[2], 1.05) <= 1.05
