"""Flow time: from the first status in progress to completion."""

import pytest

from data.metrics.flow_time import flow_time
from tests.support.builders import issue
from tests.support.rows import context

PERIOD = ("2026-03-02", "2026-03-15", "2026-04-01")


def worked(key: str, start: str | None, end: str, **more: object):
    steps = [(start, "Doing")] if start else []
    return issue(key, created="2026-02-01", history=[*steps, (end, "Done")], **more)


def test_the_median_by_hand() -> None:
    """1, 2 and 6 days; the reopened one counts from its first start to its last completion."""
    reopened = [
        ("2026-03-04", "Doing"),
        ("2026-03-05", "Done"),
        ("2026-03-08", "Doing"),
        ("2026-03-10", "Done"),
    ]
    issues = [
        worked("A-1", "2026-03-02", "2026-03-03"),
        worked("A-2", "2026-03-02", "2026-03-04"),
        issue("A-3", created="2026-02-01", history=reopened),
    ]
    measure = flow_time(context(issues, *PERIOD))

    assert measure.value == 2.0
    assert measure.sample.tolist() == [1, 2, 6]
    assert measure.weekly.tolist() == [1.5, 6]
    assert (measure.evidence, measure.state) == ("measured", "ok")


def test_never_started_has_a_reason_and_zero_is_included() -> None:
    issues = [worked("A-1", None, "2026-03-03"), worked("A-2", "2026-03-03", "2026-03-03")]
    measure = flow_time(context(issues, *PERIOD))

    assert measure.candidates.keys("never_started") == ("A-1",)
    assert (measure.candidates.keys(), measure.value) == (("A-2",), 0.0)


def test_a_start_after_the_completion_is_negative() -> None:
    """A resolution date before the work began: left out, not counted backwards."""
    odd = worked("A-1", "2026-03-05", "2026-03-07", resolutiondate="2026-03-04")
    measure = flow_time(context([odd], *PERIOD, profile={"completion_source": "resolution"}))

    assert measure.candidates.keys("negative") == ("A-1",)
    assert (measure.value, measure.state) == (None, "no_data")


def test_a_period_without_deliveries_says_so() -> None:
    measure = flow_time(context([issue("A-1")], *PERIOD))

    assert (measure.value, measure.state, measure.n) == (None, "no_data", 0)
    assert "delivered" in measure.message


def test_a_store_without_histories_offers_creation() -> None:
    bare = issue("A-1", created="2026-03-01", now="Done", resolutiondate="2026-03-05", has_changelog=False)
    empty = flow_time(context([bare], *PERIOD))
    proxy = flow_time(context([bare], *PERIOD, profile={"start_source": "created"}))

    assert empty.value is None
    assert "start_source = created" in empty.message
    assert (proxy.value, proxy.evidence) == (4.0, "proxy")


@pytest.mark.parametrize("zone_days", [0, 7])
def test_shifting_data_and_period_together_changes_nothing(zone_days: int) -> None:
    day = 2 + zone_days
    issues = [worked("A-1", f"2026-03-{day:02d}", f"2026-03-{day + 3:02d}")]

    assert (
        flow_time(context(issues, f"2026-03-{day:02d}", f"2026-03-{day + 6:02d}", "2026-04-01")).value == 3.0
    )


def test_without_the_beginning_of_its_history_an_item_has_no_start() -> None:
    """Jira has 62 histories of it and two came; from its creation it is measured like any other."""
    cut, whole = (worked(f"A-{n}", "2026-03-02", "2026-03-04") for n in (1, 2))
    cut["changelog"]["total"] = 62
    measure = flow_time(context([cut, whole], *PERIOD))
    created = flow_time(context([cut, whole], *PERIOD, profile={"start_source": "created"}))

    assert measure.candidates.keys("history_truncated") == ("A-1",)
    assert (measure.candidates.keys(), measure.value) == (("A-2",), 2.0)
    assert created.candidates.keys() == ("A-1", "A-2")
