"""Settings, section 7, in server mode: keys that let pipelines use the API."""

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.settings.saving import fault_of_page
from configuration.errors import DashboardError, InputError
from configuration.people import refusal
from data.checks.draft import in_page_words
from data.people.api_keys import DOING, list_keys, make_key, revoke_key
from data.profiles.shelf import existing
from data.workspace import Workspace
from ui.pages.settings import ids
from ui.pages.settings.keys import keys_list, keys_part, new_key


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the buttons of the keys to the workspace, where several people share it."""
    if workspace.home.database is None:
        return

    @app.callback(
        Output(ids.KEY_TOLD, "children"),
        Output(ids.KEYS, "children"),
        Output(ids.KEY_NAME, "value"),
        Output(ids.KEY_NAME, "error"),
        Input(ids.KEY_MAKE, "n_clicks"),
        Input({"kind": ids.KEY_REVOKE, "name": ALL}, "n_clicks"),
        State(ids.KEY_NAME, "value"),
        State(ids.KEY_ROLE, "value"),
        State(ids.PROFILE, "value"),
        prevent_initial_call=True,
    )
    def act(
        _made: int | None, _revoked: list[int | None], name: str | None, role: Any, chosen: str | None
    ) -> tuple[Any, ...]:
        if not ctx.triggered[0]["value"]:
            raise PreventUpdate
        try:
            if ctx.triggered_id == ids.KEY_MAKE:
                told = _make(workspace, (name or "").strip(), role, chosen)
            else:
                told = _revoke(workspace, ctx.triggered_id["name"])
            return told, keys_list(_lines(workspace)), "", None
        except InputError as error:
            return None, no_update, no_update, in_page_words(f"{error.message} {error.hint}")
        except DashboardError as error:
            return fault_of_page(error), no_update, no_update, None


def part(workspace: Workspace) -> Component | None:
    """Return the keys as they stand; None on a laptop, and for those who may not make any."""
    if workspace.home.database is None or refusal("administrator", DOING) is not None:
        return None
    return keys_part(_lines(workspace))


def _make(workspace: Workspace, name: str, role: Any, chosen: str | None) -> list[Component]:
    profiles = existing(workspace.home, [chosen] if chosen else [])
    return new_key(name, make_key(workspace.home, name, role, profiles))


def _revoke(workspace: Workspace, name: str) -> list[Component]:
    revoke_key(workspace.home, name)
    return [html.P(f"The key {name} opens nothing any more.")]


def _lines(workspace: Workspace) -> list[tuple[str, str]]:
    return [
        (key.name, f"({key.role}) for {', '.join(key.profiles) or 'no profile that is left'}")
        for key in list_keys(workspace.home)
    ]
