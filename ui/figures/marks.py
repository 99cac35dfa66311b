"""Marks in time charts: a thin line a day, with words where they hide no other words."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from data.charts.marks import Mark
from ui.design import Design, each, inert, pick, when
from ui.figures.parts import label
from ui.format import counted

KINDS = ("event", "release", "incident")
WORDS = ("Event", "Release", "Incident")
_COLOURS: Design = ["@text", "@line", "@alarm"]
_LOOK: Design = pick("$mark_kind", ["dash", "dot", "dot"])
LETTERS = 22
LANES = 3
LANE_PX = 17
# A letter takes about this share of the narrowest drawing, that of a phone.
_LETTER = 6.4 / 290
_HALF = 0.5


def with_marks(figure: Mapping[str, Design]) -> dict[str, Design]:
    """Return the design of a figure with places for marks, if its axis is one of time."""
    layout = figure["layout"]
    axis = layout["xaxis"]
    if axis.get("type") != "date":
        return dict(figure)
    # A bar stands on the first day of its step, and the mark has to stand within the bar.
    at = "$mark_in_step" if "tick0" in axis else "$mark_on_day"
    marked = {
        "shapes": [*layout.get("shapes", []), each("marks", _design_line(at))],
        "annotations": [*layout.get("annotations", []), each("marks", when("mark_short", _design_words(at)))],
    }
    return {**figure, "layout": {**layout, **marked}}


def is_timed(figure: Mapping[str, Design]) -> bool:
    """Tell whether a figure has marks."""
    return bool(figure["layout"]["xaxis"].get("type") == "date")


def _design_line(at: Design) -> dict[str, Any]:
    look = {"color": pick("$mark_kind", _COLOURS), "width": 1.2, "dash": _LOOK}
    return {"type": "line", "xref": "x", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "line": look}


def _design_words(at: Design) -> dict[str, Any]:
    place = {"xref": "x", "x": at, "yref": "paper", "y": 1, "yanchor": "top", "yshift": "$mark_shift"}
    place["xshift"] = pick("$mark_side", [3, -3])
    words = label(inert("$mark_short"), **place) | {"xanchor": pick("$mark_side", ["left", "right"])}
    more = {"hovertext": inert("$mark_hover"), "font": {"size": 12, "color": pick("$mark_kind", _COLOURS)}}
    return words | more


def mark_data(marks: Sequence[Mark]) -> dict[str, Any]:
    """Return what goes into the places of marks; it travels once for all charts.

    Returns:
        ``marks``: of each its kind by number, its day, where it stands in charts of days and of steps, its
        words in full and in short, and how far down these stand; not in short where they would hide others.
    """
    lanes: list[list[tuple[float, float]]] = [[] for _ in range(LANES)]
    return {"marks": [_place(mark, lanes) for mark in marks]} if marks else {}


def _place(mark: Mark, lanes: list[list[tuple[float, float]]]) -> dict[str, Any]:
    kind, words = KINDS.index(mark.kind), "; ".join(mark.texts)
    side = int(mark.share > _HALF)
    short = _shorten(words) if mark.kind == "event" else ""
    lane = _find_lane(short, mark.share, side, lanes) if short else None
    return {
        "mark_kind": kind,
        "mark_what": WORDS[kind],
        "mark_on_day": mark.day.isoformat(),
        "mark_in_step": mark.in_step.isoformat(" ", "minutes"),
        "mark_words": words,
        "mark_hover": f"{mark.day.isoformat()}: {words}",
        "mark_short": "" if lane is None else short,
        "mark_side": side,
        "mark_shift": -LANE_PX * (lane or 0),
    }


def _shorten(words: str) -> str:
    return words if len(words) <= LETTERS else f"{words[: LETTERS - 1].rstrip()}\u2026"


def _find_lane(words: str, share: float, side: int, lanes: list[list[tuple[float, float]]]) -> int | None:
    """Return the highest lane in which words hide no others and take it; None where there is none."""
    wide = len(words) * _LETTER
    low, high = (share - wide, share) if side else (share, share + wide)
    for place, taken in enumerate(lanes):
        if all(high < other_low or low > other_high for other_low, other_high in taken):
            taken.append((low, high))
            return place
    return None


def rows_with_events(
    columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]], events: Sequence[tuple[dt.date, str]]
) -> tuple[tuple[str, ...], Sequence[tuple[Any, ...]]]:
    """Return a table by step with a column of the events of each step; any other table as it is.

    Args:
        columns: heads of the table.
        rows: its cells; those of a table by step have the first day of the step second.
        events: of the period, day and words; without any there is no column of them.
    """
    if columns[:2] != ("step", "begins on") or not events:
        return columns, rows
    starts = [dt.date.fromisoformat(row[1]) for row in rows]
    told: list[list[str]] = [[] for _ in rows]
    for day, words in events:
        place = bisect_right(starts, day) - 1
        if place >= 0:
            told[place].append(words)
    return (*columns, "events"), [(*row, "; ".join(some)) for row, some in zip(rows, told, strict=True)]


def crowded_words(kind: str, days: int) -> str:
    """Return why days of a kind are not marked."""
    word = WORDS[KINDS.index(kind)].lower()
    return f"{counted(days, 'day')} with {word}s are too many to be marked: choose a shorter period."
