"""The rows behind a number of deployments; numbers from the second worked example."""

from pathlib import Path

from data.export.evidence import evidence_lines, find_evidence
from data.export.selection import Found, Selection, select
from tests.support.builders import issue, status_list
from tests.support.engine import engine_report
from tests.support.examples import example_b
from tests.support.stores import store_at


def test_a_deployment_tells_which_incidents_it_caused(tmp_path: Path) -> None:
    """201, 202 and 204 one each, 203 was itself a repair; what did not count tells why."""
    example = example_b()
    report = engine_report(example.issues, **example.arguments())
    result = report.results["deployment_frequency"]
    store = store_at(tmp_path / "none.sqlite")

    def told(reason: str | None = None) -> list[tuple[str, str, str]]:
        found = find_evidence(report.delivery, "deployment_frequency", result, reason)
        lines = evidence_lines(found, store=store)
        return [(line.key, line.end, line.note) for line in lines]

    assert told() == [
        ("201", "2026-03-03", "caused I-2"),
        ("202", "2026-03-10", "caused I-1"),
        ("203", "2026-03-12", "rework"),
        ("204", "2026-03-24", "caused I-3"),
    ]
    assert told("no_date") == [("205", "", "no_date")]
    assert told("after_as_of") == [("206", "2026-04-02", "after_as_of")]


def test_an_incident_of_a_file_has_its_name_and_its_deployment(tmp_path: Path) -> None:
    """Seen on 5 March at 06:00, over at 12:00, of the deployment at midnight: half a day."""
    report = engine_report(
        [issue("AB-1", "Incident", created="2026-03-05", history=[("2026-03-06", "Done")])],
        statuses=status_list(),
        deployments=[{"id": "v1", "project": "AB", "deployed_at": "2026-03-05T00:00Z"}],
        incidents=[
            {
                "id": "P7",
                "name": "Checkout is down",
                "detected_at": "2026-03-05T06:00Z",
                "restored_at": "2026-03-05T12:00Z",
                "deployment": "v1",
            }
        ],
    )
    store = store_at(tmp_path / "none.sqlite")
    metric = "failed_deployment_recovery_time"
    evidence = find_evidence(report.delivery, metric, report.results[metric])
    told = evidence_lines(evidence, store=store)[-1]
    deployed = find_evidence(report.delivery, "change_fail_rate", report.results["change_fail_rate"])
    found = Found(evidence, select(evidence, Selection(find="checkout"), None, store), store, "")

    assert (told.key, told.summary, told.type, told.days) == ("P7", "Checkout is down", "incident", 0.5)
    assert told.note == "caused by v1"
    assert [line.note for line in evidence_lines(deployed, store=store)] == ["caused AB-1, P7"]
    assert [line.key for line in found.lines()] == ["P7"]
    assert (found.keys(9), found.issue_keys(9)) == (("P7",), ())
