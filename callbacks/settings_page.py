"""The Settings page."""

from typing import Any

from dash import Dash, Input, Output, html

from callbacks.workspace import Workspace
from ui import ids


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the Settings page to the workspace."""

    @app.callback(
        Output(ids.heading("settings"), "children"),
        Output("settings-body", "children"),
        Input(ids.view("settings"), "data"),
        prevent_initial_call=True,
    )
    def show_settings(view: dict[str, Any]) -> tuple[Any, Any]:
        pipeline = workspace.pipeline(view["filters"].get("src"))
        status = pipeline.status()
        facts = [
            ("Profile", pipeline.name),
            ("Source", status.kind),
            ("Stored issues", str(status.stored)),
            ("Time zone", pipeline.profile.timezone),
        ]
        rows = [part for name, text in facts for part in (html.Dt(name), html.Dd(text))]
        return f"profile {pipeline.name}", html.Section(html.Dl(rows, className="facts"), className="panel")
