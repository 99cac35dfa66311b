"""Buttons that open what a number is made of, or the history of an issue."""

from dash import html
from dash.development.base_component import Component

from ui.components.aria import action, aria, data


def number_button(text: str, panel: str, label: str = "") -> Component:
    """Return a number within a sentence or a table that opens its evidence.

    Args:
        text: the number with its words.
        panel: what the drawer shows.
        label: what those who hear it are told beside the text, "" for nothing.
    """
    told = {"label": f"{text}, {label}"} if label else {}
    return html.Button(
        text,
        type="button",
        className="told-number",
        **action("open"),
        **data(name=panel),
        **aria(haspopup="dialog", **told),
    )


def issue_button(key: str) -> Component:
    """Return the key of an issue, which shows its history."""
    return html.Button(
        key,
        className="more",
        type="button",
        **action("issue"),
        **data(name=key),
        **aria(label=f"{key}: show its history", haspopup="dialog"),
    )
