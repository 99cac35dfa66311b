"""Settings, the save bar: what differs from what is stored, what that would do, and one button for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from ui.components.aria import action, aria
from ui.format import counted
from ui.pages.settings import ids

NAMED = 4


@dataclass(frozen=True, slots=True)
class Edited:
    """One thing that somebody changed and did not save yet.

    Attributes:
        title: what it is called on the page.
        href: address of its control.
    """

    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What saving would do.

    Attributes:
        sentences: of the metrics of the last 90 days that would change.
        cost: what has to be asked of Jira for it, "" where nothing is said.
        fetches: Jira is asked; ``cost`` then says for what.
        summary: all of them in one line, "" where no number changes.
    """

    sentences: tuple[str, ...] = ()
    cost: str = ""
    fetches: bool = False
    summary: str = ""


def save_bar() -> Component:
    """Return the bar at the foot of the sections; hidden until something differs from what is stored."""
    return html.Section(
        id=ids.BAR,
        className="save-bar",
        hidden=True,
        **aria(label="Changes that are not saved"),
        children=[
            html.Div(id=ids.BAR_TOLD, role="status", className="save-told", **aria(live="polite")),
            html.Div(
                className="settings-row",
                children=[
                    html.Button("Discard", id=ids.BAR_DISCARD, type="button", className="quiet-button"),
                    html.Button(
                        "Save",
                        id=ids.BAR_SAVE,
                        type="button",
                        className="primary-button",
                        title="Ctrl+S saves, too",
                        **aria(keyshortcuts="Control+S"),
                    ),
                ],
            ),
        ],
    )


def leaving_dialog() -> Component:
    """Return the question that is asked before edits are left behind; the browser opens it."""
    return html.Dialog(
        id=ids.LEAVING,
        className="leaving",
        **aria(labelledby=f"{ids.LEAVING}-title", describedby=ids.LEAVING_TOLD),
        children=[
            html.H2("Leave without saving?", id=f"{ids.LEAVING}-title"),
            html.P(id=ids.LEAVING_TOLD),
            html.Div(
                className="settings-row",
                children=[
                    html.Button("Stay", type="button", className="primary-button", **action("stay")),
                    html.Button(
                        "Discard and go on", type="button", className="quiet-button", **action("giveup")
                    ),
                ],
            ),
        ],
    )


def edited_lines(edited: Sequence[Edited], locked: str = "") -> Component:
    """Return how much was changed and what, each with the way to its control; after four they are counted.

    Args:
        edited: in the order of the page; what was entered may mean what is stored.
        locked: why nothing can be saved, "" if it can.
    """
    if not edited:
        return html.P("Nothing differs from what is stored.", className="edited")
    named = [html.A(one.title, href=one.href) for one in edited[:NAMED]]
    more = [f"and {len(edited) - NAMED} more"] if len(edited) > NAMED else []
    return html.P(
        [
            html.Strong(f"{counted(len(edited), 'change')} not saved:"),
            *(part for name in named for part in (" ", name)),
            *(part for word in (*more, locked) if word for part in (" ", word)),
        ],
        className="edited",
    )


def effect_lines(effect: Effect) -> Component:
    """Return what saving would do: one line in sight, each number a click away, and the cost."""
    told = list(effect.sentences)
    head, others = effect.summary or "No number of the last 90 days changes.", told
    if len(told) == 1:
        head, others = told[0], []
    if effect.fetches:
        head, others = effect.cost, [effect.summary, *told] if len(told) > 1 else told
    cost = [html.P(effect.cost, className="quiet")] if effect.cost not in ("", head) else []
    if not others:
        return html.Div([html.P(head), *cost], className="effect")
    rest = html.Span("number by number", className="rest")
    summary = html.Summary([html.Span(head), " ", rest])
    return html.Div(
        [html.Details([summary, html.Ul([html.Li(sentence) for sentence in others])]), *cost],
        className="effect",
    )
