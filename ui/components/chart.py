"""A chart in its panel: of fixed height, with its table twin, its files and the age of its data."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from ui import ids
from ui.components.aria import action, aria, data
from ui.components.export import export_link
from ui.components.help import help_button
from ui.components.states import (
    CONNECT,
    Freshness,
    age_line,
    empty_state,
    error_state,
    tags,
    way_out_of,
)
from ui.figures.chart import Chart, ChartSpec
from ui.figures.charts import CHARTS
from ui.format import number

GRAPH_CONFIG: Any = {"displayModeBar": False, "showSendToCloud": False, "responsive": True}
SHOWN_ROWS = 200
# Which number a chart is about, where its id does not say so: a click on it leads to that number's rows.
METRIC_OF = {
    "throughput": "flow_velocity",
    "load": "flow_load",
    "velocity": "flow_velocity",
    "flow_time_trend": "flow_time",
    "cumulative_flow": "flow_load",
    "scatter": "flow_time",
    "ageing": "flow_load",
    "distribution": "flow_distribution",
    "time_in_status": "flow_time",
    "net_flow": "flow_velocity",
    "deployments": "deployment_frequency",
}


def chart_grid(page: str) -> Component:
    """Return the panels of all charts of a page, in their order."""
    panels = [chart_panel(spec) for spec in CHARTS if spec.page == page]
    return html.Div(panels, className="charts")


def chart_panel(spec: ChartSpec) -> Component:
    """Return the panel of a chart before it is drawn; it is drawn when it comes into sight."""
    title = f"title-chart-{spec.id}"
    return html.Section(
        id=spec.id,
        className="panel chart",
        children=[
            html.Div(
                className="panel-head",
                children=[html.H2(spec.title, id=title), help_button(spec.title, spec.help), _tools(spec)],
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


def chart_body(spec: ChartSpec, chart: Chart, freshness: Freshness, *, stamp: str, table: bool) -> Component:
    """Return what is in a panel: the drawing or its table, or why there is none.

    Args:
        spec: the chart.
        chart: as drawn for this view.
        freshness: of its data.
        stamp: names the view, so that the browser knows what is drawn.
        table: the table is wanted instead of the drawing.
    """
    if chart.empty:
        content: Component = empty_state(chart.empty, _way_out(chart.empty, freshness))
    elif table:
        content = table_twin(spec.title, chart.columns, chart.rows)
    else:
        content = dcc.Graph(
            id={"kind": ids.GRAPH, "name": spec.id},
            figure=chart.figure,
            config=GRAPH_CONFIG,
            style={"height": f"{spec.height}px"},
        )
    return html.Div(
        children=[
            html.Div(content, className="chart-content", style={"height": f"{spec.height}px"}),
            _foot(chart.note, freshness),
        ],
        **data(drawn=stamp),
    )


def chart_failed(spec: ChartSpec, cause: str, remedy: str, reference: str, *, stamp: str) -> Component:
    """Return the panel of a chart that could not be drawn."""
    return html.Div(error_state(cause, remedy, reference, subject=spec.title), **data(drawn=stamp))


def table_twin(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Component:
    """Return a chart as a table; what is beyond the first rows is in the CSV."""
    shown = rows[:SHOWN_ROWS]
    rest = f"first {number(len(shown))} of {number(len(rows))} rows; all are in the CSV file"
    caption = f"{title}: {rest}" if len(rows) > len(shown) else title
    return html.Div(
        className="table-box",
        tabIndex="0",
        role="region",
        **aria(label=f"{title}, as a table"),
        children=html.Table(
            [
                html.Caption(caption),
                html.Thead(html.Tr([html.Th(name, scope="col") for name in columns])),
                html.Tbody([_row(row) for row in shown]),
            ],
            className="twin",
        ),
    )


def _row(row: Sequence[Any]) -> Component:
    first, *others = [_cell(value) for value in row]
    return html.Tr([html.Th(first, scope="row"), *(html.Td(text) for text in others)])


def _cell(value: Any) -> str:
    if value is None:
        return "\u2013"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int | float) else str(value)


def _tools(spec: ChartSpec) -> Component:
    name = spec.title
    return html.Div(
        className="panel-tools",
        children=[
            html.Button(
                "Table",
                type="button",
                className="tool",
                **action("table"),
                **aria(label=f"{name}: view as table", pressed="false"),
            ),
            export_link("CSV", f"/export/chart/{spec.id}.csv", label=f"{name}: CSV file"),
            html.Button(
                "Link", type="button", className="tool", **action("link"), **aria(label=f"{name}: copy link")
            ),
            html.Button(
                "PNG",
                type="button",
                className="tool",
                **action("png"),
                **aria(label=f"{name}: save as image"),
            ),
        ],
    )


def _foot(note: str, freshness: Freshness) -> Component:
    return html.P(
        className="chart-foot quiet",
        children=[*tags(freshness), html.Span(f"{note} " if note else ""), html.Span(age_line(freshness))],
    )


def _way_out(why: str, freshness: Freshness) -> tuple[str, str]:
    return CONNECT if freshness.as_of is None else way_out_of(why)
