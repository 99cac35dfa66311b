"""What a hundred thousand deployments cost, from the store to the answer (G21)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest

from configuration.profile import Profile, profile_from
from data.charts.deployment_days import deployment_days_by_week, timeline
from data.export.document import as_json_text, document
from data.meaning.delivery import derive
from data.metrics.report import Report, View
from data.model.periods import zone_named
from data.model.tables import Dataset
from data.pipeline import compute
from data.store.database import Store
from data.store.event_table import build_change_table, build_event_table
from data.store.references import References
from tests.support.gates import SLACK, Gate
from tests.support.stores import store_at
from tests.support.synthetic import PROFILE, synthetic_changes, synthetic_dataset, synthetic_events

MOST = 100_000
SIZES = (6_250, 25_000, MOST)
ISSUES = 5_000
ZONE = zone_named("Europe/Berlin")
ALL_YEARS = View(date_from="2023-01-02", date_to="2025-12-28", timezone=ZONE.key)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Store]:
    """Stored events by their number; an import has put them there."""
    folder, issues = tmp_path_factory.mktemp("events"), synthetic_dataset(ISSUES).issues
    return {n: filled(folder / f"{n}.sqlite", synthetic_events(n, issues)) for n in SIZES}


def filled(path: Path, events: list) -> Store:
    store = store_at(path)
    store.add([], References(deployments=events))
    return store


@pytest.fixture(scope="module")
def profile() -> Profile:
    return profile_from(PROFILE)


def read(store: Store) -> Dataset:
    """The stored events beside issues that are at hand, as what issues cost is held elsewhere."""
    return replace(synthetic_dataset(ISSUES), deployments=store.load().deployments)


def benchmark_g21_meaning_of_100_000(gate: Gate, stores: dict[int, Store], profile: Profile) -> None:
    """G21: what they mean is derived within half a second, and faster than their rows are decoded.

    The ratio holds on a slow machine too; decoding the rows takes a third of a second on ours.
    """
    tables = read(stores[MOST])
    rows = [msgspec.msgpack.encode(row) for row in stores[MOST].references().deployments]
    decode = msgspec.msgpack.Decoder(list).decode
    derive(tables, profile, ZONE, tables.as_of)

    least = gate.ratio(
        lambda: derive(tables, profile, ZONE, tables.as_of),
        lambda: [decode(row) for row in rows],
        of="decoding the rows",
        goal=1.0,
    )
    gate.hold("seconds", least, goal=0.5, fails_at=0.5 * SLACK)


def benchmark_g21_answers_grow_no_faster_than_deployments(
    gate: Gate, stores: dict[int, Store], profile: Profile
) -> None:
    """G21: from the store to the JSON of all metrics, evidence spelled out: an exponent of at most 1."""
    issues = synthetic_dataset(ISSUES)

    def answered(n: int) -> None:
        tables = replace(issues, deployments=stores[n].load().deployments)
        as_json_text(document(compute(tables, profile, ALL_YEARS), "p"))

    work = {n: partial(answered, n) for n in SIZES}
    least = gate.growth(work, goal=1.0, fails_at=1.1, rounds=5)
    gate.hold("seconds", least[MOST], goal=1.5, fails_at=1.5 * SLACK)


def benchmark_g21_changes_cost_no_more_than_their_number(gate: Gate, profile: Profile) -> None:
    """G21: as many changes beside as many deployments, by commit and by name: an exponent of at most 1."""
    issues = synthetic_dataset(ISSUES)
    tables: dict[int, Dataset] = {}
    for n in SIZES:
        changes, deployments = synthetic_changes(n, issues.issues)
        events, table = build_event_table(deployments), build_change_table(changes)
        tables[n] = replace(issues, deployments=events, changes=table)

    work = {n: partial(derive, found, profile, ZONE, found.as_of) for n, found in tables.items()}
    least = gate.growth(work, goal=1.0, fails_at=1.1, rounds=5)
    gate.hold("seconds", least[MOST], goal=0.8, fails_at=0.8 * SLACK)


@pytest.mark.parametrize("chart", [timeline, deployment_days_by_week])
def benchmark_g21_charts_grow_no_faster_than_deployments(
    gate: Gate, stores: dict[int, Store], profile: Profile, chart: Callable[..., object]
) -> None:
    """G21: the dots of all deployments, and the days of each week that have one: an exponent of at most 1."""
    reports: dict[int, Report] = {n: compute(read(store), profile, ALL_YEARS) for n, store in stores.items()}

    work = {n: partial(chart, report.context) for n, report in reports.items()}
    gate.growth(work, goal=1.0, fails_at=1.1, rounds=7)
