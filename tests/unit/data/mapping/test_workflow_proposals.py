"""Statuses with their stage: proposed with a reason, confirmed by the profile, changed without surprises."""

from dataclasses import replace

import pytest

from configuration.profile import Profile, WorkflowSettings
from data.mapping.workflow_proposals import StatusStage, status_stages, with_stages
from data.model.tables import Dataset
from tests.support.builders import issue, status
from tests.support.rows import at, dataset

LISTED = [
    status("To Do"),
    status("Doing"),
    status("Code Review", "50"),
    status("Done"),
    status("Blocked", "60"),
    status("In Test", "70"),
]
REVIEW, OLD_TEST, TEST = ("50", "Code Review"), ("70", "In Testing"), ("70", "In Test")


def example() -> Dataset:
    """Two items: Doing for 2 and 4 days, Review for 1 and (still) some; In Test was once In Testing."""
    issues = [
        issue(
            "A-1",
            created="2026-03-01",
            history=[
                ("2026-03-02", "Doing"),
                ("2026-03-04", "Doing", REVIEW),
                ("2026-03-05", REVIEW, OLD_TEST),
                ("2026-03-06", OLD_TEST, "Done"),
            ],
        ),
        issue(
            "A-2",
            created="2026-03-01",
            now="Code Review",
            status=status("Code Review", "50"),
            history=[
                ("2026-03-02", TEST),
                ("2026-03-05", TEST, "Doing"),
                ("2026-03-09", "Doing", REVIEW),
            ],
        ),
        issue("A-3", created="2026-03-01", history=[("2026-03-03", ("99", "Idea"))], status=status("To Do")),
    ]
    return replace(dataset(issues, LISTED), as_of=at("2026-03-20"))


def rows(profile: Profile | None = None) -> dict[str, StatusStage]:
    return {row.name: row for row in status_stages(example(), profile or Profile())}


def test_stages_are_proposed_from_categories_and_names() -> None:
    """In the order of the work; a status that no issue has met is listed, too."""
    found = rows()

    assert {name: row.stage for name, row in found.items()} == {
        "Idea": "not_started",
        "To Do": "not_started",
        "Doing": "active",
        "In Test": "active",
        "Blocked": "waiting",
        "Code Review": "waiting",
        "Done": "done",
    }
    assert {row.source for row in found.values()} == {"proposed"}
    assert found["Doing"].reason == "Jira's category is in progress."
    assert found["Blocked"].reason == "Jira's category is in progress, and by its name work waits there."
    assert found["Idea"].reason == "Jira no longer knows it, so it counts as not started."
    assert found["Idea"].category == "unmapped"


@pytest.mark.parametrize(
    ("name", "now", "stays", "median_days"),
    [
        ("Doing", 0, 2, 3.0),  # 2 and 4 days
        ("Code Review", 1, 2, 1.0),  # one day; the other stay goes on
        ("In Test", 0, 2, 2.0),  # a day as In Testing, three as In Test
        ("Done", 1, 1, None),
        ("Blocked", 0, 0, None),
    ],
)
def test_each_status_tells_how_it_is_used(name: str, now: int, stays: int, median_days: float | None) -> None:
    """Issues today, entries ever, and the median of the stays that have ended; a renamed one is one."""
    row = rows()[name]

    assert (row.issues_now, row.stays, row.median_days) == (now, stays, median_days)


def test_the_profile_confirms() -> None:
    """By name or id; the first waiting status that is named ends the proposals for the others."""
    found = rows(Profile(workflow=WorkflowSettings(waiting=("60",), active=("doing",))))

    assert (found["Blocked"].stage, found["Blocked"].source) == ("waiting", "confirmed")
    assert found["Blocked"].reason == "The profile lists it as waiting."
    assert found["Blocked"].origin == "written in the profile's file"
    assert (found["Doing"].stage, found["Doing"].source) == ("active", "confirmed")
    assert (found["Code Review"].stage, found["Code Review"].source) == ("active", "proposed")
    assert "but the profile names the waiting statuses itself" in found["Code Review"].reason


def test_a_change_keeps_what_was_proposed_for_the_others() -> None:
    """Blocked becomes active; Code Review stays waiting, now by name in the profile."""
    before = status_stages(example(), Profile())
    after = with_stages(Profile(), before, {"60": "active", "70": "waiting"}, "set by hand today")

    assert after.workflow == WorkflowSettings(active=("Blocked",), waiting=("In Test", "Code Review"))
    found = rows(after)
    assert {name: row.stage for name, row in found.items() if row.source == "confirmed"} == {
        "Blocked": "active",
        "In Test": "waiting",
        "Code Review": "waiting",
    }
    assert found["In Test"].origin == "set by hand today"


def test_a_change_takes_a_status_out_of_its_old_list_and_keeps_strangers() -> None:
    """Whatever spelling the profile has; a status of another site stays where it is."""
    profile = Profile(workflow=WorkflowSettings(done=("doing", "Shipped"), active=("3",)))

    after = with_stages(profile, status_stages(example(), profile), {"3": "not_started"}, "x")

    assert after.workflow.done == ("Shipped",)
    assert after.workflow.active == ()
    assert after.workflow.not_started == ("Doing",)


def test_namesakes_are_told_apart_by_id() -> None:
    """Two statuses called Doing: the profile gets the id."""
    listed = [status("Doing"), status("Doing", "300"), status("Done")]
    data = dataset([issue("A-1")], listed)

    after = with_stages(Profile(), status_stages(data, Profile()), {"300": "done"}, "x")

    assert after.workflow.done == ("300",)
    assert {row.status_id: row.stage for row in status_stages(data, after) if row.name == "Doing"} == {
        "3": "active",
        "300": "done",
    }


def test_an_empty_store_lists_what_the_server_has() -> None:
    """Before the first sync the workflow can be set."""
    assert [row.name for row in status_stages(dataset([], LISTED), Profile())][-1] == "Done"
    assert status_stages(dataset([]), Profile()) == ()
