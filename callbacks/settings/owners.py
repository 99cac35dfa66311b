"""Settings, section 7, in server mode: which groups own a profile."""

from typing import Any

from dash import Dash, Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.settings.saving import fault_of_page
from configuration.errors import DashboardError, InputError
from configuration.people import refusal
from data.people.owners import owners_of, set_owners
from data.workspace import Workspace
from ui.pages.settings import ids
from ui.pages.settings.profiles import owners_row


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the row of owners to the workspace, where several people share it."""
    if workspace.home.database is None:
        return

    @app.callback(Output(ids.OWNERS, "value"), Input(ids.PROFILE, "value"), prevent_initial_call=True)
    def show(chosen: str | None) -> list[str]:
        return _owners(workspace, chosen)

    @app.callback(
        Output(ids.OWNERS_TOLD, "children"),
        Input(ids.OWNERS_SET, "n_clicks"),
        State(ids.OWNERS, "value"),
        State(ids.PROFILE, "value"),
        prevent_initial_call=True,
    )
    def save(clicks: int | None, groups: list[str] | None, chosen: str | None) -> Any:
        if not clicks:
            raise PreventUpdate
        try:
            if not chosen:
                raise InputError("No profile is chosen.", hint="Create one, or connect your Jira.")
            set_owners(workspace.home, f"{chosen}.toml", [group.strip() for group in groups or ()])
        except DashboardError as error:
            return fault_of_page(error)
        return f"Saved: {', '.join(_owners(workspace, chosen)) or 'every editor'} may change {chosen}."


def row(workspace: Workspace, chosen: str | None) -> Component | None:
    """Return the row as it stands for a profile; None on a laptop."""
    if workspace.home.database is None:
        return None
    return owners_row(_owners(workspace, chosen), hidden=refusal("administrator", "") is not None)


def _owners(workspace: Workspace, chosen: str | None) -> list[str]:
    return sorted(owners_of(workspace.home, f"{chosen}.toml")) if chosen else []
