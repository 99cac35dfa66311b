"""Weekly charts as plain figure dicts: a function of a result, to be looked at without a server."""

import html
import textwrap
from typing import Any

from data.metric import MetricResult
from ui.figures.chart import Chart
from ui.theme import CHART, Scheme, figure_layout

WEEK_MS = 7 * 86_400_000
NOT_WHOLE = "Weeks that are not whole are hatched or open."


def week_rows(result: MetricResult, figure: dict[str, Any], value_head: str) -> Chart:
    """Return a weekly figure together with its weeks as rows."""
    weeks = result.weekly
    some = any(week.value is not None for week in weeks)
    return Chart(
        figure,
        ("week", "begins on", value_head, "n", "whole week"),
        lambda: tuple((week.week, week.start, week.value, week.n, not week.partial) for week in weeks),
        note=NOT_WHOLE if any(week.partial for week in weeks) else "",
        empty="" if some else result.message or "No data in this period.",
    )


def weekly_bars(result: MetricResult, scheme: Scheme, y_title: str) -> dict[str, Any]:
    """Return bars per week; weeks that are not whole are hatched, the mean line is of whole weeks only."""
    weeks = result.weekly
    colours = CHART[scheme]
    whole = [week.value for week in weeks if not week.partial and week.value is not None]
    bars = {
        "type": "bar",
        "x": [week.start for week in weeks],
        "y": [week.value for week in weeks],
        "marker": {
            "color": colours["bar"],
            "pattern": {
                "shape": ["/" if week.partial else "" for week in weeks],
                "fillmode": "replace",
                "fgcolor": colours["bar"],
                "size": 6,
                "solidity": 0.35,
            },
        },
        "customdata": [[week.week, " (not a whole week)" if week.partial else ""] for week in weeks],
        "hovertemplate": "%{customdata[0]}%{customdata[1]}: %{y}<extra></extra>",
    }
    layout = _laid_out(result, scheme, y_title)
    if whole:
        layout |= _mean_line(sum(whole) / len(whole), colours)
    return {"data": [bars], "layout": layout}


def weekly_line(result: MetricResult, scheme: Scheme, y_title: str) -> dict[str, Any]:
    """Return a line over the ends of the weeks."""
    weeks = result.weekly
    colours = CHART[scheme]
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [week.start for week in weeks],
        "y": [week.value for week in weeks],
        "line": {"color": colours["line"], "width": 2},
        "marker": {
            "size": 7,
            "symbol": ["circle-open" if week.partial else "circle" for week in weeks],
        },
        "customdata": [[week.week] for week in weeks],
        "hovertemplate": "end of %{customdata[0]}: %{y}<extra></extra>",
    }
    return {"data": [line], "layout": _laid_out(result, scheme, y_title)}


def _laid_out(result: MetricResult, scheme: Scheme, y_title: str) -> dict[str, Any]:
    """Return the common layout with about five labels, each on the Monday that its week begins with."""
    layout = figure_layout(scheme, y_title)
    if not any(week.value is not None for week in result.weekly):
        return layout | _nothing(result.message or "No data in this period.", scheme)
    every = -(-len(result.weekly) // 5)
    layout["xaxis"] |= {"tick0": result.weekly[0].start, "dtick": every * WEEK_MS}
    return layout


def _nothing(why: str, scheme: Scheme) -> dict[str, Any]:
    """Return what takes the place of the axes where there is nothing to draw: the reason."""
    words = "<br>".join(textwrap.wrap(html.escape(why), 60))
    label = {
        "text": words,
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
        "showarrow": False,
        "font": {"size": 14, "color": CHART[scheme]["text"]},
    }
    return {"annotations": [label], "xaxis": {"visible": False}, "yaxis": {"visible": False}}


def _mean_line(mean: float, colours: dict[str, str]) -> dict[str, Any]:
    line = {"color": colours["mean"], "width": 1.5, "dash": "dash"}
    label = {
        "xref": "paper",
        "x": 1,
        "y": mean,
        "text": f"mean {mean:.1f}",
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "bottom",
        "font": {"color": colours["mean"]},
        "bgcolor": colours["surface"],
        "opacity": 0.9,
    }
    shape = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": mean, "y1": mean, "line": line}
    return {"shapes": [shape], "annotations": [label]}
