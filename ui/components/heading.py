"""The first line of a page."""

from dash import html
from dash.development.base_component import Component

from ui import ids


def heading(page: str, title: str) -> Component:
    """Return the title of a page with a place for what it is about."""
    return html.Div(
        className="heading",
        children=[
            html.H1(title),
            # Says itself when it changes, so that somebody who cannot see the numbers change hears of it.
            html.P("\u00a0", id=ids.heading(page), className="quiet", role="status"),
        ],
    )
