"""Failures that a file of incidents or a reverted commit tells of."""

import pytest
from msgspec.structs import replace

from configuration.profile import profile_from
from data.dora_calculator import DORA_METRICS
from data.meaning.delivery import derive
from data.metrics.context import CalculationContext
from data.metrics.evaluate import evaluate
from data.metrics.filters import choose_rows
from data.metrics.report import View
from data.model.changes import ChangeRow, IncidentRow
from data.model.metric import MetricResult
from data.model.periods import lay_out, parse_day
from data.model.tables import MISSING, Dataset, DeploymentRow
from data.store.event_table import build_change_table, build_event_table
from tests.support.builders import issue, status_list
from tests.support.rows import UTC, at, dataset

AS_OF = at("2026-03-31")
PERIOD = parse_day("2026-03-02", "from"), parse_day("2026-03-29", "to")
COMMIT = "a" * 40


def deployment(name: str, when: str, project: str = "AB", service: str = "") -> DeploymentRow:
    return DeploymentRow(name, name, project, at(when), "", False, (), service=service)


def incident(
    name: str, seen: str, caused_by: str = "", project: str = "AB", *, over: str = "", issues: tuple = ()
) -> IncidentRow:
    return IncidentRow(name, project, at(seen), at(over) if over else MISSING, caused_by, issues)


def change(name: str, merged: str, carried: str, **more: object) -> ChangeRow:
    return ChangeRow(
        name,
        "",
        (),
        at(merged),
        MISSING,
        MISSING,
        at(merged),
        deployments=(carried,) if carried else (),
        service="shop",
        **more,
    )


def fail_rate(
    incidents: list[IncidentRow] = (), changes: list[ChangeRow] = (), of: list[DeploymentRow] | None = None
) -> MetricResult:
    return measure("change_fail_rate", incidents, changes, of)


def measure(
    metric_id: str,
    incidents: list[IncidentRow] = (),
    changes: list[ChangeRow] = (),
    of: list[DeploymentRow] | None = None,
    *,
    issues: list[dict] = (),
    view: View | None = None,
) -> MetricResult:
    found = dataset([issue("AB-1"), *issues], status_list())
    deployments = [deployment("1", "2026-03-05"), deployment("2", "2026-03-12")] if of is None else of
    tables = Dataset(
        found.issues,
        found.statuses,
        (),
        build_event_table(deployments),
        build_change_table(changes),
        tuple(incidents),
        as_of=AS_OF,
    )
    delivery = derive(tables, profile_from({}), UTC, AS_OF)
    context = CalculationContext(delivery, lay_out(*PERIOD, UTC, AS_OF), choose_rows(tables, view or View()))
    (metric,) = [each for each in DORA_METRICS if each.id == metric_id]
    return evaluate(metric, context)


@pytest.mark.parametrize(
    ("told", "failed", "evidence"),
    [
        (incident("i", "2026-03-20", "1"), ["1"], "measured"),
        (incident("i", "2026-03-14"), ["2"], "inferred"),
        (incident("i", "2026-03-15"), ["2"], "inferred"),
        (incident("i", "2026-03-15T00:01"), [], "measured"),
        (incident("i", "2026-03-04"), [], "measured"),
        (incident("i", "2026-04-01", "1"), None, "measured"),
        (incident("i", "2026-03-14", project="XY"), None, "measured"),
    ],
)
def test_an_incident_of_a_file(told: IncidentRow, failed: list[str] | None, evidence: str) -> None:
    """Named, else within 72 h of the last of its project; one after T, or of elsewhere, tells nothing."""
    found = fail_rate([told])

    assert found.evidence == evidence
    if failed is None:
        assert found.state == "not_configured"
    else:
        assert (found.value, found.extra["failed"]) == (len(failed) * 50, failed)


def test_a_change_that_was_taken_back_later_failed() -> None:
    one = change("shop#1", "2026-03-04", "1", commits=(COMMIT,))
    back = change("shop#2", "2026-03-10", "2", reverts=(COMMIT,))
    found = fail_rate(changes=[one, back])

    assert (found.value, found.extra["failed"], found.evidence) == (50, ["1"], "inferred")


def test_what_was_taken_back_before_it_went_out_did_not_fail() -> None:
    """Both went out together; and without any failure nothing says that somebody looks."""
    one = change("shop#1", "2026-03-04", "1", commits=(COMMIT,))
    back = change("shop#2", "2026-03-04T12:00", "1", reverts=(COMMIT,))

    assert fail_rate(changes=[one, back]).state == "not_configured"


def test_what_was_taken_back_and_is_not_out_yet_failed_too() -> None:
    one = change("shop#1", "2026-03-04", "1", commits=(COMMIT,))

    assert fail_rate(changes=[one, change("shop#2", "2026-03-10", "", reverts=(COMMIT,))]).value == 50


def test_an_incident_does_not_come_of_a_later_deployment() -> None:
    """It names that of 12 March and was seen on the 6th: it comes of the last one before."""
    found = fail_rate([incident("i", "2026-03-06", "2")])

    assert (found.extra["failed"], found.evidence) == (["1"], "inferred")


RESTORED = [
    incident("a", "2026-03-05T06:00", "1", over="2026-03-05T12:00"),  # 6 hours, 12 from the deployment
    incident("b", "2026-03-13", over="2026-03-13T10:00"),  # 10 hours, 34 from that of the 12th
    incident("c", "2026-03-20", over="2026-03-20T02:00"),  # 2 hours, of no deployment
    incident("d", "2026-03-30T12:00"),  # goes on, for 12 hours
    incident("e", "2026-03-21", over="2026-03-20"),
]


def test_recovery_and_restoration_count_incidents_of_files() -> None:
    restore = measure("time_to_restore", RESTORED)
    recovery = measure("failed_deployment_recovery_time", RESTORED)

    assert (restore.value, restore.included, restore.excluded) == (6, ("a", "b", "c"), {"negative": ("e",)})
    assert restore.extra == {"open": 1, "oldest_open_hours": 12}
    assert (recovery.value, recovery.included, recovery.evidence) == (23, ("a", "b"), "inferred")
    assert recovery.excluded == {"unattributed": ("c", "e")}
    assert fail_rate(RESTORED).extra["unattributed"] == ["c", "e"]  # that of the 30th lies behind the period


def test_one_that_names_its_deployment_is_measured() -> None:
    assert measure("failed_deployment_recovery_time", RESTORED[:1]).evidence == "measured"


def test_what_is_seen_long_after_its_deployment_is_latent() -> None:
    found = measure(
        "failed_deployment_recovery_time",
        [incident("i", "2026-03-26", "0", over="2026-03-27")],
        of=[deployment("0", "2026-02-20"), deployment("1", "2026-03-05")],
    )

    assert (found.n, found.excluded) == (0, {"latent": ("i",)})


@pytest.mark.parametrize("told", [{"issues": ("AB-2",)}, {"name": "AB-2"}])
def test_an_issue_that_stands_for_an_incident_is_the_same_one(told: dict) -> None:
    """Jira closed it a day later than the file says: 6 hours once, and neither twice nor a day."""
    stored = issue("AB-2", "Incident", created="2026-03-05", history=[("2026-03-06", "Done")])
    seen = incident(
        **{"name": "i", "seen": "2026-03-05", "over": "2026-03-05T06:00", "caused_by": "1", **told}
    )
    found = measure("time_to_restore", [seen], issues=[stored])

    assert (found.value, found.included) == (6, (seen.id,))
    assert fail_rate([seen]).extra["unattributed"] == []


@pytest.mark.parametrize(("project", "n"), [("AB", 1), ("XY", 0)])
def test_incidents_of_files_go_by_their_project(project: str, n: int) -> None:
    """A file names a project or an issue of one; other filters ignore it, as they do deployments."""
    one = incident("i", "2026-03-05", project="", over="2026-03-06", issues=("AB-1",))

    assert measure("time_to_restore", [one], view=View(projects=(project,))).n == n
    assert measure("time_to_restore", [one], view=View(labels=("none",))).n == 1


def tag(name: str, when: str, service: str = "shop") -> DeploymentRow:
    return deployment(name, when, "", service)


@pytest.mark.parametrize(
    ("hotfix", "failed"),
    [
        (tag("hotfix-2", "2026-03-15"), ["1"]),  # 72 hours later
        (tag("hotfix-2", "2026-03-15T00:01"), None),
        (tag("hotfix-2", "2026-03-13", "desk"), None),
        (tag("2", "2026-03-13"), None),
    ],
)
def test_a_hotfix_says_that_the_deployment_before_it_failed(
    hotfix: DeploymentRow, failed: list[str] | None
) -> None:
    """Within the window and its service; and without any failure nothing says that somebody looks."""
    found = fail_rate(of=[tag("1", "2026-03-12"), hotfix])
    recovery = measure("failed_deployment_recovery_time", of=[tag("1", "2026-03-12"), hotfix])

    assert found.state == ("ok" if failed else "not_configured")
    assert found.extra["failed"] == (failed or [])
    assert (recovery.value, recovery.included) == ((72, ("1",)) if failed else (None, ()))
    assert measure("time_to_restore", of=[tag("1", "2026-03-12"), hotfix]).n == 0


def test_what_is_taken_back_and_mended_has_recovered_with_the_first_of_both() -> None:
    changes = [
        change("shop#1", "2026-03-04", "1", commits=(COMMIT,)),
        change("shop#2", "2026-03-10", "3", reverts=(COMMIT,)),
    ]
    deployments = [tag("1", "2026-03-05"), tag("2-hotfix", "2026-03-06"), tag("3", "2026-03-12")]
    found = measure("failed_deployment_recovery_time", changes=changes, of=deployments)

    assert (found.value, found.included) == (24, ("1",))


@pytest.mark.parametrize(("keys", "project"), [(("AB-1",), "AB"), ((), "")])
def test_tags_are_of_the_project_that_their_changes_name(keys: tuple[str, ...], project: str) -> None:
    """So incidents find them by their project, and a view of it shows them; without issues by the service."""
    one = replace(change("shop#1", "2026-03-04", "1"), issues=keys)
    seen = incident("i", "2026-03-06", project=project or "shop")
    found = fail_rate([seen], [one], [tag("1", "2026-03-05")])
    view = View(projects=("AB",))

    assert (found.value, found.extra["failed"]) == (100, ["1"])
    assert measure("deployment_frequency", changes=[one], of=[tag("1", "2026-03-05")], view=view).n == bool(
        keys
    )


def test_an_incident_may_name_the_tag_alone() -> None:
    """A clone calls it "shop v1"; of two that are called alike none is meant."""
    deployments = [DeploymentRow("shop v1", "v1", "", at("2026-03-05"), "", False, (), service="shop")]
    two = [*deployments, DeploymentRow("desk v1", "v1", "", at("2026-03-05"), "", False, (), service="desk")]

    assert fail_rate([incident("i", "2026-03-20", "v1", project="")], of=deployments).evidence == "measured"
    assert fail_rate([incident("i", "2026-03-20", "v1", project="")], of=two).state == "not_configured"
