"""Two clocks side by side, and what neither ties together."""

import msgspec
import pytest

from configuration.profile import Profile
from data.export.code_evidence import word_pulls
from data.meaning.delivery import derive
from data.meaning.quality import find_in_tables
from data.model.changes import ChangeRow
from data.model.tables import MISSING, Dataset, DeploymentRow, Development, IssueRow
from data.store.columns import build_issue_table
from data.store.event_table import build_change_table, build_event_table
from tests.support.builders import issue, status_list
from tests.support.rows import UTC, at, dataset, row

AS_OF = at("2026-03-31")
CODES = (
    "open_in_production",
    "done_not_deployed",
    "change_without_issue",
    "change_unknown_issue",
    "change_without_deployment",
    "deployment_without_changes",
)


def tag(name: str) -> DeploymentRow:
    return DeploymentRow(name, name, "", at("2026-03-09"), "", False, (), origin="git", service="shop")


def change(name: str, carried: str, *issues: str, service: str = "shop") -> ChangeRow:
    deployments = (carried,) if carried else ()
    moments = at("2026-03-02"), MISSING, MISSING, at("2026-03-03")
    return ChangeRow(name, "", issues, *moments, deployments=deployments, service=service)


def found(changes: list[ChangeRow]) -> dict[str, tuple[str, ...]]:
    done = [("2026-03-01", "Doing"), ("2026-03-05", "Done")]
    stored = dataset(
        [
            issue("AB-1", created="2026-02-20", history=done),
            issue("AB-2", created="2026-02-20"),
            issue("AB-3", created="2026-02-20", history=done),
            issue("AB-4", created="2026-02-20"),
        ],
        status_list(),
    )
    tables = Dataset(
        stored.issues,
        stored.statuses,
        (),
        build_event_table([tag("v1"), tag("v2")]),
        build_change_table(changes),
        as_of=AS_OF,
    )
    noticed = find_in_tables(tables, derive(tables, Profile(), UTC, AS_OF))
    return {each.finding.code: each.finding.keys for each in noticed if each.finding.code in CODES}


def test_every_loose_end_is_listed() -> None:
    """AB-2 is out and open, AB-3 done and half out; UTF-8 names no known project; v2 holds nothing."""
    changes = [
        change("shop#1", "v1", "AB-1", "AB-2"),
        change("shop#2", "v1", "AB-3"),
        change("shop#3", "", "AB-3", "AB-4"),
        change("shop#4", "v1", "AB-99", "UTF-8"),
        change("shop#5", ""),
        change("desk#1", "", "AB-1", service="desk"),
    ]

    assert found(changes) == {
        "open_in_production": ("AB-2",),
        "done_not_deployed": ("AB-3",),
        "change_without_issue": ("shop#4", "shop#5"),
        "change_unknown_issue": ("AB-99",),
        "change_without_deployment": ("shop#3", "shop#5"),
        "deployment_without_changes": ("v2",),
    }


def test_without_changes_nothing_is_found() -> None:
    """Also where nothing says which deployment holds what."""
    assert found([]) == {}
    assert found([change("shop#1", "", "AB-1")]) == {}


def with_pulls(key: str, *, done: bool, pulls: int = 0, merged: int = 0) -> IssueRow:
    """An issue of which Jira's development field counts some pull requests."""
    history = [("2026-03-01", "Doing"), *([("2026-03-05", "Done")] if done else [])]
    told = (Development(0, pulls, "MERGED", merged),) if pulls else ()
    return msgspec.structs.replace(row(issue(key, created="2026-02-20", history=history)), development=told)


def test_pull_requests_that_only_jira_counts_are_listed_and_touch_deployments_alone() -> None:
    """AB-1 is told of by a change, AB-2 by Jira alone, AB-3 is not done, AB-4 has none."""
    rows = [
        with_pulls("AB-1", done=True, pulls=1, merged=1),
        with_pulls("AB-2", done=True, pulls=3, merged=2),
        with_pulls("AB-3", done=False, pulls=1),
        with_pulls("AB-4", done=True),
    ]
    issues = build_issue_table(rows)
    statuses = dataset([], status_list()).statuses
    tables = Dataset(
        issues, statuses, changes=build_change_table([change("shop#1", "", "AB-1")]), as_of=AS_OF
    )
    noticed = find_in_tables(tables, derive(tables, Profile(), UTC, AS_OF))
    (found,) = (one.finding for one in noticed if one.finding.code == "pull_requests_not_read")

    assert issues.pull_issue.tolist() == [0, 1, 2]
    assert (issues.pull_count.tolist(), issues.pull_done.tolist()) == ([1, 3, 1], [1, 2, 0])
    assert found.keys == ("AB-2",)
    assert found.of_deployments
    assert found.message.startswith("Jira counts pull requests of 2 delivered items, and")


@pytest.mark.parametrize(
    ("pulls", "merged", "words"),
    [
        (0, 0, ""),
        (1, 1, "Jira counts 1 pull request of it, merged (inferred: it does not say which, nor when)."),
        (1, 0, "Jira counts 1 pull request of it, not merged (inferred: it does not say which, nor when)."),
        (
            3,
            2,
            "Jira counts 3 pull requests of it, 2 of them merged"
            " (inferred: it does not say which, nor when).",
        ),
    ],
)
def test_what_jira_counts_stands_beside_its_issue_as_inferred(pulls: int, merged: int, words: str) -> None:
    assert word_pulls(with_pulls("AB-1", done=True, pulls=pulls, merged=merged)) == words
