"""Saved views: named addresses in the bar, and the dialog that keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from ui import ids
from ui.components.aria import action, aria


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A saved view as it is listed.

    Attributes:
        name: what somebody called it.
        href: where it leads, its profile included.
        default: it opens where an address asks for nothing.
        gone: what it asks for and nobody has any more, as a sentence; "" for nothing.
    """

    name: str
    href: str
    default: bool = False
    gone: str = ""


def views_menu() -> Component:
    """Return the menu in the bar before its views are known."""
    return html.Details(
        className="menu",
        children=[
            html.Summary("Views", className="quiet-button"),
            html.Ul(
                [
                    html.Div(id=ids.VIEWS_LINKS),
                    _draw_entry("Save or edit views", "views"),
                    _draw_entry("Show on a wall screen", "present"),
                ]
            ),
        ],
    )


def _draw_entry(words: str, name: str) -> Component:
    return html.Li(html.Button(words, type="button", className="menu-button", **action(name)))


def views_links(lines: Sequence[ViewLine]) -> list[Component]:
    """Return the saved views as lines of the menu."""
    return [
        html.Li(
            html.A(
                [line.name, html.Span(" opens first", className="quiet") if line.default else None],
                href=line.href,
            )
        )
        for line in lines
    ]


def views_dialog() -> Any:
    """Return the dialog before anything is in it; the browser opens it."""
    return dmc.Modal(
        id=ids.VIEWS,
        title="Saved views",
        opened=False,
        size="lg",
        closeButtonProps={"aria-label": "Close"},
        children=[
            html.P(
                "A name for what you are looking at: page, period and filters. Whoever opens this "
                "profile finds it in the bar.",
                className="quiet",
            ),
            html.Div(
                className="event-form",
                children=[
                    dmc.TextInput(
                        id=ids.SAVED_NAME, label="Name", value="", autoComplete="off", className="event-text"
                    ),
                    html.Button(
                        "Save this view", id=ids.SAVED_ADD, type="button", className="quiet-button lead"
                    ),
                ],
            ),
            html.Div(id=ids.VIEWS_TOLD, role="status", className="told-line", **aria(live="polite")),
            html.Div(id=ids.VIEWS_KEPT),
        ],
    )


def views_list(lines: Sequence[ViewLine]) -> Component:
    """Return what is kept: each to be opened, renamed, opened first from now on, or taken away."""
    if not lines:
        return html.P("No view is saved yet.", className="quiet")
    return html.Ul([_draw_line(line) for line in lines], className="plain-list events")


def _draw_line(line: ViewLine) -> Component:
    return html.Li(
        [
            dmc.TextInput(
                id={"kind": ids.SAVED_NAME, "name": line.name},
                value=line.name,
                autoComplete="off",
                className="event-text",
                **aria(label=f"Name of {line.name}"),
            ),
            html.A("Open", href=line.href),
            _draw_button("Rename", ids.SAVED_RENAME, line.name),
            _draw_button("Opens first", ids.SAVED_DEFAULT, line.name, line.default),
            _draw_button("Remove", ids.SAVED_REMOVE, line.name),
            html.Span(line.gone, className="note alarming gone") if line.gone else None,
        ]
    )


def _draw_button(words: str, kind: str, name: str, pressed: bool | None = None) -> Component:
    state = {} if pressed is None else aria(pressed=str(pressed).lower())
    return html.Button(
        words,
        id={"kind": kind, "name": name},
        type="button",
        className="quiet-button",
        **aria(label=f"{words}: {name}"),
        **state,
    )
