"""Figures are plain dicts that plotly's own schema accepts."""

import json

import plotly.graph_objects as go
import pytest

from data.metric import MetricResult
from tests.engine import engine_report
from tests.examples import example_a
from ui.figures.weekly import weekly_bars, weekly_line


def result(name: str) -> MetricResult:
    example = example_a()
    return engine_report(example.issues, **example.arguments(date_to="2026-03-18")).results[name]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("figure", [weekly_bars, weekly_line])
def test_plotly_accepts_the_figure(figure: object, scheme: str) -> None:
    """Every name and value is one that plotly knows, and it is JSON."""
    drawn = figure(result("flow_velocity"), scheme, "items")

    assert go.Figure(drawn).data
    assert json.dumps(drawn, allow_nan=False)


def test_bars_are_the_weekly_values() -> None:
    """W10 has two items, W11 one, the cut week none and is hatched; the mean is of whole weeks."""
    figure = weekly_bars(result("flow_velocity"), "light", "items")
    bars = figure["data"][0]

    assert bars["x"] == ["2026-03-02", "2026-03-09", "2026-03-16"]
    assert bars["y"] == [2, 1, 0]
    assert bars["marker"]["pattern"]["shape"] == ["", "", "/"]
    assert figure["layout"]["shapes"][0]["y0"] == 1.5
    assert figure["layout"]["yaxis"]["title"]["text"] == "items"


def test_height_is_fixed() -> None:
    """A chart that arrives late moves nothing."""
    assert weekly_line(result("flow_load"), "dark", "items")["layout"]["height"] == 260


def test_nothing_to_draw_says_why() -> None:
    """Without any value the axes give way to the reason, whatever characters are in it."""
    example = example_a()
    empty = engine_report([], **example.arguments()).results["flow_load"]
    figure = weekly_bars(empty, "light", "items")

    assert figure["layout"]["annotations"][0]["text"] == "There are no issues in the store."
    assert figure["layout"]["xaxis"] == {"visible": False}
    assert go.Figure(figure)
