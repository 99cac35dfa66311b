"""The Settings page: draws its sections for the profile that the URL names; their callbacks do the rest."""

import logging
from hashlib import sha256
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, no_update, set_props
from dash.exceptions import PreventUpdate

from callbacks import field_mapping, jira_config
from callbacks.connection import form_of
from callbacks.jira_config import show_profile
from callbacks.saving import apply, forbidden
from callbacks.settings import code, keys, owners, profiles, rules, saving
from configuration.errors import ConfigurationError, LaterProfileError
from configuration.profile import Profile
from data.checks.draft import in_page_words
from data.mapping.field_reading import Readings
from data.persistence import DEFAULT_PROFILE, load_profile
from data.profiles.shelf import start_afresh
from data.workspace import Workspace
from ui import ids as shell_ids
from ui.components.heading import Note, heading_line
from ui.pages.settings import ids
from ui.pages.settings.connection import ConnectionForm, connection_section, data_section
from ui.pages.settings.page import broken_profile

logger = logging.getLogger(__name__)


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the Settings page to the workspace."""
    readings = Readings(workspace.home)
    _register_page(app, workspace, readings)
    _register_afresh(app, workspace)
    _register_file_label(app)
    jira_config.register(app, workspace, readings)
    field_mapping.register(app, workspace, readings)
    code.register(app, workspace)
    rules.register(app, workspace)
    saving.register(app, workspace, readings)
    profiles.register(app, workspace)
    owners.register(app, workspace)
    keys.register(app, workspace)


def _register_page(app: Dash, workspace: Workspace, readings: Readings) -> None:
    @app.callback(
        Output(shell_ids.heading("settings"), "children"),
        Output(ids.SOURCE, "children"),
        Output(ids.CODE, "children"),
        Output(ids.MEANING, "children"),
        Output(ids.PROFILES, "children"),
        Output(ids.SHOWN, "data"),
        Output(ids.KEPT, "data"),
        Input(shell_ids.view("settings"), "data"),
        State(ids.SHOWN, "data"),
        State(ids.EDITS, "data"),
        prevent_initial_call=True,
    )
    def show_settings(
        view: dict[str, Any], before: dict[str, Any] | None, sent: dict[str, Any] | None
    ) -> tuple[Any, ...]:
        name = view["filters"].get("src") or workspace.shown
        try:
            form = form_of(workspace, name)
            filled = bool(workspace.pipeline(name).store.revision())
        except ConfigurationError as error:
            return _show_broken(workspace, name, error)
        stamp = _stamp_of(workspace.pipeline(name).profile, form)
        now = {"profile": name, "target": form.target, "filled": filled, "stamp": stamp}
        if now == before:
            raise PreventUpdate
        set_props(shell_ids.INVITATION, {"children": None})  # its invitation to this page was followed
        if before is not None and before["profile"] != name:
            profiles.choose(workspace, name)
        same = before is not None and (before["profile"], before["target"]) == (name, form.target)
        kept = saving.kept_of(workspace, name)
        if same:
            set_props(ids.CONNECT_ROW, {"hidden": bool(kept["source"])})
        edits = saving.Edits.from_page(sent, name)
        return (
            heading_line(f"profile {name}", None, _notes(workspace, name)),
            no_update if same else [connection_section(form), data_section(form)],
            no_update if same else code.section(workspace, name, edits.rules),
            [
                *field_mapping.sections(workspace, name, readings, edits.fields, edits.stages),
                rules.section(workspace, name, edits.rules),
            ],
            # Drawn once: what an action told stands there, also when it led to another profile.
            profiles.section(workspace, name) if before is None else no_update,
            now,
            kept,
        )


def _show_broken(workspace: Workspace, name: str, error: ConfigurationError) -> tuple[Any, ...]:
    """Return the page of a profile whose file cannot be read: what is wrong, and the list of the others."""
    wrong = broken_name(workspace, name)
    cause, remedy = in_page_words(error.message), in_page_words(error.hint)
    broken = broken_profile(wrong or name, cause, remedy, can_begin_again=wrong is not None)
    return f"profile {name}", broken, None, None, profiles.section(workspace, name), None, None


def _notes(workspace: Workspace, name: str) -> list[Note]:
    why_not = forbidden(workspace, name)
    return [Note(why_not)] if why_not else []


def _stamp_of(profile: Profile, form: ConnectionForm) -> str:
    """Return what tells one state of the settings from another, whatever the data are."""
    return sha256(f"{profile!r} {form!r}".encode()).hexdigest()[:16]


def broken_name(workspace: Workspace, name: str) -> str | None:
    """Return whose file is not a profile: that of ``name``, or of the default one edited in its place.

    What a later version of the program wrote is one, and nobody is to begin again over it.
    """
    for candidate in (name, DEFAULT_PROFILE):
        try:
            load_profile(workspace.home, candidate)
        except LaterProfileError:
            return None
        except ConfigurationError:
            return candidate
    return None


def _register_file_label(app: Dash) -> None:
    # The field that takes the file of an import comes without a name and has no property for one.
    app.clientside_callback(
        ClientsideFunction("settings", "nameFile"),
        Output(ids.PROFILES, "className"),
        Input(ids.PROFILES, "children"),
        prevent_initial_call=True,
    )


def _register_afresh(app: Dash, workspace: Workspace) -> None:
    @app.callback(
        Output(shell_ids.NOTICE, "children", allow_duplicate=True),
        Input({"kind": ids.AFRESH, "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def begin_again(clicks: list[int | None]) -> Any:
        if not any(clicks):
            raise PreventUpdate
        name = ctx.triggered_id["name"]
        aside = start_afresh(workspace.home, name)
        apply(workspace, name)
        show_profile(workspace, name, "/settings")
        logger.warning("profile.set_aside", extra={"file": aside.file, "reason": aside.reason})
        return None
