"""What figures have in common: week axes, hatching, legends, and what stands where there is nothing."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.charts.subject import ChartSubject, Context
from data.metric import Week
from ui.figures.chart import Chart, Row, no_rows
from ui.figures.text import wrapped
from ui.theme import CHART, Scheme, figure_layout

WEEK_MS = 7 * 86_400_000
EMPTY_STORE = "There are no issues in the store."
NO_PERIOD = "The period begins after the as-of instant."
NO_DATA = "No data in this period."
NOT_WHOLE = "Weeks that are not whole are hatched or open."
PALER = "Weeks that are not whole are paler."
# Drawn over the parts of a stack, so that they differ without any colour too.
PATTERNS = ("", "/", "x", ".", "-")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart without its frame: traces, layout, table, note; ``empty`` says why there is nothing."""

    traces: list[dict[str, Any]]
    layout: dict[str, Any]
    table: Callable[[], tuple[Row, ...]] = no_rows
    note: str = ""
    empty: str = ""


Draw = Callable[[ChartSubject, Context, Scheme], Drawing]


def nothing(why: str) -> Drawing:
    """Return what is drawn where there is nothing to draw."""
    return Drawing([], {}, empty=why)


def framed(draw: Draw, columns: tuple[str, ...], height: int, report: ChartSubject, scheme: Scheme) -> Chart:
    """Draw a chart at its height, or say in its place why there is nothing."""
    context = report.context
    if context is None:
        drawing = nothing(EMPTY_STORE)
    elif context.window.empty:
        drawing = nothing(NO_PERIOD)
    else:
        drawing = draw(report, context, scheme)
    layout = in_place_of_axes(drawing.empty, scheme) if drawing.empty else drawing.layout
    figure = {"data": drawing.traces, "layout": {**layout, "height": height}}
    return Chart(figure, columns, drawing.table, drawing.note, drawing.empty)


def in_place_of_axes(why: str, scheme: Scheme) -> dict[str, Any]:
    """Return the layout of a chart without anything to draw: the reason stands in its middle."""
    label = {
        "text": wrapped(why, 44, lines=6, longest=300),
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
        "showarrow": False,
        "font": {"size": 14, "color": CHART[scheme]["text"]},
    }
    hidden = {"visible": False}
    return figure_layout(scheme, "") | {"annotations": [label], "xaxis": hidden, "yaxis": hidden}


def weeks_of(report: ChartSubject) -> tuple[Week, ...]:
    """Return the weeks of the period with their names and whether they are whole."""
    return report.results["flow_velocity"].weekly


def week_layout(weeks: Sequence[Week], scheme: Scheme, y_title: str, labels: int = 5) -> dict[str, Any]:
    """Return a layout over weeks with a few labels, each on the Monday that its week begins with."""
    layout = figure_layout(scheme, y_title)
    if weeks:
        every = -(-len(weeks) // labels)
        layout["xaxis"] |= {"tick0": weeks[0].start, "dtick": every * WEEK_MS}
        _with_years(layout, weeks[0].start, weeks[-1].start)
    return layout


def with_legend(layout: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the layout with a legend in one line above the drawing, or more where it is narrow."""
    legend = {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1.03,
        "yanchor": "bottom",
        "font": {"size": 12},
        "traceorder": "normal",
        "itemwidth": 30,
        **more,
    }
    return layout | {"showlegend": True, "legend": legend}


def starts(weeks: Iterable[Week]) -> list[str]:
    """Return the Mondays."""
    return [week.start for week in weeks]


def values(weeks: Iterable[Week]) -> list[float | None]:
    """Return the value of each week, rounded as nobody can see more."""
    return [None if week.value is None else round(week.value, 3) for week in weeks]


def week_hover(weeks: Sequence[Week], words: str, before: str = "") -> dict[str, Any]:
    """Return what a hover says of each week: its ISO name, a word where it is not whole, ``words``.

    The name is made in the browser from the Monday; only what differs travels.
    """
    name = f"{before}%{{x|%G-W%V}}"
    if not any(week.partial for week in weeks):
        return {"hovertemplate": f"{name}: {words}<extra></extra>"}
    return {
        "customdata": [" (not a whole week)" if week.partial else "" for week in weeks],
        "hovertemplate": f"{name}%{{customdata}}: {words}<extra></extra>",
    }


def marker_size(weeks: Sequence[Week], usual: int) -> int:
    """Return the size of a week's mark, smaller where there are many."""
    return usual if len(weeks) <= 60 else usual - 3


def day_axis(layout: dict[str, Any], title: str, first: str, last: str, labels: int) -> None:
    """Lay the x axis out over days, with the year below where there is more than one."""
    layout["xaxis"] |= {"title": {"text": title, "font": {"size": 13}, "standoff": 8}, "nticks": labels}
    _with_years(layout, first, last)


def _with_years(layout: dict[str, Any], first: str, last: str) -> None:
    if first[:4] != last[:4]:
        layout["xaxis"]["tickformat"] = "%-d %b\n%Y"
        layout["margin"] = {**layout["margin"], "b": 68}


def paler(weeks: Iterable[Week]) -> list[float] | float:
    """Return the opacity of each week."""
    return [0.45 if week.partial else 1 for week in weeks]


def hatch(weeks: Iterable[Week], colour: str) -> dict[str, Any]:
    """Return the pattern that tells weeks that are not whole."""
    return {
        "shape": ["/" if week.partial else "" for week in weeks],
        "fillmode": "replace",
        "fgcolor": colour,
        "size": 6,
        "solidity": 0.35,
    }


def stack_pattern(place: int, colours: dict[str, str]) -> dict[str, Any]:
    """Return the pattern of one part of a stack."""
    return {
        "shape": PATTERNS[place],
        "fillmode": "overlay",
        "fgcolor": colours["surface"],
        "fgopacity": 0.55,
        "size": 6,
        "solidity": 0.25,
    }


def whole_note(weeks: Iterable[Week], note: str) -> str:
    """Return the note on weeks that are not whole, "" where all are."""
    return note if any(week.partial for week in weeks) else ""


def label(text: str, colours: dict[str, str], **place: Any) -> dict[str, Any]:
    """Return an annotation on a ground of its own, so that it can be read over what is drawn."""
    return {
        "text": text,
        "showarrow": False,
        "font": {"size": 12, "color": colours["text"]},
        "bgcolor": colours["surface"],
        "opacity": 0.9,
        **place,
    }


def numbers(column: NDArray[Any], digits: int = 3) -> list[float | None]:
    """Return a column for a figure, rounded as nobody can see more, NaN as None."""
    rounded = np.round(column.astype(np.float64), digits).tolist()
    return [None if math.isnan(value) else value for value in rounded]


def exact(column: NDArray[Any]) -> list[Any]:
    """Return a column for a table, its numbers as they are, NaN as None."""
    return [None if math.isnan(value) else value for value in column.tolist()]


def stage_names(found: Sequence[str], waiting: Sequence[bool], width: int, lines: int = 2) -> list[str]:
    """Return the names of statuses as tick labels; those in which work waits say so."""
    return [
        wrapped(name, width, lines) + ("<br>(waiting)" if waits else "")
        for name, waits in zip(found, waiting, strict=True)
    ]
