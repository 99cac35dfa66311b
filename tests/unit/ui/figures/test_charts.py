"""Every chart over real numbers: plotly knows its words, its table says the same, hostile text is inert."""

import json
from collections.abc import Iterator
from pathlib import Path

import plotly.graph_objects as go
import pytest

from configuration.profile import Profile
from data.pipeline import Report, View, compute
from tests.engine import engine_report
from tests.examples import example_a, example_b
from tests.hostile import hostile_issues, hostile_statuses, hostile_versions
from tests.synthetic import PROFILE, synthetic_dataset
from ui.figures import flow_items
from ui.figures.charts import CHARTS, Chart, ChartSpec
from ui.format import number
from ui.theme import Scheme

IDS = [spec.id for spec in CHARTS]
YEAR = {"date_from": "2025-01-06", "date_to": "2026-01-04"}


@pytest.fixture(scope="module")
def year() -> Report:
    """52 weeks of 2 000 made-up issues."""
    from configuration.profile import profile_from

    return compute(synthetic_dataset(2_000), profile_from(PROFILE), View(**YEAR))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Report:
    from data.store import Store

    folder: Path = tmp_path_factory.mktemp("empty")
    return compute(Store(folder / "none.sqlite").load(), Profile(), View())


@pytest.mark.parametrize("spec", CHARTS, ids=IDS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plotly_knows_every_word_of_it(year: Report, spec: ChartSpec, scheme: Scheme) -> None:
    """A misspelt attribute would be ignored by the browser and refused here."""
    chart = spec.build(year, scheme)
    go.Figure(chart.figure)

    assert chart.figure["layout"]["height"] == spec.height
    assert chart.empty == ""
    assert chart.rows


@pytest.mark.parametrize("spec", CHARTS, ids=IDS)
def test_its_table_has_a_head_for_each_cell(year: Report, spec: ChartSpec) -> None:
    rows = spec.build(year, "light").rows

    assert {len(row) for row in rows} == {len(spec.build(year, "light").columns)}


@pytest.mark.parametrize("spec", CHARTS, ids=IDS)
def test_an_empty_store_says_why(empty: Report, spec: ChartSpec) -> None:
    chart = spec.build(empty, "light")
    go.Figure(chart.figure)

    assert chart.empty.endswith(".")
    assert chart.rows == ()


@pytest.mark.parametrize("spec", CHARTS, ids=IDS)
def test_hostile_text_is_inert(spec: ChartSpec) -> None:
    """Whatever Jira's texts hold: no tag, no TeX and no link is left for plotly to find."""
    report = engine_report(
        hostile_issues(), statuses=hostile_statuses(), versions=hostile_versions(), profile={}
    )
    texts = [text for text in strings(spec.build(report, "light").figure) if "xss" in text.casefold()]

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
    """Nine figures of 52 weeks, dots of single items aside, travel as at most 40 kB before compression."""
    weekly = [spec for spec in CHARTS if spec.page == "flow" and spec.id not in ("scatter", "ageing")]
    size = sum(len(json.dumps(spec.build(year, "light").figure, separators=(",", ":"))) for spec in weekly)

    assert size <= 40_000


@pytest.mark.parametrize("name", ["scatter", "ageing"])
def test_of_many_items_some_are_drawn(year: Report, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more dots than a page can bear, the table has all, and the note says so."""
    monkeypatch.setattr(flow_items, "MOST_POINTS", 40)
    chart = chart_of(year, name)
    keys = {key for trace in chart.figure["data"] if "customdata" in trace for key in trace["customdata"]}
    dots = [key for key in keys if isinstance(key, str)]

    assert len(dots) == 40 < len(chart.rows)
    assert f"40 of {number(len(chart.rows))} items are drawn, the slowest among them" in chart.note
    assert max(chart.rows, key=lambda row: row[2])[0] in dots


def chart_of(report: Report, name: str) -> Chart:
    return next(spec for spec in CHARTS if spec.id == name).build(report, "light")


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
