"""What mapped fields mean: dates with their days, and values that mean nothing, told apart from none."""

import json
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from configuration.profile import IncidentSettings, Profile, profile_from
from data.jira.issue_rows import custom_fields
from data.jira.requested_fields import requested_fields
from data.meaning.mapped_values import NO, UNSAID, YES, MappedValues, flag_of, read_mapped
from data.metrics.report import View
from data.model.tables import MISSING
from data.pipeline import Pipeline
from data.profiles.sources import Source
from data.store.columns import build_issue_table
from tests.support.builders import issue, link, status_list, version
from tests.support.engine import engine_report, stored
from tests.support.rows import at, read_issue

BERLIN = ZoneInfo("Europe/Berlin")
T = "2026-06-01"


def mapped(profile: Profile, *values: dict, zone: str = "UTC") -> MappedValues:
    """What issues A-1, A-2 ... say under a profile; of each the fields beside the usual ones."""
    asked = custom_fields(requested_fields(profile))
    raws = [issue(f"A-{n}", **fields) for n, fields in enumerate(values, start=1)]
    table = build_issue_table(read_issue(json.dumps(raw).encode(), asked) for raw in raws)
    return read_mapped(table, profile, ZoneInfo(zone), at(T))


def one(name: str, *values: object, **more: object) -> MappedValues:
    return mapped(Profile(fields={name: "customfield_1"}), *({"customfield_1": v} for v in values), **more)


def test_a_day_begins_in_the_zone_and_is_reckoned_at_the_next_midnight() -> None:
    """In Berlin 2026-03-29 has 23 hours: from 03-28 23:00 UTC to 03-29 22:00 UTC."""
    found = one(
        "detected_at", "2026-03-29", "2026-03-29T10:00:00.000+0200", None, zone="Europe/Berlin"
    ).detected

    assert found is not None
    assert found.at.tolist() == [at("2026-03-28T23:00"), at("2026-03-29T08:00"), MISSING]
    assert found.reckoned_at.tolist() == [at("2026-03-29T22:00"), at("2026-03-29T08:00"), MISSING]
    assert found.by_day.tolist() == [True, False, False]
    assert found.last[:2].tolist() == [at("2026-03-29T22:00") - 1, at("2026-03-29T08:00")]


def test_dates_after_t_had_not_been_entered_but_for_deployments() -> None:
    """At T itself an instant is known, a millisecond later it is not, nor is a day that begins at T."""
    dates = ("2026-06-01T00:00:00.000Z", "2026-06-01T00:00:00.001Z", "2026-06-01", "2026-05-31")
    commit, deployed = one("commit_date", *dates).commit, one("deployed_at", *dates).deployed

    assert commit is not None
    assert deployed is not None
    assert commit.known.tolist() == [True, False, False, True]
    assert deployed.known.all()


def test_what_does_not_fit_is_told_by_name() -> None:
    """A number, a word, a far year and an object are not dates; nothing is nothing."""
    values = (5, "soon", "9999-01-01", "2026-02-30", {"id": "1"}, None, "2026-01-01")
    found = one("restored_at", *values)

    assert found.restored is not None
    assert np.flatnonzero(found.restored.known).tolist() == [6]
    assert np.flatnonzero(found.malformed["restored_at"]).tolist() == [0, 1, 2, 3, 4]


def test_points_may_be_spelt_as_a_text_or_a_choice() -> None:
    """A decimal comma is one; a size, a negative number and two choices are not points."""
    values = ("5", " 4,25 ", {"value": "8"}, ["3"], 0.5, "M", "-1", ["3", "5"], None)
    found = one("story_points", *values)

    assert found.points is not None
    assert found.points[:5].tolist() == [5, 4.25, 8, 3, 0.5]
    assert np.isnan(found.points[5:]).all()
    assert np.flatnonzero(found.malformed["story_points"]).tolist() == [5, 6, 7]


def test_flags_have_three_answers() -> None:
    """Yes, no, and neither; a list says yes if one of its words does."""
    found = one("failed", True, {"value": "No"}, ["Passed", "FAILED"], None, "maybe", 1)

    assert found.failed is not None
    assert found.failed.tolist() == [YES, NO, YES, UNSAID, UNSAID, UNSAID]
    assert found.malformed["failed"].tolist() == [False, False, False, False, True, True]


def test_a_standard_field_can_be_mapped_without_asking_for_more() -> None:
    """A resolution date stands for a deployment, components for environments; a missing one has no value."""
    profile = profile_from(
        {
            "fields": {"deployed_at": "resolutiondate", "environment": "components"},
            "deployments": {"environments": ["live"]},
        }
    )
    found = mapped(profile, {"resolutiondate": "2026-03-01"}, {"components": ["LIVE"]})

    assert custom_fields(requested_fields(profile)) == ()
    assert found.deployed is not None
    assert found.deployed.at.tolist() == [at("2026-03-01"), MISSING]
    assert found.environment is not None
    assert (found.environment.of(0), found.environment.of(1)) == ((), ("LIVE",))
    assert found.environment.hold_any(["live", "prod"]).tolist() == [False, True]


def test_a_field_that_was_never_read_is_told() -> None:
    """With a mapping that nothing in the store has a value for, a finding says what to do."""
    assert one("story_points", None, None).unread == ("story_points",)
    assert one("story_points", None, 3).unread == ()
    assert one("story_points").unread == ()

    found = engine_report(
        [issue("A-1", customfield_9=3)], profile={"fields": {"story_points": "customfield_1"}}
    )
    finding = next(each for each in found.findings if each.code == "missing_story_points")
    assert (finding.n, finding.keys) == (1, ("A-1",))
    assert "import their files again or sync" in finding.remedy


@pytest.mark.parametrize(
    ("value", "points"),
    [
        ("5", 5.0),
        ("4,25", 4.25),
        ("0.5", 0.5),
        ({"value": "8"}, 8.0),
        (3, 3.0),
        ("M", None),
        ("-1", None),
        ("1.000,5", None),
        (-1, None),
    ],
)
def test_points_may_be_a_text_or_an_option(value: object, points: float | None) -> None:
    """What is neither a number nor written like one counts as unreadable."""
    found = one("story_points", value)

    assert found.points is not None
    assert found.points.tolist() == pytest.approx([np.nan if points is None else points], nan_ok=True)
    assert ("story_points" in found.malformed) == (points is None)


def test_malformed_values_are_findings_with_their_keys() -> None:
    """A value that is dropped is counted under the name that it was meant for."""
    raws = [issue("A-1", customfield_1="soon"), issue("A-2", customfield_1="2026-01-01")]
    found = engine_report(raws, profile={"fields": {"commit_date": "customfield_1"}})

    finding = next(each for each in found.findings if each.code == "malformed_commit_date")
    assert (finding.n, finding.keys) == (1, ("A-1",))


def test_no_mapping_costs_nothing() -> None:
    """Without fields and rules nothing is read at all."""
    assert mapped(Profile(), {}) == MappedValues()
    assert (
        mapped(Profile(incidents=IncidentSettings(fields=("labels = x",))), {"labels": ["X"]}).ruled
        is not None
    )


def test_the_drawer_shows_the_dates_that_were_measured(tmp_path) -> None:
    """Start and end of a row are the commit and the deployment, the detection and the restoration."""
    release = version(1, "1.0", release_date="2026-03-10")
    profile = profile_from(
        {
            "fields": {
                "commit_date": "customfield_1",
                "detected_at": "customfield_2",
                "restored_at": "customfield_3",
            }
        }
    )
    raws = [
        issue(
            "P-1",
            created="2026-03-01",
            history=[("2026-03-02", "Doing"), ("2026-03-09", "Done")],
            fix_versions=[release],
            customfield_1="2026-03-06T12:00:00.000Z",
        ),
        issue("P-3", history=[("2026-03-09", "Doing"), ("2026-03-10", "Done")], fix_versions=[release]),
        issue(
            "P-2",
            "Incident",
            created="2026-03-12",
            history=[("2026-03-20", "Done")],
            links=[link("is caused by", "P-1")],
            customfield_2="2026-03-11T06:00:00.000Z",
            customfield_3="2026-03-12",
        ),
    ]
    store = stored(tmp_path, raws, status_list(), [release], profile)
    pipeline = Pipeline(Source("p", "files", profile, store))
    report = pipeline.report(View("2026-03-02", "2026-03-29", "2026-03-31"))

    def span(metric_id: str) -> tuple[str, str, float | None]:
        line, *_ = pipeline.lines(report, metric_id)
        return line.start, line.end, line.days

    assert [line.note for line in pipeline.lines(report, "change_lead_time")] == [
        "",
        "no commit: from the start of the work",
    ]
    assert span("change_lead_time") == ("2026-03-06T12:00:00.000Z", "2026-03-11T00:00:00.000Z", 4.5)
    assert span("time_to_restore") == ("2026-03-11T06:00:00.000Z", "2026-03-13T00:00:00.000Z", 1.75)
    assert span("failed_deployment_recovery_time") == (
        "2026-03-11T00:00:00.000Z",
        "2026-03-13T00:00:00.000Z",
        2.0,
    )


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        ("Result / Failed", YES),
        ("Result / ok", NO),
        ("Result / perhaps", None),
        (("ok", "Result / failed"), YES),
    ],
)
def test_a_choice_under_another_one_says_what_either_says(value: object, flag: int | None) -> None:
    assert flag_of(value) == flag
