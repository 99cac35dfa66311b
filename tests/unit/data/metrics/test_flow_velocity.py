"""Flow velocity: delivered items, per week of seven days."""

import pytest

from data.metrics.flow_velocity import flow_velocity
from tests.support.builders import issue
from tests.support.rows import context


def done(key: str, at: str, **more: object):
    return issue(key, created="2026-02-01", history=[(at, "Done")], **more)


@pytest.mark.parametrize(
    ("at", "weekly"),
    [
        ("2026-03-01T23:59:59.999", [0, 0]),
        ("2026-03-02T00:00", [1, 0]),  # the first instant belongs to the period
        ("2026-03-08T23:59:59.999", [1, 0]),
        ("2026-03-09T00:00", [0, 1]),  # ... and to the new week
        ("2026-03-15T23:59:59.999", [0, 1]),
        ("2026-03-16T00:00", [0, 0]),  # the end is outside
    ],
)
def test_a_completion_counts_in_the_half_open_week_that_holds_it(at: str, weekly: list[int]) -> None:
    measure = flow_velocity(context([done("A-1", at)], "2026-03-02", "2026-03-15", "2026-04-01"))

    assert measure.weekly.tolist() == measure.weekly_n.tolist() == weekly
    assert measure.value == sum(weekly) / 2


def test_nothing_delivered_is_a_true_zero() -> None:
    measure = flow_velocity(context([issue("A-1")], "2026-03-02", "2026-03-15", "2026-04-01"))

    assert (measure.value, measure.state, measure.n) == (0.0, "ok", 0)


def test_what_was_closed_without_delivery_is_left_out_with_its_reason() -> None:
    issues = [done("A-1", "2026-03-03"), done("A-2", "2026-03-03", resolution="Duplicate")]
    measure = flow_velocity(context(issues, "2026-03-02", "2026-03-15", "2026-04-01"))

    assert measure.candidates.keys() == ("A-1",)
    assert measure.candidates.keys("not_delivered") == ("A-2",)


def test_days_not_yet_begun_do_not_dilute() -> None:
    """One item in the two days before T is 3.5 a week, not 0.5."""
    measure = flow_velocity(
        context([done("A-1", "2026-03-02T12:00")], "2026-03-02", "2026-03-15", "2026-03-04")
    )

    assert measure.value == 3.5
    assert measure.weekly.tolist() == [1]


def test_a_completion_at_t_is_not_before_t() -> None:
    at_t = context([done("A-1", "2026-03-04")], "2026-03-02", "2026-03-15", "2026-03-04")

    assert flow_velocity(at_t).n == 0


def test_sub_tasks_and_epics_are_no_candidates() -> None:
    issues = [done("A-1", "2026-03-03", type="Epic"), done("A-2", "2026-03-03", type="Sub-task")]
    measure = flow_velocity(context(issues, "2026-03-02", "2026-03-15", "2026-04-01"))

    assert (measure.n, measure.candidates.counts()) == (0, {})
