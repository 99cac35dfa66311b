"""The charts of the Overview, by hand."""

import pytest

from data.metrics.report import Report
from tests.support.drawing import figure_of
from tests.support.engine import engine_report
from tests.support.examples import example_a
from ui.figures.charts import chart


@pytest.fixture(scope="module")
def report() -> Report:
    """Return worked example A with a third week that its end cuts."""
    example = example_a()
    return engine_report(example.issues, **example.arguments(date_to="2026-03-18"))


def test_bars_are_the_weekly_values(report: Report) -> None:
    """W10 has two items, W11 one, the cut week none and is hatched; the mean is of whole weeks."""
    figure = figure_of(chart("throughput"), report)
    bars = figure["data"][0]

    assert bars["x"] == ["2026-03-02", "2026-03-09", "2026-03-16"]
    assert bars["y"] == [2, 1, 0]
    assert bars["marker"]["pattern"]["shape"] == ["", "", "/"]
    assert bars["customdata"] == ["", "", " (not whole)"]
    assert figure["layout"]["shapes"][0]["y0"] == 1.5
    assert figure["layout"]["annotations"][0]["text"] == "mean 1.5"
    assert figure["layout"]["yaxis"]["title"]["text"] == "items"


def test_points_of_weeks_that_are_not_whole_are_open(report: Report) -> None:
    figure = figure_of(chart("load"), report, "dark")

    assert figure["data"][0]["marker"]["symbol"] == ["circle", "circle", "circle-open"]
    assert figure["layout"]["height"] == 260


def test_nothing_to_draw_says_why() -> None:
    """Without any value the reason takes the place of the data."""
    empty = engine_report([], **example_a().arguments())

    assert chart("throughput").build(empty).empty == "There are no issues in the store."
