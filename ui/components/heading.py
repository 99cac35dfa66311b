"""The first lines of a page: its title, what it is about, what to know before any number."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from ui import ids
from ui.components.aria import data

Span = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a page shows, and those that one step leads to; None where there are none."""

    shown: Span
    before: Span | None
    after: Span | None


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence above the numbers.

    Attributes:
        words: the sentence.
        ways: what can be done about it, as text and address.
        more: the long form, folded away.
        alarming: the numbers are not what the address asks for.
    """

    words: str
    ways: Sequence[tuple[str, str]] = ()
    more: str = ""
    alarming: bool = False


def heading(page: str, title: str) -> Component:
    """Return the title of a page with a place for what it is about."""
    return html.Div(
        className="heading",
        children=[
            html.H1(title),
            # Says itself when it changes, so that somebody who cannot see the numbers change hears of it.
            html.Div("\u00a0", id=ids.heading(page), className="about quiet", role="status"),
        ],
    )


def heading_line(words: str, days: Days | None, notes: Sequence[Note]) -> list[Any]:
    """Return what a page is about, with its days for the browser, and the notes below."""
    marked = {} if days is None else _mark_days(days)
    return [html.Span(words, **data(**marked)), *map(_draw_note, notes)]


def _mark_days(days: Days) -> dict[str, str]:
    first, last = days.shown
    found = {"from": first.isoformat(), "to": last.isoformat()}
    for name, span in (("back", days.before), ("on", days.after)):
        if span:
            found[name] = f"{span[0].isoformat()}/{span[1].isoformat()}"
    return found


def _draw_note(note: Note) -> Component:
    ways: list[Any] = [part for text, href in note.ways for part in (" ", html.A(text, href=href))]
    if note.more:
        ways += [" ", html.Details([html.Summary("Why?"), f" {note.more}"], className="why-not")]
    return html.Div([note.words, *ways], className="note alarming" if note.alarming else "note")
