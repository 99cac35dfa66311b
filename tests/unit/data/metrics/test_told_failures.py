"""Failures that a file of incidents or a reverted commit tells of."""

import pytest

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


def deployment(name: str, when: str, project: str = "AB") -> DeploymentRow:
    return DeploymentRow(name, name, project, at(when), "", False, ())


def incident(name: str, seen: str, caused_by: str = "", project: str = "AB") -> IncidentRow:
    return IncidentRow(name, project, at(seen), MISSING, caused_by)


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
    found = dataset([issue("AB-1")], status_list())
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
    context = CalculationContext(delivery, lay_out(*PERIOD, UTC, AS_OF), choose_rows(tables, View()))
    (metric,) = [each for each in DORA_METRICS if each.id == "change_fail_rate"]
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
