"""A chart in its panel: drawing, table, or why there is neither."""

import pytest

from tests.support.drawing import NOW, panel
from ui.components.chart import chart_entries, chart_panel
from ui.components.states import Freshness
from ui.design import plain_design
from ui.figures.chart import Chart
from ui.figures.charts import CHARTS

SPEC = CHARTS[0]
CHART = Chart({"y": [3, None]}, note="Some words.")
FIGURE = {"data": [], "layout": {}}


def test_a_drawing_has_the_age_of_its_data() -> None:
    """Drawn at its fixed height, with its note beneath it."""
    shown = panel(SPEC, CHART, figure=FIGURE)

    assert '"type": "Graph"' in shown
    assert f'"height": "{SPEC.height}px"' in shown
    assert "Some words." in shown
    assert "Data as of 25 Feb 2026, read 3 min ago" in shown


def test_the_twin_is_a_table() -> None:
    """A caption, heads of columns and rows in place of the drawing."""
    rows = [{"first": "2026-W09", "others": [{"cell": "3"}]}]
    shown = panel(SPEC, CHART, caption=SPEC.title, heads=[{"head": "week"}, {"head": "items"}], rows=rows)

    assert '"type": "Graph"' not in shown
    assert shown.count('"scope": "col"') == 2
    assert '{"children": "2026-W09", "scope": "row"}' in shown
    assert '{"children": "3"}' in shown
    assert f"{SPEC.title}, as a table" in shown


def test_an_empty_chart_says_why_and_what_to_do() -> None:
    """One action: a longer period, or a Jira where there is nothing at all."""
    empty = Chart(empty="No data in this period.")
    nothing = Freshness(as_of=None, synced_at=None, now=NOW)

    assert "No data in this period." in panel(SPEC, empty)
    assert "?days=365" in panel(SPEC, empty)
    assert "/settings" in panel(SPEC, empty, nothing)
    assert '"type": "Graph"' not in panel(SPEC, empty, figure=FIGURE)


def test_a_chart_that_failed_says_so_in_its_place() -> None:
    """The browser asks again: its button is no component that the server hears of."""
    shown = panel(SPEC, CHART, cause="It broke.", remedy="Mend it.", reference="ab12")

    assert [word in shown for word in ("It broke.", "Mend it.", "ab12")] == [True, True, True]
    assert '"data-action": "retry"' in shown
    assert "Data as of" not in shown


@pytest.mark.parametrize(
    ("complete", "failed", "words"),
    [(True, False, []), (False, False, ["still reading"]), (True, True, ["not refreshed"])],
)
def test_what_is_not_the_last_word_is_marked(complete: bool, failed: bool, words: list[str]) -> None:
    """In words beside the age, not by colour alone."""
    shown = panel(SPEC, CHART, Freshness(NOW, NOW, NOW, complete, failed), figure=FIGURE)

    assert [word for word in ("still reading", "not refreshed") if word in shown] == words


@pytest.mark.parametrize("spec", CHARTS, ids=lambda spec: spec.id)
def test_every_panel_has_its_menu(spec) -> None:  # ChartSpec
    """Named after the chart, closed, and empty until it is opened."""
    head = plain_design(chart_panel(spec))["props"]["children"][0]
    button, menu = head["props"]["children"][2]["props"]["children"]

    assert button["props"]["aria-label"] == f"More: {spec.title}"
    assert button["props"]["aria-expanded"] == "false"
    assert menu["props"]["hidden"] is True
    assert menu["props"].get("children") is None


def test_the_menus_of_charts_have_their_entries_from_one_place() -> None:
    """Table, next scale, enlarge, CSV, PNG, link; out of sight, and for the arrow keys alone."""
    place = plain_design(chart_entries())["props"]
    entries = [entry["props"] for entry in place["children"]]

    assert place["hidden"] is True
    assert [e.get("data-action") for e in entries] == ["table", "scale", "enlarge", None, "png", "link"]
    assert entries[3]["data-export"] == "/export/chart"
    assert {entry["role"] for entry in entries[1:]} == {"menuitem"}
    assert {entry["tabIndex"] for entry in entries} == {"-1"}
