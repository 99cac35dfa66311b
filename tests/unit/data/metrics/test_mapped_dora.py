"""DORA numbers that rest on mapped fields, each checked by hand."""

import pytest

from configuration.errors import ConfigurationError
from data.dora_calculator import calculate_all_dora_metrics
from data.model.metric import MetricResult
from tests.support.builders import issue, link, status_list, version

PERIOD = {"date_from": "2026-03-02", "date_to": "2026-03-29", "as_of": "2026-03-31T00:00:00Z"}
RELEASE = version(1, "1.0", release_date="2026-03-10")


def metrics(issues: list[dict], profile: dict, **options: object) -> dict[str, MetricResult]:
    return calculate_all_dora_metrics(
        issues, **{**PERIOD, "statuses": status_list(), "profile": profile, **options}
    )


def story(key: str, started: str | None, done: str, **fields: object) -> dict:
    moves = [(started, "Doing"), (done, "Done")] if started else [(done, "Done")]
    return issue(key, created="2026-02-01", history=moves, **fields)


def lead_time(*issues: dict) -> MetricResult:
    profile = {"fields": {"commit_date": "customfield_1"}}
    return metrics(list(issues), profile, versions=[RELEASE])["change_lead_time"]


def committed(key: str, at: object, started: str | None = "2026-03-01") -> dict:
    return story(key, started, "2026-03-09", fix_versions=[RELEASE], customfield_1=at)


def test_lead_time_from_the_commit_is_measured() -> None:
    """From the commit on 03-06 12:00 to the midnight after 03-10: 4.5 days, whenever work began."""
    found = lead_time(committed("P-1", "2026-03-06T12:00:00.000+0000"))

    assert (found.value, found.evidence, found.message) == (4.5, "measured", None)
    assert found.extra["by_start"] is None


def test_a_commit_of_a_day_counts_from_the_next_midnight() -> None:
    """Committed on 03-06 is 03-07 00:00, to 03-11 00:00: 4 days; on the day of the release itself 0."""
    assert lead_time(committed("P-1", "2026-03-06")).value == 4
    assert lead_time(committed("P-1", "2026-03-10")).value == 0


def test_an_issue_without_a_commit_falls_back_to_its_start() -> None:
    """4.5 days from a commit and 10 from a start: 7.25, a proxy that says how many are which."""
    found = lead_time(
        committed("P-1", "2026-03-06T12:00:00.000+0000"),
        committed("P-2", None),
        committed("P-3", None, started=None),
    )

    assert (found.value, found.evidence, found.n) == (7.25, "proxy", 2)
    assert found.excluded == {"never_started": ("P-3",)}
    assert found.extra["by_start"] == {"measured": {"p50": 4.5, "n": 1}, "proxy": {"p50": 10, "n": 1}}
    assert found.message is not None
    assert found.message.startswith("1 of 2 changes start with their commit")


def test_a_commit_starts_what_never_entered_a_status_in_progress() -> None:
    """With a commit there is a start; one a day or more after the deployment cannot be it."""
    found = lead_time(
        committed("P-1", "2026-03-10T00:00:00Z", started=None),
        committed("P-2", "2026-03-11T23:59:59Z"),
        committed("P-3", "2026-03-12T00:00:00Z"),
        committed("P-4", "2026-04-01T00:00:00Z"),
    )

    assert found.included == ("P-1", "P-2", "P-4")
    assert found.excluded == {"deployed_before_start": ("P-3",)}
    assert found.percentiles == {"p50": 1.0, "p85": None, "p95": None}  # 1, 0, and 10 from the start


def deployment(key: str, done: str, **fields: object) -> dict:
    return issue(key, "Deployment", created="2026-02-01", history=[(done, "Done")], **fields)


def by_issues(issues: list[dict], fields: dict, **deployments: object) -> dict[str, MetricResult]:
    settings = {"source": "issues", "type": "Deployment", **deployments}
    return metrics(issues, {"fields": fields, "deployments": settings})


def test_deployment_issues_count_at_their_mapped_date() -> None:
    """An instant, a day, nothing: the mapped date where there is one, else the completion."""
    found = by_issues(
        [
            deployment("P-1", "2026-02-10", customfield_2="2026-03-04T10:00:00.000+0000"),
            deployment("P-2", "2026-02-10", customfield_2="2026-03-05"),
            deployment("P-3", "2026-03-06T09:00"),
            deployment("P-4", "2026-03-07", customfield_2="2026-05-01"),
            deployment("P-5", "2026-03-07", customfield_2="soon"),
            issue("P-6", "Deployment", created="2026-03-08", customfield_2="2026-03-08"),
        ],
        {"deployed_at": "customfield_2"},
    )["deployment_frequency"]

    assert [entry["at"] for entry in found.extra["deployments"]] == [
        "2026-03-04T10:00:00.000Z",
        "2026-03-05",
        "2026-03-06T09:00:00.000Z",
        "2026-03-07T00:00:00.000Z",
    ]
    assert found.included == ("P-1", "P-2", "P-3", "P-5")
    assert found.excluded == {"after_as_of": ("P-4",)}
    assert found.value == 1


def test_a_day_dated_deployment_carries_what_it_names_and_was_closed_the_morning_after() -> None:
    """Deployed on 03-05: a ticket closed on 03-06 at 23:59 went out with it, not one of 03-07.

    One closed on 03-06 12:00 goes out with the day before, although an instant of 03-06 13:00 exists. P-5,
    which is closed too late for anything, went out with the later of the two.
    """
    tickets = [link("contains", key) for key in ("P-3", "P-4", "P-5")]
    issues = [
        deployment("P-1", "2026-02-10", customfield_2="2026-03-05", links=tickets),
        deployment("P-2", "2026-02-10", customfield_2="2026-03-06T13:00:00Z", links=tickets),
        story("P-3", "2026-03-01", "2026-03-06T12:00"),
        story("P-4", "2026-03-01", "2026-03-06T23:59"),
        story("P-5", "2026-03-01", "2026-03-07"),
    ]

    found = by_issues(issues, {"deployed_at": "customfield_2"})["change_lead_time"]

    assert found.percentiles == {"p50": 5, "p85": None, "p95": None}
    assert (found.included, found.excluded) == (("P-3", "P-4", "P-5"), {})


def test_a_deployment_that_names_nothing_carries_what_was_completed_before_it() -> None:
    """P-3 of 03-06 12:00 goes out at 13:00 and not the evening before; what came later did not."""
    issues = [
        deployment("P-1", "2026-02-10", customfield_2="2026-03-05"),
        deployment("P-2", "2026-02-10", customfield_2="2026-03-06T13:00:00Z"),
        story("P-3", "2026-03-01", "2026-03-06T12:00"),
        story("P-4", "2026-03-01", "2026-03-06T23:59"),
        story("P-5", "2026-03-01", "2026-03-07"),
    ]

    found = by_issues(issues, {"deployed_at": "customfield_2"})["change_lead_time"]

    assert found.value == pytest.approx(5 + 13 / 24)
    assert (found.included, found.excluded) == (("P-3",), {"not_deployed": ("P-4", "P-5")})


def test_only_mapped_production_environments_are_deployments() -> None:
    """Once environments are named, one without an environment is not known to be production."""
    issues = [
        deployment("P-1", "2026-03-03", customfield_3={"value": "PROD"}),
        deployment("P-2", "2026-03-04", customfield_3={"value": "Staging"}),
        deployment("P-3", "2026-03-05", customfield_3=[{"value": "Staging"}, {"value": "prod"}]),
        deployment("P-4", "2026-03-06"),
        deployment("P-5", "2026-03-07", customfield_3=5),
    ]
    named = by_issues(issues, {"environment": "customfield_3"}, environments=["Prod"])
    unnamed = by_issues(issues, {"environment": "customfield_3"})

    assert named["deployment_frequency"].included == ("P-1", "P-3")
    assert named["deployment_frequency"].excluded == {"not_production": ("P-2", "P-4", "P-5")}
    assert unnamed["deployment_frequency"].included == ("P-1", "P-3")
    assert unnamed["deployment_frequency"].evidence == "inferred"


def test_a_failed_deployment_needs_no_incident_and_explains_the_one_it_names() -> None:
    """P-1 says that it failed and links I-1; the later P-2 does not take the incident away from it."""
    issues = [
        deployment("P-1", "2026-03-03", customfield_4={"value": "Yes"}, links=[link("relates to", "P-9")]),
        deployment("P-2", "2026-03-04", customfield_4={"value": "No"}),
        deployment("P-3", "2026-03-05", customfield_4="perhaps"),
        deployment("P-4", "2026-03-06", customfield_4=[{"value": "failed"}]),
        issue("P-9", "Incident", created="2026-03-04T06:00", history=[("2026-03-04T12:00", "Done")]),
    ]

    found = by_issues(issues, {"failed": "customfield_4"})

    assert found["change_fail_rate"].extra["failed"] == ["P-1", "P-4"]
    assert found["change_fail_rate"].value == 50
    assert found["change_fail_rate"].evidence == "measured"
    assert found["failed_deployment_recovery_time"].value == 36


INCIDENT_FIELDS = {"detected_at": "customfield_5", "restored_at": "customfield_6"}


def incident(key: str, created: str, done: str | None, seen: object = None, over: object = None) -> dict:
    history = [(done, "Done")] if done else []
    return issue(key, "Incident", created=created, history=history, customfield_5=seen, customfield_6=over)


def test_incidents_last_from_detection_to_restoration() -> None:
    """As mapped: 2 h; without a restoration to the completion: 30 h; without a detection: 4 h."""
    found = metrics(
        [
            incident("P-1", "2026-03-03", "2026-03-20", "2026-03-02T22:00:00Z", "2026-03-03T00:00:00Z"),
            incident("P-2", "2026-03-05", "2026-03-06", "2026-03-04T18:00:00Z"),
            incident("P-3", "2026-03-07", "2026-03-20", None, "2026-03-07T04:00:00Z"),
            incident("P-4", "2026-03-08", None, None, "2026-03-08T06:00:00Z"),
            incident("P-5", "2026-03-09", "2026-03-10", "2026-03-11T00:00:00Z"),
            incident("P-6", "2026-03-09", None, "2026-03-30T12:00:00Z"),
        ],
        {"fields": INCIDENT_FIELDS},
    )["time_to_restore"]

    assert found.included == ("P-1", "P-2", "P-3", "P-4")
    assert found.value == 5
    assert found.excluded == {"negative": ("P-5",)}
    assert (found.extra["open"], found.extra["oldest_open_hours"]) == (1, 12)
    assert [week.n for week in found.weekly] == [4, 0, 0, 0]


def test_days_of_incidents_are_reckoned_at_their_next_midnight() -> None:
    """Seen 03-04 12:00 and over on 03-29: in the period, until 03-30 00:00; the same day twice is 0."""
    found = metrics(
        [
            incident("P-1", "2026-03-03", None, "2026-03-29T12:00:00Z", "2026-03-29"),
            incident("P-2", "2026-03-03", None, "2026-03-05", "2026-03-05"),
            incident("P-3", "2026-03-03", None, None, "2026-03-30"),
        ],
        {"fields": INCIDENT_FIELDS},
    )["time_to_restore"]

    assert (found.included, found.value) == (("P-1", "P-2"), 6)
    assert [week.n for week in found.weekly] == [1, 0, 0, 1]
    assert found.extra["open"] == 0


def test_what_was_entered_after_t_is_not_known_at_t() -> None:
    """As of 03-10 an incident that was over on 03-20 is open, and is counted from its creation."""
    found = metrics(
        [incident("P-1", "2026-03-09", None, "2026-03-15T00:00:00Z", "2026-03-20T00:00:00Z")],
        {"fields": INCIDENT_FIELDS},
        as_of="2026-03-10T00:00:00Z",
    )["time_to_restore"]

    assert (found.n, found.extra["open"], found.extra["oldest_open_hours"]) == (0, 1, 24)


def test_the_first_restored_status_ends_an_incident() -> None:
    """Over in Review on 03-04, although it was reopened and closed later; a mapped time beats both."""
    history = [("2026-03-04", "Review"), ("2026-03-05", "Doing"), ("2026-03-09", "Done")]
    profile = {"fields": {"restored_at": "customfield_6"}, "incidents": {"restored": ["review"]}}
    status = issue("P-1", "Incident", created="2026-03-03", history=history)
    both = issue(
        "P-2", "Incident", created="2026-03-03", history=history, customfield_6="2026-03-03T06:00:00Z"
    )

    found = metrics([status, both], profile)["time_to_restore"]

    assert found.value == (24 + 6) / 2


def test_recovery_from_a_deployment_ends_with_the_mapped_restoration() -> None:
    """Released on 03-10, so from 03-11 00:00 to 03-11 05:00; seen on the day of the release itself."""
    broken = incident("P-1", "2026-03-20", "2026-03-21", "2026-03-10", "2026-03-11T05:00:00Z")

    found = metrics([broken], {"fields": INCIDENT_FIELDS}, versions=[RELEASE])

    assert found["failed_deployment_recovery_time"].value == 5
    assert found["change_fail_rate"].extra["failed"] == ["1"]


def test_detection_decides_which_deployment_is_to_blame() -> None:
    """Created in the window, seen before the release: not its failure, and seen outside the period."""
    before = incident("P-1", "2026-03-11", None, "2026-03-09T23:00:00Z")
    earlier = incident("P-2", "2026-03-11", None, "2026-02-09T23:00:00Z")

    found = metrics([before, earlier], {"fields": INCIDENT_FIELDS}, versions=[RELEASE])["change_fail_rate"]

    assert (found.value, found.extra["unattributed"]) == (0, ["P-1"])


def bug(key: str, environment: object) -> dict:
    return issue(
        key, "Bug", created="2026-03-03", history=[("2026-03-04", "Done")], customfield_3=environment
    )


@pytest.mark.parametrize(
    ("profile", "incidents"),
    [
        ({"deployments": {"environments": ["Production"]}}, ("P-1",)),
        ({}, ()),  # nothing says which environment is production
        ({"deployments": {"environments": ["Production"]}, "incidents": {"types": ["Outage"]}}, ()),
        ({"incidents": {"fields": ["environment = production", "customfield_9 = sev 1"]}}, ("P-1", "P-4")),
    ],
)
def test_bugs_in_production_are_incidents(profile: dict, incidents: tuple[str, ...]) -> None:
    """By default a bug of a production environment counts; any rule over a field does when it is named."""
    issues = [
        bug("P-1", {"value": "PRODUCTION"}),
        bug("P-2", {"value": "Staging"}),
        bug("P-3", None),
        story("P-4", None, "2026-03-04", customfield_9=[{"value": "Sev 1"}]),
    ]

    found = metrics(issues, {"fields": {"environment": "customfield_3"}, **profile})["time_to_restore"]

    assert found.included == incidents


def test_a_senseless_rule_is_told_before_anything_is_computed() -> None:
    """A rule without a value ends in a sentence, not in a number."""
    with pytest.raises(ConfigurationError, match="names no field and value"):
        metrics([bug("P-1", None)], {"incidents": {"fields": ["environment"]}})


@pytest.mark.parametrize(("seen", "cause"), [("05:00", "P-1"), ("09:00", "P-1"), ("23:59", "P-1")])
def test_a_deployment_of_a_day_is_the_latest_of_its_day(seen: str, cause: str) -> None:
    """From the morning of its day on it may be to blame, and it is reckoned after what has an hour."""
    issues = [
        deployment("P-1", "2026-02-10", customfield_2="2026-03-05"),
        deployment("P-2", "2026-02-10", customfield_2="2026-03-05T08:00:00Z"),
        deployment("P-3", "2026-02-10", customfield_2="2026-03-05T10:00:00Z"),
        incident("P-4", f"2026-03-05T{seen}", None),
    ]

    found = by_issues(issues, {"deployed_at": "customfield_2"})["change_fail_rate"]

    assert found.extra["failed"] == [cause]
