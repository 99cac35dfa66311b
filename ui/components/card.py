"""One metric on a card: what it is, how much, compared with what, and the way to its issues."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from data.metric import Metric, MetricResult
from ui import ids
from ui.components.aria import aria
from ui.components.sparkline import sparkline
from ui.format import FORMER_NAMES, comparison, counted, noun_of, number, unit_words


def metric_card(metric: Metric, result: MetricResult) -> Component:
    """Return the card of one metric; a value that is not there says why."""
    return html.Article(
        className="card",
        **aria(labelledby=f"title-{metric.id}", data_metric=metric.id),
        children=[
            _head(metric),
            *(_answer(metric, result) if result.value is not None else _silence(result)),
            _more(metric, result),
        ],
    )


def card_skeletons(n: int) -> list[Component]:
    """Return cards of the final size with nothing in them yet."""
    return [html.Div(className="card skeleton", **aria(hidden="true")) for _ in range(n)]


def _head(metric: Metric) -> Component:
    former = FORMER_NAMES.get(metric.id)
    text = f"{metric.formula} ({former})" if former else metric.formula
    return html.Div(
        className="card-head",
        children=[
            html.H2(metric.title, id=f"title-{metric.id}"),
            dmc.Tooltip(
                label=text,
                multiline=True,
                w=280,
                withArrow=True,
                events={"hover": True, "focus": True, "touch": True},
                children=html.Button(
                    "?", className="help", type="button", **aria(label=f"{metric.title}: {text}")
                ),
            ),
        ],
    )


def _band(result: MetricResult) -> list[Component]:
    """Return the DORA level, greyed where the number carries too little to be held against it."""
    if result.band is None:
        return []
    edition, greyed = result.band["edition"], result.band["greyed"]
    why = "too little or indirect evidence to be sure" if greyed else "as reported"
    title = f"{result.band['level']}: level of the DORA report {edition}, {why}"
    return [html.Span(result.band["level"], className="band greyed" if greyed else "band", title=title)]


def _answer(metric: Metric, result: MetricResult) -> list[Component]:
    assert result.value is not None
    words, tone = comparison(metric, result)
    unit = unit_words(metric)
    return [
        html.P(
            className="value",
            children=[
                html.Span(number(result.value), className="figure"),
                " ",
                html.Span(unit, className="unit"),
            ],
        ),
        html.P(words or "\u00a0", className=f"compare {tone}"),
        sparkline(result.weekly, unit),
    ]


def _silence(result: MetricResult) -> list[Component]:
    return [
        html.P(html.Span("n/a", className="figure none"), className="value"),
        html.P(result.message, className="why"),
    ]


def _more(metric: Metric, result: MetricResult) -> Component:
    left_out = sum(result.candidates.counts().values())
    label = counted(result.n, noun_of(metric)) + (f", {number(left_out)} left out" if left_out else "")
    button = html.Button(
        [label, html.Span(" \u203a", **aria(hidden="true"))],
        id={"kind": ids.OPEN, "name": metric.id},
        className="more",
        type="button",
        **aria(label=f"{metric.title}: show {label}", haspopup="dialog"),
    )
    return html.Div([button, *_band(result)], className="card-foot")
