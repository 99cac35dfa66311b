"""When an issue was in which sprint: lists of ids become stretches, whatever field they come from."""

from data.model.tables import MISSING, OPEN, Change, Sprint
from data.store.columns import build_issue_table
from data.store.sprint_stays import SprintStay, sprint_stays_of
from tests.support.builders import issue
from tests.support.rows import row


def stays(
    *moves: tuple[int, str, str], held: tuple[str, ...] = (), histories: bool = True
) -> list[SprintStay]:
    """The stays of an issue with changes ``(at, before, after)`` that holds sprints today."""
    made = row(issue("A-1", has_changelog=histories))
    made.changes = tuple(Change(at, "Sprint", before, "x, y", after, "z") for at, before, after in moves)
    made.sprints = tuple(Sprint(each, f"Web {each}") for each in held)
    return sprint_stays_of(made)


def test_in_and_out() -> None:
    assert stays((5, "", "4"), (9, "4", "")) == [SprintStay("4", 5, 9, told=True)]


def test_what_a_list_keeps_goes_on() -> None:
    """A closed sprint stays in the field; the next one begins."""
    assert stays((5, "4", "4, 5"), held=("4", "5")) == [
        SprintStay("4", MISSING, OPEN, told=True),
        SprintStay("5", 5, OPEN, told=True),
    ]


def test_the_first_word_tells_what_was_before() -> None:
    assert stays((5, "4", "")) == [SprintStay("4", MISSING, 5, told=True)]


def test_lists_of_several_fields() -> None:
    """The second field knows nothing of 4, and takes nothing away from it."""
    assert stays((5, "", "4"), (6, "", "7"), (8, "7", "")) == [
        SprintStay("7", 6, 8, told=True),
        SprintStay("4", 5, OPEN, told=True),
    ]


def test_what_no_history_names() -> None:
    """Created in it; nothing is known; or other sprints have histories and this one has none."""
    assert stays(held=("4",)) == [SprintStay("4", MISSING, OPEN, told=True)]
    assert stays(held=("4",), histories=False) == [SprintStay("4", MISSING, OPEN, told=False)]
    assert stays((5, "", "3"), held=("3", "4"))[1] == SprintStay("4", MISSING, OPEN, told=False)


def test_odd_lists() -> None:
    """Twice the same, empty parts, and names without ids, which tell nothing."""
    assert stays((5, "", " 4, 4,,"), (6, "4", "4")) == [SprintStay("4", 5, OPEN, told=True)]
    assert stays((5, "", "")) == []


def test_out_of_what_it_was_not_in() -> None:
    """Left twice: the second time tells nothing."""
    assert stays((5, "4", ""), (7, "4", "")) == [SprintStay("4", MISSING, 5, told=True)]


def test_columns() -> None:
    """Each sprint as each issue has it, and each stay; an issue without sprints has no entry."""
    one, two, three = (row(issue(f"A-{n}")) for n in (1, 2, 3))
    two.sprints = three.sprints = (Sprint("4", "Web 4"),)
    three.changes = (Change(7, "Sprint", "", "", "4", "Web 4"),)
    table = build_issue_table([one, two, three])

    assert (table.sprint_value_issue.tolist(), table.sprint_value.tolist()) == ([1, 2], [0, 0])
    assert (table.sprints, table.sprint_ids) == ((Sprint("4", "Web 4"),), ("4",))
    assert table.sprint_stay_issue.tolist() == [1, 2]
    assert table.sprint_stay_since.tolist() == [MISSING, 7]
    assert table.sprint_stay_until.tolist() == [OPEN, OPEN]
    assert table.sprint_stay_told.tolist() == [True, True]
