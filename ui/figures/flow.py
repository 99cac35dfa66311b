"""The figures of the Flow page that run over weeks."""

from typing import Any

from data.charts.distribution import distribution_by_week
from data.charts.flow_times import flow_time_by_week
from data.charts.net_flow import net_flow
from data.charts.process_limits import Limits, process_limits
from data.charts.subject import ChartSubject, Context
from data.metric import Week
from ui.figures.parts import (
    NO_DATA,
    NOT_WHOLE,
    PALER,
    Drawing,
    exact,
    hatch,
    label,
    marker_size,
    nothing,
    numbers,
    paler,
    stack_pattern,
    starts,
    week_hover,
    week_layout,
    weeks_of,
    whole_note,
    with_legend,
)
from ui.figures.weekly import bars_of, mean_line
from ui.theme import CHART, Scheme


def velocity(report: ChartSubject, _context: Context, scheme: Scheme) -> Drawing:
    """Draw delivered items per week with the mean of whole weeks and its natural limits."""
    result, colours = report.results["flow_velocity"], CHART[scheme]
    weeks = result.weekly
    if not any(week.value is not None for week in weeks):
        return nothing(result.message or NO_DATA)
    limits = process_limits(weeks)
    layout = week_layout(weeks, scheme, "items")
    if limits is not None:
        layout |= _limits(limits, colours)
    beyond = (
        ""
        if limits is None or limits.upper is None
        else ("Between the dotted lines, a week differs from the mean for no particular reason.")
    )
    return Drawing(
        [bars_of(result, colours)],
        layout,
        lambda: tuple((week.week, week.start, week.value, not week.partial) for week in weeks),
        note=_joined(whole_note(weeks, NOT_WHOLE), beyond),
    )


def _limits(limits: Limits, colours: dict[str, str]) -> dict[str, Any]:
    """Return the mean and, where there are enough weeks, the natural process limits."""
    drawn = mean_line(limits.mean, colours)
    if limits.lower is None or limits.upper is None:
        return drawn
    line = {"color": colours["mean"], "width": 1, "dash": "dot"}
    for at, words in ((limits.upper, "upper limit"), (limits.lower, "lower limit")):
        if at <= 0:
            continue
        drawn["shapes"].append(
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": line}
        )
        place = {"xref": "paper", "x": 1, "y": at, "xanchor": "right", "yanchor": "bottom"}
        text = label(f"{words} {at:.1f}", colours, **place)
        drawn["annotations"].append(text | {"font": {"size": 12, "color": colours["mean"]}})
    return drawn


def flow_time_trend(report: ChartSubject, context: Context, scheme: Scheme) -> Drawing:
    """Draw P50 and P85 of the flow time of each week."""
    weeks, found, colours = weeks_of(report), flow_time_by_week(context), CHART[scheme]
    if not found.n.any():
        return nothing(report.results["flow_time"].message or NO_DATA)
    p50 = _percentile(weeks, numbers(found.p50), "P50", colours["line"], "circle")
    p85 = _percentile(weeks, numbers(found.p85), "P85", colours["mean"], "diamond")
    p85["line"]["dash"] = "dash"
    columns = [exact(column) for column in (found.p50, found.p85, found.n)]
    return Drawing(
        [p50, p85],
        with_legend(week_layout(weeks, scheme, "days")),
        lambda: tuple(
            (week.week, week.start, *row, not week.partial)
            for week, *row in zip(weeks, *columns, strict=True)
        ),
        note=_joined(whole_note(weeks, NOT_WHOLE), "P85 is given from five items a week on."),
    )


def _percentile(
    weeks: tuple[Week, ...], days: list[float | None], name: str, colour: str, symbol: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": starts(weeks),
        "y": days,
        "line": {"color": colour, "width": 2},
        "marker": {
            "size": marker_size(weeks, 7),
            "symbol": [f"{symbol}-open" if week.partial else symbol for week in weeks],
        },
        **week_hover(weeks, f"{name} %{{y}} days"),
    }


def distribution(report: ChartSubject, context: Context, scheme: Scheme) -> Drawing:
    """Draw the kinds of work of each week as shares of a whole."""
    weeks, found, colours = weeks_of(report), distribution_by_week(context), CHART[scheme]
    if not found.counts.any():
        return nothing(report.results["flow_distribution"].message or NO_DATA)
    layout = with_legend(week_layout(weeks, scheme, "% of items"))
    layout["yaxis"] |= {"range": [0, 100], "dtick": 25, "hoverformat": ",.0f"}
    shares = found.shares
    traces = [
        {
            "type": "bar",
            "name": kind,
            "x": starts(weeks),
            "y": numbers(shares[place], 2),
            "marker": {
                "color": colours[kind.lower()],
                "opacity": paler(weeks),
                "pattern": stack_pattern(place, colours),
            },
            "text": found.counts[place].tolist(),
            "textposition": "none",
            **week_hover(weeks, f"{kind} %{{y}} %, %{{text}} items"),
        }
        for place, kind in enumerate(found.kinds)
    ]
    return Drawing(
        traces,
        layout | {"barmode": "stack"},
        lambda: tuple(
            (week.week, week.start, *counts, not week.partial)
            for week, counts in zip(weeks, found.counts.T.tolist(), strict=True)
        ),
        note=whole_note(weeks, PALER),
    )


def arrivals(report: ChartSubject, context: Context, scheme: Scheme) -> Drawing:
    """Draw what came in upwards, what went out downwards, and the difference as a line."""
    weeks, found, colours = weeks_of(report), net_flow(context), CHART[scheme]
    if not (found.arrivals.any() or found.departures.any()):
        return nothing("Nothing was started or completed in this period.")
    layout = with_legend(week_layout(weeks, scheme, "items"))
    layout["yaxis"] |= {"zeroline": True, "zerolinecolor": colours["text"], "zerolinewidth": 1}
    came, went, net = (column.tolist() for column in (found.arrivals, found.departures, found.net))
    up = _flow("arrivals", came, weeks, colours["active"], "")
    down = _flow("departures", [-n for n in went], weeks, colours["waiting"], "/")
    down |= {"text": went, "textposition": "none", **week_hover(weeks, "%{text} departures")}
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "net",
        "x": starts(weeks),
        "y": net,
        "line": {"color": colours["text"], "width": 2},
        "marker": {
            "size": marker_size(weeks, 8),
            "symbol": ["diamond-open" if week.partial else "diamond" for week in weeks],
            "line": {"color": colours["surface"], "width": 1},
        },
        **week_hover(weeks, "net %{y:+}"),
    }
    return Drawing(
        [up, down, line],
        layout | {"barmode": "relative"},
        lambda: tuple(
            (week.week, week.start, *row, not week.partial)
            for week, *row in zip(weeks, came, went, net, strict=True)
        ),
        note=whole_note(weeks, PALER),
    )


def _flow(name: str, counts: list[int], weeks: tuple[Week, ...], colour: str, shape: str) -> dict[str, Any]:
    pattern = hatch((), colour) | {"shape": shape, "fillmode": "replace" if shape else "overlay"}
    return {
        "type": "bar",
        "name": name,
        "x": starts(weeks),
        "y": counts,
        "marker": {"color": colour, "opacity": paler(weeks), "pattern": pattern},
        **week_hover(weeks, f"%{{y}} {name}"),
    }


def _joined(*notes: str) -> str:
    return " ".join(note for note in notes if note)
