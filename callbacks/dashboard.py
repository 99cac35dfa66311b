"""The Overview and its drawer: filters in, numbers out. A callback carries ids and filters, never issues."""

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from callbacks.workspace import Workspace
from data.evidence import IssueLine
from data.jobs import JobState
from data.periods import parse_day
from data.pipeline import METRICS, Pipeline, Report, SourceStatus, View
from ui import ids
from ui.components.card import metric_card
from ui.components.drawer import drawer_head
from ui.components.findings import findings_list
from ui.components.shell import banner, job_line, notice
from ui.figures.weekly import weekly_bars, weekly_line
from ui.format import age, counted, day
from ui.format import reason as reason_words
from ui.theme import Scheme

PERIOD_DAYS = {"30": 30, "90": 90, "180": 180, "365": 365}
BY_ID = {metric.id: metric for metric in METRICS}


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the page to the workspace."""
    _register_browser_side(app)
    _register_overview(app, workspace)
    _register_drawer(app, workspace)
    _register_jobs(app, workspace)


def view_of(pipeline: Pipeline, filters: Mapping[str, Any] | None) -> View:
    """Return the view that the filters of the URL ask for; what they leave out has its default."""
    chosen = filters or {}
    first, last = chosen.get("from"), chosen.get("to")
    if not (first and last):
        first, last = _last_days(pipeline, PERIOD_DAYS.get(str(chosen.get("days")), 90))
    return View(
        date_from=first,
        date_to=last,
        projects=tuple(chosen.get("project") or ()),
        types=tuple(chosen.get("type") or ()),
        labels=tuple(chosen.get("label") or ()),
    )


def _last_days(pipeline: Pipeline, days: int) -> tuple[str | None, str | None]:
    last = pipeline.report(View()).period.date_to
    if last is None:
        return None, None
    first = parse_day(last, "to") - dt.timedelta(days=days - 1)
    return first.isoformat(), last


def _register_browser_side(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("throughline", "navigate"),
        Output(ids.URL, "search"),
        Output(ids.PERIOD, "value"),
        Output(ids.RANGE, "value"),
        Output(ids.PROJECT, "value"),
        Output(ids.TYPE, "value"),
        Output(ids.LABEL, "value"),
        Output(ids.FILTERS, "data"),
        Output(ids.PANEL, "data"),
        Output(ids.DRAWER, "opened"),
        Input(ids.URL, "search"),
        Input(ids.PERIOD, "value"),
        Input(ids.RANGE, "value"),
        Input(ids.PROJECT, "value"),
        Input(ids.TYPE, "value"),
        Input(ids.LABEL, "value"),
        Input(ids.RESET, "n_clicks"),
        Input({"kind": ids.OPEN, "name": ALL}, "n_clicks"),
        Input({"kind": ids.REASON, "name": ALL}, "n_clicks"),
        Input(ids.DRAWER, "opened"),
        State(ids.FILTERS, "data"),
        State(ids.PANEL, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("throughline", "scheme"),
        Output(ids.PROVIDER, "forceColorScheme"),
        Output(ids.THEME, "data"),
        Input(ids.THEME_TOGGLE, "n_clicks"),
    )
    app.clientside_callback(
        ClientsideFunction("throughline", "forgetRows"),
        Output(ids.DRAWER_HEAD, "className"),
        Input(ids.DRAWER_HEAD, "children"),
        prevent_initial_call=True,
    )


def _register_overview(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(ids.CARDS, "children"),
        Output(ids.FINDINGS, "children"),
        Output(ids.HEADING, "children"),
        Output(ids.STATUS, "children"),
        Output(ids.BANNER, "children"),
        Output(ids.NOTICE, "children"),
        Input(ids.FILTERS, "data"),
        Input(ids.REVISION, "data"),
        prevent_initial_call=True,
    )
    def show_overview(filters: dict[str, Any] | None, _revision: str | None) -> tuple[Any, ...]:
        pipeline = workspace.pipeline()
        report, status = pipeline.report(view_of(pipeline, filters)), pipeline.status()
        cards = [metric_card(metric, report.results[metric.id]) for metric in METRICS]
        return (
            cards,
            findings_list(report.findings, report.scope_issues),
            _heading(report),
            _status(status, report),
            banner(status.kind),
            None,
        )

    @app.callback(
        Output(ids.THROUGHPUT, "figure"),
        Output(ids.LOAD, "figure"),
        Input(ids.FILTERS, "data"),
        Input(ids.REVISION, "data"),
        Input(ids.THEME, "data"),
        prevent_initial_call=True,
    )
    def show_charts(filters: dict[str, Any] | None, _revision: str | None, scheme: Scheme) -> tuple[Any, Any]:
        pipeline = workspace.pipeline()
        results = pipeline.report(view_of(pipeline, filters)).results
        return (
            weekly_bars(results["flow_velocity"], scheme, "items"),
            weekly_line(results["flow_load"], scheme, "items"),
        )


def _register_drawer(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(ids.DRAWER, "title"),
        Output(ids.DRAWER_HEAD, "children"),
        Input(ids.PANEL, "data"),
        Input(ids.FILTERS, "data"),
        Input(ids.REVISION, "data"),
        prevent_initial_call=True,
    )
    def show_drawer(
        panel: dict[str, Any] | None, filters: dict[str, Any] | None, _revision: str | None
    ) -> tuple[Any, Any]:
        metric = BY_ID.get((panel or {}).get("panel") or "")
        if metric is None:
            return no_update, no_update
        pipeline = workspace.pipeline()
        report = pipeline.report(view_of(pipeline, filters))
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
        pipeline = workspace.pipeline()
        report = pipeline.report(view_of(pipeline, filters))
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


def _register_jobs(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(ids.JOB, "children"),
        Output(ids.REVISION, "data"),
        Output(ids.POLL, "disabled"),
        Output(ids.PROJECT, "data"),
        Output(ids.TYPE, "data"),
        Output(ids.LABEL, "data"),
        Input(ids.POLL, "n_intervals"),
        State(ids.REVISION, "data"),
    )
    def show_job(_ticks: int | None, seen: str | None) -> tuple[Any, ...]:
        pipeline, state = workspace.pipeline(), workspace.jobs.state()
        revision = pipeline.dataset().revision
        if revision == seen:
            return _job(state), no_update, not state.running, no_update, no_update, no_update
        choices = pipeline.choices()
        filters = list(choices.projects), list(choices.types), list(choices.labels)
        return _job(state), revision, not state.running, *filters

    @app.callback(
        Output(ids.POLL, "n_intervals"),
        Input({"kind": ids.CANCEL, "name": ALL}, "n_clicks"),
        State(ids.POLL, "n_intervals"),
        prevent_initial_call=True,
    )
    def cancel(clicks: list[int | None], ticks: int | None) -> Any:
        if not any(clicks):
            return no_update
        workspace.jobs.cancel()
        return (ticks or 0) + 1


def _job(state: JobState) -> Component | None:
    if state.running:
        return job_line(state.label, state.done, state.total)
    if state.error is not None:
        return notice(state.error, state.hint or "", state.reference or "")
    return None


def _heading(report: Report) -> str:
    period = report.period
    if period.date_from is None or period.date_to is None:
        return "no data yet"
    items = f"{counted(report.flow_items, 'flow item')} of {counted(report.scope_issues, 'issue')}"
    span = f"{period.date_from} to {period.date_to}, {counted(period.days, 'day')}, {period.timezone}"
    return f"{span}; {items} in scope"


def _status(status: SourceStatus, report: Report) -> list[Component]:
    parts: list[Component] = []
    if status.kind == "demo":
        parts.append(html.Span("DEMO", className="tag"))
    if status.synced_at is not None:
        parts.append(html.Span(f"synced {age(status.synced_at, int(time.time() * 1000))}"))
    elif status.stored:
        parts.append(html.Span(f"data as of {day(report.as_of)}"))
    return parts
