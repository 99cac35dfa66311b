"""Two clocks side by side, and what neither ties together."""

from configuration.profile import Profile
from data.meaning.delivery import derive
from data.meaning.quality import find_in_tables
from data.model.changes import ChangeRow
from data.model.tables import MISSING, Dataset, DeploymentRow
from data.store.event_table import build_change_table, build_event_table
from tests.support.builders import issue, status_list
from tests.support.rows import UTC, at, dataset

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
