"""What would help: the last quarter again with one thing changed, and a place to try one's own."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from data.forecast.supposed import Supposals, Supposed, Wish
from ui import ids
from ui.components.aria import aria
from ui.format import told_words


def draw_supposals(supposals: Supposals, wish: Wish) -> list[Component]:
    """Return the what-ifs, those asked for first, and the fields to ask for one.

    Args:
        supposals: of the last quarter.
        wish: what the address asks for, which the fields show.
    """
    lines, told = [], set()
    for one in supposals.tried:
        lines.append(html.Li([html.Strong(f"With {one.words}: "), *_word(one, one.kind not in told)]))
        told.add(one.kind)
    nothing = html.P("There is too little to replay.", className="quiet")
    return [
        html.Ul(lines, className="supposed") if lines else nothing,
        _draw_fields(supposals, wish),
        html.P(
            "The last 91 days again with one thing changed, told only where the same replay without a change "
            "gives the throughput and the P85 of these days within 15 %. A range of what the past allows, "
            "not a promise.",
            className="quiet",
        ),
    ]


def _word(one: Supposed, first: bool) -> list[Component | str]:
    """Return the ranges of a what-if; the first of its kind says what they rest on."""
    words = told_words(one.told)
    if one.told.changed is None or not first:
        return [words]
    return [f"{words} ", html.Span(one.assumes, className="quiet")]


def _draw_fields(supposals: Supposals, wish: Wish) -> Component:
    cap = dcc.Input(
        id=ids.FORECAST_CAP,
        name="cap",
        type="text",
        inputMode="numeric",
        value="" if wish.cap is None else str(wish.cap),
        placeholder="no cap",
        autoComplete="off",
    )
    return html.Form(
        id=ids.FORECAST_WHAT_IF,
        className="ask what-if",
        **aria(label="What to try"),
        children=[
            html.Label(["Most items at once", cap]),
            html.Label(["Half the time in", _draw_choice("halve", supposals.waiting, wish.halve)]),
            html.Label(["Without items of type", _draw_choice("drop", supposals.types, wish.drop)]),
            html.Button("Try", type="submit", className="quiet-button"),
        ],
    )


def _draw_choice(name: str, choices: Sequence[str], chosen: str | None) -> Component:
    # What an address asks for stays chosen, also where these items know nothing of it.
    asked = (chosen or "").casefold()
    known = (*choices, *([chosen] if chosen and asked not in map(str.casefold, choices) else []))
    options = [html.Option("nothing", value="")]
    options += [html.Option(one, value=one, selected=one.casefold() == asked) for one in known]
    return html.Select(options, name=name)
