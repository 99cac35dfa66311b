"""The four sources of deployments, and what each of them holds."""

import pytest

from configuration.errors import ConfigurationError
from data.dora_calculator import calculate_all_dora_metrics
from data.model.metric import MetricResult
from tests.support.builders import entry, issue, link, status_list, version

OTHER = {"id": "20000", "key": "Q"}
PERIOD = {"date_from": "2026-03-02", "date_to": "2026-03-29", "as_of": "2026-03-31T00:00:00Z"}


def story(key: str, done: str, **fields: object) -> dict:
    """Return a story that was begun on the first of March."""
    return issue(key, created="2026-02-20", history=[("2026-03-01", "Doing"), (done, "Done")], **fields)


def incident(key: str, seen: str, **fields: object) -> dict:
    """Return an incident that is still open."""
    return issue(key, "Incident", created=seen, **fields)


def metrics(issues: list[dict], **options: object) -> dict[str, MetricResult]:
    return calculate_all_dora_metrics(issues, **{**PERIOD, "statuses": status_list(), **options})


def event(id_: str, at: str, **fields: object) -> dict:
    return {"id": id_, "name": f"build {id_}", "project": "P", "deployed_at": at, **fields}


def test_events_hold_their_own_issues() -> None:
    """An event's list says what went out; an issue on no list waits for a deployment of its project."""
    results = metrics(
        [
            story("P-1", "2026-03-03T12:00"),
            story("P-2", "2026-03-03T12:00"),
            story("Q-1", "2026-03-04", project=OTHER),
        ],
        deployments=[
            event("1", "2026-03-04T00:00:00Z", issues=["P-1", "X-9"]),
            event("2", "2026-03-06T00:00:00Z"),
        ],
    )

    assert results["deployment_frequency"].extra["deployments"][0]["source"] == "event"
    assert results["change_lead_time"].included == ("P-1", "P-2")
    assert results["change_lead_time"].value == 4
    assert results["change_lead_time"].excluded == {"not_deployed": ("Q-1",)}


def test_an_event_outside_production_is_no_deployment() -> None:
    """Only environments of the profile count, and the others are told with their reason."""
    results = metrics(
        [story("P-1", "2026-03-03")],
        deployments=[
            event("1", "2026-03-04T00:00:00Z", environment="Staging"),
            event("2", "2026-03-05T00:00:00Z", environment="PROD"),
        ],
        profile={"deployments": {"environments": ["prod"]}},
    )

    assert results["deployment_frequency"].included == ("2",)
    assert results["deployment_frequency"].excluded == {"not_production": ("1",)}


def test_environments_that_sound_like_production_count_where_none_is_mapped() -> None:
    """Staging is left out, and so is the event that names none; the card says what was guessed."""
    frequency = metrics(
        [story("P-1", "2026-03-03")],
        deployments=[
            event("1", "2026-03-04T00:00:00Z", environment="Staging"),
            event("2", "2026-03-05T00:00:00Z", environment="prod-eu"),
            event("3", "2026-03-06T00:00:00Z"),
        ],
    )["deployment_frequency"]

    assert (frequency.included, frequency.evidence) == (("2",), "inferred")
    assert frequency.excluded == {"not_production": ("1", "3")}
    assert frequency.message == (
        "Production is told by the names of environments: prod-eu; left out: Staging. "
        "Name them in deployments.environments if that is wrong."
    )
    assert frequency.band is not None
    assert frequency.band["greyed"] is True


def test_environments_of_which_none_sounds_like_production_give_no_number() -> None:
    """Not 0: nobody knows; the names that were met are told."""
    results = metrics(
        [story("P-1", "2026-03-03"), incident("P-2", "2026-03-04")],
        deployments=[
            event("1", "2026-03-04T00:00:00Z", environment="Staging"),
            event("2", "2026-03-05T00:00:00Z", environment="qa"),
        ],
    )

    for name in ("deployment_frequency", "change_lead_time", "change_fail_rate", "deployment_rework_rate"):
        assert (results[name].value, results[name].state) == (None, "not_configured")
        assert results[name].message == (
            "None of the environments that the deployments name sounds like production: qa, Staging. "
            "Name those that are production in deployments.environments."
        )
    assert results["deployment_frequency"].excluded == {"not_production": ("1", "2")}


def test_an_attempt_that_did_not_succeed_is_no_deployment() -> None:
    """It changed nothing, so it neither counts nor fails; one that failed after it was deployed does both."""
    results = metrics(
        [story("P-1", "2026-03-03")],
        deployments=[
            event("1", "2026-03-04T00:00:00Z", result="Successful"),
            event("2", "2026-03-05T00:00:00Z", result="failure", failed=True),
            event("3", "2026-03-06T00:00:00Z", result="OK", failed=True),
            event("4", "2026-03-07T00:00:00Z", result="aborted"),
        ],
    )

    assert results["deployment_frequency"].included == ("1", "3")
    assert results["deployment_frequency"].excluded == {"not_successful": ("2", "4")}
    assert (results["change_fail_rate"].value, results["change_fail_rate"].extra["failed"]) == (50, ["3"])


def test_nothing_but_attempts_is_a_zero_that_says_why() -> None:
    frequency = metrics(
        [story("P-1", "2026-03-03")],
        deployments=[
            event("1", "2026-03-04T00:00:00Z", result="failed"),
            event("2", "2026-04-04T00:00:00Z"),
        ],
    )["deployment_frequency"]

    assert (frequency.value, frequency.state) == (0, "ok")
    assert frequency.message == ("No deployment counts: 1 without success, 1 after the newest data.")


def test_an_event_that_is_dated_by_day_counts_on_its_day_and_is_reckoned_after_it() -> None:
    """From 03-01 to the midnight after 03-05 are 5 days; a ticket closed on the 6th went out with it.

    It lists P-1 and P-2; of P-3 nothing says with what it went out.
    """
    results = metrics(
        [
            story("P-1", "2026-03-03"),
            story("P-2", "2026-03-06T12:00"),
            story("P-3", "2026-03-07"),
        ],
        deployments=[event("1", "2026-03-05", issues=["P-1", "P-2"])],
    )

    assert results["deployment_frequency"].extra["deployments"][0]["at"] == "2026-03-05"
    assert results["change_lead_time"].included == ("P-1", "P-2")
    assert results["change_lead_time"].value == 5
    assert results["change_lead_time"].excluded == {"not_deployed": ("P-3",)}


def test_the_second_event_of_one_id_replaces_the_first() -> None:
    frequency = metrics(
        [story("P-1", "2026-03-03")],
        deployments=[event("1", "2026-03-04T00:00:00Z"), event("1", "2026-03-11T00:00:00Z")],
    )["deployment_frequency"]

    assert [entry["at"] for entry in frequency.extra["deployments"]] == ["2026-03-11T00:00:00.000Z"]


@pytest.mark.parametrize(
    ("as_of", "happened"),
    [
        ("2026-03-17", False),  # which is the midnight with which the 18th begins
        ("2026-03-18T00:00:00Z", False),
        ("2026-03-18T00:00:00.001Z", True),
    ],
)
def test_a_release_has_happened_once_its_day_has_begun(as_of: str, happened: bool) -> None:
    frequency = metrics(
        [story("P-1", "2026-03-03")],
        versions=[version(1, "1.0", release_date="2026-03-18")],
        date_to="2026-03-18",
        as_of=as_of,
    )["deployment_frequency"]

    assert (frequency.included == ("1",), frequency.excluded == {}) == (happened, happened)
    assert happened or frequency.excluded == {"after_as_of": ("1",)}


def test_an_event_at_t_itself_has_not_happened() -> None:
    frequency = metrics(
        [story("P-1", "2026-03-03")],
        deployments=[event("1", "2026-03-31T00:00:00Z"), event("2", "2026-03-30T23:59:59.999Z")],
        date_to="2026-03-31",
    )["deployment_frequency"]

    assert (frequency.included, frequency.excluded) == (("2",), {"after_as_of": ("1",)})


def test_a_key_that_an_issue_once_had_is_that_issue() -> None:
    """P-1 was X-5 before it moved; X-6 is nobody's."""
    moved = story("P-1", "2026-03-03")
    item = {
        "field": "Key",
        "fieldtype": "jira",
        "from": None,
        "fromString": "X-5",
        "to": None,
        "toString": "P-1",
    }
    moved["changelog"]["histories"].append(entry(900, "2026-02-21", item))
    lead = metrics(
        [moved, story("P-2", "2026-03-03")],
        deployments=[event("1", "2026-03-04T00:00:00Z", issues=["X-5", "X-6"])],
    )["change_lead_time"]

    assert (lead.included, lead.excluded) == (("P-1",), {"not_deployed": ("P-2",)})


def test_an_event_may_say_that_it_failed() -> None:
    """A flag on the deployment is a failure without any incident, and is measured."""
    rate = metrics(
        [story("P-1", "2026-03-03")],
        deployments=[
            event("1", "2026-03-04T00:00:00Z", failed=True),
            event("2", "2026-03-05T00:00:00Z"),
        ],
    )["change_fail_rate"]

    assert (rate.value, rate.evidence, rate.extra["failed"]) == (50, "measured", ["1"])


def test_issues_of_a_deployment_type() -> None:
    """A deployment issue holds what it links to, and names itself where it is blamed."""
    carried = {**link("relates to", "P-1"), "outwardIssue": None}
    results = metrics(
        [
            story("P-1", "2026-03-03"),
            issue(
                "P-9",
                "Deployment",
                created="2026-03-01",
                history=[("2026-03-05T06:00", "Done")],
                links=[carried],
            ),
            incident("P-10", "2026-03-20", links=[link("is caused by", "P-9")]),
        ],
        profile={"deployments": {"type": "deployment"}},
    )

    assert results["deployment_frequency"].included == ("P-9",)
    assert results["change_lead_time"].included == ("P-1",)
    assert results["change_lead_time"].value == 4.25
    assert (results["change_fail_rate"].value, results["change_fail_rate"].evidence) == (100, "measured")


def test_issues_of_a_deployment_type_share_a_version() -> None:
    """Without links, a common fix version tells what went out."""
    fixed = [version(1, "1.0")]
    results = metrics(
        [
            story("P-1", "2026-03-03", fix_versions=fixed),
            story("P-2", "2026-03-03"),
            issue("P-9", "Deployment", history=[("2026-03-05", "Done")], fix_versions=fixed),
        ],
        profile={"deployments": {"type": "Deployment"}},
    )

    assert results["change_lead_time"].included == ("P-1",)
    assert results["change_lead_time"].excluded == {"not_deployed": ("P-2",)}


def test_a_status_before_the_histories_that_came_is_no_entry() -> None:
    """Nobody sent how the issue came to be live in February; on the ninth it went live in sight."""
    moves = [("2026-03-05", "Doing"), ("2026-03-09", "Done")]
    cut = issue("P-1", created="2026-02-20", history=[("2026-02-20T01:00", "Done"), *moves])
    cut["changelog"]["histories"] = cut["changelog"]["histories"][1:]
    options = {"profile": {"deployments": {"source": "status", "status": "Done"}}, "date_from": "2026-02-02"}

    frequency = metrics([cut], **options)["deployment_frequency"]

    assert frequency.included == ("P 2026-03-09",)


def test_entries_into_a_deployed_status() -> None:
    """One deployment per project and civil day, whatever the number of issues."""
    live = ("77", "Live")
    issues = [
        issue(
            key,
            created="2026-02-20",
            project={"id": key[0], "key": key[0]},
            history=[("2026-03-02", "Doing"), (at, "Review", live), ("2026-03-30", live, "Done")],
        )
        for key, at in (("P-1", "2026-03-05T10:00"), ("P-2", "2026-03-05T15:00"), ("Q-1", "2026-03-05T09:00"))
    ]
    frequency = metrics(issues, profile={"deployments": {"status": "live"}})["deployment_frequency"]

    assert frequency.included == ("P 2026-03-05", "Q 2026-03-05")
    assert frequency.extra["deployments"][0] == {
        "id": "P 2026-03-05",
        "name": "P 2026-03-05",
        "at": "2026-03-05",
        "source": "status",
    }


@pytest.mark.parametrize(
    ("options", "source"),
    [
        ({"deployments": [event("1", "2026-03-04T00:00:00Z")]}, "event"),
        ({}, "issue"),
        ({"profile": {"deployments": {"status": "Done"}}}, "version"),
        ({"profile": {"deployments": {"status": "Done"}}, "versions": []}, "status"),
    ],
)
def test_auto_takes_the_first_source_that_has_any(options: dict, source: str) -> None:
    """Events, then issues of a deployment type, then versions, then a status."""
    issues = [story("P-1", "2026-03-03"), issue("P-9", "Deployment", history=[("2026-03-05", "Done")])]
    given = {
        "versions": [version(1, "1.0", release_date="2026-03-10")],
        "profile": {"deployments": {"type": "Deployment", "status": "Done"}},
        **options,
    }
    frequency = metrics(issues, **given)["deployment_frequency"]

    assert {entry["source"] for entry in frequency.extra["deployments"]} == {source}


def test_a_found_source_says_that_it_beats_released_versions() -> None:
    """Whoever has both should know which of them counts; whoever chose one does."""
    options = {
        "deployments": [event("1", "2026-03-04T00:00:00Z")],
        "versions": [version(1, "1.0", release_date="2026-03-10")],
    }
    found = metrics([story("P-1", "2026-03-03")], **options)["deployment_frequency"]
    chosen = metrics([story("P-1", "2026-03-03")], profile={"deployments": {"source": "events"}}, **options)[
        "deployment_frequency"
    ]

    assert found.message is not None
    assert found.message.startswith("Released versions, which are there too, do not count")
    assert chosen.message is None


def test_a_zero_of_mapped_environments_names_those_that_were_met() -> None:
    frequency = metrics(
        [story("P-1", "2026-03-03")],
        deployments=[event("1", "2026-03-04T00:00:00Z", environment="Staging")],
        profile={"deployments": {"environments": ["prod"]}},
    )["deployment_frequency"]

    assert (frequency.value, frequency.message) == (
        0,
        "No deployment counts: 1 outside production (Staging).",
    )


def test_a_chosen_source_without_any_is_a_true_zero() -> None:
    """Somebody said that events are the source, and none was imported: 0, not unknown."""
    chosen = metrics([story("P-1", "2026-03-03")], profile={"deployments": {"source": "events"}})
    nameless = metrics([story("P-1", "2026-03-03")], profile={"deployments": {"source": "status"}})

    assert (chosen["deployment_frequency"].value, chosen["deployment_frequency"].state) == (0, "ok")
    assert nameless["deployment_frequency"].state == "not_configured"


@pytest.mark.parametrize(
    ("seen", "cause"),
    [
        ("2026-03-10T00:00", True),  # the morning of the release day
        ("2026-03-09T23:59", False),
        ("2026-03-14T00:00", True),  # 72 h after the midnight that ends it
        ("2026-03-14T00:01", False),
    ],
)
def test_the_window_of_a_day_dated_deployment(seen: str, cause: bool) -> None:
    """The same civil day is included, and the window counts from the next midnight."""
    rate = metrics([incident("P-1", seen)], versions=[version(1, "1.0", release_date="2026-03-10")])[
        "change_fail_rate"
    ]

    assert (rate.extra["failed"] == ["1"], rate.extra["unattributed"] == ["P-1"]) == (cause, not cause)
    assert rate.evidence == ("inferred" if cause else "measured")


def test_incidents_by_label_component_and_priority() -> None:
    """Each part of the rule is enough."""
    issues = [
        issue("P-1", labels=["Outage"]),
        issue("P-2", components=["Pager"]),
        issue("P-3", priority={"name": "Blocker"}),
        issue("P-4"),
    ]
    rule = {"labels": ["outage"], "components": ["pager"], "priorities": ["BLOCKER"]}
    result = metrics(issues, profile={"incidents": rule})["time_to_restore"]

    assert result.extra["open"] == 3


def test_rework_is_nothing_but_defects_for_an_incident() -> None:
    """A release of one bug that is linked to an incident repairs; one that also brings a story does not."""
    repair, mixed = version(1, "1.1", release_date="2026-03-10"), version(2, "1.2", release_date="2026-03-20")
    bug = {"history": [("2026-03-09", "Doing"), ("2026-03-09T10:00", "Done")], "created": "2026-03-01"}
    rate = metrics(
        [
            issue("P-1", "Bug", fix_versions=[repair, mixed], **bug),
            story("P-2", "2026-03-09", fix_versions=[mixed]),
            incident("P-3", "2026-03-05", links=[link("relates to", "P-1")]),
        ],
        versions=[repair, mixed],
    )["deployment_rework_rate"]

    assert (rate.value, rate.n) == (50, 2)


def test_a_pattern_that_is_none_is_refused() -> None:
    """The sentence names the setting."""
    with pytest.raises(ConfigurationError, match="hotfix_pattern"):
        metrics([story("P-1", "2026-03-03")], profile={"deployments": {"hotfix_pattern": "("}})


@pytest.mark.parametrize("from_incident", [True, False])
def test_any_link_from_either_side_makes_a_repair(from_incident: bool) -> None:
    """The incident names the bug, or the bug the incident."""
    repair = version(1, "1.1", release_date="2026-03-10")
    bug = {"history": [("2026-03-09", "Doing"), ("2026-03-09T10:00", "Done")], "created": "2026-03-01"}
    rate = metrics(
        [
            issue(
                "P-1",
                "Bug",
                fix_versions=[repair],
                links=[] if from_incident else [link("relates to", "P-3")],
                **bug,
            ),
            incident("P-3", "2026-03-05", links=[link("relates to", "P-1")] if from_incident else []),
        ],
        versions=[repair],
    )["deployment_rework_rate"]

    assert (rate.value, rate.n) == (100, 1)


def test_an_issue_that_an_earlier_event_lists_went_out_with_that_one() -> None:
    """P-1 was closed a week after it; the event that lists nothing carries P-2 alone."""
    lead = metrics(
        [story("P-1", "2026-03-11"), story("P-2", "2026-03-11")],
        deployments=[
            event("1", "2026-03-04T00:00:00Z", issues=["P-1"]),
            event("2", "2026-03-12T00:00:00Z"),
        ],
    )["change_lead_time"]

    assert lead.included == ("P-1", "P-2")
    assert lead.value == (3 + 11) / 2


def test_of_releases_at_one_instant_the_higher_id_is_to_blame() -> None:
    both = [version(9, "1.0", release_date="2026-03-10"), version(10, "1.1", release_date="2026-03-10")]
    rate = metrics([incident("P-3", "2026-03-12", versions=both)], versions=both)["change_fail_rate"]

    assert rate.extra["failed"] == ["10"]
