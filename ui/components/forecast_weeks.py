"""The weeks that a forecast is drawn from: a bar each, which a click leaves out or takes in again."""

import datetime as dt

from dash import html
from dash.development.base_component import Component

from data.forecast.answer import Forecast
from data.forecast.history import SAMPLED_WEEKS
from ui.components.aria import action, aria, data
from ui.format import counted


def draw_weeks(forecast: Forecast) -> list[Component]:
    """Return the last 26 whole weeks with their items, those left out among them."""
    question, known = forecast.question, forecast.history.newest(SAMPLED_WEEKS)
    if not len(known):
        return [html.P("There is no whole week yet.", className="quiet")]
    weekly = known.weekly.tolist()
    top = max(*weekly, 1)
    bars = [
        _draw_week(name, items, items * 100 / top, name not in question.excluded)
        for name, items in zip(known.names, weekly, strict=True)
    ]
    links = [
        html.Li(
            html.A(
                f"{name}: {counted(items, 'item')}",
                href=f"/?from={monday}&to={monday + dt.timedelta(days=6)}&panel=flow_velocity",
            )
        )
        for name, monday, items in zip(known.names, known.mondays, weekly, strict=True)
    ]
    return [
        html.P(_word_sampled(forecast)),
        html.Div(bars, className="sampled", role="group", **aria(label="Weeks that are drawn from")),
        html.P("Select a week to leave it out, and again to take it in.", className="quiet"),
        html.Details([html.Summary("The weeks, each with its items"), html.Ul(links, className="weeks")]),
    ]


def word_left_out(forecast: Forecast) -> str:
    """Return which weeks are left out, and which of them would not have been drawn anyway; "" for none."""
    unknown = set(forecast.unknown_weeks)
    left_out = [week for week in sorted(forecast.question.excluded) if week not in unknown]
    words = [f"Without {', '.join(left_out)}, which somebody left out." if left_out else ""]
    words += [f"{week} is not among the weeks that it is drawn from." for week in sorted(unknown)]
    return " ".join(filter(None, words))


def _word_sampled(forecast: Forecast) -> str:
    sampled = forecast.sampled
    bulk = int(sampled.left_out.sum())
    words = (
        f"{counted(len(sampled), 'whole week')} with {counted(int(sampled.weekly.sum()), 'delivered item')}.",
        "10 000 runs from a fixed seed.",
        f"{counted(bulk, 'item')} of bulk moves left out." if bulk else "",
        "The scope grows as it did." if forecast.question.growth else "",
    )
    return " ".join(filter(None, words))


def _draw_week(name: str, items: int, share: float, drawn: bool) -> Component:
    return html.Button(
        [
            html.Span(html.Span(style={"--items": f"{share:.1f}%"}), className="room"),
            html.Span(str(items), className="items"),
            html.Span(name[5:], className="quiet"),
        ],
        type="button",
        className="week",
        **aria(label=f"{name}, {counted(items, 'item')}: draw from it", pressed=str(drawn).lower()),
        **action("week"),
        **data(week=name),
    )
