"""Rows of epics: what is done, in progress, open, stuck, how old and how long below each."""

from data.charts.epics import EpicRow, epic_rows
from tests.support.builders import issue
from tests.support.rows import context

PERIOD = ("2026-03-02", "2026-03-08", "2026-03-09")


def below(key: str, epic: str | None, *history: tuple[str, str], type: str = "Story", **more: object) -> dict:
    above = {"key": epic} if epic else None
    return issue(key, type, created="2026-03-01", history=list(history), parent=above, **more)


def initiative(key: str) -> dict:
    made = issue(key, "Initiative", created="2026-03-01")
    made["fields"]["issuetype"]["hierarchyLevel"] = 2
    return made


def rows(*issues: dict, as_of: str = PERIOD[2]) -> tuple[EpicRow, ...]:
    return epic_rows(context(issues, *PERIOD[:2], as_of))


def test_items_are_counted_below_their_epic() -> None:
    """Two delivered in 3 and 1 days, one in progress for 5, one not begun; the sub-task is no flow item."""
    (found,) = rows(
        initiative("I-1"),
        below("P-1", "I-1", type="Epic"),
        below("P-2", "P-1", ("2026-03-02", "Doing"), ("2026-03-05", "Done")),
        below("P-3", "P-1", ("2026-03-03", "Doing"), ("2026-03-04", "Done")),
        below("P-4", "P-1", ("2026-03-04", "Doing")),
        below("P-5", "P-1"),
        below("P-6", "P-5", type="Sub-task"),
        below("P-7", None, ("2026-03-04", "Doing")),
    )

    assert found == EpicRow("P-1", "I-1", done=2, under_way=1, waiting=1, stuck=0, oldest=5.0, flow_time=2.0)


def test_an_epic_of_another_project_or_that_nobody_can_see_has_its_row() -> None:
    """Those with most work come first, others in the order of their keys."""
    found = rows(
        below("P-1", None, type="Epic"),
        below("Q-1", "P-1"),
        below("Q-2", "SECRET-9"),
        below("Q-3", "SECRET-9"),
    )

    assert [(row.key, row.top, row.waiting) for row in found] == [("SECRET-9", "", 2), ("P-1", "", 1)]
    assert (found[0].oldest, found[0].flow_time) == (None, None)


def test_only_what_is_older_than_usual_is_stuck() -> None:
    """Six items left Doing after a day; one of two has been there for a day and a half."""
    usual = [below(f"P-{n}", "P-1", ("2026-03-02", "Doing"), ("2026-03-03", "Done")) for n in range(2, 8)]
    old = below("P-8", "P-1", ("2026-03-07T12:00", "Doing"))
    young = below("P-9", "P-1", ("2026-03-08T12:00", "Doing"))
    (found,) = rows(below("P-1", None, type="Epic"), *usual, old, young)

    assert (found.under_way, found.stuck, found.oldest, found.done) == (2, 1, 1.5, 6)


def test_the_end_of_the_period_decides_what_is_open() -> None:
    """Done a week later, as of a later T: it was in progress then; what was created then is not there yet."""
    later = below("P-2", "P-1", ("2026-03-04", "Doing"), ("2026-03-15", "Done"))
    new = issue("P-3", created="2026-03-10", parent={"key": "P-1"})
    (found,) = rows(below("P-1", None, type="Epic"), later, new, as_of="2026-03-20")

    assert (found.done, found.under_way, found.waiting) == (0, 1, 0)


def test_without_epics_there_are_no_rows() -> None:
    assert rows(below("P-1", None)) == ()


def test_what_is_resolved_while_in_progress_takes_nothing_from_what_waits() -> None:
    """Ended by its resolution, P-2 is done and still in Doing; P-3 was never begun."""
    resolved = below(
        "P-2",
        "P-1",
        ("2026-03-04", "Doing"),
        resolution="Done",
        resolutiondate="2026-03-05T00:00:00.000+0000",
    )
    items = (below("P-1", None, type="Epic"), resolved, below("P-3", "P-1"))
    (found,) = epic_rows(context(items, *PERIOD, profile={"completion_source": "resolution"}))

    assert (found.done, found.under_way, found.waiting) == (1, 1, 1)
