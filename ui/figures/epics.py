"""The chart of the Flow page that shows what became of the work below each epic."""

from collections.abc import Sequence
from typing import Any

from data.charts.epics import EpicRow, epic_rows
from data.charts.subject import ChartSubject, Context
from ui.design import Design, inert
from ui.figures.chart import Chart
from ui.figures.parts import figure, lying_bars_layout, nothing, stack_pattern
from ui.format import number

MOST_BARS = 15
MOST_ROWS = 100  # of the table on the page; the CSV has all
COLUMNS = (
    "epic",
    "above it",
    "done",
    "in progress",
    "not in progress",
    "stuck",
    "oldest in days",
    "P50 days",
)
_NAMES = ("keys", "tops", "done", "busy", "idle", "stuck", "oldest", "p50")
CELLS = tuple(f"${name}" for name in _NAMES)
NO_AGES = "Without histories of status nobody knows what is stuck, and since when."
# What a bar is made of: the column, its name, its colour.
_PARTS: tuple[tuple[str, str, Design], ...] = (
    ("done", "done in this period", "@done"),
    ("busy", "in progress", "@active"),
    ("idle", "open, not in progress", "@todo"),
)


def _design_part(place: int, column: str, name: str, colour: Design) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": inert("$drawn"),
        "x": f"$drawn_{column}",
        "marker": {"color": colour, "pattern": stack_pattern(place)},
        "customdata": inert("$drawn"),
        "hovertemplate": f"%{{customdata}}: %{{x}} {name}<extra></extra>",
    }


def _design_epics() -> dict[str, Any]:
    layout = lying_bars_layout("items")
    return figure([_design_part(place, *part) for place, part in enumerate(_PARTS)], layout, 360)


EPICS = _design_epics()


def epics(report: ChartSubject, context: Context) -> Chart:
    """Return the items below each epic: done, in progress, open; those with most work first."""
    known = report.results["flow_load"].state != "not_applicable"
    found = epic_rows(context)
    if not found:
        return nothing("No item in view lies below an epic.")
    shown = _list_rows(found[:MOST_BARS], known=known)
    data: dict[str, Any] = {"total": len(found), "drawn": [row[0] for row in shown]}
    data |= {f"drawn_{name}": [row[_NAMES.index(name)] for row in shown] for name, _, _ in _PARTS}
    columns = zip(_NAMES, zip(*_list_rows(found[:MOST_ROWS], known=known), strict=True), strict=True)
    return Chart(
        data | {name: list(column) for name, column in columns},
        lambda: _list_rows(found, known=known),
        _note(found) if known else NO_AGES,
    )


def _list_rows(rows: Sequence[EpicRow], *, known: bool) -> tuple[tuple[Any, ...], ...]:
    """Return the rows; without histories nobody knows what is stuck and how old."""
    return tuple(
        (
            row.key,
            row.top,
            row.done,
            row.under_way,
            row.waiting,
            row.stuck if known else None,
            row.oldest if known else None,
            row.flow_time,
        )
        for row in rows
    )


def _note(found: Sequence[EpicRow]) -> str:
    stuck = sum(row.stuck for row in found)
    notes = [
        f"The {MOST_BARS} with most work of {number(len(found))} are drawn."
        if len(found) > MOST_BARS
        else "",
        f"{number(stuck)} items are stuck: older than 85 % of what left their status." if stuck else "",
    ]
    return " ".join(note for note in notes if note)
