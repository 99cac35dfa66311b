"""What a manager asks after the numbers: what changed, and what is stuck."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from data.charts.blocked_work import BlockedItem
from data.charts.recent import RECENT_WEEKS, Recent
from data.forecast.attention import Attention
from data.model.metric import Metric, MetricResult
from ui.components.aria import aria
from ui.components.attention import attention_list
from ui.components.opening import issue_button, number_button
from ui.components.states import Reach, silence_of
from ui.format import comparison, counted, noun_of, number, unit_words
from ui.headline import Sentence, Unknown

SHOWN_CHANGES = 3
BLOCKED_ITEMS = 5


def changes(metrics: Sequence[Metric], results: Mapping[str, MetricResult]) -> list[Metric]:
    """Return what clearly changed, the largest relative change first, three at most.

    Of a dozen metrics one strays by chance now and then, so a likely change is not in this list.
    """

    def size(metric: Metric) -> float:
        result = results[metric.id]
        assert result.value is not None
        assert result.previous is not None
        before = result.previous.value or 0.0
        return abs(result.value - before) / max(abs(before), abs(result.value))

    moved = [metric for metric in metrics if results[metric.id].confidence == "strong"]
    return sorted(moved, key=size, reverse=True)[:SHOWN_CHANGES]


def still_reading() -> tuple[Any, ...]:
    """Return what stands in place of what the Overview says, in its order, during a first sync."""
    words = (
        "The first sync is still reading, the oldest issues first: the numbers are those of what is there so "
        "far, and the newest weeks come last. What they say follows when it has ended."
    )
    waits = html.P("Follows when the first sync has ended.", className="quiet")
    return [html.P(words)], [], [waits], waits, waits, [waits]


def headline_words(sentences: Sequence[Sentence]) -> list[Component]:
    """Return what a view says in words, each number a button that opens its evidence; without any, that."""
    if not sentences:
        return [html.P("Nothing can be told of this view yet; each card says why.", className="quiet")]
    return [html.P(_draw_sentence(sentence)) for sentence in sentences]


def _draw_sentence(sentence: Sentence) -> list[str | Component]:
    return [
        number_button(phrase.text, phrase.metric) if phrase.metric else phrase.text for phrase in sentence
    ]


def changes_list(metrics: Sequence[Metric], recent: Recent | None) -> list[Component]:
    """Return what clearly changed over the last 13 whole weeks, each with the way to its issues.

    Args:
        metrics: those that are told of.
        recent: their results over these weeks; None over an empty store.
    """
    if recent is None:
        return [html.P("There is nothing to compare with yet.", className="quiet")]
    weeks = f"{RECENT_WEEKS} whole weeks from {recent.first_day} to {recent.last_day}"
    found = changes(metrics, recent.results)
    if found:
        listed = html.Ul([_draw_change(metric, recent) for metric in found], className="plain-list")
        return [html.P(f"The {weeks}, against the {RECENT_WEEKS} before.", className="quiet"), listed]
    known = any(result.change is not None for result in recent.results.values())
    text = "No clear change" if known else "Too few whole weeks to compare"
    return [html.P(f"{text} in the {weeks}, against the {RECENT_WEEKS} before.", className="quiet")]


def _draw_change(metric: Metric, recent: Recent) -> Component:
    result = recent.results[metric.id]
    assert result.value is not None
    words, tone = comparison(metric, result)
    evidence = counted(result.n, noun_of(metric))
    return html.Li(
        [
            html.Span(
                [
                    html.Strong(metric.title),
                    f" {number(result.value)} ",
                    html.Span(f"{unit_words(metric)} ", className="unit"),
                    html.Span(words, className=f"compare {tone}"),
                ],
                className="grow changed",
            ),
            # The page goes to these weeks, so that the rows in the drawer are those of this number.
            html.A(
                evidence,
                href=f"/?from={recent.first_day}&to={recent.last_day}&panel={metric.id}",
                className="more",
                **aria(label=f"{metric.title}: show {evidence} of these weeks"),
            ),
        ]
    )


def unknown_list(found: Sequence[Unknown], reach: Reach) -> list[Component]:
    """Return the numbers that cannot be known yet, one line a reason, with what would make them known.

    Nothing where every number is known.
    """
    if not found:
        return []
    return [
        html.H3("Not known yet"),
        html.Ul([_draw_unknown(one, reach) for one in found], className="plain-list"),
    ]


def _draw_unknown(unknown: Unknown, reach: Reach) -> Component:
    silence = silence_of(unknown.message, reach)
    names = [metric.title for metric in unknown.metrics]
    return html.Li(
        [
            html.Span([html.Strong(_join(names)), f": {silence.short} "], className="grow changed"),
            html.A(silence.action, href=silence.href),
        ]
    )


def _join(names: Sequence[str]) -> str:
    shown, more = names[:2], len(names) - 2
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def attention_part(items: Sequence[Attention], unknown: str = "", *, past: bool = False) -> list[Component]:
    """Return what to look at first among the items in progress.

    Args:
        items: what to look at first before the others.
        unknown: why nobody knows how long they have been in progress, "" where that is known.
        past: the period that is looked at has ended before; these are the items of now.
    """
    if unknown:
        return [html.P(unknown, className="quiet")]
    now = [html.P("As things stand now, whatever the period.", className="quiet")] if past else []
    return [*now, attention_list(items)]


def blocked_list(items: Sequence[BlockedItem], unknown: str = "") -> Component:
    """Return the items that something has blocked longest without a break at the end of the period.

    Args:
        items: the longest first, those of which nobody knows since when last.
        unknown: why nobody knows what is blocked, "" where that is known.
    """
    if unknown:
        return html.P(unknown, className="quiet")
    if not items:
        return html.P("Nothing under way is blocked at the end of this period.", className="quiet")
    return html.Ul([_draw_blocked(item) for item in items[:BLOCKED_ITEMS]], className="plain-list")


def _draw_blocked(item: BlockedItem) -> Component:
    circle = [html.Span("circle", className="flag", title="What it waits for waits for it")]
    return html.Li(
        [
            issue_button(item.key),
            html.Span(block_words(item), className="grow quiet"),
            *(circle if item.in_circle else []),
            *([] if item.days is None else [_draw_days(item.days, "without a break")]),
        ]
    )


def block_words(item: BlockedItem) -> str:
    """Return why an item does not go on: flagged, its status, or whom it waits for."""
    words = {"flag": "flagged", "waiting": item.status}
    told = [words[reason] for reason in item.reasons if reason in words]
    shown, more = item.waits_for[:2], len(item.waits_for) - 2
    others = [f"waits for {' and '.join(shown)}" + (f" and {more} more" if more > 0 else "")] if shown else []
    return ", ".join([*others, *told])


def _draw_days(days: float, title: str) -> Component:
    return html.Span(f"{number(round(days))} d", className="days", title=title)
