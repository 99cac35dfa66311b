"""Settings, sections 1 and 2: fields in, a verified connection, the price of a query and a saved profile out.

The token comes in and never goes out: not into an answer, not into a store of
the browser, not into a log, not into an address.
"""

from collections.abc import Callable, Sequence
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, no_update, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.connection import (
    Look,
    Typed,
    bound,
    connect,
    draft_of,
    look_at,
    priced,
    token_words,
    unchanged,
)
from callbacks.views import profile_names
from configuration.origins import origin_of
from configuration.profile import Profile
from data.checks.draft import Fault, projects_of
from data.jira_simple import ProjectRef
from data.mapping.field_reading import Readings
from data.workspace import Workspace
from ui import ids as shell_ids
from ui.components.shell import profile_options
from ui.format import counted
from ui.pages.settings import ids
from ui.pages.settings.connection import fault_lines, finding_lines, review_banner, token_offer

FIELDS = {"url": ids.URL, "email": ids.EMAIL, "token": ids.TOKEN, "jql": ids.JQL}
_LOOKED_AT = (
    Output(ids.URL, "error"),
    Output(ids.EMAIL, "error"),
    Output(ids.TOKEN, "error"),
    Output(ids.EMAIL_BOX, "hidden"),
    Output(ids.TOKEN, "description"),
    Output(ids.VERDICT, "children"),
    Output(ids.PROJECTS, "data"),
)


def register(app: Dash, workspace: Workspace, readings: Readings) -> None:
    """Connect the fields of the connection and of the query to the workspace.

    Args:
        app: the dashboard.
        workspace: its profiles.
        readings: gets what a first connection reads of the fields of a Jira.
    """
    _register_connection(app, workspace)
    _register_gateway(app)
    _register_agreement(app)
    _register_query(app, workspace)
    _register_save(app, workspace, readings)
    _register_top(app)


def _register_connection(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        output=_LOOKED_AT,
        inputs={
            "values": {name: Input(FIELDS[name], "value") for name in ("url", "email", "token")},
            "_clicks": Input(ids.VERIFY, "n_clicks"),
            "agreed": Input(ids.AGREED, "data"),
        },
        state={
            "shown": State(ids.SHOWN, "data"),
            "chosen": State(ids.PROJECTS, "value"),
            "typed_for": State(ids.TYPED_FOR, "data"),
        },
        prevent_initial_call=True,
        running=[
            (Output(ids.VERIFY, "children"), "Asking Jira ...", "Verify"),
            (Output(ids.SOURCE, "data-asking"), "yes", ""),  # what was said before is not said of this
        ],
    )
    def look(
        values: dict[str, str | None],
        _clicks: int | None,
        agreed: str | None,
        shown: dict[str, str],
        chosen: list[str] | None,
        typed_for: str | None,
    ) -> tuple[Any, ...]:
        if ctx.triggered_id == ids.TOKEN and not values["token"]:
            raise PreventUpdate  # it was saved, or taken away, and the field cleared
        typed = _bound_now(Typed.from_fields({**values, "agreed": agreed}), typed_for)
        seen = look_at(workspace, shown["target"], typed)
        projects = seen.verdict.projects
        if len(projects) == 1 and not chosen:
            set_props(ids.PROJECTS, {"value": [projects[0].key]})
        return (
            *(_find_error(seen.verdict.fault, field) for field in ("url", "email", "token")),
            not seen.needs_email,
            seen.token,
            _draw_verdict(seen),
            _project_options(projects, chosen) if projects else no_update,
        )

    app.clientside_callback(
        ClientsideFunction("settings", "typedFor"),
        Output(ids.TYPED_FOR, "data"),
        Input(ids.TOKEN, "value"),
        Input(ids.URL, "value"),
        State(ids.TYPED_FOR, "data"),
        prevent_initial_call=True,
    )


def _bound_now(given: Typed, typed_for: str | None) -> Typed:
    """Return what was typed, without a token that was typed for another address; its field is cleared."""
    typed = given if ctx.triggered_id == ids.TOKEN else bound(given, typed_for)
    if given.token and not typed.token:
        set_props(ids.TOKEN, {"value": ""})
    return typed


def _register_gateway(app: Dash) -> None:
    @app.callback(
        Output(ids.URL, "value"),
        Input({"kind": ids.GATEWAY, "name": ALL}, "n_clicks"),
        State(ids.AGREED, "data"),
        prevent_initial_call=True,
    )
    def use_gateway(clicks: list[int | None], agreed: str | None) -> Any:
        if not any(clicks):
            return no_update
        # The gateway belongs to the makers of the site, so the token may go there without being typed again.
        gateway = origin_of(ctx.triggered_id["name"])
        set_props(ids.TYPED_FOR, {"data": gateway})
        if agreed:
            set_props(ids.AGREED, {"data": gateway})
        return ctx.triggered_id["name"]


def _register_agreement(app: Dash) -> None:
    @app.callback(
        Output(ids.AGREED, "data"),
        Input({"kind": ids.AGREE, "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def agree(clicks: list[int | None]) -> Any:
        return ctx.triggered_id["name"] if any(clicks) else no_update


def _project_options(projects: Sequence[ProjectRef], chosen: list[str] | None) -> list[dict[str, str]]:
    """Return what Jira has, and behind it what was chosen before and is not in it."""
    known = {project.key: f"{project.key} - {project.name}" for project in projects}
    known |= {key: key for key in chosen or () if key not in known}
    return [{"value": key, "label": label} for key, label in known.items()]


def _find_error(fault: Fault | None, field: str) -> str | None:
    """Return the sentence beside a field, None where nothing is wrong with it."""
    return fault.cause if fault is not None and fault.field == field else None


def _draw_verdict(seen: Look) -> Any:
    fault, projects = seen.verdict.fault, seen.verdict.projects
    if fault is not None:
        return fault_lines("", fault.remedy, fault.link, fault.gateway)  # the cause stands beside its field
    if seen.offered:
        return token_offer(seen.prompt, seen.offered)
    if seen.prompt:
        return seen.prompt
    lines = [(found.state, found.message, found.hint) for found in seen.verdict.findings]
    if projects:
        lines.append(("ok", f"The account can see {counted(len(projects), 'project')}.", ""))
    return finding_lines(lines) if lines else None


def connection_states() -> dict[str, State]:
    """Return what stands in the fields of the connection."""
    states = {name: State(FIELDS[name], "value") for name in ("url", "email", "token")}
    return {**states, "agreed": State(ids.AGREED, "data")}


def _register_query(app: Dash, workspace: Workspace) -> None:
    app.clientside_callback(
        ClientsideFunction("settings", "pair"),
        Output(ids.PROJECTS, "value"),
        Output(ids.JQL, "value"),
        Output(ids.SAVED, "children", allow_duplicate=True),
        Input(ids.PROJECTS, "value"),
        Input(ids.JQL, "value"),
        prevent_initial_call=True,
    )

    @app.callback(
        output=[
            Output(ids.PROJECTS, "error"),
            Output(ids.JQL, "error"),
            Output(ids.PRICE, "children"),
        ],
        inputs={"jql": Input(ids.JQL, "value")},
        state={
            "values": connection_states(),
            "shown": State(ids.SHOWN, "data"),
            "typed_for": State(ids.TYPED_FOR, "data"),
        },
        prevent_initial_call=True,
        running=[(Output(ids.PRICE, "data-asking"), "yes", "")],
    )
    def price(
        jql: str | None, values: dict[str, str | None], shown: dict[str, str], typed_for: str | None
    ) -> tuple[Any, ...]:
        query = (jql or "").strip()
        typed = bound(Typed.from_fields({**values, "jql": query}), typed_for)
        told, fault = priced(workspace, shown["target"], draft_of(workspace, shown["target"], typed))
        if fault is None:
            return None, None, told
        beside = (fault.cause, None) if projects_of(query) else (None, fault.cause)
        return *beside, fault_lines(fault.cause, fault.remedy, fault.link)


def _register_save(app: Dash, workspace: Workspace, readings: Readings) -> None:
    @app.callback(
        output=[Output(ids.SAVED, "children"), Output(ids.TOKEN, "value")],
        inputs={"clicks": Input(ids.CONNECT, "n_clicks")},
        state={
            "values": {**connection_states(), "jql": State(ids.JQL, "value")},
            "shown": State(ids.SHOWN, "data"),
            "typed_for": State(ids.TYPED_FOR, "data"),
            "edits": State(ids.EDITS, "data"),
        },
        prevent_initial_call=True,
        running=[
            (Output(ids.CONNECT, "disabled"), True, False),
            (Output(ids.CONNECT_WAIT, "hidden"), False, True),
        ],
    )
    def save(
        clicks: int | None,
        values: dict[str, str | None],
        shown: dict[str, str],
        typed_for: str | None,
        edits: dict[str, Any] | None,
    ) -> tuple[Any, Any]:
        if not clicks:
            raise PreventUpdate
        wrong = _find_unsaved(workspace, edits)
        target, typed = shown["target"], bound(Typed.from_fields(values), typed_for)
        wrong = wrong or keep_connection(workspace, readings, target, typed)
        if wrong is not None:
            return wrong, no_update
        set_props(shell_ids.INVITATION, {"children": to_review(workspace, readings, target)})
        show_profile(workspace, target, "/")
        return "Saved; the sync is under way.", ""


def _find_unsaved(workspace: Workspace, edits: dict[str, Any] | None) -> Component | None:
    """Return what has to be done before the page is left; None where nothing would be lost."""
    if not edits or workspace.pipeline(edits["profile"]).source.kind == "demo":
        return None
    cause = f"Changes to the profile {edits['profile']} are not saved."
    return fault_lines(cause, "Save or discard them first: the bar below has both.")


def keep_connection(
    workspace: Workspace,
    readings: Readings,
    target: str,
    typed: Typed,
    change: Callable[[Profile], Profile] = unchanged,
) -> Component | None:
    """Try and save a connection; return what is wrong with it, and say so beside its field.

    Args:
        workspace: gets the profile.
        readings: gets what is read of the fields of a Jira that is new.
        target: name of the profile.
        typed: what stands in the fields.
        change: what is saved of the rest of the profile in the same write.
    """
    draft = draft_of(workspace, target, typed)
    # A token of the environment that somebody agreed to is kept with its address, as a typed one is.
    given = bool(typed.token or typed.agreed)
    fault = connect(workspace, readings, target, draft, new_token=given, change=change)
    if fault is not None:
        set_props(FIELDS[fault.field], {"error": fault.cause})
        return fault_lines(fault.cause, fault.remedy, fault.link, fault.gateway)
    set_props(ids.TOKEN, {"description": token_words(workspace, target, draft.url)})
    return None


def _register_top(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("settings", "toTop"),
        Output(ids.SAVED, "className"),
        Input(ids.SAVED, "children"),
        prevent_initial_call=True,
    )


def to_review(workspace: Workspace, readings: Readings, target: str) -> Component | None:
    """Return what was mapped and what somebody should look at; None where nothing was proposed."""
    reading = readings.of(target)
    if reading is None:
        return None
    sure = len(workspace.pipeline(target).profile.fields)
    doubtful = [
        name for name, found in reading.proposals.items() if found.doubtful and found.best is not None
    ]
    return review_banner(sure, doubtful)


def show_profile(workspace: Workspace, name: str, path: str) -> None:
    """Lead the browser to a page under a profile, and let it watch the job."""
    names = profile_names(workspace)
    set_props(shell_ids.PROFILE, {"data": profile_options(names, name)})
    set_props(shell_ids.URL, {"pathname": path, "search": f"?src={name}", "hash": ""})
    set_props(shell_ids.POLL, {"disabled": False})
