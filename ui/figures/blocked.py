"""The charts of the Flow page that show blocked work: how long by week, and what waits for what now."""

from collections.abc import Sequence
from typing import Any

from data.charts.blocked_work import REASONS, BlockedItem, blocked_by_week, blocked_items, count_blocked
from data.charts.subject import ChartSubject, Context
from ui.design import Design, each, inert, pick
from ui.figures.chart import Chart
from ui.figures.parts import (
    NO_DATA,
    PALER,
    PALER_WEEKS,
    STARTS,
    exact,
    figure,
    has_values,
    lying_bars_layout,
    marker_size,
    nothing,
    numbers,
    stack_pattern,
    week_hover,
    week_layout,
    weekly_symbols,
    weeks_of,
    whole_note,
    with_legend,
)
from ui.format import number

MOST_BARS = 15
MOST_ROWS = 100  # of the table on the page; the CSV has all
_KINDS = (*REASONS, "several")
# What there is to say of an item: the columns of the table.
_COLUMNS = ("keys", "reasons", "others", "since", "ages", "circle")
# By reason: its colour, and as the second channel its pattern.
_COLOURS: list[Design] = ["@alarm", "@waiting", "@active", "@unclassified"]
SHARED = "What several reasons share is in the bar of each; the line counts it once."


def _design_reason(place: int, reason: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": reason,
        "x": STARTS,
        "y": f"${reason}",
        "marker": {"color": _COLOURS[place], "opacity": PALER_WEEKS, "pattern": stack_pattern(place)},
        **week_hover(f"{reason} %{{y}} days"),
    }


def _design_weeks() -> dict[str, Any]:
    layout = with_legend(week_layout("item-days")) | {"barmode": "stack"}
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "all",
        "x": STARTS,
        "y": "$days",
        "line": {"color": "@text", "width": 2},
        "marker": {"size": marker_size(7), "symbol": weekly_symbols("diamond")},
        **week_hover("all %{y} days"),
    }
    return figure([*(_design_reason(*each) for each in enumerate(REASONS)), line], layout, 320)


WEEKS = _design_weeks()


def by_week(report: ChartSubject, context: Context) -> Chart:
    """Return the blocked days of each week by reason, and of all reasons together."""
    result = report.results["blocked_time"]
    if result.value is None or not has_values(result.weekly):
        return nothing(result.message or NO_DATA)
    weeks, found = weeks_of(report), blocked_by_week(context)
    if not found.total.any():
        return nothing("No item under way was blocked in this period.")
    columns = [*(found.by_reason[reason] for reason in REASONS), found.total]
    each_alone = sum(float(column.sum()) for column in columns[:-1])
    shared = each_alone > float(found.total.sum()) * 1.0001
    named = zip((*REASONS, "days"), (numbers(column, 2) for column in columns), strict=True)
    return Chart(
        {**dict(named), "n": [week.n for week in result.weekly]},
        lambda: tuple(
            (week.week, week.start, *days, week_of.n, not week.partial)
            for week, week_of, *days in zip(weeks, result.weekly, *map(exact, columns), strict=True)
        ),
        note=" ".join(note for note in (SHARED if shared else "", whole_note(weeks, PALER)) if note),
    )


def _design_now() -> dict[str, Any]:
    layout = lying_bars_layout("days without a break")
    bar = {
        "type": "bar",
        "orientation": "h",
        "name": pick("$kind", list(_KINDS)),
        "y": inert("$shown"),
        "x": "$lengths",
        "marker": {
            "color": pick("$kind", _COLOURS),
            "pattern": stack_pattern(0) | {"shape": pick("$kind", ["", "/", "x", "."])},
        },
        "customdata": inert("$shown"),
        "text": inert("$told"),
        "textposition": "none",
        "hovertemplate": "%{customdata}: %{x} days, %{text}<extra></extra>",
    }
    return figure([each("kinds", bar)], layout, 320)


NOW = _design_now()
CELLS = tuple(f"${name}" for name in _COLUMNS)


def now(report: ChartSubject, context: Context) -> Chart:
    """Return what is blocked at the end of the period, the longest first, and what it waits for."""
    result = report.results["blocked_time"]
    if result.value is None:
        return nothing(result.message or NO_DATA)
    total, known, circles = count_blocked(context)
    if not total:
        return nothing("No item under way is blocked at the end of this period.")
    if not known:
        return nothing("Nobody knows since when the items that are blocked now are.")
    found = blocked_items(context, MOST_ROWS)
    dated = [item for item in found if item.days is not None][:MOST_BARS]
    data = {"kinds": _group(dated), "drawn": [item.key for item in dated]}
    columns = zip(_COLUMNS, zip(*_list_rows(found), strict=True), strict=True)
    data |= {name: list(column) for name, column in columns} | {"total": total}
    return Chart(data, lambda: _list_rows(blocked_items(context)), _note_now(total - known, known, circles))


def _group(shown: Sequence[BlockedItem]) -> list[dict[str, Any]]:
    """Return the bars by reason; those with several are a kind of their own."""
    groups: dict[int, list[BlockedItem]] = {}
    for item in shown:
        kind = REASONS.index(item.reasons[0]) if len(item.reasons) == 1 else len(REASONS)
        groups.setdefault(kind, []).append(item)
    return [
        {
            "kind": kind,
            "shown": [item.key for item in mine],
            "lengths": [None if item.days is None else round(item.days, 1) for item in mine],
            "told": [_word_reasons(item) for item in mine],
        }
        for kind, mine in sorted(groups.items())
    ]


def _word_reasons(item: BlockedItem) -> str:
    """Return why an item is blocked, with what it waits for."""
    reasons = ", ".join(item.reasons)
    return f"{reasons}: {', '.join(item.waits_for)}" if item.waits_for else reasons


def _list_rows(items: Sequence[BlockedItem]) -> tuple[tuple[Any, ...], ...]:
    return tuple(
        (
            item.key,
            ", ".join(item.reasons),
            ", ".join(item.waits_for),
            item.since,
            item.days,
            "yes" if item.in_circle else "no",
        )
        for item in items
    )


def _note_now(undated: int, dated: int, circles: int) -> str:
    notes = [
        f"The {MOST_BARS} longest of {number(dated)} are drawn." if dated > MOST_BARS else "",
        f"{number(undated)} more, linked since nobody knows when, in the table." if undated else "",
        f"{number(circles)} wait for themselves, in circles." if circles else "",
    ]
    return " ".join(note for note in notes if note)
