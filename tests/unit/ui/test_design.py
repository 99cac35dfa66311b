"""What can stand in a design, and what becomes of it."""

from typing import Any

import pytest
from dash import html

from ui.design import (
    MISSING,
    bars,
    clock,
    each,
    fill,
    inert,
    pick,
    plain_design,
    take,
    text,
    unpacked,
    veil,
    when,
    where,
)

DATA: dict[str, Any] = {
    "name": "Flow time",
    "zero": 0,
    "none": None,
    "empty": "",
    "nobody": [],
    "days": [1.5, 2.0, None],
    "late": [0, 1, 0],
    "words": ["no", "yes"],
    "keys": "A-1 A-2 A-3",
    "weeks": [{"week": "W1"}, {"week": "W2", "name": "own"}],
    "titles": ["<b>", "5 $"],
}
COLOURS = {"bar": "#123456"}


@pytest.mark.parametrize(
    ("design", "expected"),
    [
        ("$name", "Flow time"),
        ("@bar", "#123456"),
        ("%{y} days", "%{y} days"),
        ("$", "$"),
        ("$unknown", MISSING),
        ({"a": "$zero", "b": "$unknown", "c": {"d": "$none"}}, {"a": 0, "c": {"d": None}}),
        (["$zero", "$unknown", "x"], [0, "x"]),
        (when("name", "there", "not there"), "there"),
        (when("zero", "there"), "there"),
        (when("empty", "there", "not there"), "not there"),
        (when("nobody", "there", "not there"), "not there"),
        (when("none", "there"), MISSING),
        ([each("weeks", ["$week", "$name"]), "a"], [["W1", "Flow time"], ["W2", "own"], "a"]),
        (["a", each("unknown", "x")], ["a"]),
        (pick("$zero", ["first", "@bar"]), "first"),
        (pick("$late", "$words"), ["no", "yes", "no"]),
        (pick("$unknown", "$words"), MISSING),
        (text("a ", "$name"), "a Flow time"),
        (text("a ", "b"), "a b"),
        (text("$days", " d"), ["1.5 d", "2 d", " d"]),
        (take("$days", [2, 0]), [None, 1.5]),
        (where("$days", "$late", 0), [1.5, None]),
        (unpacked("$keys"), ["A-1", "A-2", "A-3"]),
        (unpacked("$words"), ["no", "yes"]),
        (inert("$titles"), ["&lt;b&gt;", "5 &#36;"]),
        (inert("$name"), "Flow time"),
    ],
)  # fmt: skip
def test_what_stands_in_a_place(design: Any, expected: Any) -> None:
    filled = fill(design, DATA, COLOURS)

    assert filled is expected if expected is MISSING else filled == expected


def test_a_clock_counts_minutes() -> None:
    """1 March 2026 begins 29 538 720 minutes after 1970; an hour later, and a day later by the day alone."""
    assert fill(clock(29_538_720, [0, 60]), {}, {}) == ["2026-03-01 00:00", "2026-03-01 01:00"]
    assert fill(clock(29_538_720, [0, 1440], 10), {}, {}) == ["2026-03-01", "2026-03-02"]


def test_bars_stand_on_the_lower_edge() -> None:
    """Of two weeks each has half of the width, a fifth of it left free; the second has no value."""
    assert fill(bars([25, None]), {}, {}) == "polygon(0% 100%, 0% 100%, 0% 75%, 40% 75%, 40% 100%)"


def test_a_veil_covers_what_is_not_whole() -> None:
    """One veil for weeks beside each other, and none without weeks."""
    covered = "linear-gradient(90deg, transparent 0% 50%, var(--spark-veil) 50% 100%)"

    assert fill(veil([0, 0, 1, 1]), {}, {}) == covered
    assert fill(veil([]), {}, {}) == "none"


def test_components_become_what_the_page_knows() -> None:
    """Places within the properties of a component stay places."""
    made = plain_design(html.P(when("name", html.Strong("$name")), className="why"))

    assert fill(made, DATA, {}) == {
        "type": "P",
        "namespace": "dash_html_components",
        "props": {
            "className": "why",
            "children": {
                "type": "Strong",
                "namespace": "dash_html_components",
                "props": {"children": "Flow time"},
            },
        },
    }
