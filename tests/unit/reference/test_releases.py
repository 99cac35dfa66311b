"""The plain program on deployments, what they carry and what they break, with numbers to check by hand."""

import pytest

from tests.reference import reference_metrics
from tests.support.builders import entry, issue, link, status_list, version

PERIOD = {"date_from": "2026-03-02", "date_to": "2026-03-29", "as_of": "2026-03-31T00:00:00Z"}

OTHER = {"project": {"id": "10009", "key": "Q"}}


def document(issues: list[dict], *, profile: dict | None = None, **more: object) -> dict:
    return reference_metrics(issues, statuses=status_list(), profile=profile, **{**PERIOD, **more})


def metric(name: str, issues: list[dict], **more: object) -> dict:
    return document(issues, **more)["metrics"][name]


def findings(issues: list[dict], **more: object) -> dict:
    return {entry["code"]: entry["keys"] for entry in document(issues, **more)["data_quality"]}


def done(key: str, at: str, kind: str = "Story", doing: str = "2026-03-01", **fields: object) -> dict:
    return issue(key, kind, created="2026-02-01", history=[(doing, "Doing"), (at, "Done")], **fields)


def incident(key: str, seen: str, over: str, **more: object) -> dict:
    return issue(key, "Incident", created=seen, history=[(over, "Done")], **more)


def event(id: str, at: str, **more: object) -> dict:
    return {"id": id, "project": "P", "deployed_at": at, **more}


def test_attempts_are_not_deployments():
    """Of five runs two went out, one of which failed afterwards."""
    events = [
        event("1", "2026-03-03T10:00:00Z", result="Succeeded"),
        event("2", "2026-03-04T10:00:00Z", failed=True),
        event("3", "2026-03-05T10:00:00Z", result="failed", failed=True),
        event("4", "2026-03-06", result="cancelled"),
        event("5", "2026-03-31T00:00:00Z"),
    ]
    found = document([done("P-1", "2026-03-02")], deployments=events)["metrics"]

    assert found["deployment_frequency"]["included"] == ["1", "2"]
    assert found["deployment_frequency"]["excluded"] == {"not_successful": ["3", "4"], "after_as_of": ["5"]}
    assert (found["change_fail_rate"]["value"], found["change_fail_rate"]["failed"]) == (50, ["2"])


def test_of_one_id_the_last_row_counts():
    events = [event("1", "2026-03-03"), event("2", "2026-03-04"), event("1", "2026-03-05")]
    found = metric("deployment_frequency", [done("P-1", "2026-03-02")], deployments=events)

    assert [(row["id"], row["at"]) for row in found["deployments"]] == [
        ("1", "2026-03-05"),
        ("2", "2026-03-04"),
    ]


@pytest.mark.parametrize(
    ("environments", "mapped", "included", "evidence"),
    [
        ([None, ""], [], ["1", "2"], "measured"),
        (["prod", ""], [], ["1"], "inferred"),
        (["Live EU", "pre-prod"], [], ["1"], "inferred"),
        (["prod", "Staging"], ["staging"], ["2"], "measured"),
    ],
)
def test_production(environments, mapped, included, evidence):
    """Where some event names its environment, those count that sound like production."""
    events = [event(str(n), "2026-03-03", environment=name) for n, name in enumerate(environments, start=1)]
    profile = {"deployments": {"environments": mapped}}
    found = metric("deployment_frequency", [done("P-1", "2026-03-02")], deployments=events, profile=profile)

    assert (found["included"], found["evidence"]) == (included, evidence)


def test_without_a_name_that_sounds_like_production_nothing_is_known():
    events = [event("1", "2026-03-03", environment="staging"), event("2", "2026-03-04")]
    found = metric("deployment_frequency", [done("P-1", "2026-03-02")], deployments=events)

    assert (found["state"], found["value"]) == ("not_configured", None)
    assert found["excluded"] == {"not_production": ["1", "2"]}


def test_a_key_that_an_issue_once_had_is_that_issue():
    """P-7 was OLD-3 and is deployed four days after its start; OLD-9 and project X are unknown."""
    moved = done("P-7", "2026-03-04")
    move = {"field": "Key", "fieldtype": "jira", "fromString": "OLD-3", "toString": "P-7"}
    moved["changelog"]["histories"].append(entry(900, "2026-03-04T12:00", move))
    events = [event("1", "2026-03-05T00:00:00Z", issues=["OLD-3"])]
    events += [event("2", "2026-03-06", project="X", issues="OLD-9, P-7")]

    assert metric("change_lead_time", [moved], deployments=events)["value"] == 4
    assert findings([moved], deployments=events) == {
        "deployment_unknown_project": ["X"],
        "deployment_unknown_issue": ["OLD-9"],
    }


def test_events_that_name_nothing_carry_what_their_project_completed():
    """P-1 goes out with the next of its project, Q-1 has none: inferred, but for the proxy of its start."""
    issues = [done("P-1", "2026-03-04", customfield_1="2026-03-02"), done("Q-1", "2026-03-04", **OTHER)]
    events = [event("1", "2026-03-03T23:00:00Z"), event("2", "2026-03-05T00:00:00Z")]
    profile = {"fields": {"commit_date": "customfield_1"}}
    found = metric("change_lead_time", issues, deployments=events, profile=profile)

    assert (found["value"], found["included"], found["evidence"]) == (2, ["P-1"], "inferred")
    assert found["excluded"] == {"not_deployed": ["Q-1"]}


def test_a_ticket_closed_after_its_releases_goes_by_the_last_that_names_it():
    """Released 03-04 and 03-06, closed 03-10: from 03-01 to 03-07 00:00 are six days."""
    releases = [version(1, "1.0", release_date="2026-03-04"), version(2, "1.1", release_date="2026-03-06")]
    late = done("P-1", "2026-03-10", fix_versions=releases)

    assert metric("change_lead_time", [late], versions=releases)["value"] == 6
    assert findings([late], versions=releases)["closed_after_release"] == ["P-1"]


@pytest.mark.parametrize(
    ("closed", "is_late"), [("2026-03-05T23:59", False), ("2026-03-06T00:00", True), ("2026-03-04", False)]
)
def test_a_ticket_closed_the_morning_after_its_release(closed, is_late):
    """A release dated 03-04 stands at 03-05 00:00 and may precede the closing by less than 24 hours."""
    release = version(1, "1.0", release_date="2026-03-04")
    found = findings([done("P-1", closed, fix_versions=[release])], versions=[release])

    assert ("closed_after_release" in found) is is_late


def test_each_kind_of_start_has_its_own_median():
    """Commits 4.5 and 4 days before 03-11 00:00, a start of work ten days before."""
    release = version(1, "1.0", release_date="2026-03-10")
    commits = ("2026-03-06T12:00:00.000+0000", "2026-03-06", None)
    issues = [
        done(f"P-{n}", "2026-03-09", fix_versions=[release], customfield_1=commit)
        for n, commit in enumerate(commits)
    ]
    profile = {"fields": {"commit_date": "customfield_1"}}
    mixed = metric("change_lead_time", issues, versions=[release], profile=profile)
    pure = metric("change_lead_time", issues[:2], versions=[release], profile=profile)

    assert mixed["by_start"] == {"measured": {"p50": 4.25, "n": 2}, "proxy": {"p50": 10, "n": 1}}
    assert pure["by_start"] is None


def test_issues_that_enter_a_status_are_a_deployment_of_their_day():
    issues = [
        done("P-1", "2026-03-04T09:00"),
        done("P-2", "2026-03-04T15:00"),
        done("P-3", "2026-03-06"),
        done("Q-1", "2026-03-04"),
    ]
    profile = {"deployments": {"source": "status", "status": "Done"}}
    found = document(issues, profile=profile)["metrics"]

    assert found["deployment_frequency"]["included"] == ["P 2026-03-04", "P 2026-03-06", "Q 2026-03-04"]
    assert found["change_lead_time"]["included"] == ["P-1", "P-2", "P-3", "Q-1"]


def test_auto_takes_the_first_source_that_yields_any():
    release = version(1, "1.0", release_date="2026-03-10")
    issues = [done("P-1", "2026-03-04"), done("P-2", "2026-03-05", "Deployment")]
    typed = {"deployments": {"type": "Deployment"}}

    def sources(**more: object) -> list[str]:
        return [row["source"] for row in metric("deployment_frequency", issues, **more)["deployments"]]

    assert sources(versions=[release], profile=typed, deployments=[event("1", "2026-03-03")]) == ["event"]
    assert sources(versions=[release], profile=typed) == ["issue"]
    assert sources(versions=[release]) == ["version"]
    assert sources(profile={"deployments": {"status": "Done"}}) == ["status", "status"]


@pytest.mark.parametrize(("days", "hours", "excluded"), [(30, 1, {}), (31, None, {"latent": ["P-2"]})])
def test_an_incident_seen_long_after_its_deployment_is_latent(days, hours, excluded):
    """A failure of its deployment, but no recovery: 30 days from 02-01 00:00 are 03-03 00:00."""
    release = version(1, "1.0", release_date="2026-01-31")
    seen, over = {30: ("2026-03-03", "2026-03-03T00:00"), 31: ("2026-03-03T00:01", "2026-03-04")}[days]
    slow = incident("P-2", seen, over, versions=[release])
    found = metric("failed_deployment_recovery_time", [done("P-1", "2026-03-02"), slow], versions=[release])

    assert found["excluded"] == excluded
    assert found["value"] == (None if hours is None else 30 * 24)


@pytest.mark.parametrize(
    ("over", "value", "excluded"),
    [
        ("2026-03-10T16:00", 0, {}),  # released and mended on one day
        ("2026-03-11T02:00", 2, {}),
    ],
)
def test_a_release_mended_on_its_day_took_no_time(over, value, excluded):
    release = version(1, "1.0", release_date="2026-03-10")
    issues = [done("P-1", "2026-03-09"), incident("P-2", "2026-03-10T10:00", over)]
    found = metric("failed_deployment_recovery_time", issues, versions=[release])

    assert (found["value"], found["excluded"]) == (value, excluded)


def test_the_window_counts_from_the_midnight_after_a_release():
    """Seen 72 hours after 03-11 00:00 belongs to the release, a minute later does not."""
    release = version(1, "1.0", release_date="2026-03-10")
    issues = [
        done("P-1", "2026-03-09"),
        incident("P-2", "2026-03-14T00:00", "2026-03-15"),
        incident("P-3", "2026-03-14T00:01", "2026-03-15"),
    ]
    found = metric("change_fail_rate", issues, versions=[release])

    assert (found["failed"], found["unattributed"]) == (["1"], ["P-3"])


@pytest.mark.parametrize(
    ("key", "kind", "seen", "state"),
    [
        ("P-2", "Incident", "2025-04-01", "ok"),
        ("P-2", "[System] Incident", "2026-03-01", "ok"),
        ("P-2", "Incident", "2025-03-29", "not_configured"),  # 366 days before the end
        ("P-2", "Story", "2026-03-01", "not_configured"),
    ],
)
def test_without_a_recorded_incident_there_is_no_fail_rate(key, kind, seen, state):
    release = version(1, "1.0", release_date="2026-03-10")
    other = issue(key, kind, created=seen, history=[(seen, "Done")])
    found = metric("change_fail_rate", [done("P-1", "2026-03-09"), other], versions=[release])

    assert (found["state"], found["value"]) == (state, 0 if state == "ok" else None)


def test_incidents_of_other_projects_do_not_make_a_fail_rate_known():
    release = version(1, "1.0", release_date="2026-03-10")
    elsewhere = incident("Q-1", "2026-03-01", "2026-03-02", **OTHER)
    found = metric("change_fail_rate", [done("P-1", "2026-03-09"), elsewhere], versions=[release])

    assert found["state"] == "not_configured"


@pytest.mark.parametrize("on_incident", [True, False])
def test_a_release_of_defects_linked_to_an_incident_is_rework(*, on_incident):
    """Whichever of the two issues holds the link."""
    release = version(1, "1.0", release_date="2026-03-10")
    linked = [link("relates to", "P-9" if not on_incident else "P-1", type_name="Relates")]
    bug = done("P-1", "2026-03-09", "Bug", fix_versions=[release], links=[] if on_incident else linked)
    cause = incident("P-9", "2026-03-05", "2026-03-06", links=linked if on_incident else [])

    assert metric("deployment_rework_rate", [bug, cause], versions=[release])["value"] == 100


def test_five_releases_of_a_project_on_one_day_are_listed():
    releases = [version(n, f"1.{n}", release_date="2026-03-10") for n in range(1, 6)]
    releases += [version(6, "2.0", release_date="2026-03-11"), version(7, "Sprint 7")]
    found = findings([done("P-1", "2026-03-09")], versions=releases)

    assert found["same_day_releases"] == ["1.1", "1.2", "1.3", "1.4", "1.5"]
    assert found["version_without_date"] == ["Sprint 7"]
    assert found["sprint_like_versions"] == ["Sprint 7"]


def test_a_filter_selects_flow_items_and_leaves_deployments_alone():
    """The bug is in view, with its lead time of nine days; both releases and the incident count."""
    releases = [version(n, f"1.{n}", release_date="2026-03-10") for n in (1, 2)]
    issues = [
        done("P-1", "2026-03-09", fix_versions=releases[:1]),
        done("P-2", "2026-03-09", "Bug", doing="2026-03-02", fix_versions=releases[1:]),
        incident("P-3", "2026-03-10", "2026-03-11"),
    ]
    found = document(issues, versions=releases, types=["Bug"])

    assert found["scope"]["flow_items"] == 1
    assert found["metrics"]["flow_velocity"]["included"] == ["P-2"]
    assert found["metrics"]["change_lead_time"]["value"] == 9
    assert found["metrics"]["time_to_restore"]["included"] == ["P-3"]
    assert found["metrics"]["deployment_frequency"]["n"] == 2
    ignoring = [name for name, metric in found["metrics"].items() if metric["filters_ignored"] == ["type"]]
    assert ignoring == [
        "deployment_frequency",
        "change_fail_rate",
        "failed_deployment_recovery_time",
        "time_to_restore",
        "deployment_rework_rate",
    ]


@pytest.mark.parametrize(
    ("step", "first", "names"),
    [
        ("auto", "2026-03-02", ["2026-W10", "2026-W11", "2026-W12", "2026-W13"]),
        ("auto", "2025-09-28", ["2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]),
        ("quarter", "2025-12-31", ["2025-Q4", "2026-Q1"]),
    ],
)
def test_series(step, first, names):
    found = metric("flow_velocity", [done("P-1", "2026-03-04")], date_from=first, step=step)["series"]

    assert [point["step"] for point in found["points"]] == names
    assert found["points"][-1]["partial"] is (found["step"] != "week")
    assert sum(point["value"] for point in found["points"]) == 1


def test_half_a_year_is_weeks_and_a_day_more_is_months():
    """2025-09-29 to 2026-03-29 are 182 days."""
    issues = [done("P-1", "2026-03-04")]

    assert metric("flow_velocity", issues, date_from="2025-09-29")["series"]["step"] == "week"
    assert metric("flow_velocity", issues, date_from="2025-09-28")["series"]["step"] == "month"
    assert metric("flow_velocity", issues, date_from="2023-03-30")["series"]["step"] == "month"
    assert metric("flow_velocity", issues, date_from="2023-03-28")["series"]["step"] == "quarter"


def test_the_keys_of_a_metric_stand_in_the_documented_order():
    found = metric("flow_time", [done("P-1", "2026-03-04")])

    assert " ".join(found) == (
        "definition state message value unit n percentiles percentiles_withheld interval evidence previous "
        "trend confidence change band target filters_ignored weekly series included excluded"
    )
