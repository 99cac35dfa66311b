"""Diagnostics: how the program itself is doing."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from ui.components.heading import heading


def layout() -> Sequence[Component]:
    """Return the page before anything was measured."""
    return [heading("diagnostics", "Diagnostics"), html.Div(id="diagnostics-body")]
