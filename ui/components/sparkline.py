"""A sparkline: its weeks travel as heights, and their outline is cut out of a coloured box."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data.model.metric import Week
from ui.components.aria import aria
from ui.design import bars, veil
from ui.format import number

_LEAST_HEIGHT = 4  # percent, so that zero can be told from no value


def sparkline() -> html.Div:
    """Return the design of bars per week; weeks that are not whole are paler, those without a value a gap."""
    return html.Div(
        className="spark",
        role="img",
        **aria(label="$spark_words"),
        style={"clipPath": bars("$spark"), "backgroundImage": veil("$spark_partial")},
    )


def sparkline_data(weeks: Sequence[Week], unit: str) -> dict[str, Any]:
    """Return the heights of the weeks in percent of the highest, and the same in words.

    Args:
        weeks: in their order; without a value None. No weeks give no heights.
        unit: of the values, in words.
    """
    top = max((week.value or 0 for week in weeks), default=0) or 1
    heights = [
        None if week.value is None else max(_LEAST_HEIGHT, round(week.value / top * 100)) for week in weeks
    ]
    return {"spark": heights, "spark_words": _in_words(weeks, unit)}


def sparkline_steps(weeks: Sequence[Week]) -> dict[str, Any]:
    """Return which weeks are not whole; they are the same on every card, and stay weeks in longer steps."""
    return {"spark_partial": [int(week.partial) for week in weeks]}


def _in_words(weeks: Sequence[Week], unit: str) -> str:
    known = [week.value for week in weeks if week.value is not None]
    if not known:
        return "no weekly values"
    span = f"from {number(min(known))} to {number(max(known))}"
    return f"{len(weeks)} weeks, {span} {unit}, last {number(known[-1])}"
