"""The expectation of each type of item as a line over a chart of days, named with how well it held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.forecast.expectation import LEVEL, Expectation
from data.forecast.history import SAMPLED_WEEKS
from data.forecast.outlook import EVERY_TYPE
from ui.design import Design, each, pick
from ui.format import number

KINDS = ("Feature", "Defect", "Debt", "Risk", "Unclassified", EVERY_TYPE)
# Along the axis, as shares of it, stand the labels of the lines, so that none hides another.
LABELLED = (0.08, 0.26, 0.44, 0.62, 0.8)
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
    """Return a labelled line for each type; ``across`` are three places from end to end, for its label."""
    line = {
        "type": "scatter",
        "mode": "lines+text",
        "name": "$words",
        "showlegend": False,
        "x": "$across",
        "y": ["$limit", "$limit", "$limit"],
        "text": ["", "$label", ""],
        "textposition": "$side",
        "textfont": {"size": 12, "color": "@text"},
        "line": {"width": 1.5, "color": pick("$type", list(_COLOURS)), "dash": pick("$type", list(_DASHES))},
        "hovertemplate": "%{fullData.name}<extra></extra>",
    }
    return each("expected", line)


def expect_lines(found: Mapping[str, Expectation], first: Any, between: Sequence[Any], last: Any) -> Expected:
    """Return a line for each type that has an expectation; one for all together where no type has.

    Args:
        found: by flow item type, and over all.
        first: where the axis begins.
        between: as many places along it as there may be lines, for their labels.
        last: where it ends.
    """
    told = [name for name in KINDS[:-1] if name in found and found[name].days is not None]
    told = told or [name for name in (EVERY_TYPE,) if found[name].days is not None]
    lines = [
        {
            "type": KINDS.index(name),
            "limit": round(found[name].days or 0.0, 3),
            "label": f"{_call(name)} {number(round(found[name].days or 0.0, 1))} d",
            "words": _word(name, found[name]),
            "across": [first, between[place], last],
            "side": "top center" if place % 2 == 0 else "bottom center",
        }
        for place, name in enumerate(told)
    ]
    sentence = "; ".join(_word(name, found[name]) for name in told)
    return Expected(
        lines, f"Expected, from the last {SAMPLED_WEEKS} whole weeks: {sentence}." if told else ""
    )


def _call(name: str) -> str:
    return "All" if name == EVERY_TYPE else name


def _word(name: str, one: Expectation) -> str:
    """Return an expectation with its level and how well it held."""
    kept = "" if one.held is None else f", held by {number(one.held)} % of {number(one.judged)}"
    return f"{_call(name)}, {number(LEVEL * 100)} % within {number(round(one.days or 0.0, 1))} days{kept}"
