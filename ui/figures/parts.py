"""What charts have in common: week axes, hatching, legends, and columns on their way to the browser."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.charts.subject import ChartSubject, Context
from data.model.metric import MetricResult, Week
from ui.design import Design, inert, pick, text, when
from ui.figures.chart import Chart
from ui.format import number, target_line_at
from ui.text import wrapped
from ui.theme import figure_layout

WEEK_MS = 7 * 86_400_000
STEPS = ("week", "month", "quarter")
# What a step is called at its first day, and so on, in the order of STEPS.
STEP_NAMES = ("%{x|%G-W%V}", "%{x|%b %Y}", "quarter from %{x|%b %Y}")
MONTHS = (0, 1, 3)
STEP_TITLES = ("week beginning", "month", "quarter beginning")
EMPTY_STORE = "There are no issues in the store."
NO_PERIOD = "The period begins after the newest data."
NO_DATA = "No data in this period."
NOT_WHOLE = "What is not whole is hatched or open."
PALER = "What is not whole is paler."
# Drawn over the parts of a stack, so that they differ without any colour too.
PATTERNS = ("", "/", "x", ".", "-")
MANY_WEEKS = 60

Draw = Callable[[ChartSubject, Context], Chart]

# The design of what stands beside every week.
STARTS: Design = "$starts"
WEEK_CELLS: tuple[Design, ...] = ("$names", "$starts")
WHOLE: Design = pick("$partial", ["yes", "no"])
PALER_WEEKS: Design = pick("$partial", [1, 0.45])


def nothing(why: str) -> Chart:
    """Return what there is where there is nothing to draw."""
    return Chart(empty=why)


def answered(draw: Draw, report: ChartSubject) -> Chart:
    """Return the data of a chart, or why there is nothing to draw."""
    context = report.context
    if context is None:
        return nothing(EMPTY_STORE)
    return nothing(NO_PERIOD) if context.window.empty else draw(report, context)


def weeks_of(report: ChartSubject) -> tuple[Week, ...]:
    """Return the weeks of the period with their names and whether they are whole."""
    return report.results["flow_velocity"].weekly


def week_data(report: ChartSubject) -> dict[str, Any]:
    """Return what every chart by week needs to know of the weeks; it travels once for all of them.

    Returns:
        ``starts``, ``names`` and ``partial`` (1 for a week that is not whole) by week; where the axis
        begins, how its labels are written (0 the day, 1 with the year, 2 the month) and how far apart 4 and
        5 of them are; 1 in ``many`` where marks have to be smaller; in ``step`` which of ``STEPS`` they are.
        Nothing without weeks.
    """
    weeks = weeks_of(report)
    if not weeks or report.context is None:
        return {}
    step = STEPS.index(report.context.step)
    return {
        "step": step,
        "starts": [week.start for week in weeks],
        "names": [week.week for week in weeks],
        "partial": [int(week.partial) for week in weeks],
        "first": weeks[0].start,
        "every4": _space(len(weeks), 4, step),
        "every5": _space(len(weeks), 5, step),
        "labels_as": 2 if step else int(weeks[0].start[:4] != weeks[-1].start[:4]),
        "many": int(len(weeks) > MANY_WEEKS),
    }


def _space(n: int, labels: int, step: int) -> int | str:
    """Return how far apart labels are, as an axis takes it: milliseconds, or a number of months."""
    apart = -(-n // labels)
    return f"M{apart * MONTHS[step]}" if step else apart * WEEK_MS


def weekly_data(result: MetricResult) -> dict[str, Any]:
    """Return the weekly values of a metric, rounded as nobody can see more, and their sizes."""
    return {"y": values(result.weekly), "n": [week.n for week in result.weekly], **aim_data(result)}


def weekly_rows(result: MetricResult) -> Callable[[], tuple[tuple[Any, ...], ...]]:
    """Return what makes the table of a metric by week."""
    return lambda: tuple((w.week, w.start, w.value, w.n, not w.partial) for w in result.weekly)


def has_values(weeks: Iterable[Week]) -> bool:
    """Tell whether there is anything to draw."""
    return any(week.value is not None for week in weeks)


def week_layout(y_title: Design, labels: int = 5) -> dict[str, Any]:
    """Return a layout over weeks with a few labels, each on the day that its week begins with."""
    layout = figure_layout(y_title)
    layout["xaxis"]["title"] |= {"text": pick("$step", list(STEP_TITLES))}
    ticks = pick("$labels_as", ["%-d %b", "%-d %b\n%Y", "%b\n%Y"])
    layout["xaxis"] |= {"tick0": "$first", "dtick": f"$every{labels}", "tickformat": ticks}
    layout["margin"] |= {"b": pick("$labels_as", [54, 68, 68])}
    return layout


def day_layout(y_title: str, x_title: Design, labels: int) -> dict[str, Any]:
    """Return a layout over days, with the year below where there is more than one."""
    layout = figure_layout(y_title)
    layout["xaxis"] |= {"title": {"text": x_title, "font": {"size": 13}, "standoff": 8}, "nticks": labels}
    layout["xaxis"]["tickformat"] = pick("$years", ["%-d %b", "%-d %b\n%Y"])
    layout["margin"] |= {"b": pick("$years", [54, 68])}
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


def with_key(trace: dict[str, Any], symbol: str) -> list[Design]:
    """Return a trace of steps, and a mark for the legend, which would else look like the first step.

    Args:
        trace: with a name and one colour.
        symbol: of a step that is whole.
    """
    line = {"line": trace["line"]} if "line" in trace else {}
    colour = trace["line"]["color"] if line else trace["marker"]["color"]
    key = {
        "type": "scatter",
        "mode": "lines+markers" if line else "markers",
        "name": trace["name"],
        "legendgroup": trace["name"],
        "x": [None],
        "y": [None],
        "marker": {"color": colour, "symbol": symbol, "size": 9},
        **line,
    }
    return [trace | {"legendgroup": trace["name"], "showlegend": False}, key]


def values(weeks: Iterable[Week]) -> list[float | None]:
    """Return the value of each week, rounded as nobody can see more."""
    return [None if week.value is None else round(week.value, 3) for week in weeks]


def week_hover(words: str, before: str = "") -> dict[str, Any]:
    """Return what a hover says of each step: its name, a word where it is not whole, ``words``.

    The name is made in the browser from its first day.
    """
    return {
        "customdata": pick("$partial", ["", " (not whole)"]),
        "hovertemplate": pick(
            "$step", [f"{before}{name}%{{customdata}}: {words}<extra></extra>" for name in STEP_NAMES]
        ),
    }


def marker_size(usual: int) -> Design:
    """Return the size of a week's mark, smaller where there are many."""
    return pick("$many", [usual, usual - 3])


def weekly_symbols(symbol: str) -> Design:
    """Return the mark of each week, open where the week is not whole."""
    return pick("$partial", [symbol, f"{symbol}-open"])


def hatch(colour: Design) -> dict[str, Any]:
    """Return the pattern that tells weeks that are not whole."""
    return {
        "shape": pick("$partial", ["", "/"]),
        "fillmode": "replace",
        "fgcolor": colour,
        "size": 6,
        "solidity": 0.35,
    }


def stack_pattern(place: int) -> dict[str, Any]:
    """Return the pattern of one part of a stack."""
    return {
        "shape": PATTERNS[place],
        "fillmode": "overlay",
        "fgcolor": "@surface",
        "fgopacity": 0.55,
        "size": 6,
        "solidity": 0.25,
    }


def bars(column: Design = "$y") -> dict[str, Any]:
    """Return a bar per week, hatched where the week is not whole."""
    return {
        "type": "bar",
        "x": STARTS,
        "y": column,
        "marker": {"color": "@bar", "pattern": hatch("@bar")},
        **week_hover("%{y}"),
    }


def line(column: Design = "$y") -> dict[str, Any]:
    """Return a point per week, open where the week is not whole, joined by a line."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": STARTS,
        "y": column,
        "line": {"color": "@line", "width": 2},
        "cliponaxis": False,
        "marker": {"size": marker_size(7), "symbol": weekly_symbols("circle")},
        **week_hover("%{y}"),
    }


def level_line(at: Design, dash: str, width: float) -> dict[str, Any]:
    """Return a line across the whole drawing."""
    look = {"color": "@mean", "width": width, "dash": dash}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": look}


def level_words(words: Design, at: Design) -> dict[str, Any]:
    """Return what stands at the right end of a line across the drawing."""
    named = label(words, xref="paper", x=1, y=at, xanchor="right", yanchor="bottom")
    return named | {"font": {"size": 12, "color": "@mean"}}


def with_mean(layout: dict[str, Any]) -> dict[str, Any]:
    """Return the layout with a dashed line at the mean, where there is one, with its number."""
    words = level_words(text("mean ", "$mean_words"), "$mean")
    return layout | {
        "shapes": [when("mean_words", level_line("$mean", "dash", 1.5))],
        "annotations": [when("mean_words", words)],
    }


def mean_data(mean: float) -> dict[str, Any]:
    """Return the number of a mean and how it is written."""
    return {"mean": round(mean, 3), "mean_words": f"{mean:.1f}"}


def with_aim(design: dict[str, Any]) -> dict[str, Any]:
    """Return a figure with a line at the target of its number, where there is one.

    It is a trace, which unlike a shape the axis makes room for.
    """
    across = {
        "type": "scatter",
        "mode": "lines",
        "name": "target",
        "x": STARTS,
        "y": pick("$partial", ["$aim", "$aim"]),
        "line": {"color": "@text", "width": 1.5, "dash": "longdashdot"},
        "hoverinfo": "skip",
    }
    words = label(
        text("target ", "$aim_words"), xref="paper", x=0, y="$aim", xanchor="left", yanchor="bottom"
    )
    layout = design["layout"]
    annotations = [*layout.get("annotations", []), when("aim_words", words)]
    return {
        "data": [*design["data"], when("aim_words", across)],
        "layout": {**layout, "annotations": annotations},
    }


def aim_data(result: MetricResult) -> dict[str, Any]:
    """Return the target of a number, and how it is written; nothing without one."""
    aim = target_line_at(result)
    return {} if aim is None else {"aim": aim, "aim_words": number(aim)}


def label(words: Design, **place: Any) -> dict[str, Any]:
    """Return an annotation on a ground of its own, so that it can be read over what is drawn."""
    return {
        "text": words,
        "showarrow": False,
        "font": {"size": 12, "color": "@text"},
        "bgcolor": "@surface",
        "opacity": 0.9,
        **place,
    }


def whole_note(weeks: Iterable[Week], note: str) -> str:
    """Return the note on weeks that are not whole, "" where all are."""
    return note if any(week.partial for week in weeks) else ""


def numbers(column: NDArray[Any], digits: int = 3) -> NDArray[np.float64]:
    """Return a column for the browser, rounded as nobody can see more."""
    return np.asarray(np.round(column.astype(np.float64), digits), np.float64)


def exact(column: NDArray[Any]) -> list[Any]:
    """Return a column for a table, its numbers as they are, NaN as None."""
    return [None if math.isnan(value) else value for value in column.tolist()]


def one_text(texts: Sequence[str]) -> str | list[str]:
    """Return texts as one with spaces between them, or as they are where that could not be undone.

    In thousands of keys, most of what travels would be quotation marks.
    """
    joined = " ".join(texts)
    return joined if texts and joined.count(" ") == len(texts) - 1 else list(texts)


def stage_names(found: Sequence[str], waiting: Sequence[bool], width: int, lines: int = 2) -> list[str]:
    """Return the names of statuses as tick labels; those in which work waits say so."""
    return [
        wrapped(name, width, lines) + ("<br>(waiting)" if waits else "")
        for name, waits in zip(found, waiting, strict=True)
    ]


def figure(data: Sequence[Design], layout: Mapping[str, Design], height: int) -> dict[str, Any]:
    """Return the design of a figure of a fixed height."""
    return {"data": list(data), "layout": {**layout, "height": height}}


def join_words(*notes: str) -> str:
    """Return notes one after the other; those that say nothing leave nothing."""
    return " ".join(note for note in notes if note)


def lying_bars_layout(title: str) -> dict[str, Any]:
    """Return the layout of bars that lie in the order of what is drawn, the first on top, parts end to end.

    Args:
        title: of the axis along the bars.
    """
    layout = with_legend(figure_layout("")) | {"barmode": "stack"}
    layout["xaxis"] |= {
        "type": "linear",
        "tickformat": "",
        "title": {"text": title, "font": {"size": 13}, "standoff": 8},
        "showgrid": True,
        "rangemode": "tozero",
    }
    layout["yaxis"] |= {
        "autorange": "reversed",
        "automargin": True,
        "type": "category",
        "title": {"text": ""},
        "categoryorder": "array",
        "categoryarray": inert("$drawn"),
        "tickfont": {"size": 12},
    }
    return layout
