"""Links to files made of what is on the page."""

from dash import html
from dash.development.base_component import Component

from ui.components.aria import aria, data


def export_link(text: str, path: str, *, label: str = "") -> Component:
    """Return a link to a download; the browser adds the filters of the moment when it is used.

    Args:
        text: what is written on it.
        path: of the export.
        label: its name for those who hear it, if the text alone would not tell it from its neighbours.
    """
    named = aria(label=label) if label else {}
    return html.A(text, href=path, download="", className="export", **data(export=path), **named)
