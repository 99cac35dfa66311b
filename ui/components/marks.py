"""Above the charts: what they are marked with, and the period cut at an event."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data.model.metric import Metric, MetricResult
from ui.components.aria import action, aria
from ui.format import comparison, counted, noun_of, number, unit_words

Span = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that charts can be marked with.

    Attributes:
        words: what it is called.
        chosen: it is marked.
        href: where a click leads, which turns it on or off.
    """

    words: str
    chosen: bool
    href: str


@dataclass(frozen=True, slots=True)
class CutTable:
    """A period cut at a day, as it is shown.

    Attributes:
        title: at what it is cut.
        before: first and last day of the first part.
        after: of the second part.
        metrics: those to show.
        results: by metric id: of the second part, compared with the first.
        note: what the difference does not say.
    """

    title: str
    before: Span
    after: Span
    metrics: Sequence[Metric]
    results: Mapping[str, MetricResult]
    note: str


def marks_row(choices: Sequence[Choice], cuts: Sequence[tuple[str, str]], notes: Sequence[str]) -> Component:
    """Return the line above the charts of a page.

    Args:
        choices: what charts can be marked with.
        cuts: events of the period, as words and the address that cuts the period there.
        notes: why something is not marked, or what of the address makes no sense.
    """
    links = [
        html.A(
            [
                html.Span(className=f"sign {choice.words.split()[0].lower()}", **aria(hidden="true")),
                choice.words,
            ],
            href=choice.href,
            className="mark-choice on" if choice.chosen else "mark-choice",
            **aria(
                label=f"{choice.words}: {'marked, hide them' if choice.chosen else 'mark them in the charts'}"
            ),
        )
        for choice in choices
    ]
    edit = html.Button("Edit events", type="button", className="quiet-button", **action("events"))
    point = html.Button(
        "Mark a day", type="button", className="quiet-button point", **action("mark"), **aria(pressed="false")
    )
    parts: list[Component] = [html.Span("Marked in the charts", className="quiet"), *links, point, edit]
    if cuts:
        parts.append(_draw_cuts(cuts))
    told = [html.P(note, className="note", role="status") for note in notes]
    return html.Div([html.Div(parts, className="marks-row"), *told], className="marks")


def _draw_cuts(cuts: Sequence[tuple[str, str]]) -> Component:
    listed = html.Ul([html.Li(html.A(words, href=href)) for words, href in cuts])
    return html.Details(
        [html.Summary("Before and after", className="quiet-button"), listed], className="menu left"
    )


def cut_panel(cut: CutTable, close: str) -> Component:
    """Return every number before a day and from it on, each with the way to its evidence.

    Args:
        cut: what is shown.
        close: the address without the cut.
    """
    heads = ("Number", _word_span("Before", cut.before), _word_span("From then on", cut.after), "Verdict")
    return html.Section(
        className="panel cut",
        children=[
            html.Div(
                [
                    html.H2(cut.title, id="cut-title"),
                    html.A(
                        "Close", href=close, className="quiet-button", **aria(label="Close before and after")
                    ),
                ],
                className="panel-head",
            ),
            html.P(cut.note, className="quiet"),
            html.Div(
                html.Table(
                    [
                        html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                        html.Tbody([_draw_compared(metric, cut) for metric in cut.metrics]),
                    ],
                    className="compared",
                ),
                className="scroll-box",
                tabIndex="0",
                role="region",
                **aria(label="Numbers before and after"),
            ),
        ],
        **aria(labelledby="cut-title"),
    )


def _word_span(words: str, span: Span) -> str:
    return f"{words}: {span[0]} to {span[1]}"


def _draw_compared(metric: Metric, cut: CutTable) -> Component:
    result = cut.results[metric.id]
    previous = result.previous
    earlier = (None, 0) if previous is None else (previous.value, previous.n)
    words, tone = comparison(metric, result)
    verdict = words.partition(" (")[0] if result.trend not in ("up", "down") else words
    return html.Tr(
        [
            html.Th([metric.title, html.Span(f" {unit_words(metric)}", className="unit")], scope="row"),
            html.Td(_draw_side(metric, *earlier, cut.before)),
            html.Td(_draw_side(metric, result.value, result.n, cut.after)),
            html.Td(html.Span(verdict or "nothing to compare", className=f"compare {tone}")),
        ]
    )


def _draw_side(metric: Metric, value: float | None, n: int, span: Span) -> list[Component]:
    """Return a number and the way to its rows, over the days that it is of."""
    shown = html.Strong("n/a" if value is None else number(value))
    evidence = counted(n, noun_of(metric))
    href = f"/?from={span[0]}&to={span[1]}&cut=&panel={metric.id}"
    link = html.A(
        evidence, href=href, **aria(label=f"{metric.title}: show {evidence} of {span[0]} to {span[1]}")
    )
    return [shown, html.Span([" ", link], className="quiet")] if n else [shown]
