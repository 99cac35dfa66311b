"""Flow efficiency: active time over flow time."""

import numpy as np
import pytest

from data.metrics.flow_efficiency import flow_efficiency, in_progress_ms
from tests.support.builders import issue, status_list
from tests.support.rows import at, context

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
    assert (found.state, found.message, found.evidence) == ("ok", None, "measured")


def test_waiting_that_only_the_name_tells_is_inferred() -> None:
    """Nobody said that work waits in a status called Blocked."""
    history = [("2026-03-02", "Doing"), ("2026-03-04", "Blocked"), ("2026-03-06", "Done")]
    item = issue("A-1", created="2026-03-01", history=history)
    found = flow_efficiency(
        context([item], *PERIOD, statuses=status_list("To Do", "Doing", "Blocked", "Done"))
    )

    assert (found.value, found.evidence) == (50.0, "inferred")


def test_a_millisecond_of_flow_time_is_enough() -> None:
    moment = issue(
        "A-1", created="2026-03-01", history=[("2026-03-02", "Doing"), ("2026-03-02T00:00:00.001", "Done")]
    )
    found = measure(moment)

    assert (found.value, found.weekly.tolist()[0]) == (100.0, 100.0)


def test_only_delivered_items_are_looked_at() -> None:
    going_on = issue("A-2", created="2026-03-01", history=[("2026-03-02", "Doing")])
    found = measure(worked(), going_on, issue("A-3", created="2026-03-01"))

    assert (found.candidates.keys(), found.candidates.counts(), found.value) == (("A-1",), {}, 50.0)


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
        ([("2026-03-05", True), ("2026-03-07", False)], 50.0),  # only while it waited, and afterwards
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


DAY_MS = 86_400_000


def test_each_flag_takes_from_the_stays_of_its_own_item() -> None:
    """Two items of two stays and two flags each, beside one without a flag: days by hand.

    A-1 works on 2-4 and 6-8, flagged 3-7: 1 + 1. A-2 works on 2-3 and 5-9, flagged 2-3 and 6-7: 0 + 3.
    A-3 works on 2-4: 2.
    """
    first = issue(
        "A-1",
        created="2026-03-01",
        history=[
            ("2026-03-02", "Doing"),
            ("2026-03-04", "Review"),
            ("2026-03-06", "Doing"),
            ("2026-03-08", "Done"),
        ],
        flags=[("2026-03-03", True), ("2026-03-07", False), ("2026-03-08", True), ("2026-03-09", False)],
    )
    second = issue(
        "A-2",
        created="2026-03-01",
        history=[
            ("2026-03-02", "Doing"),
            ("2026-03-03", "Review"),
            ("2026-03-05", "Doing"),
            ("2026-03-09", "Done"),
        ],
        flags=[("2026-03-02", True), ("2026-03-03", False), ("2026-03-06", True), ("2026-03-07", False)],
    )
    third = issue("A-3", created="2026-03-01", history=[("2026-03-02", "Doing"), ("2026-03-04", "Done")])
    here = context([first, second, third], *PERIOD, profile=WAITING)
    rows = np.arange(3)
    whole, active = in_progress_ms(
        here.delivery, rows, here.delivery.started_at[rows], here.delivery.completed_at[rows]
    )

    assert (whole / DAY_MS).tolist() == [6, 7, 2]
    assert (active / DAY_MS).tolist() == [2, 3, 2]


def test_what_lies_outside_the_two_instants_is_not_counted() -> None:
    """Neither added nor taken away: in progress on 2-4, asked for 5-6 and for 3-6."""
    here = context([worked(), worked("A-2")], *PERIOD, profile=WAITING)
    since = np.array([at("2026-03-06"), at("2026-03-03")])
    until = np.array([at("2026-03-07"), at("2026-03-07")])
    whole, active = in_progress_ms(here.delivery, np.arange(2), since, until)

    assert (whole / DAY_MS).tolist() == [0, 3]
    assert (active / DAY_MS).tolist() == [0, 1]
