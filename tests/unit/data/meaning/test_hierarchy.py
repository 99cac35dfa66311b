"""Parents: who stands above whom, circles, and starts that parents take from their children."""

import pytest

from data.meaning.hierarchy import find_above, find_hierarchy
from data.model.tables import MISSING
from tests.support.builders import issue
from tests.support.rows import at, dataset, delivery

WITH_CHILDREN = {"hierarchy": {"parent_starts_with_children": True}, "include_epics": True}


def below(key: str, parent: str | None, *history: tuple[str, str], **more: object) -> dict:
    above = {"key": parent} if parent else None
    return issue(key, created="2026-03-01", history=list(history), parent=above, **more)


def starts(*issues: dict, profile: dict = WITH_CHILDREN, as_of: str = "2026-04-01") -> list[int]:
    return delivery(issues, as_of, profile=profile).started_at.tolist()


EPIC = below("P-1", None, ("2026-03-20", "Done"), type="Epic")
FIRST = below("P-2", "P-1", ("2026-03-05", "Doing"))
SECOND = below("Q-3", "P-1", ("2026-03-04", "Doing"))


def test_a_parent_that_was_never_started_starts_with_its_first_child() -> None:
    """Also with one of another project; nothing changes unless the profile says so."""
    assert starts(EPIC, FIRST, SECOND) == [at("2026-03-04"), at("2026-03-05"), at("2026-03-04")]
    assert starts(EPIC, FIRST, SECOND, profile={"include_epics": True})[0] == MISSING


@pytest.mark.parametrize(
    ("parent", "children", "begun"),
    [
        (below("P-1", None, ("2026-03-10", "Doing")), [FIRST], "2026-03-10"),  # its own start, though later
        (below("P-1", None), [below("P-2", "P-1")], None),  # nobody has begun
        (below("P-1", None), [], None),
        (below("P-1", None), [below("P-2", "X-9", ("2026-03-05", "Doing"))], None),  # below what nobody sees
        (below("P-1", "P-1"), [], None),  # its own parent
    ],
)
def test_where_the_children_do_not_decide(parent: dict, children: list[dict], begun: str | None) -> None:
    assert starts(parent, *children)[0] == (MISSING if begun is None else at(begun))


def test_levels_follow_each_other() -> None:
    """The initiative starts with the story below its epic."""
    story = below("P-3", "P-2", ("2026-03-07", "Doing"))

    assert starts(below("P-1", None), below("P-2", "P-1"), story) == [at("2026-03-07")] * 3


def test_parents_in_a_circle_start_with_the_first_below_any_of_them() -> None:
    circle = [below("P-1", "P-2"), below("P-2", "P-3"), below("P-3", "P-1")]
    stories = [below("P-4", "P-2", ("2026-03-07", "Doing")), below("P-5", "P-1", ("2026-03-09", "Doing"))]

    assert starts(*circle, *stories)[:3] == [at("2026-03-07")] * 3


def test_what_happens_after_t_starts_nothing() -> None:
    assert starts(EPIC, FIRST, as_of="2026-03-04T12:00") == [MISSING, MISSING]


def test_a_truncated_history_is_not_filled_from_below() -> None:
    cut = below("P-1", None)
    cut["changelog"]["total"] = 7

    assert starts(cut, FIRST)[0] == MISSING


def test_circles_are_told_from_what_leads_to_them() -> None:
    rows = [below("P-1", "P-2"), below("P-2", "P-1"), below("P-3", "P-1"), below("P-4", None)]
    found = find_hierarchy(dataset([*rows, below("P-5", "P-4"), below("P-6", "SECRET-1")]).issues)

    assert found.parent.tolist() == [1, 0, 0, -1, 3, -1]
    assert found.circular.tolist() == [True, True, False, False, False, False]


def test_every_issue_has_its_epic_and_what_stands_on_top() -> None:
    """Through a sub-task's story; below an initiative of another project; nothing where there is no epic."""
    levels = {"Initiative": 2, "Epic": 1, "Sub-task": -1}

    def placed(key: str, type: str, parent: str | None = None) -> dict:
        made = below(key, parent, type=type)
        made["fields"]["issuetype"]["hierarchyLevel"] = levels.get(type, 0)
        return made

    found = find_above(
        dataset(
            [
                placed("I-1", "Initiative"),
                placed("P-1", "Epic", "I-1"),
                placed("P-2", "Story", "P-1"),
                placed("P-3", "Sub-task", "P-2"),
                placed("P-4", "Story"),
                placed("P-5", "Story", "SECRET-1"),
                placed("P-6", "Epic", "SECRET-9"),
                placed("P-7", "Sub-task", "SECRET-5"),
                placed("P-8", "Epic", "P-9"),
                placed("P-9", "Epic", "P-8"),
                placed("Q-1", "Story", "P-8"),
            ]
        ).issues
    )
    names = [*found.names, None]

    assert [names[code] for code in found.epic] == [
        "I-1",
        "P-1",
        "P-1",
        "P-1",
        None,
        "SECRET-1",  # nobody can see it, but it is named
        "P-6",
        None,  # a story that nobody can see has an epic that nobody knows
        "P-8",
        "P-9",
        "P-8",
    ]
    assert [names[code] for code in found.top] == [
        None,
        "I-1",
        "I-1",
        "I-1",
        None,
        None,
        "SECRET-9",
        None,
        None,  # a circle has no top
        None,
        None,
    ]


def test_no_issues_lie_below_nothing() -> None:
    found = find_above(dataset([]).issues)

    assert (found.epic.tolist(), found.top.tolist(), found.names) == ([], [], ())
