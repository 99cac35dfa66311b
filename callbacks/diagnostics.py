"""The Diagnostics page: the engine room, for whoever asks why something is so."""

import platform
import time
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component
from flask import Response, request

from callbacks.notices import attempted
from callbacks.panels import asked
from callbacks.timing import RecentTimings
from callbacks.views import query_of
from callbacks.workspace import Workspace
from configuration.errors import DashboardError
from data.cache_ledger import CacheLedger
from data.connect import client_of
from data.connection_check import check
from data.diagnostics import budget_of, log_lines, timings_of
from data.persistence import CacheMetadata, load_cache_metadata
from data.pipeline import Pipeline, Report
from data.profiles import export
from data.recent_log import recent_entries
from data.sources import Source, check_connection
from data.support_bundle import as_zip, bundle_files
from ui import ids
from ui.components import diagnostics as panels
from ui.components.findings import findings_list
from ui.components.states import error_state
from ui.format import age, counted, number
from ui.pages import diagnostics_ids as own
from ui.pages.diagnostics import button

SHOWN_LINES = 200
# A check from the page must answer while somebody looks at it.
CHECK_DEADLINE_S = "6"


def register(app: Dash, workspace: Workspace, timings: RecentTimings) -> None:
    """Connect the Diagnostics page to the workspace."""
    _register_body(app, workspace, timings)
    _register_actions(app, workspace)
    _register_full_sync(app, workspace)
    _register_log(app, workspace)
    _register_bundle(app, workspace)


def _register_body(app: Dash, workspace: Workspace, timings: RecentTimings) -> None:
    @app.callback(
        Output(ids.heading("diagnostics"), "children"),
        Output(own.BODY, "children"),
        Input(ids.view("diagnostics"), "data"),
        prevent_initial_call=True,
    )
    def show_diagnostics(view: dict[str, Any]) -> tuple[Any, Any]:
        filters = view["filters"]
        return attempted(
            lambda: _body(workspace, timings, filters),
            lambda failure: ("", [error_state(failure.cause, failure.remedy, failure.reference)]),
        )


def _body(
    workspace: Workspace, timings: RecentTimings, filters: dict[str, Any]
) -> tuple[str, list[Component]]:
    pipeline, report = asked(workspace, filters)
    now = time.time_ns() // 1_000_000
    metadata = load_cache_metadata(workspace.home, pipeline.name)
    syncs = metadata.syncs if metadata else ()
    entries = [*recent_entries(workspace.home.logs), *timings.entries()]
    statistics = CacheLedger(workspace.home.run, pipeline.name).statistics()
    return f"profile {pipeline.name}", [
        _jira(pipeline, metadata, now),
        _store(pipeline, report),
        panels.budget_panel(budget_of(syncs, now), syncs, now),
        panels.cache_panel(statistics, _cache_buttons(pipeline)),
        panels.timings_panel(timings_of(entries)),
        panels.panel("Data quality", findings_list(report.findings, report.scope_issues), wide=True),
    ]


def _jira(pipeline: Pipeline, metadata: CacheMetadata | None, now: int) -> Component:
    meta, kind = pipeline.store.meta(), pipeline.source.kind
    last = metadata.syncs[-1] if metadata and metadata.syncs else None
    outcome = "" if last is None else f"{age(last.at, now)}: {last.error or last.mode}"
    told = [
        ("Source", {"jira": "a Jira", "demo": "the built-in sample Jira", "files": "imported files"}[kind]),
        ("Address", meta.get("site", "") or pipeline.source.url),
        ("Kind", {"cloud": "Cloud", "dc": "Data Center"}.get(meta.get("dialect", ""), "")),
        ("Last sync", outcome or "none yet"),
        ("Program", f"Python {platform.python_version()}"),
    ]
    buttons = [button(own.CHECK, "Check now"), html.Div(id=own.CHECKED)] if kind == "jira" else []
    return panels.panel("Connection", [panels.facts(told), *buttons])


def _store(pipeline: Pipeline, report: Report) -> Component:
    store, meta = pipeline.store, pipeline.store.meta()
    size = store.path.stat().st_size if store.path.exists() else 0
    held = int(meta.get("held_back", "0"))
    told = [
        ("Issues", number(report.scope_issues)),
        ("Size", f"{size / 1e6:.1f} MB in {store.path.name}"),
        ("Revision", report.revision or "nothing stored"),
        ("Schema", meta.get("schema", "")),
        ("Complete", "yes" if report.complete else "no, a first sync has not ended"),
    ]
    warning = (
        [
            html.P(
                f"{counted(held, 'issue')} seem to be gone from Jira, too many at once to believe it. "
                "They are kept. If they are gone indeed, fetch everything again.",
                className="fault",
            )
        ]
        if held
        else []
    )
    return panels.panel(
        "Store",
        [
            panels.facts(told),
            *warning,
            button(own.VERIFY, "Verify every row"),
            html.Div(id=own.VERIFIED, role="status"),
        ],
    )


def _cache_buttons(pipeline: Pipeline) -> list[Component]:
    buttons = [button(own.REBUILD, "Make derived columns again")]
    if pipeline.source.kind != "files":
        buttons.append(button(own.FULL, "Fetch everything again"))
    return [html.Div(buttons, className="diagnostics-row")]


def _register_actions(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(own.CHECKED, "children"),
        Input(own.CHECK, "n_clicks"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def check_now(clicks: int | None, filters: dict[str, Any] | None) -> Any:
        if not clicks:
            return no_update
        source = workspace.pipeline((filters or {}).get("src")).source
        return attempted(lambda: _checked(workspace, source), _failed)

    @app.callback(
        Output(own.VERIFIED, "children"),
        Input(own.VERIFY, "n_clicks"),
        Input(own.REBUILD, "n_clicks"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def look_after_store(verify: int | None, rebuild: int | None, filters: dict[str, Any] | None) -> Any:
        if not (verify or rebuild):
            return no_update
        again = ctx.triggered_id == own.REBUILD
        return attempted(lambda: _looked_after(workspace, (filters or {}).get("src"), again), _failed)


def _looked_after(workspace: Workspace, name: str | None, again: bool) -> str:
    store = workspace.pipeline(name).store
    if again:
        store.rewrite_columns()
        return "The columns were made again from the rows; the numbers are the same."
    store.verify()
    return "Every page and every row of the store is what was written."


def _failed(failure: Any) -> Component:
    return html.Div([html.Strong(failure.cause), f" {failure.remedy}"], className="fault")


def _checked(workspace: Workspace, source: Source) -> Component:
    check_connection(source)
    hurried = {**workspace.environment, "JIRA_DEADLINE": CHECK_DEADLINE_S}
    findings = check(client_of(source, workspace.home, hurried), source.jql, source.profile)
    return html.Ul(
        className="check-lines",
        children=[
            html.Li([html.Strong(f"{finding.name}: "), f"{finding.message} {finding.hint}".strip()])
            for finding in findings
        ],
    )


def _register_full_sync(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(own.CONFIRM, "opened"),
        Output(own.CONFIRM_TEXT, "children"),
        Output(own.DONE, "children"),
        Output(ids.POLL, "n_intervals", allow_duplicate=True),
        Input(own.FULL, "n_clicks"),
        Input(own.CONFIRMED, "n_clicks"),
        Input(own.CANCELLED, "n_clicks"),
        State(ids.POLL, "n_intervals"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def fetch_everything(
        wanted: int | None,
        confirmed: int | None,
        cancelled: int | None,
        ticks: int | None,
        filters: dict[str, Any] | None,
    ) -> tuple[Any, ...]:
        name = (filters or {}).get("src")
        if ctx.triggered_id == own.FULL and wanted:
            return True, _cost(workspace, name), no_update, no_update
        if ctx.triggered_id == own.CONFIRMED and confirmed:
            started = workspace.refresh(name, full=True)
            words = (
                "Everything is being fetched."
                if started
                else "Another job still runs; try again when it ended."
            )
            return False, no_update, words, (ticks or 0) + 1
        return (False if cancelled else no_update), no_update, no_update, no_update


def _cost(workspace: Workspace, name: str | None) -> str:
    pipeline = workspace.pipeline(name)
    metadata = load_cache_metadata(workspace.home, pipeline.name)
    full = [sync.requests for sync in (metadata.syncs if metadata else ()) if sync.mode == "full"]
    about = f" The last time it took {counted(full[-1], 'request')}." if full else ""
    return (
        "All issues are read again and compared; what seems to be gone is taken out of the store. The page "
        f"shows the present numbers until that has ended.{about}"
    )


def _register_log(app: Dash, workspace: Workspace) -> None:
    app.clientside_callback(
        ClientsideFunction("diagnostics", "watch"),
        Output(own.TICK, "disabled"),
        Output(own.PAUSE, "children"),
        Input(ids.PAGE, "data"),
        Input(own.PAUSE, "n_clicks"),
    )

    @app.callback(
        Output(own.LOG, "children"),
        Output(own.LOG_COUNT, "children"),
        Input(own.TICK, "n_intervals"),
        Input(own.LEVEL, "value"),
        Input(own.SEARCH, "value"),
        State(own.LOG_COUNT, "children"),
        prevent_initial_call=True,
    )
    def show_log(
        _ticks: int | None, level: str | None, words: str | None, shown: str | None
    ) -> tuple[Any, Any]:
        lines, n = log_lines(recent_entries(workspace.home.logs), level or "INFO", words or "", SHOWN_LINES)
        newest = lines[-1].at[11:23] if lines else ""
        told = f"{number(len(lines))} of {counted(n, 'line')}{f', newest {newest}' if newest else ''}"
        # While nothing new was written nothing travels.
        return (
            (no_update, no_update)
            if told == shown and ctx.triggered_id == own.TICK
            else (panels.log_rows(lines), told)
        )


def _register_bundle(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(own.BUNDLE, "children"),
        Input(own.PREVIEW, "n_clicks"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def preview(clicks: int | None, filters: dict[str, Any] | None) -> Any:
        if not clicks:
            return no_update
        name = (filters or {}).get("src")
        href = f"/export/bundle.zip{query_of({'src': name})}"
        return attempted(lambda: panels.bundle_files_view(_bundle(workspace, name), href), _failed)

    def bundle() -> Response:
        packed = as_zip(_bundle(workspace, request.args.get("src")))
        name = 'attachment; filename="throughline-bundle.zip"'
        return Response(packed, mimetype="application/zip", headers={"Content-Disposition": name})

    app.server.add_url_rule("/export/bundle.zip", "bundle", bundle)


def _bundle(workspace: Workspace, name: str | None) -> dict[str, str]:
    pipeline = workspace.pipeline(name)
    source = pipeline.source
    try:
        settings = export(workspace.home, pipeline.name)
    except DashboardError:
        settings = ""  # the sample data and a profile of the environment have no file
    return bundle_files(
        settings,
        load_cache_metadata(workspace.home, pipeline.name),
        pipeline.store.meta(),
        recent_entries(workspace.home.logs),
        [secret for secret in (source.email, source.token) if secret],
    )
