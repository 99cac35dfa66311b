"""What is found once for all views is what a plain look at every item of a view finds."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings

from configuration.profile import profile_from
from data.charts.ageing import ageing_work
from data.charts.cumulative_flow import STAGES, cumulative_flow
from data.charts.moves import BLOCK, find_moves, standing_at
from data.charts.net_flow import net_flow
from data.charts.stages import Spread
from data.charts.subject import Context
from data.charts.time_in_status import time_in_status
from data.metrics.context import Choice
from data.metrics.report import View
from data.model.instants import DAY_MS
from data.model.statistics import percentile
from data.model.tables import DONE, IN_PROGRESS, MISSING
from data.model.words import fold
from data.pipeline import compute
from tests.reference.worlds import Sample, worlds
from tests.support.engine import engine_report
from tests.support.synthetic import PROFILE, labelled_dataset


def stays(context: Context) -> Iterator[tuple[int, int, int, int, int]]:
    """Row, entry, exit, category and status of each stay of an item in view."""
    intervals = context.delivery.intervals
    columns = (intervals.issue, intervals.entered, intervals.left, intervals.category, intervals.status)
    for stay in zip(*(column.tolist() for column in columns), strict=True):
        if context.flow_items[stay[0]]:
            yield stay


def stage(context: Context, category: int, status: int) -> int:
    if category == IN_PROGRESS:
        return 2 if context.delivery.workflow.waiting[status] else 1
    return 3 if category == DONE else 0


def standing(context: Context, instant: int) -> list[int]:
    """How many items stand in each stage at an instant."""
    counts = [0] * len(STAGES)
    for _, entered, left, category, status in stays(context):
        if entered <= instant < left:
            counts[stage(context, category, status)] += 1
    return counts


def settled(context: Context) -> int:
    """How many items were done when the period began and in no other state until its end."""
    window, rows = context.window, set()
    for row, entered, left, category, _ in stays(context):
        if category == DONE and entered <= window.lo < left:
            rows.add(row)
    for row, entered, _, category, _ in stays(context):
        if category != DONE and window.lo < entered <= window.end:
            rows.discard(row)
    return len(rows)


def arrived(context: Context) -> int:
    """How many items began in the period, or ended there without a beginning."""
    delivery, window = context.delivery, context.window
    began = np.where(delivery.started_at == MISSING, delivery.completed_at, delivery.started_at)
    return int(np.count_nonzero(context.flow_items & (began >= window.lo) & (began < window.end)))


def by_stage(context: Context) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """By folded name of a status: days of each timed item in it, and its age at the last leaving."""
    delivery, window = context.delivery, context.window
    spent: defaultdict[tuple[str, int], float] = defaultdict(float)
    left_at: dict[tuple[str, int], float] = {}
    for row, entered, left, category, status in stays(context):
        began, ended = int(delivery.started_at[row]), int(delivery.completed_at[row])
        timed = began != MISSING and began <= ended and not delivery.lives.start_unknown[row]
        delivered = window.lo <= ended < window.end and not delivery.not_delivered[row]
        if category != IN_PROGRESS or not timed or not delivered:
            continue
        name = fold(delivery.issues.statuses[status].name)
        if min(left, ended) >= max(entered, began):
            spent[name, row] += (min(left, ended) - max(entered, began)) / DAY_MS
        if entered <= ended:
            left_at[name, row] = (min(left, ended) - began) / DAY_MS
    return _by_name(spent), _by_name(left_at)


def _by_name(values: dict[tuple[str, int], float]) -> dict[str, list[float]]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for (name, _), value in values.items():
        found[name].append(value)
    return found


def check(context: Context) -> None:
    """Hold every chart against a plain look at all items in view."""
    flow = cumulative_flow(context)
    if not flow.message:
        assert flow.settled == settled(context)
        assert (flow.counts[:, -1] + [0, 0, 0, flow.settled]).tolist() == standing(
            context, context.window.end
        )
    assert int(net_flow(context).arrivals.sum()) == arrived(context)
    spent, left_at = by_stage(context)
    times, ages = time_in_status(context), ageing_work(context)
    for place, name in enumerate(times.names):
        mine = spent.get(fold(name), [])
        assert times.n[place] == len(mine)
        assert not mine or times.days["p50"][place] == percentile(np.array(mine), 0.5)
    for place, name in enumerate(ages.names):
        mine = left_at.get(fold(name), [])
        assert ages.history_n[place] == len(mine)
        assert len(mine) < 6 or ages.history["p85"][place] == percentile(np.array(mine), 0.85)
    assert {*spent, *left_at} <= {fold(name) for name in times.names}


@pytest.mark.slow
@settings(max_examples=60)
@given(worlds())
def test_any_view_of_any_store(sample: Sample) -> None:
    report = engine_report(sample.issues, **sample.arguments())
    if report.context is not None and not report.context.window.empty:
        check(report.context)


@pytest.mark.parametrize(
    "filters", [{}, {"projects": ("P03", "P11")}, {"labels": ("l01",)}, {"types": ("Bug",)}]
)
@pytest.mark.parametrize("first", ["2023-02-01", "2024-05-02", "2025-11-01"])
def test_views_of_many_issues(first: str, filters: dict) -> None:
    """400 issues make some 2 900 moves, many blocks of them."""
    tables = labelled_dataset(400, 5)
    view = View(date_from=first, date_to="2025-12-21", **filters)
    context = compute(tables, profile_from(PROFILE), view).context
    assert context is not None
    assert len(context.delivery.once(find_moves)) > 20 * BLOCK

    check(context)


def test_a_filter_that_lets_everything_through_changes_nothing() -> None:
    """Blocks of moves from the front, and moves from T back: the same counts at any instant."""
    tables = labelled_dataset(300, 5)
    context = compute(tables, profile_from(PROFILE), View()).context
    assert context is not None
    everything = Context(context.delivery, context.window, Choice(np.ones(300, np.bool_)))
    moves = context.delivery.once(find_moves)
    instants = np.sort(np.concatenate((moves.begins, moves.begins - 1, [0, context.delivery.as_of])))

    found = standing_at(context, instants)
    assert found.tolist() == standing_at(everything, instants).tolist()
    assert found[:, ::17].T.tolist() == [standing(context, at) for at in instants[::17].tolist()]


def test_values_of_some_items_stay_in_order() -> None:
    """At stage 0 rows 1 and 2 have 5 and 3, at stage 1 row 1 has 4; stage 2 nobody reached."""
    row, stages, value = np.array([1, 1, 2]), np.array([0, 1, 0], np.int16), np.array([5.0, 4.0, 3.0])
    spread = Spread.of(row, stages, value, 3)

    def among(*flags: bool) -> tuple[list[float], list[int]]:
        values, size = spread.among(np.array(flags))
        return values.tolist(), size.tolist()

    assert among(True, True, True) == ([3.0, 5.0, 4.0], [2, 1, 0])
    assert among(False, True, False) == ([5.0, 4.0], [1, 1, 0])
    assert among(False, False, False) == ([], [0, 0, 0])
