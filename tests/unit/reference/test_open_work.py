"""Two programs that share no line give the same rows of epics and look at the same items first."""

import pytest
from hypothesis import given, settings

from data.charts.epics import epic_rows
from data.forecast.attention import Attention, look_first
from data.metrics.report import Report
from tests.reference import open_work
from tests.reference.flow_worlds import flow_worlds
from tests.reference.sample import Sample
from tests.reference.samples import sample_issues, sample_json
from tests.reference.worlds import worlds
from tests.support.engine import engine_report
from tests.support.own_data import changed, read_simulated


def told(report: Report) -> dict[str, dict]:
    """The engine's rows, by epic."""
    rows = () if report.context is None else epic_rows(report.context)
    return {
        row.key: {
            "done": row.done,
            "busy": row.under_way,
            "idle": row.waiting,
            "stuck": row.stuck,
            "oldest": row.oldest,
            "p50": row.flow_time,
        }
        for row in rows
    }


def close(rows: dict[str, dict]) -> dict[str, object]:
    """Rows of which the last digits of a division do not matter."""
    return {epic: pytest.approx(row, nan_ok=False) for epic, row in rows.items()}


def compare(sample: Sample) -> None:
    report, world = engine_report(sample.issues, **sample.arguments()), open_work.world_of(sample)
    if world is None or world.is_empty:
        return

    assert told(report) == close(open_work.epic_rows(world))
    if report.context is not None:
        compare_first(look_first(report.context), open_work.look_first(world))


def compare_first(engine: tuple[Attention, ...], plain: list[tuple[str, bool]]) -> None:
    """All that is beyond its expectation in order, and everything where nobody tells a risk."""
    over = [item.key for item in engine if item.over]
    assert over == [key for key, beyond in plain if beyond][: open_work.FIRST]
    if all(item.risk is None for item in engine if not item.over):
        assert [item.key for item in engine] == [key for key, _ in plain[: open_work.FIRST]]


@settings(max_examples=12)
@given(worlds())
def test_any_store(sample: Sample) -> None:
    compare(sample)


@settings(max_examples=12)
@given(flow_worlds())
def test_work_that_mostly_ends(sample: Sample) -> None:
    compare(sample)


def test_real_issues_with_histories() -> None:
    statuses = sample_json("jirametrics-SP-status.json")
    issues = sample_issues("jirametrics-SP.ndjson.gz")
    compare(Sample(issues, statuses, [], {}, ("2021-06-01", "2022-05-31"), None))


def test_a_simulated_company() -> None:
    """Expectations of several types, items that are stuck, flags and waiting."""
    read, statuses = read_simulated(700, seed=7)
    epics = [one["key"] for one in read if one["fields"]["issuetype"]["name"] == "Epic"]
    below = [{"key": epics[place % len(epics)]} for place in range(len(read))]
    issues = [
        one if one["key"] in epics else changed(one, parent=parent)
        for one, parent in zip(read, below, strict=True)
    ]
    profile = {"workflow": {"waiting": ["In Review", "Waiting for Approval"]}}
    sample = Sample(issues, statuses, [], profile, (None, None), None)
    world = open_work.world_of(sample)
    assert world is not None
    rows, first = open_work.epic_rows(world), open_work.look_first(world)

    assert sum(row["stuck"] for row in rows.values()) > 0
    assert any(beyond for _, beyond in first)
    compare(sample)
