"""The charts of the Flow page that run over items and statuses."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.charts.ageing import Ageing, ageing_work
from data.charts.cumulative_flow import STAGES, CumulativeFlow, cumulative_flow
from data.charts.flow_times import FlowTimes, flow_times, thinned
from data.charts.subject import ChartSubject, Context, clock_of, keys_of, minutes_of
from data.charts.time_in_status import QUANTILES, StatusTimes, time_in_status
from data.forecast.outlook import expectations_of
from data.model.metric import MetricResult
from ui.design import Design, clock, each, inert, pick, take, text, unpacked, when, where
from ui.figures.chart import Chart
from ui.figures.expectation import Expected, design_expectations, expect_lines
from ui.figures.parts import (
    NO_DATA,
    day_layout,
    exact,
    figure,
    join_words,
    nothing,
    numbers,
    one_text,
    stage_names,
    with_legend,
)
from ui.format import number
from ui.theme import figure_layout

MOST_POINTS = 3000
SHADED = "Shaded: the age at which the items delivered in this period had left each status."
HEADROOM = 1.04  # room for the marks at the end of a cut axis
DASHES = {"p50": "solid", "p85": "dash", "p95": "dot"}
# By stage of the cumulative flow: its colour, and its pattern as the second channel.
_AREAS = {
    "not started": ("@todo", "."),
    "active": ("@active", ""),
    "waiting": ("@waiting", "/"),
    "done": ("@done", "\\"),
}
# Where the dots of one status stand beside each other, so that few hide one another.
_SIDEWAYS = (0.0, 0.1, -0.1, 0.2, -0.2, 0.3, -0.3, 0.4, -0.4)


def _design_area(place: int, name: str) -> dict[str, Any]:
    colour, shape = _AREAS[name]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "stackgroup": "items",
        "x": "$days",
        "y": f"$stage{place}",
        "line": {"color": colour, "width": 1},
        "fillcolor": colour,
        "fillpattern": {
            "shape": shape,
            "fillmode": "overlay",
            "fgcolor": "@surface",
            "fgopacity": 0.5,
            "size": 8,
            "solidity": 0.15,
        },
        "hovertemplate": "%{y}",
    }


CUMULATIVE = figure(
    [_design_area(place, name) for place, name in reversed(list(enumerate(STAGES)))],
    with_legend(day_layout("items", text("end of the ", "$every"), 5), traceorder="reversed")
    | {"hovermode": "x unified"},
    320,
)


def cumulative(_report: ChartSubject, context: Context) -> Chart:
    """Return how many items stood at which stage at the end of every day or week."""
    found = cumulative_flow(context)
    if found.message:
        return nothing(found.message)
    settled = f"{number(found.settled)} items that were done before this period are left out."
    data = {
        "days": [day.isoformat() for day in found.days],
        **{f"stage{place}": counts for place, counts in enumerate(found.counts)},
        "load": found.in_progress,
        "every": found.every,
        "years": int(found.days[0].year != found.days[-1].year),
    }
    return Chart(data, lambda: _cumulative_rows(found), note=settled if found.settled else "")


def _cumulative_rows(found: CumulativeFlow) -> tuple[tuple[Any, ...], ...]:
    rows = zip(found.days, found.counts.T.tolist(), found.in_progress.tolist(), strict=True)
    return tuple((day.isoformat(), *counts, load) for day, counts, load in rows)


KEYS: Design = unpacked("$keys")
COMPLETED: Design = clock("$from", "$steps")
_DOT_HOVER = "%{customdata}: %{y} days<br>completed %{x|%-d %b %Y, %H:%M}<extra></extra>"
_BEYOND_HOVER = _DOT_HOVER.replace("%{y}", "%{text}")


def _design_percentile() -> dict[str, Any]:
    """Return a labelled line as a trace, which unlike a shape follows the axis to a logarithmic scale."""
    return {
        "type": "scatter",
        "mode": "lines+text",
        "name": "$name",
        "x": "$ends",
        "y": ["$at", "$at"],
        "text": ["$within", "$words"],
        "textposition": ["bottom right", "middle right"],
        "textfont": {"size": 12, "color": "@mean"},
        "cliponaxis": False,
        "line": {"color": "@mean", "width": 1.5, "dash": "$dash"},
        "hoverinfo": "skip",
    }


def _design_dots() -> list[Design]:
    """Return the dots of the items, and triangles at the end of the axis for what lies beyond it."""
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": "item",
        "x": COMPLETED,
        "y": "$days",
        "marker": {"size": 7, "color": "@line", "opacity": 0.6},
        "customdata": inert(KEYS),
        "hovertemplate": _DOT_HOVER,
    }
    beyond = dots | {
        "name": "beyond the axis",
        "x": take(COMPLETED, "$beyond"),
        "y": pick("$zeros", ["$top"]),
        "text": "$beyond_words",
        "marker": {"size": 11, "color": "@alarm", "symbol": "triangle-up"},
        "cliponaxis": False,
        "customdata": inert(take(KEYS, "$beyond")),
        "hovertemplate": _BEYOND_HOVER,
    }
    return [dots, when("top", beyond)]


def _design_scales() -> dict[str, Any]:
    """Return buttons for the scale of the axis: cut where that helps, linear, logarithmic."""

    def button(name: Design, seen: Design, axis: Mapping[str, Design]) -> dict[str, Any]:
        return {"label": name, "method": "update", "args": [{"visible": seen}, axis]}

    free = {"yaxis.autorange": True}
    cut = button("$top_words", "$seen_cut", {"yaxis.type": "linear", "yaxis.range": [0, "$end"]})
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
        "buttons": [
            when("top", cut),
            button(when("top", "all", "linear"), "$seen_all", {"yaxis.type": "linear", **free}),
            button("log", "$seen_all", {"yaxis.type": "log", **free}),
        ],
    }


def _design_scatter() -> dict[str, Any]:
    layout = day_layout("flow time in days", "completed", 4)
    layout["xaxis"]["range"] = "$ends"
    layout["yaxis"]["range"] = when("end", [0, "$end"])
    layout["margin"] |= {"r": 78, "t": 50}
    layout["updatemenus"] = [_design_scales()]
    return figure([each("lines", _design_percentile()), design_expectations(), *_design_dots()], layout, 340)


SCATTER = _design_scatter()


def scatter(report: ChartSubject, context: Context) -> Chart:
    """Return every delivered item at its completion and flow time, with percentiles.

    A few items that took very long would press all others against the axis, so
    those stand at its end, as triangles, until somebody asks for all or a
    logarithmic scale.
    """
    result, times = report.results["flow_time"], flow_times(context)
    if not len(times):
        return nothing(result.message or NO_DATA)
    expected = _expect_by_day(context)
    drawn = thinned(times.days, MOST_POINTS)
    lines = [*_list_percentiles(result.percentiles or {}), *_list_target(result)]
    days = times.days[drawn]
    first, steps = minutes_of(context, times.completed_at[drawn])
    data = {
        "from": first,
        "steps": steps,
        "days": np.where(days < 10, numbers(days, 2), numbers(days, 1)),  # nobody can see more
        "keys": one_text(keys_of(context, times.rows[drawn])),
        "lines": lines,
        "expected": expected.lines,
        "total": len(times),
        **_lay_out_days(context),
        **_cut_axis(days, _find_cut(days, [line["at"] for line in lines]), len(lines) + len(expected) + 1),
    }
    note = join_words(expected.note, _thinned_note(len(drawn), len(times)))
    return Chart(data, lambda: _scatter_rows(context, times), note)


def _expect_by_day(context: Context) -> Expected:
    """Return the expectations across the days of a period; none over working days, which they are not in."""
    if context.delivery.calendar is not None:
        return Expected((), "")
    first, last = _lay_out_days(context)["ends"]
    middle = context.window.first_day + dt.timedelta(days=context.window.days // 2)
    return expect_lines(context.once(expectations_of), (first, middle.isoformat(), last))


def _lay_out_days(context: Context) -> dict[str, Any]:
    first, last = context.window.first_day, context.window.last_counted_day
    return {
        "ends": [first.isoformat(), f"{last.isoformat()} 23:59"],
        "years": int(first.year != last.year),
    }


def _list_percentiles(percentiles: Mapping[str, float | None]) -> list[dict[str, Any]]:
    return [
        {
            "name": name.upper(),
            "at": round(days, 3),
            "words": f" {name.upper()} {number(round(days, 1))} d",
            "within": "",
            "dash": DASHES[name],
        }
        for name, days in percentiles.items()
        if days is not None
    ]


def _list_target(result: MetricResult) -> list[dict[str, Any]]:
    """Return the line of the target, one of the median; its words stand where those of P50 do not."""
    if result.target is None:
        return []
    aim = result.target.value
    words = f"target {number(aim)} d"
    return [{"name": "target", "at": aim, "words": "", "within": words, "dash": "longdashdot"}]


def _cut_axis(days: NDArray[np.float64], top: float | None, others: int) -> dict[str, Any]:
    """Return what lies beyond a cut axis, and which traces each scale shows; nothing without a cut.

    Args:
        days: of the drawn items.
        top: where the axis is cut, None where it is not.
        others: how many traces are always seen; the one after them is of what the cut leaves out.
    """
    if top is None:
        return {}
    beyond = np.flatnonzero(days > top)
    return {
        "top": round(top, 3),
        "end": round(top * HEADROOM, 3),
        "top_words": f"up to {number(round(top))} d",
        "beyond": beyond,
        "beyond_words": [number(value) for value in days[beyond].tolist()],
        "zeros": np.zeros(len(beyond), np.int64),
        "seen_cut": [True] * (others + 1),
        "seen_all": [True] * others + [False],
    }


def _find_cut(days: NDArray[np.float64], percentiles: Sequence[float]) -> float | None:
    """Return where to cut an axis that a few values would stretch to more than three times its use."""
    usual = max(percentiles, default=0.0)
    highest = float(days.max())
    return usual * 2 if usual and highest > usual * 3 else None


def _thinned_note(drawn: int, of: int) -> str:
    if drawn == of:
        return ""
    return (
        f"{number(drawn)} of {number(of)} items are drawn, the slowest among them; everything else is of all."
    )


def _scatter_rows(context: Context, times: FlowTimes) -> tuple[tuple[Any, ...], ...]:
    keys, moments = keys_of(context, times.rows), clock_of(context, times.completed_at)
    return tuple(zip(keys, moments, times.days.tolist(), strict=True))


def _design_history(name: str, height: Design, colour: Design, shape: str) -> dict[str, Any]:
    """Return one of the columns behind the dots: up to P50, from there to P85, and to P95."""
    return {
        "type": "bar",
        "name": f"to {name.upper()}",
        "x": "$places",
        "y": height,
        "marker": {
            "color": colour,
            "pattern": {
                "shape": shape,
                "fillmode": "overlay",
                "fgcolor": "@surface",
                "fgopacity": 0.6,
                "size": 5,
                "solidity": 0.2,
            },
        },
        "customdata": text(f"${name}", " days, of ", "$history_n", " items"),
        "hovertemplate": f"{name.upper()} on leaving: %{{customdata}}<extra></extra>",
    }


def _design_aged(old: int, name: str, size: int, colour: Design, symbol: str) -> dict[str, Any]:
    """Return the dots of the items that are, or are not, old for their status."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": where("$x", "$kind", old),
        "y": where("$days", "$kind", old),
        "marker": {
            "size": size,
            "color": colour,
            "symbol": symbol,
            "line": {"color": "@surface", "width": 1},
        },
        "customdata": inert(where(KEYS, "$kind", old)),
        "hovertemplate": "%{customdata}: %{y} days<extra></extra>",
    }


def _design_beyond() -> dict[str, Any]:
    """Return triangles at the end of the axis for the items that are older than it reaches."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": text("> ", "$top_words"),
        "x": take("$x", "$beyond"),
        "y": pick("$zeros", ["$top"]),
        "text": take("$days", "$beyond"),
        "marker": {"size": 11, "color": "@alarm", "symbol": "triangle-up"},
        "customdata": inert(take(KEYS, "$beyond")),
        "hovertemplate": "%{customdata}: %{text} days<extra></extra>",
    }


def _design_ageing() -> dict[str, Any]:
    layout = with_legend(figure_layout("age in days")) | {"barmode": "stack", "bargap": 0.08}
    layout["xaxis"] = {
        **{name: layout["xaxis"][name] for name in ("color", "fixedrange", "showgrid", "zeroline")},
        "type": "linear",
        "tickvals": "$places",
        "ticktext": "$labels",
        "tickfont": {"size": 12},
        "range": "$ends",
        "automargin": True,
    }
    layout["yaxis"]["range"] = when("end", [0, "$end"])
    return figure(
        [
            _design_history("p50", "$to_p50", "@near", ""),
            _design_history("p85", "$to_p85", "@far", "."),
            _design_history("p95", "$to_p95", "@extreme", "/"),
            design_expectations(),
            _design_aged(0, "item", 8, "@line", "circle"),
            _design_aged(1, "> P85", 10, "@alarm", "diamond"),
            when("top", _design_beyond()),
        ],
        layout,
        340,
    )


AGEING = _design_ageing()


def ageing(report: ChartSubject, context: Context) -> Chart:
    """Return the age of every item in progress in the column of its status, over that status' history."""
    load = report.results["flow_load"]
    if load.state == "not_applicable":
        return nothing(load.message or NO_DATA)
    found = context.once(ageing_work)
    if not len(found):
        return nothing("No item is in progress at the end of this period.")
    drawn = thinned(found.days, MOST_POINTS)
    data = _list_history(found) | _list_aged(found, drawn)
    data["keys"] = one_text(keys_of(context, found.rows[drawn]))
    first, last = data["ends"]
    expected = expect_lines(context.once(expectations_of), (first, (first + last) / 2, last))
    data["expected"] = expected.lines
    return Chart(
        data,
        lambda: _ageing_rows(context, found),
        note=join_words(SHADED, expected.note, _thinned_note(len(drawn), len(found))),
    )


def _list_history(found: Ageing) -> dict[str, Any]:
    """Return the statuses, and how high the columns over each of them stand one upon the other."""
    data: dict[str, Any] = {
        "statuses": found.names,
        "labels": stage_names(found.names, found.waiting, 11),
        "places": list(range(len(found.names))),
        "ends": [-0.5, len(found.names) - 0.5],
        "history_n": found.history_n,
    }
    below = np.zeros(len(found.names))
    for name in DASHES:
        top = found.history[name]
        data |= {name: numbers(top, 1), f"to_{name}": numbers(top - below)}
        below = np.where(np.isnan(top), below, top)
    return data


def _list_aged(found: Ageing, drawn: NDArray[np.intp]) -> dict[str, Any]:
    """Return the columns of the drawn items, and where the axis is cut."""
    known = np.concatenate(list(found.history.values()))
    top = _find_cut(found.days, known[~np.isnan(known)].tolist())
    days, stage, old = found.days[drawn], found.stage[drawn], found.old[drawn].astype(np.int64)
    data: dict[str, Any] = {
        "stage": stage,
        "x": _beside_each_other(stage, old),
        "days": numbers(days, 1),
        "kind": old,
        "total": len(found),
    }
    if top is not None:
        beyond = np.flatnonzero(days > top)
        data |= {
            "kind": old + 2 * (days > top),  # drawn at the end of the axis alone
            "top": round(top, 2),
            "end": round(top * HEADROOM, 2),
            "top_words": f"{number(round(top))} d",
            "beyond": beyond,
            "zeros": np.zeros(len(beyond), np.int64),
        }
    return data


def _beside_each_other(stage: NDArray[np.int64], old: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return where each dot stands: around the middle of its column, so that few hide one another."""
    group = stage * 2 + old
    order = np.argsort(group, kind="stable")
    begins = np.flatnonzero(np.diff(group[order], prepend=-1))
    nth = np.empty(len(group), np.int64)
    nth[order] = np.arange(len(group)) - np.repeat(begins, np.diff(np.append(begins, len(group))))
    beside: NDArray[np.float64] = np.round(stage + np.array(_SIDEWAYS)[nth % len(_SIDEWAYS)], 2)
    return beside


def _ageing_rows(context: Context, found: Ageing) -> tuple[tuple[Any, ...], ...]:
    keys = keys_of(context, found.rows)
    history = [exact(found.history[name]) for name in DASHES]
    return tuple(
        (key, found.names[stage], days, *(column[stage] for column in history), old)
        for key, stage, days, old in zip(
            keys, found.stage.tolist(), found.days.tolist(), found.old.tolist(), strict=True
        )
    )


def _design_times() -> dict[str, Any]:
    """Return a box per status: half of the items lie in it, nine of ten between its whiskers."""
    layout = figure_layout("")
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
        "categoryorder": "array",
        "categoryarray": "$labels",
    }
    box = {
        "type": "box",
        "orientation": "h",
        "name": pick("$waits", ["active", "waiting"]),
        "y": "$shown",
        **{name: f"${name}" for name in ("lowerfence", "q1", "median", "q3", "upperfence")},
        "fillcolor": pick("$waits", ["@near", "rgba(0,0,0,0)"]),
        "line": {"color": pick("$waits", ["@line", "@mean"]), "width": 2},
        "whiskerwidth": 0.5,
    }
    return figure([each("boxes", box)], layout, 320)


STATUS_TIMES = _design_times()


def status_times(report: ChartSubject, context: Context) -> Chart:
    """Return quantiles of the time in each status: boxes of those at work, and of those that wait."""
    found = time_in_status(context)
    if not found.n.any():
        return nothing(report.results["flow_time"].message or NO_DATA)
    seen = np.flatnonzero(found.n)
    waiting = [found.waiting[place] for place in seen]
    labels = stage_names([found.names[place] for place in seen], waiting, 22, lines=1)
    kinds = {waits: [n for n, own in enumerate(waiting) if own == waits] for waits in (False, True)}
    data = {
        "labels": labels,
        "boxes": [
            {
                "waits": int(waits),
                "shown": [labels[n] for n in places],
                **_box_of(found, [int(seen[n]) for n in places]),
            }
            for waits, places in kinds.items()
            if places
        ],
        "statuses": [found.names[place] for place in seen],
        "waiting": [int(waits) for waits in waiting],
        "n": found.n[seen],
        **{name: numbers(found.days[name][seen]) for name in QUANTILES},
    }
    return Chart(
        data,
        lambda: _status_rows(found),
        note="Box: P25, P50 and P75; whiskers: P5 and P95, where there are enough items.",
    )


def _box_of(found: StatusTimes, places: Sequence[int]) -> dict[str, Any]:
    """Return boxes from quantiles; what few items cannot tell shrinks to what they can."""
    rows = []
    for place in places:
        p5, p25, p50, p75, p95 = (found.days[name][place] for name in QUANTILES)
        low, high = (p50 if math.isnan(side) else side for side in (p25, p75))
        ends = (low if math.isnan(p5) else p5, high if math.isnan(p95) else p95)
        rows.append((ends[0], low, p50, high, ends[1]))
    columns = np.array(rows, np.float64).reshape(-1, 5).T
    named = ("lowerfence", "q1", "median", "q3", "upperfence")
    return {name: numbers(column) for name, column in zip(named, columns, strict=True)}


def _status_rows(found: StatusTimes) -> tuple[tuple[Any, ...], ...]:
    columns = [exact(found.days[name]) for name in QUANTILES]
    return tuple(
        (name, waits, n, *row)
        for name, waits, n, *row in zip(found.names, found.waiting, found.n.tolist(), *columns, strict=True)
        if n
    )
