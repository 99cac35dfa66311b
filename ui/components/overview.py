"""What a manager asks after the numbers: what changed, and what is stuck."""

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from data.metric import Metric, MetricResult
from ui import ids
from ui.components.aria import aria
from ui.format import comparison, counted, noun_of, number, unit_words

SHOWN_CHANGES = 3
STUCK_ITEMS = 5


def changes(metrics: Sequence[Metric], results: Mapping[str, MetricResult]) -> list[Metric]:
    """Return what changed by more than chance, the largest relative change first, three at most."""

    def size(metric: Metric) -> float:
        result = results[metric.id]
        assert result.value is not None
        assert result.previous is not None
        before = result.previous.value or 0.0
        return abs(result.value - before) / max(abs(before), abs(result.value))

    moved = [metric for metric in metrics if results[metric.id].trend in ("up", "down")]
    return sorted(moved, key=size, reverse=True)[:SHOWN_CHANGES]


def changes_list(metrics: Sequence[Metric], results: Mapping[str, MetricResult]) -> Component:
    """Return what changed against the period before, each with the way to its issues."""
    found = changes(metrics, results)
    if not found:
        known = any(result.trend == "flat" for result in results.values())
        text = "Nothing changed by more than chance." if known else "There is nothing to compare with yet."
        return html.P(text, className="quiet")
    return html.Ul([_change(metric, results[metric.id]) for metric in found], className="plain-list")


def _change(metric: Metric, result: MetricResult) -> Component:
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
            html.Button(
                evidence,
                id={"kind": ids.OPEN, "page": ids.CHANGES, "name": metric.id},
                className="more",
                type="button",
                **aria(label=f"{metric.title}: show {evidence}", haspopup="dialog"),
            ),
        ]
    )


def stuck_list(items: Sequence[tuple[str, str, float, bool]]) -> Component:
    """Return the oldest items in progress.

    Args:
        items: key, status, age in days, and whether it is older than the P85 of its status.
    """
    if not items:
        return html.P("Nothing is in progress at the end of this period.", className="quiet")
    return html.Ul([_stuck(*item) for item in items[:STUCK_ITEMS]], className="plain-list")


def _stuck(key: str, status: str, days: float, old: bool) -> Component:
    age = f"{number(round(days))} d"
    return html.Li(
        [
            html.Button(
                key,
                id={"kind": ids.ISSUE, "page": ids.STUCK, "name": key},
                className="more",
                type="button",
                **aria(label=f"{key}: show its history", haspopup="dialog"),
            ),
            html.Span(status, className="grow quiet"),
            *(
                [html.Span("> P85", className="flag", title="Older than 85 % of what left this status")]
                if old
                else []
            ),
            html.Span(age, className="days", title="since the work on it began"),
        ]
    )
