"""What stands around every page: routing, the state of the source, its background job."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, html, no_update, set_props
from dash.development.base_component import Component

from callbacks.notices import Failure, attempted, outside_settings
from callbacks.saved_links import menu_of
from callbacks.timers import one_at_a_time
from callbacks.views import profile_names, query_of
from configuration.errors import StoreError
from data.intake.jobs import JobState
from data.model.clock import Clock, clock_of
from data.people.owners import refusal_to_edit
from data.persistence import DEMO_PROFILE
from data.pipeline import Pipeline, SourceStatus
from data.workspace import Workspace
from ui import ids
from ui.components.aria import data
from ui.components.shell import (
    banner,
    definitions_line,
    job_line,
    notice,
    outdated_line,
    profile_options,
    profile_title,
    site_words,
)
from ui.format import age, day

# The controls of the filter bar after the period, in the order in which the browser takes their values.
_CHOSEN = (ids.FROM, ids.TO, ids.STEP, ids.PROJECT, ids.TYPE, ids.LABEL, ids.COMPONENT)
_LISTS = ("project", "type", "label", "component")


def register(app: Dash, workspace: Workspace) -> None:
    """Connect routing, status line and background job to the workspace."""
    _register_address(app)
    _register_browser_side(app)
    _register_source(app, workspace)
    _register_jobs(app, workspace)


def _register_address(app: Dash) -> None:
    """Let the browser keep page, filters, panel and issue in the address, and follow it back.

    Nothing that an answer draws is an input here. Dash puts the call of a drawing in place of that of a click
    which waits, and of all that follows it calls nothing that the drawing came from: an address changed, and
    its page did not come. What is drawn changes the address by itself (``data-action``).
    """
    app.clientside_callback(
        ClientsideFunction("pages", "navigate"),
        Output(ids.URL, "search"),
        Output(ids.PERIOD, "value"),
        Output(ids.PERIOD, "data"),
        *(Output(name, "value") for name in _CHOSEN),
        Output(ids.PROFILE, "value"),
        Output(ids.FILTERS, "data"),
        Output(ids.PANEL, "data"),
        Output(ids.DRAWER, "opened"),
        Output(ids.PAGE, "data"),
        Output(ids.FILTER_SUMMARY, "children"),
        Input(ids.URL, "pathname"),
        Input(ids.URL, "search"),
        Input(ids.PERIOD, "value"),
        *(Input(name, "value") for name in _CHOSEN),
        Input(ids.PROFILE, "value"),
        Input(ids.RESET, "n_clicks"),
        Input(ids.DRAWER, "opened"),
        State(ids.FILTERS, "data"),
        State(ids.PANEL, "data"),
        State(ids.PAGE, "data"),
        State(ids.PERIOD, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("pages", "point"),
        Input({"kind": ids.GRAPH, "name": ALL}, "clickData"),
        prevent_initial_call=True,
    )


def _register_browser_side(app: Dash) -> None:
    # No output of the poll: while one is under way Dash calls nothing that follows what it may change, and
    # each page follows the revision.
    app.clientside_callback(ClientsideFunction("shell", "hear"), Input(ids.LATEST, "data"))
    app.clientside_callback(
        ClientsideFunction("pages", "views"),
        Output({"kind": ids.VIEW, "name": ALL}, "data"),
        Input(ids.PAGE, "data"),
        Input(ids.FILTERS, "data"),
        Input(ids.REVISION, "data"),
        State({"kind": ids.VIEW, "name": ALL}, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("pages", "source"),
        Output(ids.SOURCE, "data"),
        Output(ids.NOTICE, "children"),
        Input(ids.FILTERS, "data"),
        Input(ids.REVISION, "data"),
        State(ids.SOURCE, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("pages", "title"),
        Input(ids.PAGE, "data"),
        Input(ids.WHOSE, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("shell", "scheme"),
        Output(ids.PROVIDER, "forceColorScheme"),
        Output(ids.THEME, "data"),
        Input(ids.THEME_TOGGLE, "n_clicks"),
    )


def _register_source(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(ids.STATUS, "children"),
        Output(ids.SYNC, "hidden"),
        Output(ids.BANNER, "children"),
        Output(ids.WHOSE, "data"),
        Output(ids.SITE, "children"),
        Output(ids.PROJECT, "data"),
        Output(ids.TYPE, "data"),
        Output(ids.LABEL, "data"),
        Output(ids.COMPONENT, "data"),
        Output(ids.link("sprints"), "hidden"),
        Output(ids.VIEWS_LINKS, "children"),
        Output(ids.PROFILE, "data"),
        Input(ids.SOURCE, "data"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def show_source(source: dict[str, Any], filters: dict[str, Any] | None) -> tuple[Any, ...]:
        profile = source.get("src")
        return (
            *attempted(
                lambda: _show_source(workspace, profile, filters or {}),
                lambda failure: _no_source(workspace, profile, filters or {}, failure),
            ),
            profile_options(profile_names(workspace), profile),
        )


def _show_source(workspace: Workspace, profile: str | None, filters: Mapping[str, Any]) -> tuple[Any, ...]:
    pipeline = workspace.pipeline(profile)
    status, choices = pipeline.status(), pipeline.choices()
    if pipeline.source.kind == "demo" and not status.stored:
        workspace.refresh(pipeline.name)
    _show_job_of(workspace, pipeline.name)
    met = choices.projects, choices.types, choices.labels, choices.components
    can_sync = pipeline.source.can_be_asked
    site = site_words(pipeline.source.kind, status.site or pipeline.source.url)
    whose = {"profile": profile_title(pipeline.name), "site": site}
    told = banner_of(workspace, pipeline)
    return (
        _show_status(status, pipeline.dataset().as_of, clock_of(workspace.home)),
        not (can_sync and refusal_to_edit(workspace.home, pipeline.name, "") is None),
        told,
        whose,
        site,
        *(_with_asked(values, filters.get(name)) for name, values in zip(_LISTS, met, strict=True)),
        not choices.sprints,
        menu_of(pipeline),
    )


def _show_job_of(workspace: Workspace, name: str) -> None:
    """Show how the job of the profile stands that the page has turned to, and watch one that runs."""
    state = workspace.jobs.state(name)
    set_props(ids.JOB, {"children": _show_job(state)})
    if state.running:
        set_props(ids.POLL, {"disabled": False})


def _with_asked(values: Sequence[str], asked: Sequence[str] | None) -> list[str]:
    """Return the values of a filter and those an address asks for, so that the filter does not drop them."""
    return [*values, *(value for value in asked or () if value not in values)]


def _no_source(
    workspace: Workspace, profile: str | None, filters: Mapping[str, Any], failure: Failure
) -> tuple[Any, ...]:
    refetch = _can_refetch(workspace, profile) if failure.damaged else None
    names = [name for name in (workspace.shown, DEMO_PROFILE) if name != (profile or workspace.shown)]
    ways = [(f"Show {profile_title(name)}", f"/{query_of({'src': name})}") for name in names[:1]]
    told = notice(failure.cause, failure.remedy, failure.reference, refetch=refetch, ways=ways)
    whose = {"profile": profile or workspace.shown, "site": ""}
    return [], True, told, whose, "", *(_with_asked((), filters.get(name)) for name in _LISTS), True, []


def _can_refetch(workspace: Workspace, profile: str | None) -> str | None:
    """Return the profile if its issues can be fetched anew; imported files have to be imported again."""
    source = workspace.pipeline(profile).source
    return None if source.kind == "files" else source.name


def _register_jobs(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(ids.JOB, "children"),
        Output(ids.LATEST, "data"),
        Output(ids.POLL, "disabled"),
        Input(ids.POLL, "n_intervals"),
        State(ids.REVISION, "data"),
        State(ids.FILTERS, "data"),
        running=one_at_a_time(ids.POLL, ids.POLL_MS),
    )
    def show_job(_ticks: int | None, seen: str | None, filters: dict[str, Any] | None) -> tuple[Any, ...]:
        name = (filters or {}).get("src")
        state = workspace.jobs.state(name or workspace.shown)
        revision = _stamp_of_any_store(workspace, name, state)
        return _show_job(state), no_update if revision == seen else revision, not state.running

    @app.callback(
        Output(ids.POLL, "n_intervals"),
        Input(ids.COMMAND, "data"),
        State(ids.POLL, "n_intervals"),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )
    def command_job(command: dict[str, Any] | None, ticks: int | None, filters: dict[str, Any] | None) -> Any:
        what, name = ((command or {}).get(each) for each in ("what", "name"))
        shown = (filters or {}).get("src")
        if what == "sync":
            workspace.refresh(shown)
        elif what == "cancel":
            workspace.cancel(shown or workspace.shown)
        elif what == "refetch" and name:
            workspace.refresh(name, full=True)
        elif what == "ask-now" and name:
            workspace.ask_now(name)
        else:
            return no_update
        return (ticks or 0) + 1


def banner_kind(workspace: Workspace, pipeline: Pipeline, kind: str) -> str:
    """Return whose data a page shows; what is only about to be read for the first time is not missing."""
    running = kind == "empty" and workspace.jobs.state(pipeline.name).running
    return pipeline.source.kind if running else kind


def banner_of(workspace: Workspace, pipeline: Pipeline) -> Component | None:
    """Return the lines above a page: whose data it shows, and that the disk takes no newer ones."""
    storable = pipeline.store.has_room()
    status = pipeline.status()
    lacking = status.outdated
    renewed = outdated_line(*lacking) if lacking else None
    if status.definitions == "earlier" and pipeline.source.kind != "demo":
        renewed = definitions_line(lacking[1] if lacking else "")
    return banner(banner_kind(workspace, pipeline, status.kind), storable=storable, renewed=renewed)


def stamp(workspace: Workspace, profile: str | None, state: JobState | None = None) -> str:
    """Return what changes whenever a page has something new to show: new data, a sync, or one that failed.

    Args:
        workspace: all that is kept between two requests.
        profile: what the page shows; None: what is shown by default.
        state: how the job stands, if who asks knows: to look it up may take a question to a database.

    Raises:
        ConfigurationError: there is no such profile.
        StoreError: its store is damaged.
    """
    pipeline = workspace.pipeline(profile)
    state = state or workspace.jobs.state(pipeline.name)
    meta = pipeline.store.meta()
    # While the very first data are read the page waits for them; if they do not come, it has to say so.
    waiting = "reading" if state.running and not len(pipeline.dataset().issues) else ""
    parts = meta.get("revision"), meta.get("synced_at"), state.reference, waiting
    return "!".join(part or "" for part in parts)


def _stamp_of_any_store(workspace: Workspace, profile: str | None, state: JobState) -> str:
    """Return the stamp; of a store that cannot be read the progress of what mends it must still be told."""
    try:
        return stamp(workspace, profile, state)
    except StoreError:
        return f"unreadable!{state.reference or ''}"


def _show_job(state: JobState) -> Component | None:
    if state.running and state.error is None:
        return job_line(state.label, state.done, state.total, state.left_s, state.pages)
    if state.error is not None:
        ask_now = state.subject if state.held else None
        cause, remedy = outside_settings(state.error), outside_settings(state.hint or "")
        return notice(cause, remedy, state.reference or "", ask_now=ask_now)
    return None


def _show_status(status: SourceStatus, as_of: int, clock: Clock) -> list[Component]:
    parts: list[Component] = []
    if status.kind == "demo":
        parts.append(html.Span("DEMO", className="tag"))
    if status.synced_at is not None:
        # The browser keeps the words true while the page stays open.
        words = age(status.synced_at, clock.now_ms())
        parts.append(html.Span(["synced ", html.Span(words, **data(instant=str(status.synced_at)))]))
    elif status.stored:
        parts.append(html.Span(f"data as of {day(as_of)}"))
    return parts
