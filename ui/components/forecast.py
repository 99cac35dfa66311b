"""What is told of a view's future: an answer with its record, what is at risk, and what would help."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from data.forecast.answer import NEVER, Answer, Forecast, track_of
from data.forecast.expectation import Expectation
from data.forecast.fan import BANDS, fan
from data.forecast.foresight import Foresight, NamedChange
from data.forecast.history import DAYS
from data.forecast.outlook import EVERY_TYPE
from data.forecast.supposed import NO_WISH, Wish
from ui.components.aria import action, aria, data
from ui.components.attention import attention_list
from ui.components.forecast_record import draw_record, word_record
from ui.components.forecast_weeks import draw_weeks, word_left_out
from ui.components.forecast_what_if import draw_supposals
from ui.format import counted, number

MOST_WEEKS = 26


@dataclass(frozen=True, slots=True)
class Seen:
    """What an address says beside the question.

    Attributes:
        wish: what-ifs that somebody wants to try.
        horizon: weeks, of which the past forecasts are shown one by one; None: those of the answer.
    """

    wish: Wish = NO_WISH
    horizon: int | None = None


NOTHING_SEEN = Seen()


def forecast_answer(
    foresight: Foresight,
    titles: Mapping[str, str],
    seen: Seen = NOTHING_SEEN,
) -> list[Component]:
    """Return everything below the question.

    Args:
        foresight: of the view.
        titles: of the metrics, by id.
        seen: what else the address says.
    """
    forecast, outlook = foresight.outlook.forecast, foresight.outlook
    return [
        _draw_answer(forecast),
        html.Div(
            [
                _panel("What to look at first", _draw_risky(foresight)),
                _panel("What may be expected of one item", _draw_expectations(outlook.standing.expectations)),
                _panel("What would help", draw_supposals(foresight.supposals, seen.wish)),
                _panel("Since when it is so", _draw_changes(foresight.changes, titles)),
            ],
            className="forecast-grid",
        ),
        _panel("How such forecasts fared", draw_record(forecast, seen.horizon)),
        _panel("What it is drawn from", draw_weeks(forecast)),
    ]


def no_forecast(why: str) -> list[Component]:
    """Return what stands there over an empty store."""
    return [html.P(why, className="panel quiet")]


def _panel(title: str, body: Sequence[Component]) -> Component:
    return html.Section([html.H2(title), *body], className="panel", **aria(label=title))


def _draw_answer(forecast: Forecast) -> Component:
    if forecast.state != "ok":
        return html.Section(
            [
                html.P("No answer", className="figure none"),
                html.P(forecast.message),
                *_draw_left_out(forecast),
            ],
            className="panel answer-panel",
            **aria(label="Answer"),
        )
    surest = next(answer for answer in forecast.answers if answer.level == 85)
    return html.Section(
        [
            html.P([html.Strong(_word_answer(forecast, surest)), " at 85 %."], className="big"),
            html.P(word_record(track_of(forecast, 85))),
            *_draw_left_out(forecast),
            html.Div([_draw_level(forecast, answer) for answer in forecast.answers], className="levels"),
            html.Div([_draw_ends(forecast), _draw_fan(forecast)], className="pictures"),
        ],
        className="panel answer-panel",
        **aria(label="Answer"),
    )


def _draw_left_out(forecast: Forecast) -> list[Component]:
    words = word_left_out(forecast)
    return [html.P(words)] if words else []


def _word_answer(forecast: Forecast, answer: Answer) -> str:
    if answer.by is not None:
        return f"{counted(forecast.question.items or 0, 'item')}: by {visible_day(answer.by)}"
    assert forecast.question.by is not None
    return f"At least {counted(answer.items or 0, 'item')} by {visible_day(forecast.question.by)}"


def _draw_level(forecast: Forecast, answer: Answer) -> Component:
    told = visible_day(answer.by) if answer.by else counted(answer.items or 0, "item")
    track = track_of(forecast, answer.level)
    return html.Div(
        [
            html.P(f"{answer.level} % sure", className="quiet"),
            html.P(told, className="figure"),
            html.P(word_record(track, short=True), className="quiet"),
        ],
        className="level",
    )


def _draw_ends(forecast: Forecast) -> Component:
    """Return the runs by the week, or the number, in which they end, as bars."""
    outcomes = forecast.outcomes[forecast.outcomes != NEVER]
    when = forecast.question.by is None
    groups = outcomes // DAYS if when else outcomes // max(1, int(outcomes.max()) // MOST_WEEKS)
    first, last = int(groups.min()), int(groups.max())
    counts = [int((groups == group).sum()) for group in range(first, last + 1)]
    width = 1 if when else max(1, int(outcomes.max()) // MOST_WEEKS)
    start = forecast.question.start
    ends = (
        (
            visible_day(start + dt.timedelta(days=first * DAYS)),
            visible_day(start + dt.timedelta(days=last * DAYS)),
        )
        if when
        else (number(first * width), number(last * width + width - 1))
    )
    title = "When the runs end, week by week" if when else "How many items the runs have done"
    most = max(counts)
    bars = [html.Span(style={"height": f"{count * 100 / most:.1f}%"}) for count in counts]
    label = f"{title}: from {ends[0]} to {ends[1]}, most of {number(len(outcomes))} runs in the middle"
    return html.Figure(
        [
            html.Figcaption(title),
            html.Div(bars, className="histogram", role="img", **aria(label=label)),
            html.Div([html.Span(ends[0]), html.Span(ends[1])], className="ends quiet"),
        ]
    )


def _draw_fan(forecast: Forecast) -> Component:
    """Return the burn-up as nested bands: half of the runs in the darkest, nine of ten in the lightest."""
    question = forecast.question
    last = question.by or forecast.answers[-1].by or question.start
    weeks = min(max((last - question.start).days // DAYS + 2, 2), MOST_WEEKS)
    rows = fan(forecast.sampled, question.start, weeks)
    top = max(int(rows.max()), question.items or 0, 1)
    bands = [
        html.Span(className=f"band-{outer}", style={"clipPath": _outline(rows[low], rows[high], top)})
        for outer, low, high in (("wide", 0, 4), ("middle", 1, 3))
    ]
    goal = (
        [html.Span(className="goal", style={"bottom": f"{question.items * 100 / top:.2f}%"})]
        if question.items
        else []
    )
    label = (
        f"Items done by week: in {weeks} weeks {rows[0, -1]} to {rows[4, -1]}, half of the runs {rows[2, -1]}"
    )
    sunday = question.start + dt.timedelta(days=DAYS * weeks - 1 - question.start.weekday())
    return html.Figure(
        [
            html.Figcaption(
                f"Items done, {BANDS[3]} to {BANDS[1]} % and {BANDS[4]} to {BANDS[0]} % of the runs"
            ),
            html.Div(
                [*bands, *goal, html.Span(number(top), className="scale")],
                className="fan",
                role="img",
                **aria(label=label),
            ),
            html.Div(
                [html.Span(visible_day(question.start)), html.Span(visible_day(sunday))],
                className="ends quiet",
            ),
        ]
    )


def _outline(low: Any, high: Any, top: int) -> str:
    """Return a band between two rising lines, both from nothing, as a ``clip-path``."""
    step = 100 / len(low)
    corner = [f"{(place + 1) * step:.2f}% {100 - value * 100 / top:.2f}%" for place, value in enumerate(high)]
    back = [f"{(place + 1) * step:.2f}% {100 - value * 100 / top:.2f}%" for place, value in enumerate(low)]
    return f"polygon(0% 100%, {', '.join(corner)}, {', '.join(reversed(back))})"


def _draw_risky(foresight: Foresight) -> list[Component]:
    told = [attention_list(foresight.attention)]
    risks = foresight.outlook.standing.risks
    quiet_types = [name for name, one in risks.items() if len(one.rows) and not (one.limit and one.tells)]
    if quiet_types:
        words = f"Of {', '.join(quiet_types)} age and stage alone do not tell."
        told.append(html.P(words, className="quiet"))
    return told


def _draw_expectations(expectations: Mapping[str, Expectation]) -> list[Component]:
    rows = [
        html.Tr(
            [
                html.Th("All together" if name == EVERY_TYPE else name, scope="row"),
                html.Td("too few" if one.days is None else f"{number(one.days)} days"),
                html.Td(str(one.n)),
                html.Td("-" if one.held is None else f"{number(one.held)} % of {number(one.judged)}"),
            ]
        )
        for name, one in expectations.items()
    ]
    head = ("kind of item", "85 % within", "items", "kept by")
    return [
        html.Table(
            [html.Thead(html.Tr([html.Th(text, scope="col") for text in head])), html.Tbody(rows)],
            className="twin",
        ),
        html.P(
            "Flow time over the last 26 whole weeks, and how many items kept the expectation of their week.",
            className="quiet",
        ),
    ]


def _draw_changes(changes: Mapping[str, Sequence[NamedChange]], titles: Mapping[str, str]) -> list[Component]:
    lines = [
        _draw_change(titles.get(name, name), change) for name, points in changes.items() for change in points
    ]
    if not lines:
        return [
            html.P(
                "No weekly number changed its level in the last 52 whole weeks by more than chance.",
                className="quiet",
            )
        ]
    return [html.Ul(lines, className="supposed")]


def _draw_change(title: str, change: NamedChange) -> Component:
    """Return a change with what happened then, or with the way to say it."""
    words = (
        f"{title}: another level since {change.week} (between {change.earliest} and {change.latest}): "
        f"{number(change.point.before)}, then {number(change.point.after)}."
    )
    if change.events:
        return html.Li([f"{words} Then: ", html.Strong("; ".join(change.events)), "."])
    button = html.Button(
        "What happened?",
        type="button",
        className="tool",
        **aria(label=f"{title}, {change.week}: say what happened", haspopup="dialog"),
        **action("happened"),
        **data(day=change.day.isoformat()),
    )
    return html.Li([f"{words} ", button])


def visible_day(day: dt.date | None) -> str:
    """Return a day for people, ``22 Nov 2026``; "" for none."""
    return "" if day is None else f"{day.day} {day:%b %Y}"
