"""A question mark that explains a title."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from ui.components.aria import aria
from ui.design import Design, text


def help_button(title: Design, words: Design) -> Any:
    """Return the question mark that explains a title on hover, focus and touch."""
    return dmc.Tooltip(
        label=words,
        multiline=True,
        w=280,
        withArrow=True,
        events={"hover": True, "focus": True, "touch": True},
        children=html.Button("?", className="help", type="button", **aria(label=text(title, ": ", words))),
    )
