"""A chart in its panel: of fixed height, with its table twin, its files and the age of its data."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from ui import ids
from ui.components.aria import action, aria, data
from ui.components.export import export_link
from ui.components.help import help_button
from ui.components.states import Reach, design_empty, design_tags, error_state, silence_of
from ui.design import Design, each, plain_design, text, when
from ui.figures.chart import Chart, ChartSpec
from ui.figures.charts import CHARTS
from ui.figures.marks import is_timed

# What every entry of a menu has; the arrow keys lead to it, and Tab does not.
_ENTRY: Any = {"className": "choice", "role": "menuitem", "tabIndex": "-1"}
GRAPH_CONFIG: Any = {"displayModeBar": False, "showSendToCloud": False, "responsive": True}
# Which number a chart is about, where its id does not say so: a click on it leads to that number's rows.
METRIC_OF = {
    "throughput": "flow_velocity",
    "load": "flow_load",
    "velocity": "flow_velocity",
    "flow_time_trend": "flow_time",
    "cumulative_flow": "flow_load",
    "scatter": "flow_time",
    "ageing": "flow_load",
    "blocked_weeks": "blocked_time",
    "blocked_now": "blocked_time",
    "epics": "flow_velocity",
    "distribution": "flow_distribution",
    "time_in_status": "flow_time",
    "net_flow": "flow_velocity",
    "deployments": "deployment_frequency",
}


def chart_grid(page: str) -> Component:
    """Return the panels of all charts of a page, in order, below the place of what is marked in them."""
    panels = [chart_panel(spec) for spec in CHARTS if spec.page == page]
    marked = html.Div(id=ids.marks(page), className="marks-box")
    return html.Div([marked, html.Div(panels, className="charts")])


def chart_panel(spec: ChartSpec) -> Component:
    """Return the panel of a chart before it is drawn; it is drawn when it comes into sight."""
    title = f"title-chart-{spec.id}"
    return html.Section(
        id=spec.id,
        className="panel chart",
        children=[
            html.Div(
                className="panel-head",
                children=[
                    html.H2(spec.title, id=title),
                    help_button(spec.title, spec.help),
                    _draw_menu(spec),
                ],
            ),
            html.Div(
                id={"kind": ids.CHART, "page": spec.page, "name": spec.id},
                className="chart-body",
                style={"--chart": f"{spec.height}px"},
                **data(chart=spec.id),
            ),
        ],
        **aria(labelledby=title),
        **data(panel=spec.id, metric=METRIC_OF.get(spec.id, spec.id.removeprefix("weekly_"))),
    )


def panel_design() -> Design:
    """Return the design of what is in a panel: the drawing or its table, or why there is neither.

    The browser gives it the figure (``figure``) or, where the table is wanted, heads and rows of that.
    """
    graph = dcc.Graph(
        id={"kind": ids.GRAPH, "name": "$id"},
        figure="$figure",
        config=GRAPH_CONFIG,
        style={"height": "$height"},
    )
    drawn = when("empty", design_empty(), when("rows", _design_table(), graph))
    foot = [*design_tags(), when("note", html.Span(["$note", " "])), html.Span("$age")]
    return plain_design(
        html.Div(
            when(
                "cause",
                error_state("$cause", "$remedy", "$reference", label=text("Try again: ", "$title")),
                [
                    html.Div(drawn, className="chart-content", style={"height": "$height"}),
                    html.P(foot, className="chart-foot quiet"),
                ],
            )
        )
    )


def chart_terms(spec: ChartSpec) -> dict[str, Any]:
    """Return what the panel of a chart says and draws in every view."""
    return {
        "id": spec.id,
        "title": spec.title,
        "height": f"{spec.height}px",
        "heads": spec.columns,
        "cells": spec.cells,
        "design": spec.design,
        # What happened on a day says nothing of a chart that does not run over time.
        **({} if is_timed(spec.design) else {"marks": []}),
    }


def chart_data(chart: Chart, reach: Reach) -> dict[str, Any]:
    """Return what the panel of a chart says and draws in one view; its reach decides what helps."""
    if not chart.empty:
        return {**chart.data, "note": chart.note}
    silence = silence_of(chart.empty, reach)
    return {"empty": silence.short, "way_out": silence.action, "href": silence.href}


def _design_table() -> Component:
    """Return the design of a chart as a table; what is beyond the first rows is in the CSV."""
    head = html.Thead(html.Tr(each("heads", html.Th("$head", scope="col"))))
    row = html.Tr([html.Th("$first", scope="row"), each("others", html.Td("$cell"))])
    table = html.Table([html.Caption("$caption"), head, html.Tbody(each("rows", row))], className="twin")
    return html.Div(
        className="table-box",
        tabIndex="0",
        role="region",
        **aria(label=text("$title", ", as a table")),
        children=[when("marks", _design_marks()), table],
    )


def _design_marks() -> Component:
    """Return the design of what a chart is marked with, as a list before the table of the numbers."""
    line = html.Li([html.Strong(text("$mark_on_day", " ", "$mark_what")), text(": ", "$mark_words")])
    return html.Ul(each("marks", line), className="twin-marks", **aria(label="Marks"))


def _draw_menu(spec: ChartSpec) -> Component:
    """Return the button behind which is what can be done with a chart (``ui/assets/menus.js``).

    The menu is empty until it is first opened: Dash asks each component of the page after each change of any.
    """
    name = spec.title
    return html.Div(
        className="chart-menu",
        children=[
            html.Button(
                "More",
                type="button",
                className="tool opens",
                **action("menu"),
                **aria(label=f"More: {name}", haspopup="menu", expanded="false"),
            ),
            html.Div(className="choices", role="menu", hidden=True, **aria(label=name)),
        ],
    )


def chart_entries() -> Component:
    """Return the entries that every menu of a chart gets its own copy of, out of sight."""
    return html.Div(
        id=ids.CHART_ENTRIES,
        hidden=True,
        children=[
            _menu_button("Table", "table", role="menuitemcheckbox", **aria(checked="false")),
            _menu_button("Next scale", "scale"),
            _menu_button("Enlarge", "enlarge"),
            export_link("Save as CSV", "/export/chart", **_ENTRY),
            _menu_button("Save as PNG", "png"),
            _menu_button("Copy link", "link"),
        ],
    )


def _menu_button(words: str, name: str, **more: Any) -> Component:
    return html.Button(words, type="button", **action(name), **(_ENTRY | more))


def enlarged_dialog() -> Component:
    """Return the closed dialog that shows a chart as large as the window (``ui/assets/pictures.js``)."""
    head = [
        html.H2("", id=ids.ENLARGED_TITLE),
        html.P("", className="enlarged-about quiet"),
        html.Button("Close", type="button", className="quiet-button", **action("shrink")),
    ]
    return html.Dialog(
        [
            html.Div(head, className="enlarged-head"),
            html.Div(className="enlarged-chart"),
            html.P("", className="enlarged-foot quiet"),
        ],
        id=ids.ENLARGED,
        className="enlarged",
        **aria(labelledby=ids.ENLARGED_TITLE),
    )
