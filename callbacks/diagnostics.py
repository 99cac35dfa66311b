"""The Diagnostics page: the engine room, for whoever asks why something is so."""

import datetime as dt
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component
from flask import Response, request

from callbacks.notices import attempted, outside_settings
from callbacks.panels import asked
from callbacks.repairs import finding_lines
from callbacks.timers import one_at_a_time
from callbacks.timing import RecentTimings
from callbacks.views import query_of
from configuration.errors import NotAllowedError
from configuration.people import present, refusal, require
from configuration.profile import JiraSettings
from configuration.profile_text import exported
from data.checks.clones import clones_of, stored_clone_findings
from data.checks.connection import check
from data.checks.endings import FILES_ALONE, stored_findings
from data.checks.findings import CheckFinding
from data.checks.hosts import host_findings
from data.diagnostics.diagnostics import budget_of, log_lines, timings_of
from data.diagnostics.recent_log import recent_entries
from data.diagnostics.support_bundle import as_zip, bundle_files
from data.hosts.reading import waiting_in
from data.hosts.rows import UNREAD
from data.intake.connect import client_of
from data.intake.events import kept_in
from data.intake.hosts import check_hosts
from data.metrics.report import Report, View
from data.metrics.upgrade import rules_that_touch, touches_by_metric
from data.model.clock import clock_of
from data.model.columns import Coded
from data.model.instants import from_ms
from data.model.tables import MISSING
from data.model.unread import unread_of
from data.people.audit import last_lines
from data.people.owners import require_editor
from data.persistence import CacheMetadata, load_cache_metadata
from data.pipeline import ALL_METRICS, Pipeline
from data.profiles.sources import Source, check_connection
from data.store.ledger import ledger_of
from data.workspace import Workspace
from ui import ids
from ui.components import diagnostics as panels
from ui.components.findings import findings_list
from ui.components.states import error_state
from ui.format import age, counted, number
from ui.pages import diagnostics_ids as own
from ui.pages.diagnostics import button

SHOWN_LINES = 200
LEAST_PRIVATE = 4
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
            lambda: _draw_body(workspace, timings, filters),
            lambda failure: ("", [error_state(failure.cause, failure.remedy, failure.reference)]),
        )


def _draw_body(
    workspace: Workspace, timings: RecentTimings, filters: dict[str, Any]
) -> tuple[str, list[Component]]:
    pipeline, view = asked(workspace, filters)
    report = pipeline.report(view)
    now = clock_of(workspace.home).now_ms()
    metadata = load_cache_metadata(workspace.home, pipeline.name)
    syncs = metadata.syncs if metadata else ()
    entries = [*recent_entries(workspace.home.logs), *timings.entries()]
    statistics = ledger_of(workspace.home, pipeline.name).statistics()
    return f"profile {pipeline.name}", [
        _draw_jira(workspace, pipeline, metadata, now),
        _draw_store(pipeline, report),
        *_draw_code(workspace, pipeline),
        panels.budget_panel(budget_of(syncs, now), syncs, now),
        panels.cache_panel(statistics, _cache_buttons(pipeline)),
        panels.timings_panel(timings_of(entries)),
        panels.panel(
            "Data quality",
            _list_findings(pipeline, report),
            wide=True,
        ),
        *_draw_definitions(pipeline),
        *_draw_audit(workspace, now),
    ]


def _draw_audit(workspace: Workspace, now: int) -> list[Component]:
    """Return who changed what, for an administrator where people sign in."""
    person = present()
    if person is None or person.role != "administrator":
        return []
    lines = last_lines(workspace.home, SHOWN_LINES)
    return [panels.audit_panel([(line.at_ms, line.person, line.action, line.subject) for line in lines], now)]


def _draw_definitions(pipeline: Pipeline) -> list[Component]:
    """Return what version 2 of the definitions changed for issues that an earlier version stored."""
    if pipeline.status().definitions == "today":
        return []
    touches = rules_that_touch(pipeline.report(View(date_from=_find_first_day(pipeline))))
    told = touches_by_metric(touches)
    named = {metric.title: told[metric.id] for metric in ALL_METRICS if metric.id in told}
    return [panels.panel("Definitions, version 2", panels.rules_by_metric(named), wide=True)]


def _find_first_day(pipeline: Pipeline) -> str | None:
    """Return a civil day that is not later than the first creation in any zone, None in an empty store."""
    created = pipeline.dataset().issues.created
    known = created[created != MISSING]
    return (from_ms(int(known.min())) - dt.timedelta(days=1)).date().isoformat() if len(known) else None


def _list_findings(pipeline: Pipeline, report: Report) -> list[Component]:
    return findings_list(finding_lines(report, pipeline.profile), report.scope_issues, "diagnostics")


def _draw_jira(
    workspace: Workspace, pipeline: Pipeline, metadata: CacheMetadata | None, now: int
) -> Component:
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
    asked = kind != "demo" and pipeline.source.can_be_asked
    checked = asked or (kind == "files" and clones_of(pipeline.source, workspace.home))
    buttons = [button(own.CHECK, "Check now"), html.Div(id=own.CHECKED)] if checked else []
    return panels.panel("Connection", [panels.facts(told), *buttons])


def _draw_code(workspace: Workspace, pipeline: Pipeline) -> list[Component]:
    """Return how far each repository was read, and which could not be; nothing without any."""
    waiting = waiting_in(kept_in(pipeline.source, workspace.home).meta())
    told = {name: _word_waiting(n) for name, n in waiting.items()}
    told |= {each.name: f"{each.words} {each.cause}" for each in unread_of(pipeline.store.meta())}
    events = pipeline.dataset().deployments
    left = int(Coded(events.result, events.results).flags(lambda word: word == UNREAD).sum())
    if left:
        told["Deployments"] = f"{counted(left, 'result')} not read yet; each sync reads more"
    return [panels.panel("Code", [panels.facts(sorted(told.items()))])] if told else []


def _word_waiting(n: int) -> str:
    return f"read; {counted(n, 'change')} known by name alone, each sync reads more" if n else "read"


def _draw_store(pipeline: Pipeline, report: Report) -> Component:
    store, meta = pipeline.store, pipeline.store.meta()
    held = int(meta.get("held_back", "0"))
    told = [
        ("Issues", number(report.scope_issues)),
        ("Size", f"{store.size() / 1e6:.1f} MB in {store.name}"),
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
        return attempted(lambda: _draw_check(workspace, source), _show_failure)

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
        return attempted(lambda: _looked_after(workspace, (filters or {}).get("src"), again), _show_failure)


def _looked_after(workspace: Workspace, name: str | None, again: bool) -> str:
    pipeline = workspace.pipeline(name)
    require_editor(workspace.home, pipeline.name, "look after a store")
    store = pipeline.store
    if again:
        store.rewrite_columns()
        return "The columns were made again from the rows; the numbers are the same."
    store.verify()
    return "Every page and every row of the store is what was written."


def _show_failure(failure: Any) -> Component:
    return html.Div([html.Strong(failure.cause), f" {failure.remedy}"], className="fault")


def _draw_check(workspace: Workspace, source: Source) -> Component:
    hurried = {**workspace.environment, "JIRA_DEADLINE": CHECK_DEADLINE_S}
    check_hosts(source, workspace.home, hurried)
    beside = [*host_findings(source, workspace.home, hurried), *stored_clone_findings(source, workspace.home)]
    if source.kind == "files":
        return _list_checked([FILES_ALONE, *beside])
    check_connection(source)
    findings = check(client_of(source, workspace.home, hurried), source.jql, source.profile)
    findings += stored_findings(source.store, source.profile)
    return _list_checked([*findings, *beside])


def _list_checked(findings: Iterable[CheckFinding]) -> Component:
    lines = [
        html.Li(
            [html.Strong(f"{finding.name}: "), outside_settings(f"{finding.message} {finding.hint}".strip())]
        )
        for finding in findings
    ]
    return html.Ul(className="check-lines", children=lines)


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
            return True, _tell_cost(workspace, name), no_update, no_update
        if ctx.triggered_id == own.CONFIRMED and confirmed:
            started = workspace.refresh(name, full=True)
            words = (
                "Everything is being fetched."
                if started
                else "A sync of this profile still runs; try again when it ended."
            )
            return False, no_update, words, (ticks or 0) + 1
        return (False if cancelled else no_update), no_update, no_update, no_update


def _tell_cost(workspace: Workspace, name: str | None) -> str:
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
        ClientsideFunction("pages", "watch"),
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
        running=one_at_a_time(own.TICK, own.TICK_MS),
    )
    def show_log(
        _ticks: int | None, level: str | None, words: str | None, shown: str | None
    ) -> tuple[Any, Any]:
        hidden = refusal("administrator", "read the log")
        if hidden is not None:
            return f"{hidden.message} {hidden.hint}", ""
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
        return attempted(lambda: panels.bundle_files_view(_pack_bundle(workspace, name), href), _show_failure)

    def bundle() -> Response:
        try:
            packed = as_zip(_pack_bundle(workspace, request.args.get("src")))
        except NotAllowedError as error:
            return Response(f"{error.message} {error.hint}\n", 403, mimetype="text/plain")
        name = 'attachment; filename="throughline-bundle.zip"'
        return Response(packed, mimetype="application/zip", headers={"Content-Disposition": name})

    app.server.add_url_rule("/export/bundle.zip", "bundle", bundle)


def _pack_bundle(workspace: Workspace, name: str | None) -> dict[str, str]:
    require("administrator", "take the log and the settings away")
    pipeline = workspace.pipeline(name)
    source = pipeline.source
    meta = pipeline.store.meta()
    secrets = [secret for secret in (source.email, source.token) if secret]
    return bundle_files(
        exported(replace(source.profile, jira=JiraSettings(dialect=source.profile.jira.dialect))),
        load_cache_metadata(workspace.home, pipeline.name),
        meta,
        recent_entries(workspace.home.logs),
        [*secrets, *_private_words(workspace, source, meta)],
    )


def _private_words(workspace: Workspace, source: Source, meta: Mapping[str, str]) -> Iterator[str]:
    """Yield what tells whose bundle it is: address and query of the Jira, and where the user keeps things."""
    addresses = [part for url in (source.url, meta.get("site", "")) for part in (url, urlsplit(url).netloc)]
    folders = str(workspace.home.root), str(Path.home())
    # Shorter words say nothing, and are part of too many others.
    yield from (word for word in (*addresses, source.jql, *folders) if len(word) >= LEAST_PRIVATE)
