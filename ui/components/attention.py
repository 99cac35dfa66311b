"""What to look at first, and why: a line for each item, with the way to its history."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from data.forecast.attention import Attention
from ui.components.opening import issue_button
from ui.format import number


def attention_list(items: Sequence[Attention]) -> Component:
    """Return a line for each item, in their order."""
    if not items:
        return html.P("Nothing is in progress.", className="quiet")
    return html.Ul([_draw_item(item) for item in items], className="plain-list")


def why_words(item: Attention) -> str:
    """Return why an item is to be looked at: where it stands, and what may be expected of one like it."""
    stage = ", ".join(
        [item.status, *(["waiting"] if item.waits else []), *(["flagged"] if item.flagged else [])]
    )
    return f"{stage}: {_word_age(item)}"


def _word_age(item: Attention) -> str:
    if item.limit is None:
        return "too few were done to expect anything"
    days = f"{number(round(item.limit, 1))} days"
    if item.over:
        times = f"{number(round(item.age / item.limit, 1))} times the" if item.limit else "over the"
        return f"{times} {days} expected"
    if item.risk is not None:
        return f"{number(round(item.risk * 100))} % of such took over {days}"
    return f"{number(round(item.age * 100 / item.limit))} % of the {days} expected"


def _explain(item: Attention) -> str:
    """Return what is meant by what may be expected, for whoever points at it."""
    if item.limit is None:
        return "An expectation needs 20 items that were done in the last 26 weeks."
    whose = f"{item.kind} items" if item.of_type else "all items"
    return f"85 % of {whose} were done within {number(round(item.limit, 1))} days in the last 26 weeks."


def _draw_item(item: Attention) -> Component:
    return html.Li(
        [
            issue_button(item.key),
            html.Span(why_words(item), className="grow changed quiet", title=_explain(item)),
            html.Span(f"{number(round(item.age))} d", className="days", title="since the work on it began"),
        ]
    )
