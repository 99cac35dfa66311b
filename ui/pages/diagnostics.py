"""Diagnostics: how the program itself is doing."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from ui.components.aria import aria
from ui.components.diagnostics import panel
from ui.components.heading import heading
from ui.pages import diagnostics_ids as own

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def layout() -> Sequence[Component]:
    """Return the page before anything was measured."""
    return [
        heading("diagnostics", "Diagnostics"),
        html.Div(id=own.BODY, className="diagnostics"),
        html.Div(id=own.DONE, role="status", className="quiet"),
        _draw_log(),
        _draw_bundle(),
        _draw_confirm(),
    ]


def button(component_id: str, text: str) -> Component:
    """Return a button of this page."""
    return html.Button(text, id=component_id, type="button", className="quiet-button", n_clicks=0)


def _draw_log() -> Component:
    controls: list[Any] = [
        dmc.Select(id=own.LEVEL, label="Level", data=list(LEVELS), value="INFO", allowDeselect=False, w=130),
        dmc.TextInput(id=own.SEARCH, label="Search", placeholder="event or word", debounce=400, w=220),
        button(own.PAUSE, "Pause"),
        dcc.Clipboard(target_id=own.LOG, title="Copy", className="quiet-button log-copy"),
        html.Span(id=own.LOG_COUNT, className="quiet"),
    ]
    return panel(
        "Log",
        [
            html.Div(controls, className="diagnostics-row"),
            html.Div(
                id=own.LOG,
                className="log-tail",
                tabIndex="0",
                role="log",
                **aria(label="Log lines, the newest on top"),
            ),
            dcc.Interval(id=own.TICK, interval=own.TICK_MS, disabled=True),
        ],
        wide=True,
    )


def _draw_bundle() -> Component:
    words = (
        "For somebody who helps you: settings, versions, syncs and log lines. You see it before you save it."
    )
    return panel(
        "Support bundle",
        [html.P(words), button(own.PREVIEW, "Show what would be in it"), html.Div(id=own.BUNDLE)],
        wide=True,
    )


def _draw_confirm() -> Any:
    return dmc.Modal(
        id=own.CONFIRM,
        title="Fetch everything again?",
        closeButtonProps={"aria-label": "Close"},
        children=[
            html.P(id=own.CONFIRM_TEXT),
            html.Div(
                className="diagnostics-row",
                children=[button(own.CONFIRMED, "Fetch everything"), button(own.CANCELLED, "Leave it")],
            ),
        ],
    )
