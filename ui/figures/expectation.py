"""The expectation of each type of item as a line over a chart of days, named with how well it held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.forecast.expectation import LEVEL, Expectation
from data.forecast.outlook import EVERY_TYPE
from ui.design import Design, each, pick
from ui.format import number

KINDS = ("Feature", "Defect", "Debt", "Risk", "Unclassified", EVERY_TYPE)
_COLOURS = ("@feature", "@defect", "@debt", "@risk", "@unclassified", "@mean")
_DASHES = ("dash", "dot", "dashdot", "longdash", "longdashdot", "dash")


@dataclass(frozen=True, slots=True)
class Expected:
    """The lines of a chart.

    Attributes:
        lines: data of each, for the design of ``design_expectations``.
        note: what they say, in a sentence; "" without any.
    """

    lines: Sequence[Mapping[str, Any]]
    note: str

    def __len__(self) -> int:
        return len(self.lines)


def design_expectations() -> Design:
    """Return a line for each type; ``across`` are places from end to end, at which it can be pointed at."""
    line = {
        "type": "scatter",
        "mode": "lines+text",
        "name": "$words",
        "showlegend": False,
        "x": "$across",
        "y": ["$limit", "$limit", "$limit"],
        "text": ["$label", "", ""],
        "textposition": "top right",
        "textfont": {"size": 12, "color": "@text"},
        "line": {"width": 1.5, "color": pick("$type", list(_COLOURS)), "dash": pick("$type", list(_DASHES))},
        "hovertemplate": "%{fullData.name}<extra></extra>",
    }
    return each("expected", line)


def expect_lines(found: Mapping[str, Expectation], across: Sequence[Any]) -> Expected:
    """Return a line for each type that has an expectation; one for all together where no type has.

    Lines of types lie close together as a rule, so that one label stands over all of them.

    Args:
        found: by flow item type, and over all.
        across: three places of the axis, its ends the first and the last.
    """
    told = [name for name in KINDS[:-1] if name in found and found[name].days is not None]
    told = told or [name for name in (EVERY_TYPE,) if found[name].days is not None]
    if not told:
        return Expected((), "")
    days = {name: round(found[name].days or 0.0, 3) for name in told}
    highest = max(told, key=lambda name: days[name])
    lines = [
        {
            "type": KINDS.index(name),
            "limit": days[name],
            "label": _label(days) if name == highest else "",
            "words": _word(name, found[name]),
            "across": across,
        }
        for name in told
    ]
    sentence = ", ".join(_word_short(name, found[name]) for name in told)
    return Expected(lines, f"{number(LEVEL * 100)} % expected within: {sentence}.")


def _label(days: Mapping[str, float]) -> str:
    low, high = (number(round(limit, 1)) for limit in (min(days.values()), max(days.values())))
    name = _call(next(iter(days))) if len(days) == 1 else "by type"
    span = low if low == high else f"{low} to {high}"
    return f"{number(LEVEL * 100)} % within {span} d, {name}"


def _call(name: str) -> str:
    return "all together" if name == EVERY_TYPE else name


def _word(name: str, one: Expectation) -> str:
    """Return an expectation with how well it held."""
    kept = "" if one.held is None else f", held by {number(one.held)} % of {number(one.judged)}"
    return f"{_call(name)} within {number(round(one.days or 0.0, 1))} days{kept}"


def _word_short(name: str, one: Expectation) -> str:
    held = "" if one.held is None else f" (held by {number(one.held)} %)"
    return f"{_call(name)} {number(round(one.days or 0.0, 1))} days{held}"
