"""Sprints of a view: the worked example, its boundaries, and sprints that cannot be judged."""

from dataclasses import replace

import numpy as np
import pytest

from data.metrics.context import CalculationContext, Choice
from data.metrics.sprints import COUNTS, SprintLine, SprintReport, has_sprints, report_sprints
from tests.support import examples
from tests.support.builders import issue
from tests.support.rows import context
from tests.support.sprints import POINTS, estimated, sprint, sprint_issue

START, CLOSE = "2026-03-02T09:00", "2026-03-13T17:00"
FIRST = sprint(41, "Web 41", START, CLOSE, CLOSE)


def view(issues: list[dict], as_of: str = "2026-03-30", **more: object) -> CalculationContext:
    return context(issues, "2026-03-02", "2026-03-29", as_of, **more)


def report(issues: list[dict], as_of: str = "2026-03-30", **more: object) -> SprintReport:
    return report_sprints(view(issues, as_of, **more))


def keys(tables: CalculationContext, line: SprintLine) -> dict[str, tuple[str, ...]]:
    """The issues of each count that are not none."""
    rows = {name: line.counts[name].rows for name in COUNTS if name in line.counts} | line.excluded
    return {name: tables.delivery.issues.keys(each) for name, each in rows.items() if len(each)}


def only(*issues: dict, as_of: str = "2026-03-30", **more: object) -> dict[str, tuple[str, ...]]:
    """The counts of the one sprint that these issues are in."""
    tables = view(list(issues), as_of, **more)
    (line,) = report_sprints(tables).lines
    return keys(tables, line)


@pytest.fixture(scope="module")
def tables() -> CalculationContext:
    """Example F of specs/metrics.md."""
    example = examples.example_f()
    return view(example.issues, profile=example.profile)


class TestWorkedExample:
    """Example F of specs/metrics.md."""

    def test_the_first_sprint(self, tables: CalculationContext) -> None:
        """What came in is what went out: 5 + 2 = 1 + 3 + 3."""
        first, _ = report_sprints(tables).closed

        assert keys(tables, first) == {
            "committed": ("F-1", "F-2", "F-4", "F-6", "F-7"),
            "added": ("F-3", "F-8"),
            "removed": ("F-4",),
            "done": ("F-1", "F-3", "F-6"),
            "carried_over": ("F-2", "F-7", "F-8"),
            "done_outside": ("F-5",),
        }
        assert (first.label, first.evidence) == ("Web 41", "measured")

    def test_the_second_sprint(self, tables: CalculationContext) -> None:
        """An issue in two sprints is carried over in one and committed to in the other."""
        _, second = report_sprints(tables).closed

        assert keys(tables, second) == {"committed": ("F-2", "F-8"), "done": ("F-2", "F-8")}

    def test_over_both(self, tables: CalculationContext) -> None:
        """Of the 7 committed F-1, F-6, F-2 and F-8 were done in their sprint; 3 and 2 done, P50 2.5."""
        found = report_sprints(tables)

        assert [found.total(name) for name in COUNTS[:5]] == [7, 2, 1, 5, 3]
        assert (found.kept_percent, found.done_median) == (pytest.approx(400 / 7), 2.5)
        assert (found.active, found.undated, found.future) == ((), (), 0)

    def test_points(self, tables: CalculationContext) -> None:
        """F-6 was 3 when it was committed to, 8 when it was done: 20 + 2 became 8 + 13 + 6. F-8 has none."""
        first, second = report_sprints(tables).closed
        points = {name: (count.points, count.unestimated) for name, count in first.counts.items()}

        assert points == {
            "committed": (20, 0),
            "added": (2, 1),
            "removed": (8, 0),
            "done": (13, 0),
            "carried_over": (6, 1),
        }
        assert second.counts["done"].points == 5
        found = report_sprints(tables)
        assert (found.total_points("done"), found.points_evidence) == (18, "measured")


@pytest.mark.parametrize(
    ("at", "count"),
    [
        (START, "committed"),  # what happens at the start has happened
        ("2026-03-02T09:00:01", "added"),
        (CLOSE, "added"),
        ("2026-03-13T17:00:01", None),
    ],
)
def test_when_it_came(at: str, count: str | None) -> None:
    other = sprint_issue("A-2", held=[FIRST])
    found = only(sprint_issue("A-1", [(at, "", "41")], [FIRST]), other)

    assert [name for name in ("committed", "added") if "A-1" in found.get(name, ())] == [count][
        : count is not None
    ]


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        (START, None),  # gone when it began
        ("2026-03-02T09:00:01", "removed"),
        (CLOSE, "removed"),
        ("2026-03-13T17:00:01", "carried_over"),
    ],
)
def test_when_it_went(at: str, outcome: str | None) -> None:
    other = sprint_issue("A-2", held=[FIRST])
    found = only(sprint_issue("A-1", [("2026-03-01", "", "41"), (at, "41", "")]), other)

    assert [name for name in COUNTS[2:] if "A-1" in found.get(name, ())] == [outcome][: outcome is not None]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([(CLOSE, "Done")], "done"),
        ([("2026-03-13T17:00:01", "Done")], "carried_over"),
        ([(START, "Done")], "done_outside"),  # done when it began
        ([("2026-03-02T09:00:01", "Done")], "done"),
        ([("2026-03-01", "Done"), ("2026-03-04", "Doing"), ("2026-03-05", "Done")], "done"),
        ([("2026-03-04", "Done"), ("2026-03-05", "Doing")], "carried_over"),
        ([("2026-03-04", "Done"), ("2026-03-14", "Doing")], "done"),  # what it was at the completion
    ],
)
def test_when_it_was_done(history: list, expected: str) -> None:
    found = only(sprint_issue("A-1", held=[FIRST], history=history))

    assert [name for name in found if name not in ("committed", "added")] == [expected]
    assert ("committed" in found) == (expected != "done_outside")


def test_done_before_it_was_added() -> None:
    """It was done in another place: its history in this sprint has nothing to tell."""
    added = sprint_issue("A-1", [("2026-03-06", "", "41")], [FIRST], history=[("2026-03-05", "Done")])

    assert only(added) == {"done_outside": ("A-1",)}


def test_out_and_in_again() -> None:
    """There at the start and at the completion: committed, once."""
    moves = [("2026-03-01", "", "41"), ("2026-03-04", "41", ""), ("2026-03-06", "", "41")]

    assert only(sprint_issue("A-1", moves, [FIRST])) == {"committed": ("A-1",), "carried_over": ("A-1",)}


def test_an_active_sprint_is_said_and_not_judged() -> None:
    """As of T: what is not done is open, and no total counts it."""
    running = sprint(42, "Web 42", "2026-03-16T09:00", "2026-03-31T17:00")
    done = [("2026-03-17", "Doing"), ("2026-03-18", "Done")]
    issues = [sprint_issue("A-1", held=[running], history=done), sprint_issue("A-2", held=[running])]
    found = report(issues)

    assert only(*issues) == {"committed": ("A-1", "A-2"), "done": ("A-1",), "open": ("A-2",)}
    assert (found.closed, found.total("done"), found.kept_percent, found.done_median) == ((), 0, None, None)


def test_as_of_a_past_instant_a_closed_sprint_runs() -> None:
    """On the 10th it was not known how it would end."""
    item = sprint_issue("A-1", held=[FIRST], history=[("2026-03-09", "Doing"), ("2026-03-12", "Done")])

    assert only(item, as_of="2026-03-10") == {"committed": ("A-1",), "open": ("A-1",)}
    assert "done" in only(item, as_of="2026-03-13T17:00:01")
    assert report([item], as_of=CLOSE).lines == ()  # no longer running; what lies at T counts in no period


@pytest.mark.parametrize(
    ("odd", "label"),
    [
        (sprint(5, "No start", completed=CLOSE), "No start"),
        (sprint(5, "No end", START, state="closed"), "No end"),
        (sprint(5, "Backwards", CLOSE, completed=START), "Backwards"),
        (sprint(5, "", state="active"), "Sprint (no. 5)"),
        (sprint(5, "Ends after T", START, "2026-04-02", state="closed"), "Ends after T"),
    ],
)
def test_sprints_without_the_dates_that_tell(odd: dict, label: str) -> None:
    """They are named and not judged."""
    found = report([sprint_issue("A-1", held=[odd])])

    assert (found.lines, found.undated, found.future) == ((), (label,), 0)


def test_a_planned_end_stands_in() -> None:
    """Closed, and nothing says when: the planned end, inferred."""
    (line,) = report([sprint_issue("A-1", held=[sprint(5, "Five", START, CLOSE, state="closed")])]).closed

    assert (line.timed.assumed, line.evidence) == (True, "inferred")


def test_what_has_not_begun_is_only_counted() -> None:
    """Planned for a day that has gone by: still not begun."""
    future = sprint(9, "Nine", "2026-03-09T09:00", state="future")
    later = sprint(10, "Ten", "2026-04-09T09:00", state="active")
    found = report([sprint_issue("A-1", held=[future]), sprint_issue("A-2", held=[later])])

    assert (found.lines, found.undated, found.future) == ((), (), 2)


def test_one_name_twice_and_one_sprint_on_three_boards() -> None:
    """An id is a sprint: names that several have get their number, boards change nothing."""
    same = [sprint(5, "Web", START, CLOSE, CLOSE, board=board) for board in (1, 2, 3)]
    other = sprint(6, "Web", START, CLOSE, CLOSE)
    issues = [sprint_issue(f"A-{n}", held=[each]) for n, each in enumerate((*same, other), start=1)]
    found = report(issues)

    assert [line.label for line in found.closed] == ["Web (no. 5)", "Web (no. 6)"]
    assert [len(line.counts["committed"]) for line in found.closed] == [3, 1]


def test_an_issue_that_still_says_active_does_not_reopen_a_sprint() -> None:
    """Closing a sprint does not touch what was done in it."""
    before = sprint(41, "Web 41", START, CLOSE)
    stale = sprint_issue("A-1", held=[before], history=[("2026-03-12", "Done")], updated="2026-03-29")
    fresh = sprint_issue("A-2", held=[FIRST], updated="2026-03-14")

    assert len(report([stale, fresh]).closed) == 1


def test_a_sprint_that_only_histories_name() -> None:
    """Nothing says when it was: it is named by its number."""
    found = report([sprint_issue("A-1", [("2026-03-01", "", "77"), ("2026-03-05", "77", "")])])

    assert (found.lines, found.undated) == ((), ("Sprint (no. 77)",))


def test_what_no_history_tells_is_inferred() -> None:
    """Without a changelog, or where other sprints have histories and this one has none."""
    bare = sprint_issue("A-1", held=[FIRST], has_changelog=False)
    another = sprint_issue("A-2", [("2026-03-03", "", "40")], [sprint(40, "Web 40"), FIRST])
    born = sprint_issue("A-3", held=[FIRST])
    tables = view([bare, another, born])
    (line,) = report_sprints(tables).closed

    assert tables.delivery.issues.keys(line.inferred) == ("A-1", "A-2")
    assert line.evidence == "inferred"


def test_reasons_to_leave_out() -> None:
    """A truncated history, and done without any date of it."""
    cut = sprint_issue("A-1", held=[FIRST], history=[("2026-03-05", "Done")])
    cut["changelog"]["total"] = 9
    undated = sprint_issue("A-2", held=[FIRST], first="Done")
    dated = sprint_issue("A-3", held=[FIRST], first="Done", resolutiondate="2026-03-04")

    assert only(cut, undated, dated) == {
        "committed": ("A-3",),
        "done": ("A-3",),
        "history_truncated": ("A-1",),
        "done_without_date": ("A-2",),
    }


def test_completed_by_resolution() -> None:
    """The profile's choice decides here too."""
    item = sprint_issue(
        "A-1", held=[FIRST], history=[("2026-03-20", "Done")], resolution="Done", resolutiondate="2026-03-10"
    )

    assert only(item, profile={"completion_source": "resolution"})["done"] == ("A-1",)
    assert only(item)["carried_over"] == ("A-1",)


def test_sub_tasks_and_epics_are_no_members() -> None:
    """As in Jira's report; what is in scope is the profile's choice."""
    issues = [
        sprint_issue("A-1", held=[FIRST]),
        sprint_issue("A-2", held=[FIRST], type="Sub-task"),
        sprint_issue("A-3", held=[FIRST], type="Epic"),
    ]

    assert only(*issues)["committed"] == ("A-1",)
    assert only(*issues, profile={"include_subtasks": True})["committed"] == ("A-1", "A-2")


def test_filters_and_period() -> None:
    """A filter takes away issues, and sprints of which nothing is in view; completion tells the period."""
    tables = view([sprint_issue("A-1", held=[FIRST]), sprint_issue("A-2", held=[FIRST])])
    chosen = tables.choosing(Choice(np.array([False, True])))
    nobody = tables.choosing(Choice(np.array([False, False])))

    assert keys(chosen, report_sprints(chosen).closed[0])["committed"] == ("A-2",)
    assert report_sprints(nobody).lines == ()
    before = context([sprint_issue("A-1", held=[FIRST])], "2026-03-01", "2026-03-12", "2026-03-30")
    assert report_sprints(before).closed == ()
    on_the_day = context([sprint_issue("A-1", held=[FIRST])], "2026-03-13", "2026-03-13", "2026-03-30")
    assert len(report_sprints(on_the_day).closed) == 1


def test_histories_of_several_fields_lie_between_each_other() -> None:
    """What one field says takes nothing away from what the other said."""
    moves = [("2026-03-01", "", "41"), ("2026-03-03", "", "50"), ("2026-03-05", "50", "")]

    assert only(sprint_issue("A-1", moves, [FIRST])) == {"committed": ("A-1",), "carried_over": ("A-1",)}


def test_points_without_a_history_are_those_of_today() -> None:
    """And inferred; without a mapping none. A history that leads elsewhere is that of another field."""
    mapped = {"fields": {"story_points": POINTS}}
    bare = sprint_issue("A-1", held=[FIRST], **{POINTS: 5})
    (line,) = report([bare], profile=mapped).closed
    (plain,) = report([bare]).closed
    other = estimated(sprint_issue("A-1", held=[FIRST], **{POINTS: 5}), ("2026-03-06", "1", "2"))
    (strange,) = report([other], profile=mapped).closed

    assert (line.counts["committed"].points, line.points_told) == (5, False)
    assert (plain.counts["committed"].points, plain.points_told) == (None, None)
    assert (strange.counts["committed"].points, strange.points_told) == (5, False)


@pytest.mark.parametrize(
    ("at", "committed", "carried"),
    [(START, 2, 2), ("2026-03-02T09:00:01", 1, 2), (CLOSE, 1, 2), ("2026-03-13T17:00:01", 1, 1)],
)
def test_when_it_was_estimated(at: str, committed: float, carried: float) -> None:
    """What happens at an instant has happened."""
    item = estimated(sprint_issue("A-1", held=[FIRST], **{POINTS: 2}), (at, "1", "2"))
    (line,) = report([item], profile={"fields": {"story_points": POINTS}}).closed

    assert (line.counts["committed"].points, line.counts["carried_over"].points) == (committed, carried)


def test_without_sprints() -> None:
    tables = view([issue("A-1")])

    assert not has_sprints(tables.delivery.issues)
    assert report_sprints(tables) == SprintReport((), (), (), 0)


def test_sprints_of_which_no_member_is_in_scope() -> None:
    """There are sprints, and nobody in them."""
    tables = view([sprint_issue("A-1", held=[FIRST], type="Epic")])

    assert has_sprints(tables.delivery.issues)
    assert report_sprints(tables).lines == ()


def test_order_of_issues_changes_nothing() -> None:
    example = examples.example_f()
    one, other = (
        report(issues, profile=example.profile) for issues in (example.issues, example.issues[::-1])
    )

    assert [replace(line.timed) for line in one.closed] == [line.timed for line in other.closed]
    assert [one.total(name) for name in COUNTS[:5]] == [other.total(name) for name in COUNTS[:5]]
