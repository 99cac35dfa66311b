"""The figures of the DORA page: each metric by week over the levels of a report, and the deployments."""

import math
from collections.abc import Sequence
from typing import Any

from data.charts.deployment_days import Timeline, deployment_days_by_week, timeline
from data.charts.levels import Level, levels_of
from data.charts.subject import ChartSubject, Context
from data.metric import MetricResult
from ui.figures.parts import (
    NO_DATA,
    NOT_WHOLE,
    PALER,
    Draw,
    Drawing,
    day_axis,
    label,
    marker_size,
    nothing,
    numbers,
    paler,
    stack_pattern,
    starts,
    values,
    week_hover,
    week_layout,
    whole_note,
    with_legend,
)
from ui.figures.text import plain
from ui.figures.weekly import bars_of, line_of
from ui.format import number
from ui.theme import CHART, Scheme, figure_layout

# Labels of levels that would stand closer than this share of the height are left out.
APART = 0.08
MOST_DOTS = 3000
FAILED, FINE = "followed by an incident", "no incident known"


def trend(metric_id: str, y_title: str, *, bars: bool) -> Draw:
    """Return what draws a DORA metric by week: bars for counts and rates, a line for durations."""

    def draw(report: ChartSubject, context: Context, scheme: Scheme) -> Drawing:
        result, colours = report.results[metric_id], CHART[scheme]
        weeks = result.weekly
        if not any(week.value is not None for week in weeks):
            return nothing(result.message or NO_DATA)
        layout = week_layout(weeks, scheme, y_title, labels=4)
        top = _top(result)
        layout["yaxis"] |= {"range": [0, top]}
        delivery = context.delivery
        levels = levels_of(delivery.edition, metric_id, dated_by_day=delivery.deployments.dated_by_day)
        rows = tuple((week.week, week.start, week.value, week.n, not week.partial) for week in weeks)
        return Drawing(
            [bars_of(result, colours) if bars else line_of(result, colours)],
            _over_levels(layout, levels, top, colours),
            lambda: rows,
            note=" ".join(
                filter(None, (whole_note(weeks, NOT_WHOLE), _told(levels, delivery.edition, y_title)))
            ),
        )

    return draw


def frequency(report: ChartSubject, context: Context, scheme: Scheme) -> Drawing:
    """Draw deployments per week, and the days with one, which the levels of a report go by."""
    result, colours = report.results["deployment_frequency"], CHART[scheme]
    weeks = result.weekly
    drawing = trend("deployment_frequency", "per week", bars=True)(report, context, scheme)
    if drawing.empty:
        return drawing
    days = deployment_days_by_week(context)
    bars = drawing.traces[0] | {"name": "deployments"}
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": "days with a deployment",
        "x": starts(weeks),
        "y": numbers(days),
        "marker": {
            "size": marker_size(weeks, 8),
            "color": colours["mean"],
            "symbol": ["diamond-open" if week.partial else "diamond" for week in weeks],
            "line": {"color": colours["surface"], "width": 1},
        },
        "cliponaxis": False,
        **week_hover(weeks, "on %{y} days"),
    }
    counted = list(zip(weeks, days.tolist(), strict=True))
    return Drawing(
        [bars, dots],
        with_legend(drawing.layout),
        lambda: tuple((w.week, w.start, w.value, on, not w.partial) for w, on in counted),
        note=drawing.note,
    )


def deployments(report: ChartSubject, context: Context, scheme: Scheme) -> Drawing:
    """Draw a dot per deployment, one above the other where a day has several."""
    result = report.results["deployment_frequency"]
    found = timeline(context)
    if not len(found):
        return nothing(result.message or "Nothing was deployed in this period.")
    drawn = range(max(len(found) - MOST_DOTS, 0), len(found))
    layout = with_legend(figure_layout(scheme, "per day"))
    day_axis(layout, "day", found.days[0].isoformat(), found.days[-1].isoformat(), labels=5)
    highest = int(found.nth.max())
    layout["yaxis"] |= {"range": [0, highest + 0.6], "dtick": max(1, -(-highest // 5))}
    fates = {
        failed: [place for place in drawn if bool(found.failed[place]) == failed] for failed in (False, True)
    }
    traces = [_dots(context, found, places, scheme, failed=failed) for failed, places in fates.items()]
    note = "" if len(drawn) == len(found) else f"Only the latest {number(MOST_DOTS)} deployments are drawn."
    return Drawing(traces, layout, lambda: _deployment_rows(context, found), note)


def _dots(
    context: Context, found: Timeline, places: Sequence[int], scheme: Scheme, *, failed: bool
) -> dict[str, Any]:
    """Return the dots of the deployments at ``places``, which share their fate."""
    colours, table = CHART[scheme], context.delivery.deployments
    return {
        "type": "scatter",
        "mode": "markers",
        "name": FAILED if failed else FINE,
        "x": [found.days[place].isoformat() for place in places],
        "y": [int(found.nth[place]) for place in places],
        "marker": {
            "size": 12 if failed else 9,
            "color": colours["alarm"] if failed else colours["line"],
            "symbol": "x" if failed else "circle",
        },
        "customdata": [
            [
                plain(table.names[found.rows[place]]),
                found.at[place],
                plain(f"{table.projects[found.rows[place]]} {table.source}".strip()),
                plain(f"incident: {', '.join(found.incidents[place])}") if found.incidents[place] else "",
            ]
            for place in places
        ],
        "hovertemplate": (
            "%{customdata[0]}<br>%{customdata[1]}<br>%{customdata[2]}<br>%{customdata[3]}<extra></extra>"
        ),
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


def _top(result: MetricResult) -> float:
    """Return the end of the axis: a little above the highest value, so that levels can lie behind."""
    known = [value for value in values(result.weekly) if value is not None]
    highest = max(known) * 1.15 or 1.0
    return min(highest, 105.0) if result.unit == "percent" else highest


def _over_levels(
    layout: dict[str, Any], levels: Sequence[Level], top: float, colours: dict[str, str]
) -> dict[str, Any]:
    """Return the layout with every other level shaded, and its name beside it."""
    seen = [level for level in levels if level.low < top]
    if not seen:
        return layout
    shapes, words = [], []
    last = -math.inf
    for place, level in enumerate(seen):
        high = min(level.high, top)
        shapes.append(_stretch(level.low, high, colours["shade"] if place % 2 == 0 else "rgba(0,0,0,0)"))
        middle = (level.low + high) / 2
        if (middle - last) / top >= APART:
            last = middle
            words.append(_level_name(level.name, middle, colours))
    margin = {**layout["margin"], "r": 66}
    return layout | {"shapes": shapes, "annotations": words, "margin": margin}


def _stretch(low: float, high: float, fill: str) -> dict[str, Any]:
    return {
        "type": "rect",
        "layer": "below",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": low,
        "y1": high,
        "fillcolor": fill,
        "line": {"width": 0},
    }


def _level_name(name: str, middle: float, colours: dict[str, str]) -> dict[str, Any]:
    place = {"xref": "paper", "x": 1.01, "y": middle, "xanchor": "left", "yanchor": "middle"}
    return label(name.replace(", ", ",<br>"), colours, **place) | {
        "align": "left",
        "bgcolor": "rgba(0,0,0,0)",
    }


def _told(levels: Sequence[Level], edition: str, y_title: str) -> str:
    """Return the levels in words, as some may be too narrow to be labelled."""
    if not levels:
        return ""
    unit = (
        "days a week"
        if y_title == "per week"
        else y_title.split(",", maxsplit=1)[0].split(" of", maxsplit=1)[0]
    )
    told = ", ".join(f"{level.name} from {number(round(level.low, 2))}" for level in levels)
    return f"Shaded: levels of the {edition} DORA report, as reported ({told}; in {unit})."


# The parts of a lead time in the order in which work meets them, and what each of them is called here.
_PARTS = {"working": "working", "waiting": "waiting", "other": "neither", "release": "waiting for release"}
_PART_COLOURS = {"working": "active", "waiting": "waiting", "other": "todo", "release": "done"}


def lead_time_split(report: ChartSubject, _context: Context, scheme: Scheme) -> Drawing:
    """Draw where the mean lead time of what was deployed in each week went."""
    result, colours = report.results["change_lead_time"], CHART[scheme]
    split = (result.extra.get("stages") or {}).get("weekly") or []
    if not any(week["n"] for week in split):
        return nothing(result.message or NO_DATA)
    weeks = result.weekly
    traces = [
        {
            "type": "bar",
            "name": words,
            "x": starts(weeks),
            "y": [week["means"][part] for week in split],
            "marker": {
                "color": colours[_PART_COLOURS[part]],
                "opacity": paler(weeks),
                "pattern": stack_pattern(place, colours),
            },
            **week_hover(weeks, f"{words} %{{y:,.2~f}} days"),
        }
        for place, (part, words) in enumerate(_PARTS.items())
    ]
    layout = with_legend(week_layout(weeks, scheme, "days, mean"))
    return Drawing(
        traces,
        layout | {"barmode": "stack"},
        lambda: tuple(
            (week.week, week.start, *(told["means"][part] for part in _PARTS), told["n"], not week.partial)
            for week, told in zip(weeks, split, strict=True)
        ),
        note=whole_note(weeks, PALER),
    )
