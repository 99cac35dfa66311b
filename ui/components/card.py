"""One metric on a card: what it is, how much, compared with what, and the way to its issues."""

from dash import html
from dash.development.base_component import Component

from data.metric import Metric, MetricResult
from ui import ids
from ui.components.aria import aria
from ui.components.help import help_button
from ui.components.sparkline import sparkline
from ui.components.states import CONNECT, SETTINGS, Freshness, error_state, tags, way_out_of
from ui.format import FORMER_NAMES, comparison, counted, noun_of, number, percentiles_in_short, unit_words

_WAYS_OUT = {
    "not_configured": ("Map it", "/settings"),
    "not_applicable": ("Change the mapping", "/settings"),
    "ok": SETTINGS,
}


def metric_card(
    metric: Metric, result: MetricResult, freshness: Freshness, *, page: str, detailed: bool = False
) -> Component:
    """Return the card of one metric; a value that is not there says why and what to do.

    Args:
        metric: the line of its family.
        result: its result in this view.
        freshness: of the data underneath.
        page: on which it stands; a metric may stand on several.
        detailed: with percentiles, on a page that has room for them.
    """
    answer = (
        _answer(metric, result, detailed=detailed)
        if result.value is not None
        else _silence(result, freshness)
    )
    return html.Article(
        className="card",
        **aria(labelledby=_title_id(page, metric), data_metric=metric.id),
        children=[_head(metric, page), *answer, _more(metric, result, freshness, page)],
    )


def failed_card(metric: Metric, cause: str, remedy: str, reference: str, *, page: str) -> Component:
    """Return the card of a metric that could not be computed."""
    retry = {"kind": ids.RETRY, "page": page, "name": metric.id}
    return html.Article(
        className="card",
        **aria(labelledby=_title_id(page, metric), data_metric=metric.id),
        children=[
            html.H2(metric.title, id=_title_id(page, metric)),
            error_state(cause, remedy, reference, retry=retry, subject=metric.title),
        ],
    )


def card_skeletons(n: int) -> list[Component]:
    """Return cards of the final size with nothing in them yet."""
    return [html.Div(className="card skeleton", **aria(hidden="true")) for _ in range(n)]


def _title_id(page: str, metric: Metric) -> str:
    return f"title-{page}-{metric.id}"


def _head(metric: Metric, page: str) -> Component:
    former = FORMER_NAMES.get(metric.id)
    text = f"{metric.formula} ({former})" if former else metric.formula
    return html.Div(
        className="card-head",
        children=[
            html.H2(metric.title, id=_title_id(page, metric)),
            help_button(metric.title, text),
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


def _answer(metric: Metric, result: MetricResult, *, detailed: bool) -> list[Component]:
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
        *([html.P(percentiles_in_short(result) or "\u00a0", className="compare")] if detailed else []),
        sparkline(result.weekly, unit),
    ]


def _silence(result: MetricResult, freshness: Freshness) -> list[Component]:
    usual = way_out_of(result.message or "") if result.state == "no_data" else _WAYS_OUT[result.state]
    text, href = CONNECT if freshness.as_of is None else usual
    return [
        html.P(html.Span("n/a", className="figure none"), className="value"),
        html.P(result.message, className="why"),
        html.A(text, href=href, className="way-out"),
    ]


def _more(metric: Metric, result: MetricResult, freshness: Freshness, page: str) -> Component:
    left_out = sum(result.candidates.counts().values())
    counted_rows = counted(result.n, noun_of(metric))
    rest = f", {number(left_out)} left out" if left_out else ""
    button = html.Button(
        [counted_rows, html.Span(rest, className="wide"), html.Span(" \u203a", **aria(hidden="true"))],
        id={"kind": ids.OPEN, "page": page, "name": metric.id},
        className="more",
        type="button",
        **aria(label=f"{metric.title}: show {counted_rows}{rest}", haspopup="dialog"),
    )
    return html.Div([button, *tags(freshness), *_band(result)], className="card-foot")
