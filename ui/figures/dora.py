"""The charts of the DORA page: each metric by week over the levels of a report, and the deployments."""

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from data.charts.deployment_days import Timeline, deployment_days_by_week, timeline
from data.charts.levels import Level, levels_of
from data.charts.subject import ChartSubject, Context
from data.model.metric import MetricResult
from ui.design import Design, each, inert, pick, text, when, where
from ui.figures.chart import Chart
from ui.figures.parts import (
    NO_DATA,
    NOT_WHOLE,
    PALER,
    PALER_WEEKS,
    STARTS,
    Draw,
    bars,
    day_layout,
    figure,
    has_values,
    line,
    marker_size,
    nothing,
    stack_pattern,
    values,
    week_hover,
    week_layout,
    weekly_data,
    weekly_rows,
    weekly_symbols,
    whole_note,
    with_aim,
    with_key,
    with_legend,
)
from ui.figures.parts import label as annotation
from ui.format import level_name, number, target_line_at

# Labels of levels that would stand closer than this share of the height are left out.
APART = 0.08
MOST_DOTS = 3000
PER_STEP: Design = pick("$step", ["per week", "per month", "per quarter"])
FAILED, FINE = "followed by an incident", "no incident known"


def trend_design(y_title: Design, *, by_bars: bool) -> dict[str, Any]:
    """Return the design of a DORA metric by week: bars for counts and rates, a line for durations."""
    return with_aim(
        figure([bars() if by_bars else line()], _over_levels(week_layout(y_title, labels=4)), 260)
    )


def _over_levels(layout: dict[str, Any]) -> dict[str, Any]:
    """Return the layout with every other level shaded, and its name beside it."""
    stretch = {
        "type": "rect",
        "layer": "below",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": "$low",
        "y1": "$high",
        "fillcolor": pick("$even", ["rgba(0,0,0,0)", "@shade"]),
        "line": {"width": 0},
    }
    place = {"xref": "paper", "x": 1.01, "y": "$middle", "xanchor": "left", "yanchor": "middle"}
    name = annotation("$words", **place) | {"align": "left", "bgcolor": "rgba(0,0,0,0)"}
    layout["yaxis"]["range"] = [0, "$top"]
    layout["margin"] |= {"r": when("levels", 66, 14)}
    return layout | {
        "shapes": [each("levels", stretch)],
        "annotations": [each("levels", when("words", name))],
    }


def trend(metric_id: str, y_title: str) -> Draw:
    """Return what gives a DORA metric by week, and the levels of the report that it lies on."""

    def draw(report: ChartSubject, context: Context) -> Chart:
        result = report.results[metric_id]
        if not has_values(result.weekly):
            return nothing(result.message or NO_DATA)
        if not any(values(result.weekly)):
            return nothing("It was 0 throughout.")
        delivery, top = context.delivery, _find_top(result)
        levels = levels_of(delivery.edition, metric_id, dated_by_day=delivery.deployments.dated_by_day)
        if metric_id == "deployment_frequency" and context.step != "week":
            levels = ()  # they are days a week, and these are bars of months
        told = (
            whole_note(result.weekly, NOT_WHOLE),
            _word_levels(levels, delivery.edition, y_title),
        )
        return Chart(
            weekly_data(result) | {"top": round(top, 3), "levels": _list_levels(levels, top)},
            weekly_rows(result),
            note=" ".join(filter(None, told)),
        )

    return draw


def _list_levels(levels: Sequence[Level], top: float) -> list[dict[str, Any]]:
    """Return the levels below ``top``; one that would stand too close to its neighbour has no words."""
    told, last = [], -math.inf
    for place, level in enumerate(level for level in levels if level.low < top):
        high = min(level.high, top)
        middle = (level.low + high) / 2
        words = level_name(level.name).replace(" or ", " or<br>") if (middle - last) / top >= APART else ""
        last = middle if words else last
        even = 1 - place % 2
        told.append({"low": level.low, "high": high, "middle": middle, "words": words, "even": even})
    return told


def _design_frequency() -> dict[str, Any]:
    design = trend_design(PER_STEP, by_bars=True)
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": "days with a deployment",
        "x": STARTS,
        "y": "$days",
        "marker": {
            "size": marker_size(8),
            "color": "@mean",
            "symbol": weekly_symbols("diamond"),
            "line": {"color": "@surface", "width": 1},
        },
        "cliponaxis": False,
        **week_hover("on %{y} days"),
    }
    first, *others = design["data"]
    drawn = with_key(first | {"name": "deployments"}, "square") + with_key(dots, "diamond")
    return {"data": drawn + others, "layout": with_legend(design["layout"])}


FREQUENCY = _design_frequency()


def frequency(report: ChartSubject, context: Context) -> Chart:
    """Return deployments per week, and the days with one, which the levels of a report go by."""
    chart = trend("deployment_frequency", "per week")(report, context)
    if chart.empty:
        return chart
    weeks, days = report.results["deployment_frequency"].weekly, deployment_days_by_week(context)
    return Chart(
        {**chart.data, "days": days},
        lambda: tuple(
            (w.week, w.start, w.value, on, not w.partial) for w, on in zip(weeks, days.tolist(), strict=True)
        ),
        note=chart.note,
    )


PROJECT: Design = pick("$project", "$projects")


def _design_deployments() -> dict[str, Any]:
    """Return a dot per deployment, one above the other where a day has several."""

    def dots(failed: int) -> dict[str, Any]:
        told = text(
            inert("$titles"),
            "<br>",
            "$at",
            "<br>",
            inert(PROJECT),
            " ",
            inert("$source"),
            "<br>",
            inert("$blamed"),
        )
        return {
            "type": "scatter",
            "mode": "markers",
            "name": FAILED if failed else FINE,
            "x": where("$day", "$failed", failed),
            "y": where("$nth", "$failed", failed),
            "marker": {
                "size": 12 if failed else 9,
                "color": "@alarm" if failed else "@line",
                "symbol": "x" if failed else "circle",
            },
            "customdata": where(told, "$failed", failed),
            "hovertemplate": "%{customdata}<extra></extra>",
        }

    layout = with_legend(day_layout("per day", "day", 5))
    layout["yaxis"] |= {"range": [0, "$top"], "dtick": "$apart"}
    return figure([dots(0), dots(1)], layout, 240)


DEPLOYMENTS = _design_deployments()


def deployments(report: ChartSubject, context: Context) -> Chart:
    """Return every deployment of the period: its day, its place in that day, and what followed it."""
    result = report.results["deployment_frequency"]
    found = timeline(context)
    if not len(found):
        return nothing(result.message or "Nothing was deployed in this period.")
    highest = int(found.nth.max())
    first, last = (dt.date.fromordinal(int(found.ordinals[end])) for end in (0, -1))
    data = _list_deployments(context, found.latest(MOST_DOTS)) | {
        "top": highest + 0.6,
        "apart": max(1, -(-highest // 5)),
        "years": int(first.year != last.year),
        "total": len(found),
    }
    note = f"Only the latest {number(MOST_DOTS)} deployments are drawn." if len(found) > MOST_DOTS else ""
    return Chart(data, lambda: _deployment_rows(context, found), note)


def _list_deployments(context: Context, drawn: Timeline) -> dict[str, Any]:
    """Return the columns of the deployments that are drawn, their projects by number."""
    table, rows = context.delivery.deployments, drawn.rows.tolist()
    projects, project = np.unique([table.projects[row] for row in rows], return_inverse=True)
    listed = [", ".join(keys) for keys in drawn.incidents]
    return {
        "ids": [table.ids[row] for row in rows],
        "titles": [table.names[row] for row in rows],
        "projects": projects.tolist(),
        "project": project,
        "source": table.source,
        "day": [at[:10] for at in drawn.at],
        "at": list(drawn.at),
        "nth": drawn.nth,
        "failed": drawn.failed.astype(np.int64),
        "incidents": listed,
        "blamed": [f"incident: {keys}" if keys else "" for keys in listed],
    }


def _deployment_rows(context: Context, found: Timeline) -> tuple[tuple[Any, ...], ...]:
    table = context.delivery.deployments
    return tuple(
        (
            table.ids[row],
            table.names[row],
            table.projects[row],
            found.at[place],
            table.source,
            bool(found.failed[place]),
            ", ".join(found.incidents[place]),
        )
        for place, row in enumerate(found.rows.tolist())
    )


def _find_top(result: MetricResult) -> float:
    """Return the end of the axis: a little above the highest value, or the target: levels can lie behind."""
    known = [value for value in values(result.weekly) if value is not None]
    highest = max(*known, target_line_at(result) or 0.0) * 1.15 or 1.0
    return min(highest, 105.0) if result.unit == "percent" else highest


_ON_DEMAND = "; on demand, the best, takes ten deployments a week on four days"


def _word_levels(levels: Sequence[Level], edition: str, y_title: str) -> str:
    """Return the levels in words, as some may be too narrow to be labelled."""
    if not levels:
        return ""
    unit = (
        "days a week"
        if y_title == "per week"
        else y_title.split(",", maxsplit=1)[0].split(" of", maxsplit=1)[0]
    )
    told = ", ".join(f"{level_name(level.name)} from {number(round(level.low, 2))}" for level in levels)
    more = _ON_DEMAND if unit == "days a week" else ""
    return f"Shaded: levels of the {edition} DORA report, as reported ({told}; in {unit}{more})."


# The parts of a lead time in the order in which work meets them: what each is called here, and its colour.
_PARTS = {
    "working": ("working", "@active"),
    "waiting": ("waiting", "@waiting"),
    "other": ("neither", "@todo"),
    "release": ("waiting for release", "@done"),
}


def _design_split() -> dict[str, Any]:
    traces = [
        {
            "type": "bar",
            "name": words,
            "x": STARTS,
            "y": f"${part}",
            "marker": {"color": colour, "opacity": PALER_WEEKS, "pattern": stack_pattern(place)},
            **week_hover(f"{words} %{{y:,.2~f}} days"),
        }
        for place, (part, (words, colour)) in enumerate(_PARTS.items())
    ]
    return figure(traces, with_legend(week_layout("days, mean")) | {"barmode": "stack"}, 260)


LEAD_TIME_SPLIT = _design_split()


def lead_time_split(report: ChartSubject, _context: Context) -> Chart:
    """Return where the mean lead time of what was deployed in each week went."""
    result = report.results["change_lead_time"]
    split = (result.extra.get("stages") or {}).get("weekly") or []
    if not any(week["n"] for week in split):
        return nothing(result.message or NO_DATA)
    weeks = result.weekly
    return Chart(
        {part: [_round(week["means"][part]) for week in split] for part in _PARTS}
        | {"n": [week["n"] for week in split]},
        lambda: tuple(
            (week.week, week.start, *(told["means"][part] for part in _PARTS), told["n"], not week.partial)
            for week, told in zip(weeks, split, strict=True)
        ),
        note=whole_note(weeks, PALER),
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
