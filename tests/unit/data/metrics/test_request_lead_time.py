"""Request lead time: from creation to completion."""

from data.metrics.request_lead_time import request_lead_time
from tests.support.builders import issue
from tests.support.rows import context

PERIOD = ("2026-03-02", "2026-03-15", "2026-04-01")


def test_the_median_by_hand() -> None:
    """13, 9 and 9 days, as in example A; whether work was started does not matter."""
    issues = [
        issue("A-1", created="2026-02-20T09:00", history=[("2026-03-05T09:00", "Done")]),
        issue("A-2", created="2026-02-25T12:00", history=[("2026-03-06T12:00", "Done")]),
        issue("A-3", created="2026-03-01", history=[("2026-03-10", "Done")]),
    ]
    measure = request_lead_time(context(issues, *PERIOD))

    assert measure.value == 9.0
    assert measure.sample.tolist() == [9, 9, 13]
    assert measure.weekly.tolist() == [11, 9]


def test_resolved_before_it_was_created_is_negative() -> None:
    odd = issue("A-1", created="2026-03-05", now="Done", resolutiondate="2026-03-04", has_changelog=False)
    measure = request_lead_time(context([odd], *PERIOD))

    assert measure.candidates.keys("negative") == ("A-1",)
    assert (measure.value, measure.state) == (None, "no_data")
    assert measure.message


def test_created_and_done_at_once_is_zero_days() -> None:
    at_once = issue("A-1", created="2026-03-05", history=[("2026-03-05", "Done")])

    assert request_lead_time(context([at_once], *PERIOD)).value == 0.0
