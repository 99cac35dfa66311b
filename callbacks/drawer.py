"""The drawer: the formula of a number, the rows it is made of, page by page."""

from dataclasses import asdict
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from callbacks.panels import BY_ID, asked
from callbacks.workspace import Workspace
from data.evidence import IssueLine
from ui import ids
from ui.components.drawer import drawer_head
from ui.format import reason as reason_words


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the drawer to the workspace."""
    app.clientside_callback(
        ClientsideFunction("throughline", "forgetRows"),
        Output(ids.DRAWER_HEAD, "className"),
        Input(ids.DRAWER_HEAD, "children"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.DRAWER, "title"),
        Output(ids.DRAWER_HEAD, "children"),
        Input(ids.PANEL, "data"),
        Input(ids.SOURCE, "data"),
        Input(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def show_drawer(
        panel: dict[str, Any] | None, _source: dict[str, Any] | None, filters: dict[str, Any] | None
    ) -> tuple[Any, Any]:
        metric = BY_ID.get((panel or {}).get("panel") or "")
        if metric is None:
            return no_update, no_update
        _, report = asked(workspace, filters)
        return metric.title, drawer_head(metric, report.results[metric.id], (panel or {}).get("reason"))

    @app.callback(
        Output(ids.DRAWER_ROWS, "getRowsResponse"),
        Input(ids.DRAWER_ROWS, "getRowsRequest"),
        State(ids.PANEL, "data"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def send_rows(
        request: dict[str, Any] | None, panel: dict[str, Any] | None, filters: dict[str, Any] | None
    ) -> dict[str, Any]:
        name = (panel or {}).get("panel") or ""
        if request is None or name not in BY_ID:
            return {"rowData": [], "rowCount": 0}
        pipeline, report = asked(workspace, filters)
        lines = sorted_lines(
            pipeline.lines(report, name, (panel or {}).get("reason")), request.get("sortModel")
        )
        part = lines[int(request["startRow"]) : int(request["endRow"])]
        return {"rowData": [_row(line) for line in part], "rowCount": len(lines)}


def sorted_lines(lines: list[IssueLine], order: list[dict[str, str]] | None) -> list[IssueLine]:
    """Return lines in the order the table asks for; what has no value stands at the end."""
    for rule in reversed(order or []):
        name = rule["colId"]
        known = [line for line in lines if getattr(line, name) not in (None, "")]
        unknown = [line for line in lines if getattr(line, name) in (None, "")]
        known.sort(key=lambda line: getattr(line, name), reverse=rule["sort"] == "desc")  # used at once
        lines = known + unknown
    return lines


def _row(line: IssueLine) -> dict[str, Any]:
    row = asdict(line)
    row["note"] = reason_words(line.note)
    row["days"] = None if line.days is None else round(line.days, 2)
    row["start"], row["end"] = (text[:16].replace("T", " ") for text in (line.start, line.end))
    return row
