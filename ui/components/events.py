"""The events of a team: a form to add one, and what is kept, to be changed or taken away."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from ui import ids
from ui.components.aria import aria

LONGEST_TEXT = 120


def events_dialog() -> Any:
    """Return the dialog before anything is in it; the browser opens it."""
    return dmc.Modal(
        id=ids.EVENTS,
        title="Events of the team",
        opened=False,
        size="lg",
        closeButtonProps={"aria-label": "Close"},
        children=[
            html.P(
                "A day and a few words: a new colleague, another way to work. Charts and reports mark "
                "it, and numbers are compared before and after.",
                className="quiet",
            ),
            html.Div(
                className="event-form",
                children=[
                    _draw_day(ids.EVENT_DAY, "Day", ""),
                    _draw_text(ids.EVENT_TEXT, "What happened", ""),
                    html.Button("Add", id=ids.EVENT_ADD, type="button", className="quiet-button lead"),
                ],
            ),
            html.Div(id=ids.EVENTS_TOLD, role="status", className="told-line", **aria(live="polite")),
            html.Div(id=ids.EVENTS_KEPT),
        ],
    )


def events_list(events: Sequence[tuple[str, str]]) -> Component:
    """Return what is kept, the newest first: day and words, to be changed or taken away."""
    if not events:
        return html.P("No event is kept yet.", className="quiet")
    return html.Ul(
        [_draw_event(*event) for event in sorted(events, reverse=True)], className="plain-list events"
    )


def _draw_event(day: str, text: str) -> Component:
    name = f"{day} {text}"
    return html.Li(
        [
            _draw_day({"kind": ids.EVENT_DAY, "name": name}, None, day, f"Day of {text}"),
            _draw_text({"kind": ids.EVENT_TEXT, "name": name}, None, text, f"Words of {name}"),
            _draw_button("Save", ids.EVENT_SAVE, name),
            _draw_button("Remove", ids.EVENT_REMOVE, name),
        ]
    )


def _draw_day(component_id: Any, label: str | None, value: str, spoken: str = "") -> Any:
    named = {} if label else aria(label=spoken)
    return dmc.TextInput(
        id=component_id,
        label=label,
        value=value,
        placeholder="YYYY-MM-DD",
        autoComplete="off",
        className="event-day",
        **named,
    )


def _draw_text(component_id: Any, label: str | None, value: str, spoken: str = "") -> Any:
    named = {} if label else aria(label=spoken)
    return dmc.TextInput(
        id=component_id,
        label=label,
        value=value,
        autoComplete="off",
        className="event-text",
        inputProps={"maxLength": LONGEST_TEXT},
        **named,
    )


def _draw_button(words: str, kind: str, name: str) -> Component:
    return html.Button(
        words,
        id={"kind": kind, "name": name},
        type="button",
        className="quiet-button",
        **aria(label=f"{words} {name}"),
    )
