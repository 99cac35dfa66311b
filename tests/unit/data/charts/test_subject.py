"""Charts over weeks go over months and quarters too: what follows the weeks follows these."""

import datetime as dt
from pathlib import Path

import pytest

from data.charts.subject import in_steps
from data.metrics.report import Report, View
from data.pipeline import Pipeline
from tests.support.builders import issue
from tests.support.dashboards import pipeline_over

# Two items delivered in January, one in February, three in April; the data end in May.
DONE = ("2026-01-07", "2026-01-20", "2026-02-11", "2026-04-01", "2026-04-15", "2026-04-30")


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a pipeline over items that each took two days."""
    issues = [issue(f"A-{n}", created="2025-12-01", history=_lived(day)) for n, day in enumerate(DONE, 1)]
    issues.append(issue("A-9", created="2026-05-20"))
    folder: Path = tmp_path_factory.mktemp("steps")
    return pipeline_over(folder, issues)


def _lived(day: str) -> list[tuple[str, str]]:
    began = dt.date.fromisoformat(day) - dt.timedelta(days=2)
    return [(f"{began}T09:00", "Doing"), (f"{day}T09:00", "Done")]


def report(pipeline: Pipeline, step: str) -> Report:
    return pipeline.report(View(date_from="2026-01-01", date_to="2026-05-10", step=step))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("step", "names", "values", "partial"),
    [
        (
            "month",
            ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"],
            [2, 1, 0, 3, 0],
            [False, False, False, False, True],
        ),
        ("quarter", ["2026-Q1", "2026-Q2"], [3, 3], [False, True]),
    ],
)
def test_steps_stand_in_the_place_of_weeks(
    pipeline: Pipeline, step: str, names: list[str], values: list[int], partial: list[bool]
) -> None:
    """Name, first day, value and whether it is whole, by hand."""
    subject = in_steps(report(pipeline, step))
    steps = subject.results["flow_velocity"].weekly

    assert [each.week for each in steps] == names
    assert [each.value for each in steps] == values
    assert [each.partial for each in steps] == partial
    assert subject.context is not None
    assert len(subject.context.window.mondays) == len(names)
    assert set(subject.results) == set(report(pipeline, step).results)


def test_weeks_stay_as_they_are(pipeline: Pipeline) -> None:
    """By weeks nothing is made anew; an empty store has nothing to step through."""
    by_week = report(pipeline, "week")

    assert in_steps(by_week) is by_week
