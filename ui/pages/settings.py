"""Settings: where the numbers come from, and what Jira's words mean to the team."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from ui.components.heading import heading


def layout() -> Sequence[Component]:
    """Return the page before its profile is known."""
    return [heading("settings", "Settings"), html.Div(id="settings-body")]
