"""The order of statuses in progress, the time in them, and the age of what is in them."""

import numpy as np
import pytest

from data.charts.ageing import ageing_work
from data.charts.stages import stages_of
from data.charts.time_in_status import time_in_status
from tests.support.builders import STATUSES, issue, status_list
from tests.support.rows import context

WEEK = ("2026-03-02", "2026-03-08", "2026-04-01")
# What the server knows: an unknown status would count as not started.
KNOWN = status_list(*STATUSES, "Zero", "Test", "Waiting for QA")


def moved(key: str, *history: tuple[str, str]) -> dict:
    return issue(key, created="2026-02-01", history=list(history))


def names(*issues: dict) -> tuple[str, ...]:
    return stages_of(context(issues, *WEEK, statuses=KNOWN)).names


def test_stages_come_in_the_order_of_the_work() -> None:
    """Neither the alphabet nor the order of first mention decides, but what is entered first."""
    skips = moved("A-1", ("2026-03-02", "Review"), ("2026-03-03", "Test"), ("2026-03-04", "Done"))
    whole = moved(
        "A-2",
        ("2026-03-02", "Zero"),
        ("2026-03-03", "Review"),
        ("2026-03-04", "Test"),
        ("2026-03-05", "Done"),
    )

    assert names(skips, whole) == ("Zero", "Review", "Test")


def test_going_back_does_not_turn_the_order() -> None:
    """Only the first visit counts."""
    back = [
        ("2026-03-02", "Doing"),
        ("2026-03-03", "Review"),
        ("2026-03-04", "Doing"),
        ("2026-03-05", "Done"),
    ]

    assert names(moved("A-1", *back)) == ("Doing", "Review")


def test_one_name_is_one_stage() -> None:
    """A status that was copied under another id is the same column."""
    one = issue("A-1", history=[("2026-03-02", ("71", "In Test")), ("2026-03-03", ("71", "In Test"), "Done")])
    two = issue(
        "A-2", history=[("2026-03-02", ("72", "In  test")), ("2026-03-04", ("72", "In  test"), "Done")]
    )
    statuses = [
        {"id": number, "name": name, "statusCategory": {"key": "indeterminate"}}
        for number, name in (("71", "In Test"), ("72", "In  test"))
    ]
    seen = context([one, two], *WEEK, statuses=statuses)

    assert stages_of(seen).names == ("In Test",)
    assert time_in_status(seen).n.tolist() == [2]


def test_time_in_status_adds_all_stays_of_an_item() -> None:
    """Doing 1 + 1 days, Review 1 day; A-2 was in Doing for 3 days and never in Review."""
    first = moved(
        "A-1",
        ("2026-03-02", "Doing"),
        ("2026-03-03", "Review"),
        ("2026-03-04", "Doing"),
        ("2026-03-05", "Done"),
    )
    second = moved("A-2", ("2026-03-02", "Doing"), ("2026-03-05", "Done"))
    found = time_in_status(context([first, second], *WEEK))

    assert found.names == ("Doing", "Review")
    assert found.n.tolist() == [2, 1]
    assert found.days["p50"].tolist() == [2.5, 1]
    assert np.isnan(found.days["p25"]).all()


def test_quartiles_from_five_items() -> None:
    """1 to 5 days, at positions 1.5, 3 and 4.5: P25, P50 and P75 are these; P5 and P95 need twenty."""
    issues = [moved(f"A-{n}", (f"2026-03-0{7 - n}", "Doing"), ("2026-03-07", "Done")) for n in range(1, 6)]
    found = time_in_status(context(issues, *WEEK))

    assert [found.days[name].tolist() for name in ("p25", "p50", "p75")] == [[1.5], [3], [4.5]]
    assert np.isnan(found.days["p5"]).all()
    assert np.isnan(found.days["p95"]).all()


def test_time_before_the_final_completion_only() -> None:
    """What a reopened item did after the period is not known as of its completion then."""
    reopened = moved(
        "A-1",
        ("2026-03-02", "Doing"),
        ("2026-03-03", "Done"),
        ("2026-03-04", "Doing"),
        ("2026-03-06", "Done"),
    )

    assert time_in_status(context([reopened], *WEEK)).days["p50"].tolist() == [3]


def test_names_tell_where_work_waits() -> None:
    waits = moved("A-1", ("2026-03-02", "Doing"), ("2026-03-03", "Waiting for QA"), ("2026-03-04", "Done"))

    assert stages_of(context([waits], *WEEK, statuses=KNOWN)).waiting == (False, True)


@pytest.mark.parametrize(
    ("started", "there"),
    [("2026-03-09T00:00", True), ("2026-03-09T00:01", False), ("2026-03-01T12:00", True)],
)
def test_items_in_progress_at_the_end(started: str, there: bool) -> None:
    """Who enters at the last instant is there, at age 0."""
    found = ageing_work(context([moved("A-1", (started, "Doing"))], *WEEK))

    assert (len(found) == 1) is there


def test_age_runs_from_the_first_start() -> None:
    """Started a week before the end, parked in between."""
    item = moved("A-1", ("2026-03-02", "Doing"), ("2026-03-03", "To Do"), ("2026-03-05", "Review"))
    found = ageing_work(context([item], *WEEK))

    assert found.days.tolist() == [7]
    assert [found.names[stage] for stage in found.stage] == ["Review"]


def test_old_is_older_than_the_p85_of_its_status() -> None:
    """Six finished items left Doing at 1 day, Review at 2: P85 1 and 2 days. Ages 1, 1.5 and 1.5."""
    finished = [
        moved(f"A-{n}", ("2026-03-02", "Doing"), ("2026-03-03", "Review"), ("2026-03-04", "Done"))
        for n in range(1, 7)
    ]
    exact = moved("B-1", ("2026-03-08T00:00", "Doing"))
    older = moved("B-2", ("2026-03-07T12:00", "Doing"))
    later = moved("B-3", ("2026-03-07T12:00", "Doing"), ("2026-03-08", "Review"))
    seen = context([*finished, exact, older, later], *WEEK)
    found = ageing_work(seen)
    old = dict(zip(seen.delivery.issues.keys(found.rows), found.old.tolist(), strict=True))

    assert found.names == ("Doing", "Review")
    assert found.history_n.tolist() == [6, 6]
    assert found.history["p85"].tolist() == [1, 2]
    assert old == {"B-1": False, "B-2": True, "B-3": False}


def test_a_status_without_history_is_held_against_all_flow_times() -> None:
    """Six items took 2 days, none of them through Review; in Review 3 days is old, 1 is not."""
    finished = [moved(f"A-{n}", ("2026-03-02", "Doing"), ("2026-03-04", "Done")) for n in range(1, 7)]
    waiting = [moved("B-1", ("2026-03-06", "Review")), moved("B-2", ("2026-03-08", "Review"))]
    found = ageing_work(context([*finished, *waiting], *WEEK))

    assert dict(zip(found.names, np.isnan(found.history["p85"]).tolist(), strict=True)) == {
        "Doing": False,
        "Review": True,
    }
    assert found.days.tolist() == [3, 1]
    assert found.old.tolist() == [True, False]


def test_without_history_nothing_is_old() -> None:
    found = ageing_work(context([moved("A-1", ("2026-02-02", "Doing"))], *WEEK))

    assert found.old.tolist() == [False]


def test_an_empty_store() -> None:
    seen = context([], *WEEK)

    assert len(ageing_work(seen)) == 0
    assert time_in_status(seen).names == ()
