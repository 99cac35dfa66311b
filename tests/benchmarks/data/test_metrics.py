"""What meaning and metrics cost: beside a plain program, over growing sizes, and in memory (G1, G2)."""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from configuration.profile import Profile, profile_from
from data.charts.open_work import open_work
from data.dora_calculator import calculate_all_dora_metrics
from data.export.document import document
from data.flow_calculator import calculate_all_flow_metrics
from data.meaning.delivery import DeliveryTables, derive
from data.metrics.context import CalculationContext
from data.metrics.evaluate import compare_with_past
from data.metrics.groups import group_by
from data.metrics.report import Report, View
from data.model.metric import MetricResult
from data.model.periods import Window, lay_out, parse_day, previous, zone_named
from data.model.tables import Dataset
from data.pipeline import ALL_METRICS, METRICS, Derived, compute, derive_all
from data.store.columns import build_issue_table
from tests.support.builders import issue, status_list
from tests.support.commands import ROOT
from tests.support.gates import Gate, children_time, exponent
from tests.support.plain_issues import plain_issues
from tests.support.plain_metrics import plain_deployments, plain_items, plain_metrics
from tests.support.rows import dataset, read_issue
from tests.support.synthetic import PROFILE, labelled_dataset, synthetic_dataset
from ui.pages.compare import OF_ISSUES

YEAR = View(date_from="2024-12-30", date_to="2025-12-28")
TWO_YEARS = View(date_from="2024-01-01", date_to="2025-12-28")
DAY_STEPS = 300


def tables(n: int) -> DeliveryTables:
    """Return what ``n`` synthetic issues mean."""
    dataset = synthetic_dataset(n)
    return derive(dataset, profile_from(PROFILE), zone_named("UTC"), dataset.as_of)


def window_of(view: View, delivery: DeliveryTables) -> Window:
    """Return the period of a view as the pipeline lays it out."""
    days = (parse_day(day or "", "the day") for day in (view.date_from, view.date_to))
    return lay_out(*days, delivery.zone, delivery.as_of, int(delivery.issues.created.min()))


def metrics(delivery: DeliveryTables, window: Window) -> dict[str, MetricResult]:
    """Return every metric over a period and compared with the one before, as for a page that asks anew."""
    context = CalculationContext(delivery, window)
    return {**calculate_all_dora_metrics(context), **calculate_all_flow_metrics(context)}


def answered(
    tables: Dataset,
    profile: Profile,
    view: View,
    derived: Callable[[ZoneInfo, int], Derived] | None = None,
) -> Report:
    """Answer a view with all of its metrics and findings, which a report computes when they are looked at."""
    report = compute(tables, profile, view, derived)
    assert len(list(report.results.values())) >= len(METRICS)
    assert report.findings is not None
    return report


def numbers(values: Iterable[float | None]) -> list[float]:
    """Return values with what is not a number for those that are missing."""
    return [math.nan if value is None else value for value in values]


# By number of issues: the goal, and the rounds.
G1 = {5_000: (1 / 8, 15), 50_000: (1 / 25, 5)}


@pytest.mark.parametrize("n", G1)
def benchmark_g1_metrics_against_a_plain_program(gate: Gate, n: int) -> None:
    """G1: all metrics over 52 weeks cost at most an eighth (50k: 1/25) of a plain program of the same.

    Facts are there, as after the first view; what they cost stands beside. The plain program finds the same
    numbers over both periods, but neither compares them nor says how sure they are.
    """
    goal, rounds = G1[n]
    delivery = tables(n)
    window = window_of(YEAR, delivery)
    plain = partial(
        plain_metrics, plain_items(delivery), plain_deployments(delivery), window, previous(window)
    )
    now, before = plain()
    for name, result in metrics(delivery, window).items():
        assert result.previous is not None
        told = numbers([result.value, result.previous.value, *(week.value for week in result.weekly)])
        found = numbers([now[name].value, before[name].value, *now[name].weekly])
        assert told == pytest.approx(found, rel=1e-12, nan_ok=True), name

    gate.ratio(lambda: metrics(delivery, window), plain, of="a plain program", goal=goal, rounds=rounds)


def benchmark_facts_cost_less_than_a_plain_program(gate: Gate) -> None:
    """Facts of 5 000 issues and the first view of them cost at most half of what a plain program does."""
    delivery = tables(5_000)
    window = window_of(YEAR, delivery)
    plain = partial(
        plain_metrics, plain_items(delivery), plain_deployments(delivery), window, previous(window)
    )

    gate.ratio(lambda: metrics(replace(delivery), window), plain, of="a plain program", goal=1 / 2, rounds=15)


def benchmark_g2_ingest_grows_no_faster_than_the_issues(gate: Gate) -> None:
    """G2: the exponent of bytes to columns over 2k, 8k and 32k issues is at most 1.05."""
    bodies = [json.dumps(raw).encode() for raw in plain_issues(32_000)]

    def taking_in(n: int) -> None:
        build_issue_table(map(read_issue, bodies[:n]))

    sizes = (2_000, 8_000, 32_000)
    gate.growth({n: partial(taking_in, n) for n in sizes}, goal=1.05, fails_at=1.10, rounds=7)


def benchmark_g2_metrics_grow_no_faster_than_the_issues(gate: Gate) -> None:
    """G2: the exponent of meaning and metrics over 12k, 50k and 200k issues is at most 1."""
    profile = profile_from(PROFILE)
    tables = {n: synthetic_dataset(n) for n in (12_500, 50_000, 200_000)}
    for made in tables.values():
        answered(made, profile, YEAR)

    work = {n: partial(answered, made, profile, YEAR) for n, made in tables.items()}
    gate.growth(work, goal=1.0, fails_at=1.1, rounds=7)


def benchmark_g2_answers_grow_slower_than_the_issues(gate: Gate) -> None:
    """G2: with facts at hand the exponent over 5k, 50k and 200k issues is at most 1."""
    kept = {n: tables(n) for n in (5_000, 50_000, 200_000)}
    for delivery in kept.values():
        metrics(delivery, window_of(YEAR, delivery))

    work = {n: partial(metrics, delivery, window_of(YEAR, delivery)) for n, delivery in kept.items()}
    gate.growth(work, goal=1.0, fails_at=1.0, rounds=9)


def benchmark_g2_twice_the_weeks_of_an_answer(gate: Gate) -> None:
    """G2: 104 weeks instead of 52 cost at most 1.3 times as much at 5 000 issues, with facts at hand."""
    delivery = tables(5_000)

    gate.ratio(
        lambda: metrics(delivery, window_of(TWO_YEARS, delivery)),
        lambda: metrics(delivery, window_of(YEAR, delivery)),
        of="52 weeks",
        goal=1.3,
        rounds=25,
    )


def benchmark_g2_twice_the_weeks(gate: Gate) -> None:
    """G2: 104 weeks instead of 52 cost at most 1.3 times as much, over the same 50 000 issues."""
    tables, profile = synthetic_dataset(50_000), profile_from(PROFILE)
    answered(tables, profile, YEAR)

    gate.ratio(
        lambda: answered(tables, profile, TWO_YEARS),
        lambda: answered(tables, profile, YEAR),
        of="52 weeks",
        goal=1.3,
        rounds=7,
    )


def benchmark_groups_cost_what_their_views_would(gate: Gate) -> None:
    """50 groups of 5 000 issues by label cost at most two thirds of 50 views of one label, derived once."""
    tables, profile = labelled_dataset(5_000, 50), profile_from(PROFILE)
    kept: dict[int, Derived] = {}

    def derived(zone: ZoneInfo, as_of: int) -> Derived:
        if as_of not in kept:
            kept[as_of] = derive_all(tables, profile, zone, as_of)
        return kept[as_of]

    whole = answered(tables, profile, YEAR, derived)
    assert whole.context is not None
    context = whole.context
    family = [metric for metric in ALL_METRICS if metric.id in whole.results]
    names = [group.name for group in group_by(context, family, "label").groups]

    def views() -> None:
        for name in names:
            answered(tables, profile, replace(YEAR, labels=(name,)), derived)

    assert len(names) == 50
    gate.ratio(
        lambda: group_by(context, family, "label"),
        views,
        of="50 views of one label",
        goal=2 / 3,
        fails_at=1.0,
        rounds=5,
    )
    assert len(kept) == 1


def benchmark_a_comparison_of_fifty_rows(gate: Gate) -> None:
    """50 labels over 5 000 issues, with the columns that Compare shows: at most ten answers of a view."""
    tables, profile = labelled_dataset(5_000, 50), profile_from(PROFILE)
    kept: dict[int, Derived] = {}

    def derived(zone: ZoneInfo, as_of: int) -> Derived:
        if as_of not in kept:
            kept[as_of] = derive_all(tables, profile, zone, as_of)
        return kept[as_of]

    whole = answered(tables, profile, YEAR, derived)
    assert whole.context is not None
    context = whole.context
    columns = [metric for metric in ALL_METRICS if metric.id in OF_ISSUES]

    def comparison() -> None:
        fresh = context.over(context.window)
        groups = group_by(fresh, columns, "label").groups
        open_work(fresh, "label", [group.name for group in groups])

    gate.ratio(
        comparison,
        lambda: answered(tables, profile, YEAR, derived),
        of="one answer",
        goal=10,
        rounds=9,
    )


def benchmark_the_comparison_of_all_metrics(gate: Gate) -> None:
    """What the period before and the trend cost of all metrics at 5 000 issues: at most 15 %."""
    tables, profile = synthetic_dataset(5_000), profile_from(PROFILE)
    context = answered(tables, profile, YEAR).context
    assert context is not None
    measures = [(metric, metric.compute(context)) for metric in METRICS]

    def comparing() -> None:
        fresh = context.over(context.window)
        for metric, measure in measures:
            compare_with_past(metric, [fresh], [measure])

    gate.ratio(
        comparing, lambda: answered(tables, profile, YEAR), of="meaning and all metrics", goal=0.15, rounds=25
    )


def worked_on(n: int) -> Dataset:
    """Tables of ``n`` stories that were worked on and finished over a year."""

    def day(number: int) -> str:
        month, rest = divmod(number % DAY_STEPS, 25)
        return f"2026-{month + 1:02d}-{rest + 1:02d}"

    return dataset(
        [
            issue(
                f"A-{number}",
                created="2025-12-01",
                history=[
                    (day(number), "Doing"),
                    (day(number) + "T09:00", "Review"),
                    ("2026-12-28", "Done"),
                ],
            )
            for number in range(1, n + 1)
        ],
        status_list(),
    )


def benchmark_growth_is_linear(gate: Gate) -> None:
    """Three and nine times the issues, evidence and JSON included: an exponent of at most 1.1 a step."""
    year = View(date_from="2026-01-01", date_to="2026-12-31", as_of="2027-01-01")
    tables = {n: worked_on(n) for n in (1000, 3000, 9000)}

    def told(n: int) -> None:
        document(answered(tables[n], Profile(), year), "p")

    least = gate.growth({n: partial(told, n) for n in tables}, goal=1.1, fails_at=1.1)
    for size in (1000, 3000):
        step = exponent({n: least[n] for n in (size, 3 * size)})
        gate.hold(f"exponent from {size}", step, goal=1.1)


@pytest.mark.benchmark(timer=children_time)
def benchmark_memory_stays_flat(gate: Gate) -> None:
    """After 16 to 20 full computations at 50 000 issues a process is at most 5 % larger than after 3 to 7.

    The least of five each: what falls to pieces between them comes and goes, and what is kept stays.
    """
    if not Path("/proc/self/statm").exists():
        pytest.skip("this system has no /proc/self/statm")
    command = [sys.executable, "-m", "tools.measure_memory", "50000", "20"]
    done = gate.once(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True))
    sizes = json.loads(done.stdout)

    assert len(sizes) == 20
    gate.hold("memory, the last five of the first", min(sizes[-5:]) / min(sizes[2:7]), goal=1.05)
