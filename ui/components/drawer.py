"""The drawer: the formula of a number, what was left out of it, and the rows it is made of."""

from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from data.metric import Metric, MetricResult
from ui import ids
from ui.components.aria import aria
from ui.format import counted, noun_of, number, percentile_words, reason, unit_words

_COLUMNS: list[dict[str, Any]] = [
    {"field": "key", "headerName": "Key", "width": 130, "pinned": "left", "cellRenderer": "IssueLink"},
    {"field": "summary", "headerName": "Summary", "minWidth": 220, "flex": 1, "tooltipField": "summary"},
    {"field": "type", "headerName": "Type", "width": 110},
    {"field": "status", "headerName": "Status now", "width": 130},
    {"field": "start", "headerName": "Start", "width": 160},
    {"field": "end", "headerName": "End", "width": 160},
    {"field": "days", "headerName": "Days", "width": 90, "type": "rightAligned"},
    {"field": "note", "headerName": "Note", "width": 160},
]


def drawer() -> Any:
    """Return the closed drawer, without its table."""
    return dmc.Drawer(
        id=ids.DRAWER,
        position="right",
        size="min(1120px, 100vw)",
        keepMounted=True,
        padding="lg",
        closeButtonProps={"aria-label": "Close"},
        title="Details",
        children=[
            html.Div(id=ids.DRAWER_ISSUE),
            html.Div(
                id=ids.DRAWER_METRIC,
                children=[
                    html.Div(id=ids.DRAWER_HEAD, className="drawer-head"),
                    html.Div(id=ids.DRAWER_TABLE, className="drawer-table"),
                ],
            ),
        ],
    )


def issue_table() -> Any:
    """Return the table of rows; it is mounted once and filled page by page from the server."""
    return dag.AgGrid(
        id=ids.DRAWER_ROWS,
        rowModelType="infinite",
        columnDefs=_COLUMNS,
        getRowId="params.data.key",
        defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True},
        dashGridOptions={
            "cacheBlockSize": 50,
            "rowBuffer": 10,
            "maxBlocksInCache": 8,
            "enableCellTextSelection": True,
            "suppressCellFocus": False,
        },
        style={"height": "min(62vh, 560px)", "width": "100%"},
    )


def drawer_head(metric: Metric, result: MetricResult, chosen: str | None, address: str) -> list[Component]:
    """Return what stands above the rows.

    Args:
        metric: the line of its family.
        result: its result in this view.
        chosen: the reason whose rows are shown, None for the included ones.
        address: of the same rows as a CSV file.
    """
    return [
        html.Div(
            [
                html.P(_value(metric, result), className="drawer-value"),
                html.A("CSV", href=address, download="", className="quiet-button"),
            ],
            className="drawer-line",
        ),
        html.Dl(
            [
                *_fact("Formula", metric.formula),
                *_fact("Made of", f"{counted(result.n, noun_of(metric))}, {result.evidence}"),
                *_fact("Read from", ", ".join(metric.fields)),
                *_fact("Percentiles", percentile_words(result)),
                *_fact("Note", result.message or ""),
            ]
        ),
        html.Div(
            _chips(metric, result, chosen), className="chips", role="group", **aria(label="Rows to show")
        ),
    ]


def _value(metric: Metric, result: MetricResult) -> str:
    if result.value is None:
        return "n/a"
    interval = ""
    if result.interval is not None:
        low, high = result.interval
        interval = f" (95 % interval {number(low)} to {number(high)} %)"
    return f"{number(result.value)} {unit_words(metric)}{interval}"


def _fact(name: str, text: str) -> list[Component]:
    return [html.Dt(name), html.Dd(text)] if text else []


def _chips(metric: Metric, result: MetricResult, chosen: str | None) -> list[Component]:
    entries = [("", f"{counted(result.n, noun_of(metric))} counted")]
    entries += [
        (code, f"{number(n)} left out: {reason(code)}") for code, n in result.candidates.counts().items()
    ]
    return [
        html.Button(
            text,
            id={"kind": ids.REASON, "name": code},
            type="button",
            className="chip chosen" if code == (chosen or "") else "chip",
            **aria(pressed="true" if code == (chosen or "") else "false"),
        )
        for code, text in entries
    ]
