"""The charts of the Flow page that run over weeks."""

from typing import Any

from data.charts.distribution import KINDS, distribution_by_week
from data.charts.flow_times import flow_time_by_week
from data.charts.net_flow import net_flow
from data.charts.process_limits import Limits, process_limits
from data.charts.subject import ChartSubject, Context
from ui.design import Design, each
from ui.figures.chart import Chart
from ui.figures.parts import (
    NO_DATA,
    NOT_WHOLE,
    PALER,
    PALER_WEEKS,
    STARTS,
    aim_data,
    bars,
    exact,
    figure,
    has_values,
    hatch,
    join_words,
    level_line,
    level_words,
    marker_size,
    mean_data,
    nothing,
    numbers,
    stack_pattern,
    values,
    week_hover,
    week_layout,
    weekly_symbols,
    weeks_of,
    whole_note,
    with_aim,
    with_key,
    with_legend,
    with_mean,
)


def _design_velocity() -> dict[str, Any]:
    layout = with_mean(week_layout("items"))
    layout["shapes"] = [*layout["shapes"], each("limits", level_line("$at", "dot", 1))]
    layout["annotations"] = [*layout["annotations"], each("limits", level_words("$words", "$at"))]
    return figure([bars()], layout, 260)


VELOCITY = with_aim(_design_velocity())


def velocity(report: ChartSubject, _context: Context) -> Chart:
    """Return delivered items per week with the mean of whole weeks and its natural limits."""
    result = report.results["flow_velocity"]
    weeks = result.weekly
    if not has_values(weeks):
        return nothing(result.message or NO_DATA)
    limits = process_limits(weeks)
    data: dict[str, Any] = {"y": values(weeks), **aim_data(result)}
    if limits is not None:
        data |= mean_data(limits.mean) | {"limits": _list_limits(limits)}
    return Chart(
        data,
        lambda: tuple((week.week, week.start, week.value, not week.partial) for week in weeks),
        note=join_words(whole_note(weeks, NOT_WHOLE), _word_limits(limits)),
    )


def _list_limits(limits: Limits) -> list[dict[str, Any]]:
    named = ((limits.upper, "upper limit"), (limits.lower, "lower limit"))
    return [{"at": round(at, 3), "words": f"{words} {at:.1f}"} for at, words in named if at]


def _word_limits(limits: Limits | None) -> str:
    """Return what the limits mean, or why a team of small counts has none and what it can look at."""
    if limits is None:
        return ""
    if limits.too_small:
        return (
            "No limits: below five items on average chance alone looks like a signal. Look at longer steps."
        )
    if limits.upper is None:
        return ""
    return "Between the dotted lines, a step differs from the mean for no particular reason."


def _design_percentile(name: str, column: Design, colour: Design, symbol: str, dash: str) -> list[Design]:
    trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": STARTS,
        "y": column,
        "line": {"color": colour, "width": 2, "dash": dash},
        "marker": {"size": marker_size(7), "symbol": weekly_symbols(symbol)},
        **week_hover(f"{name} %{{y}} days"),
    }
    return with_key(trace, symbol)


FLOW_TIME_TREND = with_aim(
    figure(
        [
            *_design_percentile("P50", "$p50", "@line", "circle", "solid"),
            *_design_percentile("P85", "$p85", "@mean", "diamond", "dash"),
        ],
        with_legend(week_layout("days")),
        260,
    )
)


def flow_time_trend(report: ChartSubject, context: Context) -> Chart:
    """Return P50 and P85 of the flow time of each week."""
    weeks, found = weeks_of(report), flow_time_by_week(context)
    if not found.n.any():
        return nothing(report.results["flow_time"].message or NO_DATA)
    return Chart(
        {
            **{"p50": numbers(found.p50), "p85": numbers(found.p85), "n": found.n},
            **aim_data(report.results["flow_time"]),
        },
        lambda: tuple(
            (week.week, week.start, *row, not week.partial)
            for week, *row in zip(weeks, *map(exact, (found.p50, found.p85, found.n)), strict=True)
        ),
        note=join_words(whole_note(weeks, NOT_WHOLE), "P85 is given from six items a week on."),
    )


def _design_kind(place: int, kind: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": kind,
        "x": STARTS,
        "y": f"$share{place}",
        "marker": {
            "color": f"@{kind.lower()}",
            "opacity": PALER_WEEKS,
            "pattern": stack_pattern(place),
        },
        "text": f"$count{place}",
        "textposition": "none",
        **week_hover(f"{kind} %{{y}} %, %{{text}} items"),
    }


def _design_distribution() -> dict[str, Any]:
    layout = with_legend(week_layout("% of items")) | {"barmode": "stack"}
    layout["yaxis"] |= {"range": [0, 100], "dtick": 25, "hoverformat": ",.0f"}
    return figure([_design_kind(place, kind) for place, kind in enumerate(KINDS)], layout, 280)


DISTRIBUTION = _design_distribution()


def distribution(report: ChartSubject, context: Context) -> Chart:
    """Return the kinds of work of each week as shares of a whole."""
    weeks, found = weeks_of(report), distribution_by_week(context)
    if not found.counts.any():
        return nothing(report.results["flow_distribution"].message or NO_DATA)
    shares = found.shares
    columns = {f"share{place}": numbers(shares[place], 1) for place in range(len(KINDS))}
    columns |= {f"count{place}": found.counts[place] for place in range(len(KINDS))}
    return Chart(
        columns,
        lambda: tuple(
            (week.week, week.start, *counts, not week.partial)
            for week, counts in zip(weeks, found.counts.T.tolist(), strict=True)
        ),
        note=whole_note(weeks, PALER),
    )


def _design_flow(name: str, column: Design, colour: Design, shape: str) -> dict[str, Any]:
    pattern = hatch(colour) | {"shape": shape, "fillmode": "replace" if shape else "overlay"}
    return {
        "type": "bar",
        "name": name,
        "x": STARTS,
        "y": column,
        "marker": {"color": colour, "opacity": PALER_WEEKS, "pattern": pattern},
        **week_hover(f"%{{y}} {name}"),
    }


def _design_net_flow() -> dict[str, Any]:
    layout = with_legend(week_layout("items")) | {"barmode": "relative"}
    layout["yaxis"] |= {"zeroline": True, "zerolinecolor": "@text", "zerolinewidth": 1}
    down = _design_flow("departures", "$down", "@waiting", "/")
    down |= {"text": "$went", "textposition": "none", **week_hover("%{text} departures")}
    net = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "net",
        "x": STARTS,
        "y": "$net",
        "line": {"color": "@text", "width": 2},
        "marker": {
            "size": marker_size(8),
            "symbol": weekly_symbols("diamond"),
            "line": {"color": "@surface", "width": 1},
        },
        **week_hover("net %{y:+}"),
    }
    came = _design_flow("arrivals", "$came", "@active", "")
    return figure([came, down, *with_key(net, "diamond")], layout, 280)


NET_FLOW = _design_net_flow()


def arrivals(report: ChartSubject, context: Context) -> Chart:
    """Return what came in, what went out, and the difference."""
    weeks, found = weeks_of(report), net_flow(context)
    if not (found.arrivals.any() or found.departures.any()):
        return nothing("Nothing was started or completed in this period.")
    columns = {"came": found.arrivals, "went": found.departures, "down": -found.departures, "net": found.net}
    return Chart(
        columns,
        lambda: tuple(
            (week.week, week.start, came, went, net, not week.partial)
            for week, came, went, net in zip(
                weeks, found.arrivals.tolist(), found.departures.tolist(), found.net.tolist(), strict=True
            )
        ),
        note=whole_note(weeks, PALER),
    )
