"""The Diagnostics page."""

from typing import Any

from dash import Dash, Input, Output, html

from callbacks.workspace import Workspace
from ui import ids


def register(app: Dash, workspace: Workspace) -> None:
    """Connect the Diagnostics page to the workspace."""

    @app.callback(
        Output(ids.heading("diagnostics"), "children"),
        Output("diagnostics-body", "children"),
        Input(ids.view("diagnostics"), "data"),
        prevent_initial_call=True,
    )
    def show_diagnostics(view: dict[str, Any]) -> tuple[Any, Any]:
        pipeline = workspace.pipeline(view["filters"].get("src"))
        facts = [
            ("Store", pipeline.store.path.name),
            ("Revision", pipeline.dataset().revision or "nothing stored"),
        ]
        rows = [part for name, text in facts for part in (html.Dt(name), html.Dd(text))]
        return f"profile {pipeline.name}", html.Section(html.Dl(rows, className="facts"), className="panel")
