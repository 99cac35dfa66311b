"""Sprints: what was committed to, what came and went, and what was done and carried over."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from ui import ids
from ui.components.heading import heading


def layout() -> Sequence[Component]:
    """Return the page with an empty place for the answer."""
    return [heading("sprints", "Sprints"), html.Div(id=ids.SPRINTS_ANSWER, className="sprints")]
