"""Links to files made of what is on the page."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from ui.components.aria import data


def export_link(text: str, path: str, **attributes: Any) -> Component:
    """Return a link to a download; the browser adds the filters of the moment when it is used.

    Args:
        text: what is written on it.
        path: of the export.
        attributes: others of the link, as Dash names them.
    """
    return html.A(text, href=path, download="", **({"className": "export"} | attributes), **data(export=path))
