"""What stands around every page: routing, the state of the source, the background job."""

import time
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from callbacks.notices import Failure, attempted
from callbacks.views import profile_names
from callbacks.workspace import Workspace
from data.jobs import JobState
from data.pipeline import Pipeline, SourceStatus
from ui import ids
from ui.components.aria import data
from ui.components.shell import banner, job_line, notice, profile_choice
from ui.format import age, day


def register(app: Dash, workspace: Workspace) -> None:
    """Connect routing, status line and background job to the workspace."""
    _register_browser_side(app)
    _register_source(app, workspace)
    _register_jobs(app, workspace)


def _register_browser_side(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("throughline", "navigate"),
        Output(ids.URL, "search"),
        Output(ids.PERIOD, "value"),
        Output(ids.RANGE, "value"),
        Output(ids.PROJECT, "value"),
        Output(ids.TYPE, "value"),
        Output(ids.LABEL, "value"),
        Output(ids.PROFILE, "value"),
        Output(ids.FILTERS, "data"),
        Output(ids.PANEL, "data"),
        Output(ids.DRAWER, "opened"),
        Output(ids.PAGE, "data"),
        Output(ids.FILTER_SUMMARY, "children"),
        Input(ids.URL, "pathname"),
        Input(ids.URL, "search"),
        Input(ids.PERIOD, "value"),
        Input(ids.RANGE, "value"),
        Input(ids.PROJECT, "value"),
        Input(ids.TYPE, "value"),
        Input(ids.LABEL, "value"),
        Input(ids.PROFILE, "value"),
        Input(ids.RESET, "n_clicks"),
        Input({"kind": ids.OPEN, "page": ALL, "name": ALL}, "n_clicks"),
        Input({"kind": ids.REASON, "name": ALL}, "n_clicks"),
        Input({"kind": ids.ISSUE, "page": ALL, "name": ALL}, "n_clicks"),
        Input({"kind": ids.GRAPH, "name": ALL}, "clickData"),
        Input(ids.DRAWER, "opened"),
        State(ids.FILTERS, "data"),
        State(ids.PANEL, "data"),
        State(ids.PAGE, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("throughline", "views"),
        Output({"kind": ids.VIEW, "name": ALL}, "data"),
        Input(ids.PAGE, "data"),
        Input(ids.FILTERS, "data"),
        Input(ids.REVISION, "data"),
        State({"kind": ids.VIEW, "name": ALL}, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("throughline", "source"),
        Output(ids.SOURCE, "data"),
        Output(ids.NOTICE, "children"),
        Input(ids.FILTERS, "data"),
        Input(ids.REVISION, "data"),
        State(ids.SOURCE, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("throughline", "scheme"),
        Output(ids.PROVIDER, "forceColorScheme"),
        Output(ids.THEME, "data"),
        Input(ids.THEME_TOGGLE, "n_clicks"),
    )


def _register_source(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(ids.STATUS, "children"),
        Output(ids.SYNC, "hidden"),
        Output(ids.BANNER, "children"),
        Output(ids.PROJECT, "data"),
        Output(ids.TYPE, "data"),
        Output(ids.LABEL, "data"),
        Output(ids.PROFILE, "data"),
        Output(ids.PROFILE, "wrapperProps"),
        Input(ids.SOURCE, "data"),
        prevent_initial_call=True,
    )
    def show_source(source: dict[str, Any]) -> tuple[Any, ...]:
        return (
            *attempted(lambda: _source(workspace, source.get("src")), _no_source),
            profiles := profile_names(workspace),
            profile_choice(profiles),
        )


def _source(workspace: Workspace, profile: str | None) -> tuple[Any, ...]:
    pipeline = workspace.pipeline(profile)
    status, choices = pipeline.status(), pipeline.choices()
    filters = list(choices.projects), list(choices.types), list(choices.labels)
    can_sync = pipeline.source.kind != "files"
    kind = banner_kind(workspace, pipeline)
    return _status(status, pipeline.dataset().as_of), not can_sync, banner(kind), *filters


def _no_source(failure: Failure) -> tuple[Any, ...]:
    return [], True, notice(failure.cause, failure.remedy, failure.reference), [], [], []


def _register_jobs(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(ids.JOB, "children"),
        Output(ids.REVISION, "data"),
        Output(ids.POLL, "disabled"),
        Input(ids.POLL, "n_intervals"),
        State(ids.REVISION, "data"),
        State(ids.FILTERS, "data"),
    )
    def show_job(_ticks: int | None, seen: str | None, filters: dict[str, Any] | None) -> tuple[Any, ...]:
        state = workspace.jobs.state()
        revision = stamp(workspace, (filters or {}).get("src"))
        return _job(state), no_update if revision == seen else revision, not state.running

    @app.callback(
        Output(ids.POLL, "n_intervals"),
        Input({"kind": ids.CANCEL, "name": ALL}, "n_clicks"),
        Input(ids.SYNC, "n_clicks"),
        State(ids.POLL, "n_intervals"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def command_job(
        cancels: list[int | None], syncs: int | None, ticks: int | None, filters: dict[str, Any] | None
    ) -> Any:
        if ctx.triggered_id == ids.SYNC and syncs:
            workspace.refresh((filters or {}).get("src"))
        elif any(cancels):
            workspace.jobs.cancel()
        else:
            return no_update
        return (ticks or 0) + 1


def banner_kind(workspace: Workspace, pipeline: Pipeline) -> str:
    """Return whose data a page shows; what is only about to be read for the first time is not missing."""
    kind = pipeline.status().kind
    return pipeline.source.kind if kind == "empty" and workspace.jobs.state().running else kind


def stamp(workspace: Workspace, profile: str | None) -> str:
    """Return what changes whenever a page has something new to show: new data, a sync, or one that failed.

    Raises:
        ConfigurationError: there is no such profile.
        StoreError: its store is damaged.
    """
    pipeline, state = workspace.pipeline(profile), workspace.jobs.state()
    meta = pipeline.store.meta()
    # While the very first data are read the page waits for them; if they do not come, it has to say so.
    waiting = "reading" if state.running and not len(pipeline.dataset().issues) else ""
    parts = meta.get("revision"), meta.get("synced_at"), state.reference, waiting
    return "!".join(part or "" for part in parts)


def _job(state: JobState) -> Component | None:
    if state.running:
        return job_line(state.label, state.done, state.total, state.left_s, state.pages)
    if state.error is not None:
        return notice(state.error, state.hint or "", state.reference or "")
    return None


def _status(status: SourceStatus, as_of: int) -> list[Component]:
    parts: list[Component] = []
    if status.kind == "demo":
        parts.append(html.Span("DEMO", className="tag"))
    if status.synced_at is not None:
        # The browser keeps the words true while the page stays open.
        words = age(status.synced_at, int(time.time() * 1000))
        parts.append(html.Span(["synced ", html.Span(words, **data(instant=str(status.synced_at)))]))
    elif status.stored:
        parts.append(html.Span(f"data as of {day(as_of)}"))
    return parts
