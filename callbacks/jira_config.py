"""Settings, sections 1 and 2: fields in, a verified connection, the price of a query and a saved profile out.

The token comes in and never goes out: not into an answer, not into a store of
the browser, not into a log, not into an address.
"""

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.connecting import (
    Look,
    Typed,
    address_of,
    bound,
    connect,
    draft_of,
    look_at,
    priced,
    token_words,
)
from callbacks.views import profile_names
from callbacks.workspace import Workspace
from data.connecting import Fault, jql_of, projects_of
from data.field_reading import Readings
from data.persistence import origin_of
from ui import ids as shell_ids
from ui.format import counted
from ui.pages import settings_ids as ids
from ui.pages.settings_connection import fault_lines, finding_lines, review_banner

_FIELDS = {"url": ids.URL, "email": ids.EMAIL, "token": ids.TOKEN, "jql": ids.JQL}


def register(app: Dash, workspace: Workspace, readings: Readings) -> None:
    """Connect the fields of the connection and of the query to the workspace.

    Args:
        app: the dashboard.
        workspace: its profiles.
        readings: gets what a first connection reads of the fields of a Jira.
    """
    _register_connection(app, workspace)
    _register_query(app, workspace)
    _register_save(app, workspace, readings)


def _register_connection(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        output=[
            Output(ids.URL, "error"),
            Output(ids.EMAIL, "error"),
            Output(ids.TOKEN, "error"),
            Output(ids.EMAIL_BOX, "hidden"),
            Output(ids.TOKEN, "description"),
            Output(ids.VERDICT, "children"),
            Output(ids.PROJECTS, "data"),
            Output(ids.TYPED_FOR, "data"),
        ],
        inputs={
            "values": {
                "url": Input(ids.URL, "value"),
                "email": Input(ids.EMAIL, "value"),
                "token": Input(ids.TOKEN, "value"),
            },
            "_clicks": Input(ids.VERIFY, "n_clicks"),
        },
        state={
            "shown": State(ids.SHOWN, "data"),
            "chosen": State(ids.PROJECTS, "value"),
            "typed_for": State(ids.TYPED_FOR, "data"),
        },
        prevent_initial_call=True,
        running=[(Output(ids.VERIFY, "children"), "Asking Jira ...", "Verify")],
    )
    def look(
        values: dict[str, str | None],
        _clicks: int | None,
        shown: dict[str, str],
        chosen: list[str] | None,
        typed_for: str | None,
    ) -> tuple[Any, ...]:
        if ctx.triggered_id == ids.TOKEN and not values["token"]:
            raise PreventUpdate  # it was saved, or taken away, and the field cleared
        given = Typed.from_fields(values)
        typed = given if ctx.triggered_id == ids.TOKEN else bound(given, typed_for)
        if given.token and not typed.token:
            set_props(ids.TOKEN, {"value": ""})
        seen = look_at(workspace, shown["target"], typed)
        projects = seen.verdict.projects
        if len(projects) == 1 and not chosen:
            set_props(ids.PROJECTS, {"value": [projects[0].key]})
        known = {project.key: f"{project.key} - {project.name}" for project in projects}
        known |= {key: key for key in chosen or () if key not in known}
        return (
            *(_error(seen.verdict.fault, field) for field in ("url", "email", "token")),
            not seen.needs_email,
            seen.token,
            _verdict(seen),
            [{"value": key, "label": label} for key, label in known.items()] if projects else no_update,
            (origin_of(address_of(typed.url)) if typed.url else typed_for) if typed.token else None,
        )

    @app.callback(
        Output(ids.URL, "value"),
        Input({"kind": ids.GATEWAY, "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def use_gateway(clicks: list[int | None]) -> Any:
        if not any(clicks):
            return no_update
        # The gateway belongs to the makers of the site, so the token may go there without being typed again.
        set_props(ids.TYPED_FOR, {"data": origin_of(ctx.triggered_id["name"])})
        return ctx.triggered_id["name"]


def _error(fault: Fault | None, field: str) -> str | None:
    """Return the sentence beside a field, None where nothing is wrong with it."""
    return fault.cause if fault is not None and fault.field == field else None


def _verdict(seen: Look) -> Any:
    fault, projects = seen.verdict.fault, seen.verdict.projects
    if fault is not None:
        return fault_lines("", fault.remedy, fault.link, fault.gateway)  # the cause stands beside its field
    if seen.prompt:
        return seen.prompt
    lines = [(found.state, found.message, found.hint) for found in seen.verdict.findings]
    if projects:
        lines.append(("ok", f"The account can see {counted(len(projects), 'project')}.", ""))
    return finding_lines(lines) if lines else None


def _connection_states() -> dict[str, State]:
    return {name: State(_FIELDS[name], "value") for name in ("url", "email", "token")}


def _register_query(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        output=[
            Output(ids.PROJECTS, "value"),
            Output(ids.PROJECTS, "error"),
            Output(ids.JQL, "value"),
            Output(ids.JQL, "error"),
            Output(ids.PRICE, "children"),
        ],
        inputs={"projects": Input(ids.PROJECTS, "value"), "jql": Input(ids.JQL, "value")},
        state={
            "values": _connection_states(),
            "shown": State(ids.SHOWN, "data"),
            "typed_for": State(ids.TYPED_FOR, "data"),
        },
        prevent_initial_call=True,
    )
    def price(
        projects: list[str] | None,
        jql: str | None,
        values: dict[str, str | None],
        shown: dict[str, str],
        typed_for: str | None,
    ) -> tuple[Any, ...]:
        by_projects = ctx.triggered_id == ids.PROJECTS
        query = jql_of(projects or ()) if by_projects else (jql or "").strip()
        typed = bound(Typed.from_fields({**values, "jql": query}), typed_for)
        draft = draft_of(workspace, shown["target"], typed)
        told, fault = priced(workspace, shown["target"], draft)
        wrong = fault.cause if fault else None
        picker = (
            (no_update, wrong, query, None)
            if by_projects
            else (list(projects_of(query)), None, no_update, wrong)
        )
        return (*picker, fault_lines(fault.cause, fault.remedy, fault.link) if fault else told)


def _register_save(app: Dash, workspace: Workspace, readings: Readings) -> None:
    @app.callback(
        output=[Output(ids.SAVED, "children"), Output(ids.TOKEN, "value")],
        inputs={"clicks": Input(ids.CONNECT, "n_clicks")},
        state={
            "values": {**_connection_states(), "jql": State(ids.JQL, "value")},
            "shown": State(ids.SHOWN, "data"),
            "typed_for": State(ids.TYPED_FOR, "data"),
        },
        prevent_initial_call=True,
        running=[
            (Output(ids.CONNECT, "disabled"), True, False),
            (Output(ids.CONNECT_WAIT, "hidden"), False, True),
        ],
    )
    def save(
        clicks: int | None, values: dict[str, str | None], shown: dict[str, str], typed_for: str | None
    ) -> tuple[Any, Any]:
        if not clicks:
            raise PreventUpdate
        target = shown["target"]
        typed = bound(Typed.from_fields(values), typed_for)
        draft = draft_of(workspace, target, typed)
        fault = connect(workspace, readings, target, draft, new_token=bool(typed.token))
        if fault is not None:
            set_props(_FIELDS[fault.field], {"error": fault.cause})
            return fault_lines(fault.cause, fault.remedy, fault.link, fault.gateway), no_update
        set_props(ids.TOKEN, {"description": token_words(workspace, target, draft.url)})
        set_props(shell_ids.INVITATION, {"children": _to_review(workspace, readings, target)})
        show_profile(workspace, target, "/")
        return "Saved; the sync is under way.", ""


def _to_review(workspace: Workspace, readings: Readings, target: str) -> Component | None:
    """Return what was mapped and what somebody should look at; None where nothing was proposed."""
    reading = readings.of(target)
    if reading is None:
        return None
    sure = len(workspace.pipeline(target).profile.fields)
    to_check = sum(found.doubtful and found.best is not None for found in reading.proposals.values())
    return review_banner(sure, to_check)


def show_profile(workspace: Workspace, name: str, path: str) -> None:
    """Lead the browser to a page under a profile, and let it watch the job."""
    names = profile_names(workspace)
    set_props(shell_ids.PROFILE, {"data": names, "wrapperProps": {"hidden": len(names) < 2}})
    set_props(shell_ids.URL, {"pathname": path, "search": f"?src={name}"})
    set_props(shell_ids.POLL, {"disabled": False})
