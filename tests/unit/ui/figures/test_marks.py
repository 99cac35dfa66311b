"""Marks in charts: where each stands, words that hide no others, a column of events in the CSV."""

import datetime as dt

import plotly.graph_objects as go
import pytest

from data.charts.marks import Mark
from data.metrics.report import Report
from tests.support.engine import engine_report
from tests.support.examples import example_b
from ui.figures.chart import travelled
from ui.figures.charts import CHARTS, chart
from ui.figures.marks import LANES, is_timed, mark_data, rows_with_events
from ui.figures.parts import week_data

FIRST = dt.date(2026, 3, 2)


def mark(day: int, share: float, words: str = "Second <team> $1", kind: str = "event") -> Mark:
    moment = dt.datetime(2026, 3, day) - dt.timedelta(days=3.5)
    return Mark(kind, dt.date(2026, 3, day), (words,), share, moment)


@pytest.fixture(scope="module")
def report() -> Report:
    example = example_b()
    return engine_report(example.issues, **example.arguments())


def test_every_chart_over_time_is_marked_and_no_other(report: Report) -> None:
    """A line of its own colour, words that plotly takes for words; plotly knows all of it."""
    marks = mark_data([mark(4, 0.15), mark(6, 0.3, "1.2", "release")])
    drawn = [(spec, spec.build(report)) for spec in CHARTS]
    for spec, built in drawn:
        if built.empty:
            continue
        data = {**week_data(report), **built.data}
        bare, figure = spec.figure(data, "light"), spec.figure({**data, **marks}, "light")
        go.Figure(figure)
        shapes, words = (len(figure["layout"].get(name, ())) for name in ("shapes", "annotations"))
        more = (
            shapes - len(bare["layout"].get("shapes", ())),
            words - len(bare["layout"].get("annotations", ())),
        )

        assert more == ((2, 1) if is_timed(spec.design) else (0, 0)), spec.id
    assert sum(not built.empty for _, built in drawn) >= 12


def test_a_mark_stands_on_its_day_or_within_its_bar(report: Report) -> None:
    marks = mark_data([mark(4, 0.15)])
    line = {}
    for name in ("throughput", "scatter"):
        spec = chart(name)
        figure = spec.figure({**week_data(report), **spec.build(report).data, **marks}, "light")
        line[name] = next(shape for shape in figure["layout"]["shapes"] if shape["xref"] == "x")
        words = figure["layout"]["annotations"][-1]

        assert words["text"] == "Second &lt;team&gt; &#36;1"
    assert (line["throughput"]["x0"], line["scatter"]["x0"]) == ("2026-02-28 12:00", "2026-03-04")
    assert line["throughput"]["line"] == {"color": "#4a5563", "width": 1.2, "dash": "dash"}


def test_words_that_would_hide_others_go_down_a_lane_and_at_last_away() -> None:
    marks = travelled(mark_data([mark(4 + n, 0.1 + n / 100) for n in range(LANES + 1)]))["marks"]

    assert [one["mark_shift"] for one in marks] == [0, -17, -34, 0]
    assert [bool(one["mark_short"]) for one in marks] == [True, True, True, False]
    assert [bool(one["mark_words"]) for one in marks] == [True] * 4


def test_far_from_each_other_they_share_a_lane_and_long_ones_are_cut() -> None:
    near, far = travelled(mark_data([mark(3, 0.0, "a" * 22), mark(30, 1.0, "b" * 23)]))["marks"]

    assert (near["mark_shift"], far["mark_shift"]) == (0, 0)
    assert (near["mark_side"], far["mark_side"]) == (0, 1)
    assert (near["mark_short"], far["mark_short"]) == ("a" * 22, "b" * 21 + "\u2026")
    assert mark_data([]) == {}


def test_a_table_by_step_has_the_events_of_each_step() -> None:
    """A Sunday belongs to the week before the Monday; what lies before the first step to none."""
    rows = [("W10", "2026-03-02", 2), ("W11", "2026-03-09", 1)]
    events = [(FIRST - dt.timedelta(days=1), "early"), (FIRST, "a"), (dt.date(2026, 3, 8), "b")]
    events.append((dt.date(2026, 3, 9), "c"))
    head = ("step", "begins on", "items")

    assert rows_with_events(head, rows, events) == (
        (*head, "events"),
        [("W10", "2026-03-02", 2, "a; b"), ("W11", "2026-03-09", 1, "c")],
    )
    assert rows_with_events(head, rows, []) == (head, rows)
    assert rows_with_events(("issue",), [("A-1",)], events) == (("issue",), [("A-1",)])
