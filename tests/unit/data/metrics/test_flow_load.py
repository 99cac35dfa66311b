"""Flow load: items in progress at an instant, and on average."""

import pytest

from data.metrics.flow_load import flow_load
from tests.support.builders import issue, status
from tests.support.rows import context

WEEK = ("2026-03-02", "2026-03-08", "2026-04-01")


def worked(key: str, *history: tuple[str, str], **more: object):
    return issue(key, created="2026-02-01", history=list(history), **more)


@pytest.mark.parametrize(
    ("history", "value"),
    [
        ([("2026-03-08T23:59", "Doing")], 1),
        ([("2026-03-09T00:00", "Doing")], 1),  # enters at the end: counts
        ([("2026-03-09T00:01", "Doing")], 0),
        ([("2026-03-02", "Doing"), ("2026-03-09T00:00", "Done")], 0),  # leaves at the end: gone
        ([("2026-03-02", "Doing"), ("2026-03-09T00:01", "Done")], 1),
        ([("2026-03-02", "Doing"), ("2026-03-04", "Review")], 1),  # waiting is load too
    ],
)
def test_load_at_the_end(history: list[tuple[str, str]], value: int) -> None:
    measure = flow_load(context([worked("A-1", *history)], *WEEK))

    assert (measure.value, measure.n, measure.weekly.tolist()) == (value, value, [value])


def test_the_mean_is_time_in_progress_over_time() -> None:
    """Half a day before the period does not count: 3.5 of 7 days, and 7 of 7, make 1.5."""
    half = worked("A-1", ("2026-03-01T12:00", "Doing"), ("2026-03-05T12:00", "Done"))
    whole = worked("A-2", ("2026-02-02", "Doing"))

    assert flow_load(context([half, whole], *WEEK)).extra["mean"] == 1.5


def test_t_cuts_the_period() -> None:
    """As of noon on the second day: in progress for half of the day and a half that have passed."""
    measure = flow_load(
        context([worked("A-1", ("2026-03-02T18:00", "Doing"))], *WEEK[:2], "2026-03-03T12:00")
    )

    assert (measure.value, measure.extra["mean"]) == (1, 0.5)


def test_parked_items_are_beside_the_load() -> None:
    parked = worked("A-1", ("2026-03-02", "Doing"), ("2026-03-03", "To Do"))
    never, gone = worked("A-2"), status("Gone", "99", "undefined")
    lost = worked("A-3", ("2026-03-02", "Doing"), ("2026-03-03", ("99", "Gone")), status=gone)
    measure = flow_load(context([parked, never, lost], *WEEK))

    assert measure.value == 0
    assert measure.extra["parked"] == ["A-1", "A-3"]


def test_without_histories_the_load_would_lie() -> None:
    bare = issue("A-1", created="2026-03-01", now="Doing", has_changelog=False)
    measure = flow_load(context([bare], *WEEK))

    assert (measure.value, measure.state) == (None, "not_applicable")
    assert measure.message


@pytest.mark.parametrize(
    ("history", "parked"),
    [
        ([("2026-03-03", "Doing")], []),  # it was in todo before it was begun
        ([("2026-03-03", "Doing"), ("2026-03-09", "To Do")], ["A-1"]),  # back at the very end
        ([("2026-03-03", "Doing"), ("2026-03-04", "To Do"), ("2026-03-09", "Doing")], []),  # taken up again
        ([("2026-03-03", "Doing"), ("2026-03-04", "To Do"), ("2026-03-09T00:01", "Doing")], ["A-1"]),
        ([("2026-03-09", "Doing"), ("2026-03-09", "To Do")], ["A-1"]),  # begun and back at once
        ([("2026-03-09T00:01", "Doing"), ("2026-03-09T00:02", "To Do")], []),  # begun only afterwards
        ([("2026-03-03", "Doing"), ("2026-03-04", "Done")], []),
    ],
)
def test_parked_is_begun_and_back_in_todo_at_the_end(
    history: list[tuple[str, str]], parked: list[str]
) -> None:
    assert flow_load(context([worked("A-1", *history)], *WEEK)).extra["parked"] == parked


def test_a_millisecond_in_progress_counts_in_the_mean() -> None:
    short = worked("A-1", ("2026-03-03T00:00:00", "Doing"), ("2026-03-03T00:00:00.001", "Done"))

    assert flow_load(context([short], *WEEK)).extra["mean"] == 1 / (7 * 86_400_000)
