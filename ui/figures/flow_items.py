"""The figures of the Flow page that run over items and statuses."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.charts.ageing import Ageing, ageing_work
from data.charts.cumulative_flow import STAGES, CumulativeFlow, cumulative_flow
from data.charts.flow_times import FlowTimes, flow_times, thinned
from data.charts.subject import ChartSubject, Context, clock_of, keys_of
from data.charts.time_in_status import QUANTILES, StatusTimes, time_in_status
from ui.figures.parts import NO_DATA, Drawing, day_axis, exact, nothing, numbers, stage_names, with_legend
from ui.figures.text import plain
from ui.format import number
from ui.theme import CHART, Scheme, figure_layout

MOST_POINTS = 3000
SHADED = "Shaded: the age at which the items delivered in this period had left each status."
HEADROOM = 1.04  # room for the marks at the end of a cut axis
DASHES = {"p50": "solid", "p85": "dash", "p95": "dot"}
# By stage of the cumulative flow: its colour, and its pattern as the second channel.
_AREAS = {
    "not started": ("todo", "."),
    "active": ("active", ""),
    "waiting": ("waiting", "/"),
    "done": ("done", "\\"),
}
# Where the dots of one status stand beside each other, so that few hide one another.
_SIDEWAYS = (0.0, 0.1, -0.1, 0.2, -0.2, 0.3, -0.3, 0.4, -0.4)


def cumulative(_report: ChartSubject, context: Context, scheme: Scheme) -> Drawing:
    """Draw how many items stood at which stage at the end of every day or week."""
    found, colours = cumulative_flow(context), CHART[scheme]
    if found.message:
        return nothing(found.message)
    layout = with_legend(figure_layout(scheme, "items"), traceorder="reversed")
    day_axis(
        layout, f"end of the {found.every}", found.days[0].isoformat(), found.days[-1].isoformat(), labels=5
    )
    layout |= {"hovermode": "x unified"}
    traces = [_area(found, place, colours) for place in reversed(range(len(STAGES)))]
    settled = f"{number(found.settled)} items that were done before this period are left out."
    return Drawing(traces, layout, lambda: _cumulative_rows(found), note=settled if found.settled else "")


def _area(found: CumulativeFlow, place: int, colours: dict[str, str]) -> dict[str, Any]:
    name = STAGES[place]
    colour, shape = colours[_AREAS[name][0]], _AREAS[name][1]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "stackgroup": "items",
        "x": [day.isoformat() for day in found.days],
        "y": found.counts[place].tolist(),
        "line": {"color": colour, "width": 1},
        "fillcolor": colour,
        "fillpattern": {
            "shape": shape,
            "fillmode": "overlay",
            "fgcolor": colours["surface"],
            "fgopacity": 0.5,
            "size": 8,
            "solidity": 0.15,
        },
        "hovertemplate": "%{y}",
    }


def _cumulative_rows(found: CumulativeFlow) -> tuple[tuple[Any, ...], ...]:
    rows = zip(found.days, found.counts.T.tolist(), found.in_progress.tolist(), strict=True)
    return tuple((day.isoformat(), *counts, load) for day, counts, load in rows)


def scatter(report: ChartSubject, context: Context, scheme: Scheme) -> Drawing:
    """Draw a dot per delivered item at its completion and flow time, with percentile lines.

    A few items that took very long would press all others against the axis, so
    those stand at its end, as triangles, until somebody asks for all or a
    logarithmic scale.
    """
    result, times, colours = report.results["flow_time"], flow_times(context), CHART[scheme]
    if not len(times):
        return nothing(result.message or NO_DATA)
    drawn = thinned(times.days, MOST_POINTS)
    days = times.days[drawn]
    top = _readable(days, [value for value in (result.percentiles or {}).values() if value is not None])
    layout = _scatter_layout(context, scheme)
    ends = layout["xaxis"]["range"]
    lines = [
        _percentile_line(name.upper(), value, ends, DASHES[name], colours)
        for name, value in (result.percentiles or {}).items()
        if value is not None
    ]
    clock = clock_of(context, times.completed_at[drawn])
    keys = [plain(key) for key in keys_of(context, times.rows[drawn])]
    traces = [_item_dots(clock, days, keys, colours)]
    if top is not None:
        traces.append(_beyond(clock, days, keys, top, colours))
        layout["yaxis"] |= {"range": [0, top * HEADROOM]}
    layout["updatemenus"] = [_scales(1 + len(lines), top)]
    return Drawing(
        [*lines, *traces],
        layout,
        lambda: _scatter_rows(context, times),
        _thinned_note(len(drawn), len(times)),
    )


def _readable(days: NDArray[np.float64], percentiles: Sequence[float]) -> float | None:
    """Return where to cut an axis that a few values would stretch to more than three times its use."""
    usual = max(percentiles, default=0.0)
    highest = float(days.max())
    return usual * 2 if usual and highest > usual * 3 else None


def _scatter_layout(context: Context, scheme: Scheme) -> dict[str, Any]:
    layout = figure_layout(scheme, "flow time in days")
    window = context.window
    first, last = window.first_day.isoformat(), window.last_counted_day.isoformat()
    day_axis(layout, "completed", first, last, labels=4)
    layout["xaxis"]["range"] = [first, f"{last} 23:59"]
    layout["margin"] = {**layout["margin"], "r": 78, "t": 50}
    return layout


def _item_dots(
    clock: list[str], days: NDArray[np.float64], keys: list[str], colours: dict[str, str]
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "item",
        "x": clock,
        "y": numbers(days),
        "marker": {"size": 7, "color": colours["line"], "opacity": 0.6},
        "customdata": keys,
        "hovertemplate": "%{customdata}: %{y} days<br>completed %{x|%-d %b %Y, %H:%M}<extra></extra>",
    }


def _beyond(
    clock: list[str], days: NDArray[np.float64], keys: list[str], top: float, colours: dict[str, str]
) -> dict[str, Any]:
    """Return triangles at the end of the axis for what lies beyond it."""
    places = np.flatnonzero(days > top).tolist()
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "beyond the axis",
        "x": [clock[place] for place in places],
        "y": [round(top, 3)] * len(places),
        "text": [number(days[place]) for place in places],
        "marker": {"size": 11, "color": colours["alarm"], "symbol": "triangle-up"},
        "cliponaxis": False,
        "customdata": [keys[place] for place in places],
        "hovertemplate": "%{customdata}: %{text} days<br>completed %{x|%-d %b %Y, %H:%M}<extra></extra>",
    }


def _thinned_note(drawn: int, of: int) -> str:
    if drawn == of:
        return ""
    return (
        f"{number(drawn)} of {number(of)} items are drawn, the slowest among them; everything else is of all."
    )


def _percentile_line(
    name: str, days: float, ends: Sequence[str], dash: str, colours: dict[str, str]
) -> dict[str, Any]:
    """Return a labelled line as a trace, which unlike a shape follows the axis to a logarithmic scale."""
    return {
        "type": "scatter",
        "mode": "lines+text",
        "name": name,
        "x": list(ends),
        "y": [round(days, 3)] * 2,
        "text": ["", f" {name} {number(round(days, 1))} d"],
        "textposition": "middle right",
        "textfont": {"size": 12, "color": colours["mean"]},
        "cliponaxis": False,
        "line": {"color": colours["mean"], "width": 1.5, "dash": dash},
        "hoverinfo": "skip",
    }


def _scales(others: int, top: float | None) -> dict[str, Any]:
    """Return buttons for the scale of the axis: cut where that helps, linear, logarithmic.

    Args:
        others: how many traces are always seen; the one after them is of what the cut leaves out.
        top: where the axis is cut, None where it is not.
    """
    views = [("linear" if top is None else "all", "linear", False), ("log", "log", False)]
    if top is not None:
        views.insert(0, (f"up to {number(round(top))} d", "linear", True))
    buttons = []
    for name, scale, cut in views:
        axis = {"yaxis.range": [0, (top or 0) * HEADROOM]} if cut else {"yaxis.autorange": True}
        shown = {} if top is None else {"visible": [True] * others + [cut]}
        buttons.append({"label": name, "method": "update", "args": [shown, {"yaxis.type": scale, **axis}]})
    return _button_row(buttons)


def _button_row(buttons: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "buttons",
        "direction": "right",
        "x": 1,
        "xanchor": "right",
        "y": 1.06,
        "yanchor": "bottom",
        "pad": {"t": 0, "b": 0},
        "showactive": True,
        # Plotly paints the chosen button almost white in any scheme, so all of them are light.
        "bgcolor": "#d5dde6",
        "bordercolor": "#8b97a5",
        "font": {"size": 12, "color": "#17202b"},
        "buttons": buttons,
    }


def _scatter_rows(context: Context, times: FlowTimes) -> tuple[tuple[Any, ...], ...]:
    keys, clock = keys_of(context, times.rows), clock_of(context, times.completed_at)
    return tuple(zip(keys, clock, times.days.tolist(), strict=True))


def ageing(report: ChartSubject, context: Context, scheme: Scheme) -> Drawing:
    """Draw the age of every item in progress in the column of its status, over that status' history."""
    load = report.results["flow_load"]
    if load.state == "not_applicable":
        return nothing(load.message or NO_DATA)
    found, colours = ageing_work(context), CHART[scheme]
    if not len(found):
        return nothing("No item is in progress at the end of this period.")
    layout = _ageing_layout(found, scheme)
    known = np.concatenate(list(found.history.values()))
    top = _readable(found.days, known[~np.isnan(known)].tolist())
    if top is not None:
        layout["yaxis"] |= {"range": [0, top * HEADROOM]}
    drawn = thinned(found.days, MOST_POINTS)
    keys = dict(zip(drawn.tolist(), map(plain, keys_of(context, found.rows[drawn])), strict=True))
    beyond, old = found.days[drawn] > (np.inf if top is None else top), found.old[drawn]
    dots = [_aged(found, keys, drawn[~beyond & (old == late)], colours, old=late) for late in (False, True)]
    if top is not None:
        dots.append(_too_old(found, keys, drawn[beyond], top, colours))
    return Drawing(
        [*_history(found, colours), *dots],
        layout,
        lambda: _ageing_rows(context, found),
        note=" ".join(text for text in (SHADED, _thinned_note(len(drawn), len(found))) if text),
    )


def _ageing_layout(found: Ageing, scheme: Scheme) -> dict[str, Any]:
    layout = with_legend(figure_layout(scheme, "age in days"))
    layout["xaxis"] = {
        **{name: layout["xaxis"][name] for name in ("color", "fixedrange", "showgrid", "zeroline")},
        "type": "linear",
        "tickvals": list(range(len(found.names))),
        "ticktext": stage_names(found.names, found.waiting, 11),
        "tickfont": {"size": 12},
        "range": [-0.5, len(found.names) - 0.5],
        "automargin": True,
    }
    return layout | {"barmode": "stack", "bargap": 0.08}


def _history(found: Ageing, colours: dict[str, str]) -> list[dict[str, Any]]:
    """Return the columns behind the dots: up to P50, from there to P85, and to P95."""
    looks = (
        ("p50", "to P50", "near", ""),
        ("p85", "to P85", "far", "."),
        ("p95", "to P95", "extreme", "/"),
    )
    below = np.zeros(len(found.names))
    traces = []
    for name, words, colour, shape in looks:
        top = found.history[name]
        traces.append(
            {
                "type": "bar",
                "name": words,
                "x": list(range(len(found.names))),
                "y": numbers(top - below),
                "marker": {
                    "color": colours[colour],
                    "pattern": {
                        "shape": shape,
                        "fillmode": "overlay",
                        "fgcolor": colours["surface"],
                        "fgopacity": 0.6,
                        "size": 5,
                        "solidity": 0.2,
                    },
                },
                "customdata": list(zip(numbers(top, 1), found.history_n.tolist(), strict=True)),
                "hovertemplate": (
                    f"{name.upper()} on leaving: %{{customdata[0]}} days, "
                    "of %{customdata[1]} items<extra></extra>"
                ),
            }
        )
        below = np.where(np.isnan(top), below, top)
    return traces


def _aged(
    found: Ageing, keys: Mapping[int, str], places: NDArray[np.intp], colours: dict[str, str], *, old: bool
) -> dict[str, Any]:
    """Return the dots of the items at ``places``, which are, or are not, old for their status."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "> P85" if old else "item",
        "x": _beside_each_other(found.stage[places]),
        "y": numbers(found.days[places], 2),
        "marker": {
            "size": 10 if old else 8,
            "color": colours["alarm"] if old else colours["line"],
            "symbol": "diamond" if old else "circle",
            "line": {"color": colours["surface"], "width": 1},
        },
        "customdata": [keys[place] for place in places.tolist()],
        "hovertemplate": "%{customdata}: %{y} days<extra></extra>",
    }


def _too_old(
    found: Ageing, keys: Mapping[int, str], places: NDArray[np.intp], top: float, colours: dict[str, str]
) -> dict[str, Any]:
    """Return triangles at the end of the axis for the items that are older than it reaches."""
    return _aged(found, keys, places, colours, old=True) | {
        "name": f"> {number(round(top))} d",
        "y": [round(top, 2)] * len(places),
        "text": numbers(found.days[places], 1),
        "marker": {"size": 11, "color": colours["alarm"], "symbol": "triangle-up"},
        "hovertemplate": "%{customdata}: %{text} days<extra></extra>",
    }


def _beside_each_other(stage: NDArray[np.int64]) -> list[float]:
    """Return where each dot stands: around the middle of its column, so that few hide one another."""
    met: dict[int, int] = {}
    x = []
    for column in stage.tolist():
        nth = met[column] = met.get(column, -1) + 1
        x.append(round(column + _SIDEWAYS[nth % len(_SIDEWAYS)], 2))
    return x


def _ageing_rows(context: Context, found: Ageing) -> tuple[tuple[Any, ...], ...]:
    keys = keys_of(context, found.rows)
    history = [exact(found.history[name]) for name in ("p50", "p85", "p95")]
    return tuple(
        (key, found.names[stage], days, *(column[stage] for column in history), old)
        for key, stage, days, old in zip(
            keys, found.stage.tolist(), found.days.tolist(), found.old.tolist(), strict=True
        )
    )


def status_times(report: ChartSubject, context: Context, scheme: Scheme) -> Drawing:
    """Draw a box per status: half of the items lie in it, nine of ten between its whiskers."""
    found, colours = time_in_status(context), CHART[scheme]
    if not found.n.any():
        return nothing(report.results["flow_time"].message or NO_DATA)
    layout = figure_layout(scheme, "")
    layout["xaxis"] |= {
        "type": "linear",
        "tickformat": "",
        "title": {"text": "days per item", "font": {"size": 13}, "standoff": 8},
        "showgrid": True,
        "rangemode": "tozero",
        "hoverformat": ",.2~f",
    }
    layout["yaxis"] |= {
        "autorange": "reversed",
        "automargin": True,
        "type": "category",
        "title": {"text": ""},
    }
    seen = [place for place, n in enumerate(found.n.tolist()) if n]
    labels = stage_names([found.names[p] for p in seen], [found.waiting[p] for p in seen], 22, lines=1)
    traces = [
        _box(
            found,
            [(p, text) for p, text in zip(seen, labels, strict=True) if found.waiting[p] == waits],
            colours,
            waits=waits,
        )
        for waits in (False, True)
    ]
    layout["yaxis"] |= {"categoryorder": "array", "categoryarray": labels}
    return Drawing(
        [trace for trace in traces if trace["y"]],
        layout,
        lambda: _status_rows(found),
        note="Box: P25, P50 and P75; whiskers: P5 and P95, where there are enough items.",
    )


def _box(
    found: StatusTimes, places: Sequence[tuple[int, str]], colours: dict[str, str], *, waits: bool
) -> dict[str, Any]:
    """Return boxes from quantiles; what few items cannot tell shrinks to what they can."""
    rows = []
    for place, _ in places:
        p5, p25, p50, p75, p95 = (found.days[name][place] for name in QUANTILES)
        low, high = (p50 if math.isnan(side) else side for side in (p25, p75))
        ends = (low if math.isnan(p5) else p5, high if math.isnan(p95) else p95)
        rows.append((ends[0], low, p50, high, ends[1]))
    columns = np.array(rows, np.float64).reshape(-1, 5).T
    return {
        "type": "box",
        "orientation": "h",
        "name": "waiting" if waits else "active",
        "y": [text for _, text in places],
        **dict(zip(("lowerfence", "q1", "median", "q3", "upperfence"), map(numbers, columns), strict=True)),
        "fillcolor": "rgba(0,0,0,0)" if waits else colours["near"],
        "line": {"color": colours["mean"] if waits else colours["line"], "width": 2},
        "whiskerwidth": 0.5,
    }


def _status_rows(found: StatusTimes) -> tuple[tuple[Any, ...], ...]:
    columns = [exact(found.days[name]) for name in QUANTILES]
    return tuple(
        (name, waits, n, *row)
        for name, waits, n, *row in zip(found.names, found.waiting, found.n.tolist(), *columns, strict=True)
        if n
    )
