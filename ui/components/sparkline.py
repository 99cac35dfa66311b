"""A sparkline: its weeks travel as heights, and their outline is cut out of a coloured box."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data.model.metric import Week
from ui.components.aria import aria
from ui.design import bars, veil
from ui.format import counted, number

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
    heights = heights_of([week.value for week in weeks], top)
    return {"spark": heights, "spark_words": words_of_steps([week.value for week in weeks], unit)}


def heights_of(values: Sequence[float | None], top: float) -> list[int | None]:
    """Return values as heights in percent of ``top``, which is above 0; what is not known stays a gap."""
    return [None if value is None else max(_LEAST_HEIGHT, round(value / top * 100)) for value in values]


def sparkline_steps(weeks: Sequence[Week]) -> dict[str, Any]:
    """Return which weeks are not whole; they are the same on every card, and stay weeks in longer steps."""
    return {"spark_partial": [int(week.partial) for week in weeks]}


def words_of_steps(values: Sequence[float | None], unit: str, step: str = "week") -> str:
    """Return in words what a sparkline shows; unknown steps are counted, and tell nothing else."""
    known = [value for value in values if value is not None]
    if not known:
        return f"no {step}ly values"
    span = f"from {number(min(known))} to {number(max(known))}"
    return f"{counted(len(values), step)}, {span} {unit}, last {number(known[-1])}"
