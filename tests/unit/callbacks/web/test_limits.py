"""A request that is not one of the page's own is refused with a word, and costs nothing."""

from typing import Any

import pytest

from callbacks.web.limits import MOST_INPUTS, MOST_OUTPUTS, count, fault_of

KNOWN = ("job.children", "..a.x...b.y..")
GOOD: dict[str, Any] = {
    "output": "job.children",
    "outputs": {"id": "job", "property": "children"},
    "inputs": [{"id": "poll", "property": "n_intervals", "value": 1}],
    "changedPropIds": ["poll.n_intervals"],
}


def test_what_the_page_sends_is_let_through() -> None:
    """With one output and with many, with patterns, with and without a state."""
    many = [{"id": "a", "property": "x"}, [{"id": {"kind": "b"}, "property": "y"}] * 3]

    assert fault_of(GOOD, KNOWN) is None
    assert fault_of({**GOOD, "state": None}, KNOWN) is None
    assert fault_of({**GOOD, "output": KNOWN[1], "outputs": many}, KNOWN) is None
    assert count(many) == 4


@pytest.mark.parametrize("body", [None, [], "x", 5, {}, {"output": None}, {"output": ["job.children"]}])
def test_what_is_not_a_callback(body: Any) -> None:
    assert "not a callback" in str(fault_of(body, KNOWN))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"output": "nobody.children"}, "no callback with this output"),
        ({"outputs": None}, "names no outputs"),
        ({"outputs": []}, "names no outputs"),
        ({"outputs": [[]]}, "names no outputs"),
        ({"outputs": [{}] * (MOST_OUTPUTS + 1)}, f"{MOST_OUTPUTS + 1} outputs"),
        ({"outputs": [[{}] * 20_000]}, "20000 outputs"),
        ({"inputs": {"id": "poll"}}, "are lists"),
        ({"inputs": "poll"}, "are lists"),
        ({"changedPropIds": ["x"] * (MOST_INPUTS + 1)}, "more than"),
        ({"state": [[{}] * MOST_INPUTS], "inputs": [{}]}, "more than"),
    ],
)
def test_what_asks_for_too_much(change: dict[str, Any], words: str) -> None:
    """The largest that is allowed is: one fewer of each passes."""
    assert words in str(fault_of({**GOOD, **change}, KNOWN))


def test_the_limits_themselves_are_allowed() -> None:
    assert fault_of({**GOOD, "outputs": [{}] * MOST_OUTPUTS}, KNOWN) is None
    assert fault_of({**GOOD, "inputs": [{}] * (MOST_INPUTS - 1)}, KNOWN) is None
