"""Which numbers a finding touches, and which finding stands first."""

import numpy as np

from configuration.profile import Profile
from data.metrics.report import View
from data.metrics.touch import ranked
from data.model.metric import QualityFinding
from data.pipeline import compute
from tests.support.builders import issue, status_list
from tests.support.rows import dataset

PERIOD = View(date_from="2026-03-02", date_to="2026-03-15", as_of="2026-03-20T00:00:00Z")
DONE = [("2026-03-02", "Doing"), ("2026-03-05", "Done")]
BUSY = [("2026-03-02", "Doing")]


def found(code: str, *rows: int) -> QualityFinding:
    return QualityFinding(code, "met", "mend", rows=np.array(rows, np.intp))


def results():
    """Row 0 was completed without a start, row 1 is in progress, row 2 is neither."""
    issues = [
        issue("A-1", created="2026-02-20", history=[("2026-03-05", "Done")]),
        issue("A-2", created="2026-02-20", history=BUSY),
        issue("A-3", created="2026-02-20", history=[]),
    ]
    return compute(dataset(issues, status_list()), Profile(), PERIOD).results


def test_a_finding_touches_what_looks_at_one_of_its_issues() -> None:
    completed, busy, idle = ranked([found("idle", 2), found("busy", 1), found("completed", 0)], results())

    assert (completed.code, busy.code, idle.code) == ("completed", "busy", "idle")
    assert busy.metrics == ("flow_load",)
    assert idle.metrics == ()
    assert {"flow_velocity", "flow_time", "request_lead_time", "flow_distribution"} <= set(completed.metrics)
    assert "flow_load" not in completed.metrics


def test_a_finding_without_issues_touches_what_is_made_of_deployments() -> None:
    (on_versions,) = ranked([QualityFinding("v", "met", "mend", ("1.0",))], results())

    assert set(on_versions.metrics) <= {
        "deployment_frequency",
        "change_lead_time",
        "change_fail_rate",
        "failed_deployment_recovery_time",
        "deployment_rework_rate",
    }


def test_equally_many_stay_in_order() -> None:
    told = ranked([found("b", 0), found("a", 0)], results())

    assert [finding.code for finding in told] == ["b", "a"]


def test_nothing_found_stays_nothing() -> None:
    assert ranked([], results()) == ()
