"""Weekly charts of one metric as plain figure dicts: a function of a result, seen without a server."""

from typing import Any

from data.metric import MetricResult
from ui.figures.parts import (
    NO_DATA,
    NOT_WHOLE,
    Drawing,
    hatch,
    in_place_of_axes,
    label,
    marker_size,
    starts,
    values,
    week_hover,
    week_layout,
    whole_note,
)
from ui.theme import CHART, Scheme

WEEK_COLUMNS = ("week", "begins on", "value", "n", "whole week")


def weekly_bars(result: MetricResult, scheme: Scheme, y_title: str) -> dict[str, Any]:
    """Return bars per week; weeks that are not whole are hatched, the mean line is of whole weeks only."""
    weeks = result.weekly
    colours = CHART[scheme]
    whole = [week.value for week in weeks if not week.partial and week.value is not None]
    layout = _laid_out(result, scheme, y_title)
    if whole:
        layout |= mean_line(sum(whole) / len(whole), colours)
    return {"data": [bars_of(result, colours)], "layout": layout}


def weekly_line(result: MetricResult, scheme: Scheme, y_title: str) -> dict[str, Any]:
    """Return a line over the ends of the weeks."""
    line = line_of(result, CHART[scheme]) | {"hovertemplate": "end of %{customdata}: %{y}<extra></extra>"}
    return {"data": [line], "layout": _laid_out(result, scheme, y_title)}


def weekly_drawing(result: MetricResult, figure: dict[str, Any]) -> Drawing:
    """Return a weekly figure together with its weeks as rows."""
    weeks = result.weekly
    some = any(week.value is not None for week in weeks)
    return Drawing(
        figure["data"],
        figure["layout"],
        lambda: tuple((week.week, week.start, week.value, week.n, not week.partial) for week in weeks),
        note=whole_note(weeks, NOT_WHOLE),
        empty="" if some else result.message or NO_DATA,
    )


def bars_of(result: MetricResult, colours: dict[str, str]) -> dict[str, Any]:
    """Return a bar per week, hatched where the week is not whole."""
    weeks = result.weekly
    return {
        "type": "bar",
        "x": starts(weeks),
        "y": values(weeks),
        "marker": {"color": colours["bar"], "pattern": hatch(weeks, colours["bar"])},
        **week_hover(weeks, "%{y}"),
    }


def line_of(result: MetricResult, colours: dict[str, str]) -> dict[str, Any]:
    """Return a point per week, open where the week is not whole, joined by a line."""
    weeks = result.weekly
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": starts(weeks),
        "y": values(weeks),
        "line": {"color": colours["line"], "width": 2},
        "cliponaxis": False,
        "marker": {
            "size": marker_size(weeks, 7),
            "symbol": ["circle-open" if week.partial else "circle" for week in weeks],
        },
        **week_hover(weeks, "%{y}"),
    }


def mean_line(mean: float, colours: dict[str, str]) -> dict[str, Any]:
    """Return a dashed line at the mean, with its number."""
    line = {"color": colours["mean"], "width": 1.5, "dash": "dash"}
    shape = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": mean, "y1": mean, "line": line}
    words = label(f"mean {mean:.1f}", colours, xref="paper", x=1, y=mean, xanchor="right", yanchor="bottom")
    return {"shapes": [shape], "annotations": [words | {"font": {"color": colours["mean"]}}]}


def _laid_out(result: MetricResult, scheme: Scheme, y_title: str) -> dict[str, Any]:
    """Return the layout over the weeks, or the reason why there is nothing to draw on it."""
    if not any(week.value is not None for week in result.weekly):
        return in_place_of_axes(result.message or NO_DATA, scheme)
    return week_layout(result.weekly, scheme, y_title)
