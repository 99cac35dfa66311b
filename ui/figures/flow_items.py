"""The figures of the Flow page that run over items and statuses."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from data.charts.ageing import Ageing, ageing_work
from data.charts.cumulative_flow import STAGES, CumulativeFlow, cumulative_flow
from data.charts.flow_times import FlowTimes, flow_times, thinned
from data.charts.subject import ChartSubject, Context, clock_of, keys_of
from data.charts.time_in_status import QUANTILES, StatusTimes, time_in_status
from ui.figures.parts import NO_DATA, Drawing, exact, nothing, numbers, stage_names, with_legend
from ui.figures.text import plain
from ui.format import number
from ui.theme import CHART, Scheme, figure_layout

MOST_POINTS = 3000
DASHES = {"p50": "solid", "p85": "dash", "p95": "dot"}
# By stage of the cumulative flow: its colour, and its pattern as the second channel.
_AREAS = {
    "not started": ("todo", "."),
    "active": ("active", ""),
    "waiting": ("waiting", "/"),
    "done": ("done", "\\"),
}
# Where the dots of one status stand beside each other, so that few hide one another.
_SIDEWAYS = (0.0, 0.14, -0.14, 0.28, -0.28)


def cumulative(_report: ChartSubject, context: Context, scheme: Scheme) -> Drawing:
    """Draw how many items stood at which stage at the end of every day or week."""
    found, colours = cumulative_flow(context), CHART[scheme]
    if found.message:
        return nothing(found.message)
    layout = with_legend(figure_layout(scheme, "items"), traceorder="reversed")
    layout["xaxis"] |= {"title": {"text": f"end of the {found.every}", "font": {"size": 13}, "standoff": 8}}
    layout["xaxis"] |= {"nticks": 6}
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
    """Draw a dot per delivered item at its completion and flow time, with percentile lines."""
    result, times, colours = report.results["flow_time"], flow_times(context), CHART[scheme]
    if not len(times):
        return nothing(result.message or NO_DATA)
    drawn = thinned(times.days, MOST_POINTS)
    clock = clock_of(context, times.completed_at[drawn])
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": "item",
        "x": clock,
        "y": numbers(times.days[drawn]),
        "marker": {"size": 7, "color": colours["line"], "opacity": 0.6},
        "customdata": [plain(key) for key in keys_of(context, times.rows[drawn])],
        "hovertemplate": "%{customdata}: %{y} days<br>completed %{x|%-d %b %Y, %H:%M}<extra></extra>",
    }
    layout = figure_layout(scheme, "flow time in days")
    layout["xaxis"] |= {"title": {"text": "completed", "font": {"size": 13}, "standoff": 8}, "nticks": 6}
    layout["margin"] = {**layout["margin"], "r": 70}
    layout["updatemenus"] = [_scales(colours)]
    window = context.window
    ends = [window.first_day.isoformat(), f"{window.last_counted_day.isoformat()} 23:59"]
    layout["xaxis"]["range"] = ends
    lines = [
        _percentile_line(name.upper(), value, ends, DASHES[name], colours)
        for name, value in (result.percentiles or {}).items()
        if value is not None
    ]
    note = (
        ""
        if len(drawn) == len(times)
        else (
            f"{number(len(drawn))} of {number(len(times))} items are drawn, the slowest among them; "
            "lines and table are of all."
        )
    )
    return Drawing([dots, *lines], layout, lambda: _scatter_rows(context, times), note)


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


def _scales(colours: dict[str, str]) -> dict[str, Any]:
    """Return two buttons that switch the axis between a linear and a logarithmic scale."""
    return {
        "type": "buttons",
        "direction": "right",
        "x": 1,
        "xanchor": "right",
        "y": 1.04,
        "yanchor": "bottom",
        "pad": {"t": 0, "b": 0},
        "showactive": True,
        "bgcolor": colours["surface"],
        "bordercolor": colours["grid"],
        "font": {"size": 12, "color": colours["text"]},
        "buttons": [
            {"label": name, "method": "relayout", "args": [{"yaxis.type": scale, "yaxis.autorange": True}]}
            for name, scale in (("linear", "linear"), ("log", "log"))
        ],
    }


def _scatter_rows(context: Context, times: FlowTimes) -> tuple[tuple[Any, ...], ...]:
    keys, clock = keys_of(context, times.rows), clock_of(context, times.completed_at)
    return tuple(zip(keys, clock, times.days.tolist(), strict=True))


def ageing(_report: ChartSubject, context: Context, scheme: Scheme) -> Drawing:
    """Draw the age of every item in progress in the column of its status, over that status' history."""
    found, colours = ageing_work(context), CHART[scheme]
    if not len(found):
        return nothing("No item is in progress at the end of this period.")
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
    layout |= {"barmode": "stack", "bargap": 0.08}
    keys = [plain(key) for key in keys_of(context, found.rows)]
    dots = [_aged(found, keys, colours, old=old) for old in (False, True)]
    return Drawing(
        [*_history(found, colours), *dots],
        layout,
        lambda: _ageing_rows(context, found),
        note="Shaded: the age at which the items delivered in this period had left each status.",
    )


def _history(found: Ageing, colours: dict[str, str]) -> list[dict[str, Any]]:
    """Return the columns behind the dots: up to P50, from there to P85, and to P95."""
    looks = (
        ("p50", "up to P50", "near", ""),
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


def _aged(found: Ageing, keys: Sequence[str], colours: dict[str, str], *, old: bool) -> dict[str, Any]:
    """Return the dots of the items that are, or are not, older than most were in their status."""
    places = np.flatnonzero(found.old == old).tolist()
    met = [0] * len(found.names)
    x = []
    for place in places:
        stage = int(found.stage[place])
        x.append(round(stage + _SIDEWAYS[met[stage] % len(_SIDEWAYS)], 2))
        met[stage] += 1
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "older than P85" if old else "in progress",
        "x": x,
        "y": numbers(found.days[places], 2),
        "marker": {
            "size": 10 if old else 8,
            "color": colours["alarm"] if old else colours["line"],
            "symbol": "diamond" if old else "circle",
            "line": {"color": colours["surface"], "width": 1},
        },
        "customdata": [keys[place] for place in places],
        "hovertemplate": "%{customdata}: %{y} days<extra></extra>",
    }


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
    labels = stage_names([found.names[p] for p in seen], [found.waiting[p] for p in seen], 16)
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
