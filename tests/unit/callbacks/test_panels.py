"""What a page is answered: data alone, and a failure in the panels that it concerns."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from dash import html
from plotly.io.json import to_json_plotly

from callbacks.marking import Marking
from callbacks.notices import Failure
from callbacks.panels import Panels, answer_of, failed_page, page_data, reach_of
from data.charts.marks import Mark, Marks
from data.metrics.report import Report, View
from data.workspace import Workspace
from tests.support.dashboards import pipeline_over, workspace_over
from ui.figures import flow
from ui.figures.chart import travelled
from ui.figures.charts import CHARTS

FLOW_PAGE = Panels("flow", ("flow_velocity", "flow_time"))
MARK = Mark("event", dt.date(2026, 3, 5), ("Second team",), 0.25, dt.datetime(2026, 3, 2))
MARKED = Marking(Marks((MARK,)), (html.P("one event"),))
FLOW = [spec.id for spec in CHARTS if spec.page == "flow"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Return the report of worked example A."""
    folder: Path = tmp_path_factory.mktemp("panels")
    return pipeline_over(folder).report(View(date_from="2026-03-02", date_to="2026-03-15"))


def received(answer: dict[str, Any]) -> Any:
    """Return what the browser reads of an answer."""
    return json.loads(to_json_plotly(answer))["page"]


def test_a_page_is_answered_by_data_alone(report: Report) -> None:
    """The cards that were asked for, every chart of the page, the weeks once, and what all are about."""
    data = travelled(page_data(FLOW_PAGE, report, [html.Span("March")], MARKED))

    assert [(card["id"], card["value"]) for card in data["cards"]] == [
        ("flow_velocity", "2.3"),  # three items in the nine days that the data cover
        ("flow_time", "5.5"),
    ]
    assert list(data["charts"]) == FLOW
    assert data["charts"]["velocity"]["y"] == [2, 1]
    assert data["weeks"]["names"] == ["2026-W10", "2026-W11"]
    assert data["heading"][0]["props"] == {"children": "March"}
    assert [mark["mark_words"] for mark in data["weeks"]["marks"]] == ["Second team"]
    assert data["marks"][0]["props"] == {"children": "one event"}


def test_a_chart_that_fails_leaves_the_others_alone(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cause and remedy stand in its place."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(flow, "process_limits", broken)
    charts = page_data(FLOW_PAGE, report, [], Marking(Marks()))["charts"]

    assert charts["velocity"]["cause"] == "This could not be computed."
    assert "cause" not in charts["flow_time_trend"]


@pytest.mark.parametrize(("typed", "way"), [(False, "Try again: the page"), (True, "Show the last 90 days")])
def test_a_page_that_fails_says_so_once(typed: bool, way: str) -> None:
    """One sentence stands in place of the cards; what somebody typed is not tried again."""
    data = received(failed_page("flow", Failure("It broke.", "Mend it.", "ab12", typed=typed)))
    instead = json.dumps(data["instead"])

    assert (data["cards"], list(data["charts"])) == ([], FLOW)
    assert instead.count("It broke.") == 1
    assert way in instead


def test_a_view_that_lets_nothing_through_is_known_as_one(tmp_path: Path) -> None:
    """An empty store is not one: nothing is filtered there."""
    folders = tmp_path / "full", tmp_path / "empty"
    for folder in folders:
        folder.mkdir()
    full, empty = pipeline_over(folders[0]), pipeline_over(folders[1], [])
    nobody = View(projects=("NOPE",))

    assert reach_of(full.report(nobody)).filtered_out
    assert not reach_of(full.report(View())).filtered_out
    assert not reach_of(empty.report(nobody)).filtered_out


VIEW = View(date_from="2026-03-02", date_to="2026-03-15")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Return a workspace over worked example A."""
    workspace = workspace_over(tmp_path)
    yield workspace
    workspace.close()


def test_the_same_view_is_answered_from_memory(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is computed for it; another view, and another set of cards, are other questions."""
    pipeline = workspace.pipeline()
    first = answer_of(workspace, pipeline, VIEW, FLOW_PAGE, None)
    other = answer_of(workspace, pipeline, View(), FLOW_PAGE, None)
    detailed = answer_of(workspace, pipeline, VIEW, replace(FLOW_PAGE, detailed=True), None)
    monkeypatch.setattr("callbacks.panels.page_data", None)  # calling it would fail
    again = answer_of(workspace, pipeline, VIEW, FLOW_PAGE, None)

    assert received(again) == received(first)
    assert received(other) != received(first) != received(detailed)
    assert first["freshness"]["age"].startswith("Data as of 10 Mar 2026")


def test_an_answer_goes_out_as_it_is_remembered(workspace: Workspace) -> None:
    """What Dash would rewrite, and the signs of our own words, are escaped once: the text means the same."""
    failed = failed_page("flow", Failure("</script> of A/B: 1\u202f000 ▲ \u2028", "Wait 2\xa0days.", "ab12"))
    shown = answer_of(workspace, workspace.pipeline(), VIEW, FLOW_PAGE, None)
    instead = json.dumps(received(failed)["instead"], ensure_ascii=False)

    assert "</script> of A/B: 1\u202f000 ▲ " in instead and "Wait 2\xa0days." in instead
    for answer in (failed, shown):
        body = orjson.dumps(answer["page"]).decode()
        assert body in to_json_plotly(answer)
        assert body.isascii()


def test_what_failed_is_tried_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure is told and not remembered."""
    pipeline = workspace.pipeline()
    with monkeypatch.context() as broken:
        broken.setattr(flow, "process_limits", None)
        failed = received(answer_of(workspace, pipeline, VIEW, FLOW_PAGE, None))
    mended = received(answer_of(workspace, pipeline, VIEW, FLOW_PAGE, None))

    assert failed["charts"]["velocity"]["cause"] == "This could not be computed."
    assert mended["charts"]["velocity"]["y"] == [2, 1]
