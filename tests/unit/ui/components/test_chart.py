"""A chart in its panel: drawing, table, or why there is neither."""

import pytest
from dash import dcc, html

from ui.components.chart import SHOWN_ROWS, chart_body, chart_panel, table_twin
from ui.components.states import Freshness
from ui.figures.chart import Chart
from ui.figures.charts import CHARTS

SPEC = CHARTS[0]
NOW = 1_772_000_000_000  # 2026-02-25
FRESH = Freshness(as_of=NOW, synced_at=NOW - 180_000, now=NOW)
CHART = Chart({"data": [], "layout": {}}, ("week", "items"), lambda: (("2026-W09", 3), ("2026-W10", None)))


def inside(chart: Chart = CHART, *, table: bool = False, freshness: Freshness = FRESH) -> html.Div:
    return chart_body(SPEC, chart, freshness, stamp="s1", table=table)


def test_a_drawing_has_the_age_of_its_data() -> None:
    """Drawn at its fixed height, and the browser learns what is drawn."""
    body = inside()
    content, foot = body.children

    assert isinstance(content.children, dcc.Graph)
    assert content.style == {"height": f"{SPEC.height}px"}
    assert getattr(body, "data-drawn") == "s1"
    assert "Data as of 25 Feb 2026, read 3 min ago" in str(foot)


def test_the_twin_is_a_table() -> None:
    """A caption, heads of columns and rows, and a dash where there is no value."""
    table = inside(table=True).children[0].children.children
    caption, head, body = table.children

    assert caption.children == SPEC.title
    assert [cell.scope for cell in head.children.children] == ["col", "col"]
    assert body.children[0].children[0].scope == "row"
    assert body.children[1].children[1].children == "\u2013"


@pytest.mark.parametrize(("rows", "shown", "told"), [(200, 200, False), (201, 200, True)])
def test_a_long_table_says_how_much_it_shows(rows: int, shown: int, told: bool) -> None:
    """Two hundred rows on the page; all of them in the file."""
    caption, _, body = table_twin("Title", ("n",), [(n,) for n in range(rows)]).children.children

    assert len(body.children) == shown == SHOWN_ROWS
    assert ("first 200 of 201 rows" in caption.children) is told


def test_an_empty_chart_says_why_and_what_to_do() -> None:
    """One action: a longer period, or a Jira where there is nothing at all."""
    empty = Chart({}, ("n",), empty="No data in this period.")
    nothing = Freshness(as_of=None, synced_at=None, now=NOW)

    assert "No data in this period." in str(inside(empty))
    assert "?days=365" in str(inside(empty))
    assert "/settings" in str(inside(empty, freshness=nothing))


@pytest.mark.parametrize(
    ("complete", "failed", "words"),
    [(True, False, []), (False, False, ["still reading"]), (True, True, ["not refreshed"])],
)
def test_what_is_not_the_last_word_is_marked(complete: bool, failed: bool, words: list[str]) -> None:
    """In words beside the age, not by colour alone."""
    marked = Freshness(NOW, NOW, NOW, complete, failed)
    shown = str(inside(freshness=marked))

    assert [word for word in ("still reading", "not refreshed") if word in shown] == words


@pytest.mark.parametrize("spec", CHARTS, ids=lambda spec: spec.id)
def test_every_panel_has_its_tools(spec) -> None:  # ChartSpec
    """Table, CSV, link and PNG, each with a name of its own."""
    panel = str(chart_panel(spec))

    assert f"/export/chart/{spec.id}.csv" in panel
    assert [action for action in ("table", "link", "png") if f"data-action='{action}'" not in panel] == []
