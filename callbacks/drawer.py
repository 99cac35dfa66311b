"""The drawer: the formula of a number, the rows it is made of page by page, the history of one of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from dash import ClientsideFunction, Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from callbacks.notices import Failure, attempted
from callbacks.panels import BY_ID, asked
from callbacks.views import query_of
from callbacks.workspace import Workspace
from data.charts.issue_history import issue_history
from data.evidence import IssueLine
from data.metric import Metric
from data.pipeline import Pipeline, Report
from ui import ids
from ui.components.drawer import drawer_head, issue_table
from ui.components.issue import issue_box, issue_unknown
from ui.components.states import error_state
from ui.format import reason as reason_words


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the drawer to the workspace."""
    app.clientside_callback(
        ClientsideFunction("throughline", "forgetRows"),
        Output(ids.DRAWER_HEAD, "className"),
        Input(ids.DRAWER_HEAD, "children"),
        prevent_initial_call=True,
    )

    app.clientside_callback(
        ClientsideFunction("throughline", "chooseRow"),
        Input(ids.DRAWER_ROWS, "cellClicked"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.DRAWER_TABLE, "children"), Input(ids.TABLE_READY, "data"), prevent_initial_call=True
    )
    def mount_table(_ready: bool | None) -> Any:
        return issue_table()

    @app.callback(
        Output(ids.DRAWER, "title"),
        Output(ids.DRAWER_HEAD, "children"),
        Output(ids.DRAWER_METRIC, "hidden"),
        Output(ids.DRAWER_ISSUE, "children"),
        Input(ids.PANEL, "data"),
        Input(ids.FILTERS, "data"),
        Input(ids.REVISION, "data"),
        prevent_initial_call=True,
    )
    def show_drawer(
        panel: dict[str, Any] | None, filters: dict[str, Any] | None, _revision: str | None
    ) -> tuple[Any, ...]:
        opened = Opened.of(panel)
        if not (opened.metric or opened.issue):
            return no_update, no_update, no_update, no_update
        return attempted(
            lambda: _drawer(workspace, opened, filters), lambda failure: _failed(opened, failure)
        )

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
        opened = Opened.of(panel)
        if request is None or opened.metric is None:
            return {"rowData": [], "rowCount": 0}
        pipeline, report = asked(workspace, filters)
        lines = sorted_lines(
            pipeline.lines(report, opened.metric.id, opened.reason), request.get("sortModel")
        )
        part = lines[int(request["startRow"]) : int(request["endRow"])]
        return {"rowData": [_row(line) for line in part], "rowCount": len(lines)}


def _drawer(workspace: Workspace, opened: "Opened", filters: dict[str, Any] | None) -> tuple[Any, ...]:
    pipeline, report = asked(workspace, filters)
    metric = opened.metric
    issue = None if opened.issue is None else _issue(pipeline, report, opened.issue)
    if metric is None or metric.id not in report.results:
        return opened.issue, None, True, issue
    address = f"/export/metric/{metric.id}.csv{query_of(filters, reason=opened.reason)}"
    head = drawer_head(metric, report.results[metric.id], opened.reason, address)
    return metric.title, head, False, issue


def _issue(pipeline: Pipeline, report: Report, key: str) -> Component:
    stays = None if report.delivery is None else issue_history(report.delivery, key)
    if stays is None:
        return issue_unknown(key)
    row = pipeline.store.rows([key]).get(key)
    site = "" if pipeline.source.kind == "demo" else pipeline.status().site
    url = f"{site}/browse/{quote(key)}" if site else ""
    return issue_box(key, "" if row is None else row.summary, url, stays)


def _failed(opened: "Opened", failure: Failure) -> tuple[Any, ...]:
    title = opened.metric.title if opened.metric else opened.issue
    return title, None, True, error_state(failure.cause, failure.remedy, failure.reference)


@dataclass(frozen=True, slots=True)
class Opened:
    """What the URL says is open: a metric, for one of its reasons, an issue, or both."""

    metric: Metric | None
    reason: str | None
    issue: str | None

    @classmethod
    def of(cls, panel: Mapping[str, Any] | None) -> "Opened":
        """Read the browser's store; unknown metrics are none."""
        given = panel or {}
        return cls(BY_ID.get(given.get("panel") or ""), given.get("reason"), given.get("issue"))


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
