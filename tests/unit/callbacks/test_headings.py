"""What stands beside a page's title: its days, the way to the next ones, what an address asks in vain."""

from pathlib import Path
from typing import Any

import pytest

from callbacks.headings import NO_DATA_YET, heading_of
from callbacks.panels import BY_ID
from callbacks.views import view_of
from data.pipeline import Pipeline
from tests.support.dashboards import pipeline_over


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a pipeline over worked example A, whose newest instant is 2026-03-10 00:00."""
    return pipeline_over(tmp_path_factory.mktemp("heading"))


def told(pipeline: Pipeline, filters: dict[str, Any]) -> list[Any]:
    return heading_of(pipeline, pipeline.report(view_of(pipeline, filters)), filters, BY_ID)


def test_the_line_tells_period_and_issues(pipeline: Pipeline) -> None:
    """The same words as ever, now with the days for the browser."""
    line = told(pipeline, {"days": "30"})[0].to_plotly_json()

    assert line["props"]["children"].startswith("2026-02-09 to 2026-03-10, 30 days, UTC; ")
    assert line["props"]["data-from"] == "2026-02-09"
    assert line["props"]["data-to"] == "2026-03-10"


@pytest.mark.parametrize(
    ("filters", "back", "on"),
    [
        ({"days": "30"}, "2026-01-10/2026-02-08", None),
        ({"period": "this-month"}, "2026-02-01/2026-02-28", None),
        ({"period": "last-month"}, "2026-01-01/2026-01-31", "2026-03-01/2026-03-31"),
        ({"from": "2026-03-02", "to": "2026-03-08"}, "2026-02-23/2026-03-01", "2026-03-09/2026-03-15"),
        ({"from": "2026-03-03", "to": "2026-03-10"}, "2026-02-23/2026-03-02", None),
    ],
)
def test_a_step_leads_on_as_far_as_there_are_data(
    pipeline: Pipeline, filters: dict, back: str, on: str | None
) -> None:
    """What has not begun on the newest day is not offered."""
    marks = told(pipeline, filters)[0].to_plotly_json()["props"]

    assert marks["data-back"] == back
    assert marks.get("data-on") == on


def test_a_value_that_nobody_has_is_named_with_the_ways_out(pipeline: Pipeline) -> None:
    """Leave it out, or take the one that looks like it; everything else of the address stays."""
    filters = {"src": "default", "project": ["A", "a"], "type": ["Bgu"], "days": "30"}
    _, project, kind = map(str, told(pipeline, filters))

    assert "No stored issue has the project 'a'" in project
    assert "href='?src=default&project=A&type=Bgu&days=30'" in project
    assert "No stored issue has the type 'Bgu'" in kind
    assert "Show Bug" in kind
    assert "href='?src=default&project=A&project=a&days=30&type='" in kind


def test_filters_without_a_control_are_told(pipeline: Pipeline) -> None:
    """An epic comes by address only: the line says that it holds and how to leave it."""
    notes = "".join(map(str, told(pipeline, {"epic": ["A-1"]})))

    assert "Only issues below A-1." in notes
    assert "href='?epic='" in notes


def test_what_several_numbers_lack_is_explained_once(pipeline: Pipeline) -> None:
    """The example has no deployments: five cards say so in short, the line in full."""
    notes = [str(note) for note in told(pipeline, {"days": "30"})[1:]]
    deployments = [note for note in notes if "No deployment was found." in note]

    assert len(deployments) == 1
    assert "numbers cannot be known without." in deployments[0]
    assert "neither imported events" in deployments[0]
    assert "href='/settings#rule=deployments.source'" in deployments[0]


def test_what_a_page_does_not_show_is_not_its_matter(pipeline: Pipeline) -> None:
    """The Flow page does not speak of deployments."""
    report = pipeline.report(view_of(pipeline, {}))

    assert "deployment" not in str(heading_of(pipeline, report, {}, ["flow_velocity", "flow_time"]))


def test_an_empty_store_has_no_days(tmp_path: Path) -> None:
    """Nothing to step from, and nothing to explain."""
    (line,) = told(pipeline_over(tmp_path, []), {"project": ["X"]})

    assert line.children == NO_DATA_YET
