"""One metric on a card: what it is, how much, compared with what, and the way to its issues.

The card is a design that travels once; ``card_data`` is what differs between views, and ``card_terms`` what
differs between metrics.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dash import html
from dash.development.base_component import Component

from data.model.metric import FROM_DEPLOYMENTS, Metric, MetricResult
from data.model.verdict import target_grounds
from ui.components.aria import action, aria, data
from ui.components.help import help_button
from ui.components.sparkline import sparkline, sparkline_data
from ui.components.states import CONNECT, Reach, design_tags, silence_of
from ui.design import Design, plain_design, text, when
from ui.format import (
    FORMER_NAMES,
    GOES_BY_PROJECT,
    comparison,
    counted,
    ignored_words,
    level_name,
    level_words,
    noun_of,
    number,
    spread_in_short,
    start_share,
    start_words,
    unit_words,
)

_SPACE = "\u00a0"
# What a metric tells of: the two halves of DORA's performance (reports of 2024 and later), and flow.
PARTS = {
    "deployment_frequency": "Throughput",
    "change_lead_time": "Throughput",
    "failed_deployment_recovery_time": "Throughput",
    "change_fail_rate": "Instability",
    "deployment_rework_rate": "Instability",
    "time_to_restore": "Instability",
}


def card_design() -> Design:
    """Return the design of a card: of a value, or of why there is none and what to do."""
    title = html.H2("$title", id="$title_id")
    part = html.P("$part", className="eyebrow")
    head = html.Div([title, help_button("$title", "$help")], className="card-head")
    answer = when("value", _design_value(), _design_silence())
    unread = when("unread", html.P("$unread", className="unread", title="$unread_title"))
    return plain_design(
        html.Article(
            [part, head, answer, unread, _design_foot()],
            className="card",
            **aria(labelledby="$title_id", data_metric="$id"),
        )
    )


def card_terms(metric: Metric) -> dict[str, str]:
    """Return what the cards of a metric say in every view."""
    former = FORMER_NAMES.get(metric.id)
    return {
        "id": metric.id,
        "title": metric.title,
        "help": f"{metric.formula} ({former})" if former else metric.formula,
        "unit": unit_words(metric),
        "part": PARTS.get(metric.id, "Flow"),
    }


def card_data(
    metric: Metric,
    result: MetricResult,
    reach: Reach,
    *,
    detailed: bool = False,
    unread: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return what the card of a metric says in one view.

    Args:
        metric: the line of its family.
        result: its result in this view.
        reach: of the view, which decides what helps where there is no value.
        detailed: with range and percentiles, on a page that has room for them.
        unread: what is said beside a number of deployments if a source of it could not be read.

    Returns:
        Texts, and the heights of the sparkline; without a value, why, and the way out of it.
    """
    left_out = sum(result.candidates.counts().values())
    data: dict[str, Any] = {
        "id": metric.id,
        "counted": counted(result.n, noun_of(metric)),
        "rest": f", {number(left_out)} left out" if left_out else "",
        "ignored": ignored_words(result),
        **_tell_share(result),
        **_tell_band(result),
        **target_data(result),
        **(unread if metric.id in FROM_DEPLOYMENTS else {}),
    }
    return data | (
        _tell_silence(result, reach) if result.value is None else _tell_value(metric, result, detailed)
    )


def card_skeletons(n: int) -> list[Component]:
    """Return cards of the final size with nothing in them yet."""
    return [html.Div(className="card skeleton", **aria(hidden="true")) for _ in range(n)]


def _design_value() -> Component:
    value = html.P(
        [html.Span("$value", className="figure"), " ", html.Span("$unit", className="unit")],
        className="value",
    )
    # How far the value itself may be off by chance, and how far single items are from it.
    spread = html.P("$spread", className="compare", title="$spread_title")
    return html.Div(
        [
            value,
            html.P("$compared", className=text("compare ", "$tone")),
            when("spread", spread),
            sparkline(),
        ],
        className="answer",
    )


def _design_silence() -> Component:
    """Return why there is no value, and what to do about it; over an empty store that is one thing."""
    text_out, href = CONNECT
    return html.Div(
        [
            html.P(html.Span("n/a", className="figure none"), className="value"),
            html.P("$message", className="why"),
            html.A(
                when("nothing", text_out, "$way_out"),
                href=when("nothing", href, "$href"),
                className="way-out",
            ),
        ],
        className="answer",
    )


def _design_foot() -> Component:
    button = html.Button(
        [
            "$counted",
            when("rest", html.Span("$rest", className="wide")),
            html.Span(" \u203a", **aria(hidden="true")),
        ],
        className="more",
        type="button",
        **action("open"),
        **data(name="$id"),
        **aria(label=text("$title", ": show ", "$counted", "$rest"), haspopup="dialog"),
    )
    ignored = html.Span("$ignored", className="state", title=GOES_BY_PROJECT)
    share = html.Span("$share", className="state", title="$share_title")
    band = html.Span("$band", className=text("band", "$band_look"), title="$band_title")
    target = html.Span("$target", className=text("target ", "$target_state"), title="$target_grounds")
    marks = [
        when("ignored", ignored),
        *design_tags(),
        when("share", share),
        when("target", target),
        when("band", band),
    ]
    return html.Div([button, *marks], className="card-foot")


def target_data(result: MetricResult) -> dict[str, str]:
    """Return whether a number is where it should be, and what says so; nothing without a target."""
    if result.target is None or result.target.state is None:
        return {}
    return {
        "target": f"target {number(result.target.value)}: {result.target.state}",
        "target_state": result.target.state,
        "target_grounds": target_grounds(result),
    }


def _tell_share(result: MetricResult) -> dict[str, str]:
    """Return how many lead times are measured from a commit, where others are not."""
    share = start_share(result)
    return {"share": share, "share_title": start_words(result)} if share else {}


def _tell_band(result: MetricResult) -> dict[str, str]:
    """Return the DORA level, greyed where the number carries too little to be held against it."""
    if result.band is None:
        return {}
    return {
        "band": level_name(result.band["level"]),
        "band_look": " greyed" if result.band["greyed"] else "",
        "band_title": level_words(result),
    }


def _tell_value(metric: Metric, result: MetricResult, detailed: bool) -> dict[str, Any]:
    assert result.value is not None
    words, tone = comparison(metric, result)
    spread = {
        "spread": spread_in_short(result) or _SPACE,
        "spread_title": "range: 95 % interval of the value" if result.interval else "",
    }
    return {
        "value": number(result.value),
        "compared": words or _SPACE,
        "tone": tone,
        **(spread if detailed else {}),
        **sparkline_data(result.weekly, unit_words(metric)),
    }


def _tell_silence(result: MetricResult, reach: Reach) -> dict[str, str]:
    silence = silence_of(result.message or "", reach)
    return {"message": silence.short, "way_out": silence.action, "href": silence.href}
