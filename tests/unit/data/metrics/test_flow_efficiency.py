"""Flow efficiency: active time over flow time."""

import pytest

from data.metrics.flow_efficiency import flow_efficiency
from tests.builders import issue
from tests.rows import context

WAITING = {"workflow": {"waiting": ["Review"]}}
PERIOD = ("2026-03-02", "2026-03-15", "2026-04-01")


def measure(*issues: dict, profile: dict = WAITING):
    return flow_efficiency(context(issues, *PERIOD, profile=profile))


def worked(key: str = "A-1", **more: object) -> dict:
    """Two days of work, two of waiting."""
    history = [("2026-03-02", "Doing"), ("2026-03-04", "Review"), ("2026-03-06", "Done")]
    return issue(key, created="2026-03-01", history=history, **more)


def test_waiting_time_is_not_active() -> None:
    found = measure(worked())

    assert (found.value, found.weekly.tolist()[0], found.n) == (50.0, 50.0, 1)


def test_items_weigh_by_their_time() -> None:
    """2 of 4 days and 1 of 1 day are 3 of 5."""
    quick = issue("A-2", created="2026-03-01", history=[("2026-03-02", "Doing"), ("2026-03-03", "Done")])

    assert measure(worked(), quick).value == 60.0


@pytest.mark.parametrize(
    ("flags", "value"),
    [
        ([("2026-03-03", True), ("2026-03-05", False)], 25.0),  # one flagged day of work, one of waiting
        ([("2026-03-03", True)], 25.0),  # never unflagged
        ([("2026-03-03", False)], 25.0),  # the first item unflags: flagged since creation
        ([("2026-03-04", True), ("2026-03-05", False)], 50.0),
        ([("2026-03-02", True), ("2026-03-06", False)], 0.0),
    ],
)
def test_flagged_time_is_not_active_and_stays_in_the_denominator(flags: list, value: float) -> None:
    assert measure(worked(flags=flags)).value == value


def test_time_after_a_first_completion_counts_while_it_was_worked_on() -> None:
    """Done for two of six days: active are two and two."""
    history = [
        ("2026-03-02", "Doing"),
        ("2026-03-04", "Done"),
        ("2026-03-06", "Doing"),
        ("2026-03-08", "Done"),
    ]

    assert measure(issue("A-1", created="2026-03-01", history=history)).value == pytest.approx(
        400 / 6, rel=1e-15
    )


def test_no_time_at_all_has_its_reason() -> None:
    at_once = issue("A-1", created="2026-03-01", history=[("2026-03-02", "Doing"), ("2026-03-02", "Done")])
    found = measure(at_once)

    assert found.candidates.keys("zero_flow_time") == ("A-1",)
    assert (found.value, found.state) == (None, "no_data")


def test_unknown_waiting_is_never_a_hundred_percent() -> None:
    found = measure(worked(), profile={})

    assert (found.value, found.state) == (None, "not_applicable")
    assert "waiting" in found.message


def test_without_histories_there_is_nothing_to_divide() -> None:
    bare = issue("A-1", created="2026-03-01", now="Done", resolutiondate="2026-03-05", has_changelog=False)

    assert measure(bare).state == "not_applicable"
