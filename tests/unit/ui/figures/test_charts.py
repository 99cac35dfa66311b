"""Every chart over real numbers: plotly knows its words, its table says the same, hostile text is inert."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from configuration.profile import Profile, profile_from
from data.charts.subject import ChartSubject, in_steps
from data.metrics.report import Report, View
from data.model.periods import Step
from data.model.tables import Dataset
from data.pipeline import compute
from tests.support.builders import issue
from tests.support.drawing import figure_of
from tests.support.engine import engine_report
from tests.support.examples import example_a, example_b
from tests.support.hostile import hostile_issues, hostile_statuses, hostile_versions
from tests.support.stores import store_at
from tests.support.synthetic import PROFILE, synthetic_dataset
from ui.design import fill
from ui.figures import flow_items
from ui.figures.chart import packed, travelled
from ui.figures.charts import CHARTS, Chart, ChartSpec
from ui.figures.parts import one_text, week_data
from ui.format import number
from ui.theme import Scheme

IDS = [spec.id for spec in CHARTS]
YEAR = {"date_from": "2025-01-06", "date_to": "2026-01-04"}


@pytest.fixture(scope="module")
def year() -> Report:
    """52 weeks of 2 000 made-up issues."""
    return compute(below_epics(2_000), profile_from(PROFILE), View(**YEAR))


@cache
def below_epics(n: int) -> Dataset:
    """Made-up issues below thirty epics that nobody can see; every thirty-first lies below none."""
    made = synthetic_dataset(n)
    parent = (np.arange(n) % 31 - 1).astype(np.int32)
    keys = tuple(f"EPIC-{number}" for number in range(30))
    return replace(made, issues=replace(made.issues, parent=parent, parent_keys=keys))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Report:

    folder: Path = tmp_path_factory.mktemp("empty")
    return compute(store_at(folder / "none.sqlite").load(), Profile(), View())


@pytest.mark.parametrize("spec", CHARTS, ids=IDS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plotly_knows_every_word_of_it(year: Report, spec: ChartSpec, scheme: Scheme) -> None:
    """A misspelt attribute would be ignored by the browser and refused here."""
    chart, figure = spec.build(year), figure_of(spec, year, scheme)
    go.Figure(figure)

    assert figure["layout"]["height"] == spec.height
    assert not any("$" in word or word.startswith("@") for word in strings(figure))
    assert chart.empty == ""
    assert chart.rows


@cache
def stepped(step: Step) -> ChartSubject:
    """Return the same year in longer steps."""
    return in_steps(compute(below_epics(2_000), profile_from(PROFILE), View(**YEAR, step=step)))


@pytest.mark.parametrize("spec", CHARTS, ids=IDS)
@pytest.mark.parametrize(("step", "n"), [("month", 12), ("quarter", 4)])
def test_it_goes_by_longer_steps_too(spec: ChartSpec, step: Step, n: int) -> None:
    """As many rows as there are steps, labels that are months apart, words that plotly knows."""
    year = stepped(step)
    chart, figure = spec.build(year), figure_of(spec, year, "light")
    go.Figure(figure)

    assert chart.empty == ""
    if spec.columns[0] == "step":
        assert len(chart.rows) == n
        assert figure["layout"]["xaxis"]["dtick"].startswith("M")
        assert step in figure["layout"]["xaxis"]["title"]["text"]


@pytest.mark.parametrize("spec", CHARTS, ids=IDS)
def test_its_table_has_a_head_for_each_cell(year: Report, spec: ChartSpec) -> None:
    rows = spec.build(year).rows

    assert {len(row) for row in rows} == {len(spec.columns)} == {len(spec.cells)}


@pytest.mark.parametrize("spec", CHARTS, ids=IDS)
def test_the_browser_can_show_the_same_table(year: Report, spec: ChartSpec) -> None:
    """Its cells are made of what travels anyway: the same facts, rounded as they are drawn."""
    chart = spec.build(year)
    data = travelled({**week_data(year), **chart.data})
    columns = [fill(cell, data, {}) for cell in spec.cells]

    for shown, row in zip(zip(*columns, strict=False), chart.rows, strict=False):
        assert [same(*pair) for pair in zip(shown, row, strict=True)] == [True] * len(row), (shown, row)
    assert min(map(len, columns)) == len(chart.rows)


def same(shown: object, exact: object) -> bool:
    """Tell whether a cell of the page says what the table says."""
    if isinstance(exact, bool):
        return shown == ("yes" if exact else "no")
    if isinstance(exact, int | float):
        return shown == pytest.approx(exact, abs=0.051)
    return shown == exact


@pytest.mark.parametrize("spec", CHARTS, ids=IDS)
def test_an_empty_store_says_why(empty: Report, spec: ChartSpec) -> None:
    chart = spec.build(empty)

    assert chart.data == {}
    assert chart.empty.endswith(".")
    assert chart.rows == ()


@pytest.mark.parametrize("spec", CHARTS, ids=IDS)
def test_hostile_text_is_inert(spec: ChartSpec) -> None:
    """Whatever Jira's texts hold: no tag, no TeX and no link is left for plotly to find."""
    report = engine_report(
        hostile_issues(), statuses=hostile_statuses(), versions=hostile_versions(), profile={}
    )
    texts = [text for text in strings(figure_of(spec, report)) if "xss" in text.casefold()]

    assert [text for text in texts if "<" in text.replace("<br>", "") or "$" in text] == []


def strings(value: object) -> Iterator[str]:
    """Every text in a figure."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)


def test_a_year_of_the_flow_page_is_small(year: Report) -> None:
    """Ten figures of 52 weeks, those of single items aside, travel as at most 10 kB before compression."""
    of_items = ("scatter", "ageing", "blocked_now", "epics")
    weekly = [spec for spec in CHARTS if spec.page == "flow" and spec.id not in of_items]
    size = sum(len(packed(spec.build(year).data)) for spec in weekly) + len(packed(week_data(year)))

    assert size <= 10_000


def test_weeks_travel_once(year: Report) -> None:
    """They are the same for every metric."""
    names = week_data(year)["names"]

    assert len(names) == 51  # the data end before the last week of the year begins
    assert all([week.week for week in result.weekly] == names for result in year.results.values())


@pytest.mark.parametrize("name", ["scatter", "ageing"])
def test_of_many_items_some_are_drawn(year: Report, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more dots than a page can bear, the table has all, and the note says so."""
    monkeypatch.setattr(flow_items, "MOST_POINTS", 40)
    chart = chart_of(year, name)
    dots = chart.data["keys"].split(" ")

    assert len(dots) == 40 < len(chart.rows) == chart.data["total"]
    assert f"40 of {number(len(chart.rows))} items are drawn, the slowest among them" in chart.note
    assert max(chart.rows, key=lambda row: row[2])[0] in dots


def test_what_lies_beyond_the_axis_stands_at_its_end_once() -> None:
    """Of ages 1, 2 and 50 the last is a triangle at the top, and neither of the usual dots."""
    figure = next(spec for spec in CHARTS if spec.id == "ageing").figure(
        {"x": [0, 0.1, 1], "days": [1, 2, 50], "kind": [0, 1, 3], "keys": "A-1 A-2 A-3", "beyond": [2],
         "zeros": [0], "top": 10, "end": 10.4, "top_words": "10 d", "p50": [1, 2], "to_p50": [1, 2]},
        "light",
    )  # fmt: skip
    usual, old, beyond = figure["data"][3:]

    assert (usual["customdata"], old["customdata"], beyond["customdata"]) == (["A-1"], ["A-2"], ["A-3"])
    assert (beyond["x"], beyond["y"], beyond["text"], beyond["name"]) == ([1], [10], [50], "> 10 d")


@pytest.mark.parametrize("name", ["weekly_deployment_frequency", "flow_time_trend", "net_flow"])
def test_a_legend_does_not_look_like_a_step_that_is_not_whole(name: str) -> None:
    """Its mark is a trace without points; what is drawn is not in it, and is hidden with it."""
    spec = next(spec for spec in CHARTS if spec.id == name)
    open_first = {"partial": [1, 0], "step": 0, "starts": ["2026-03-02", "2026-03-09"]}
    traces = spec.figure(open_first, "light")["data"]
    keys = [trace for trace in traces if trace["x"] == [None]]
    steps = [trace for trace in traces if trace.get("showlegend") is False]

    assert [trace["legendgroup"] for trace in keys] == [trace["legendgroup"] for trace in steps] != []
    assert [trace["marker"]["symbol"] for trace in keys if isinstance(trace["marker"]["symbol"], list)] == []


def test_texts_travel_as_one_unless_that_could_not_be_undone() -> None:
    """A space within a text, and no text at all, need a list."""
    assert one_text(["A-1", "A-2"]) == "A-1 A-2"
    assert one_text(["A 1", "A-2"]) == ["A 1", "A-2"]
    assert one_text([]) == []


def chart_of(report: Report, name: str) -> Chart:
    return next(spec for spec in CHARTS if spec.id == name).build(report)


def test_the_parts_of_the_lead_time_by_hand() -> None:
    """Example B: B-1 took 2.4167 days at work and 0.5833 to its release, in the first week."""
    example = example_b()
    report = engine_report(
        example.issues,
        statuses=example.statuses,
        versions=example.versions,
        date_from="2026-03-02",
        date_to="2026-03-29",
        as_of="2026-03-31T00:00Z",
    )
    week, begins, working, waiting, neither, release, n, whole = chart_of(report, "lead_time_split").rows[0]

    assert (week, begins, waiting, neither, n, whole) == ("2026-W10", "2026-03-02", 0, 0, 1, True)
    assert (working, release) == (pytest.approx(2.4167, abs=1e-4), pytest.approx(0.5833, abs=1e-4))


def test_the_same_facts_as_the_metrics() -> None:
    """Worked example A: two and one delivered, one in progress at the end of each week."""
    example = example_a()
    report = engine_report(
        example.issues,
        statuses=example.statuses,
        date_from="2026-03-02",
        date_to="2026-03-15",
        as_of="2026-03-20",
        profile={"workflow": {"waiting": ["Review"]}},
    )

    assert [row[2] for row in chart_of(report, "velocity").rows] == [2, 1]
    assert [row[2] for row in chart_of(report, "load").rows] == [1, 1]
    assert len(chart_of(report, "scatter").rows) == report.results["flow_time"].n == 2
    assert [row[-1] for row in chart_of(report, "cumulative_flow").rows][-1] == 1


@pytest.mark.parametrize(("has_changelog", "stuck", "oldest"), [(True, 0, 7.0), (False, None, None)])
def test_without_histories_nothing_below_an_epic_is_stuck(
    has_changelog: bool, stuck: int | None, oldest: float | None
) -> None:
    """Since 2 March in Doing, at the end of 8 March; without a history nobody knows since when."""
    issues = [
        issue("P-1", "Epic", created="2026-03-01", has_changelog=has_changelog),
        issue(
            "P-2",
            created="2026-03-01",
            history=[("2026-03-02", "Doing")],
            parent={"key": "P-1"},
            has_changelog=has_changelog,
        ),
    ]
    report = engine_report(
        issues, date_from="2026-03-02", date_to="2026-03-08", as_of="2026-03-09T00:00", profile={}
    )
    chart = chart_of(report, "epics")

    assert [row[5:7] for row in chart.rows] == [(stuck, oldest)]
    assert ("nobody knows what is stuck" in chart.note) is not has_changelog


def test_the_words_of_a_target_stand_away_from_those_of_the_median() -> None:
    """Both are one line where a target is met exactly."""
    example = example_a()
    report = engine_report(
        example.issues, **{**example.arguments(), "profile": {"targets": {"flow_time": 5.5}}}
    )
    spec = next(spec for spec in CHARTS if spec.id == "scatter")
    lines = {
        trace["name"]: trace
        for trace in figure_of(spec, report)["data"]
        if trace["name"] in ("P50", "target")
    }

    assert lines["P50"]["y"] == lines["target"]["y"] == [5.5, 5.5]
    assert (lines["P50"]["text"], lines["target"]["text"]) == (["", " P50 5.5 d"], ["target 5.5 d", ""])
