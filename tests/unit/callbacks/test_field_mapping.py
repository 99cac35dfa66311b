"""Mapping and workflow from the page: proposals with reasons, effects before saving, who set what."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from callbacks.field_mapping import effect_of, mapping_lines, staged, used_statuses
from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.intake.connect import client_of
from data.mapping.field_reading import FieldReading, Readings, mapped, read_fields, sure_fields
from data.persistence import save_profile, save_token
from data.profiles.sources import Source, resolve
from data.simulator.server import JiraSimulator
from tests.support.dashboards import pipeline_over

NOON = 1_795_521_600_000  # 2026-11-24T12:00:00Z


@pytest.fixture(scope="module", params=["cloud", "dc"])
def reading(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FieldReading]:
    """What a Jira of either kind says of its fields."""
    home = Home(tmp_path_factory.mktemp("home"))
    today = dt.datetime.now(dt.UTC).date()
    with JiraSimulator(issues=400, dialect=request.param, today=today) as jira:
        email = jira.email if request.param == "cloud" else ""
        save_profile(home, "team", Profile(jira=JiraSettings(url=jira.url, email=email, jql="project = WEB")))
        save_token(home, "team", jira.url, Secret(jira.token))
        source = resolve(home, "team", {})

        def client_for(one: Source) -> object:
            return client_of(one, home, {})

        yield read_fields(source, client_for)  # type: ignore[arg-type]
        assert len(jira.request_log) <= 12


def test_what_is_sure_is_chosen_and_what_is_not_is_open(reading: FieldReading) -> None:
    """The simulated teams estimate in points and never fill in whether a deployment failed."""
    lines = {line.name: line for line in mapping_lines(Profile(), reading)}

    assert lines["story_points"].standing == "sure"
    assert lines["story_points"].value == sure_fields(reading)["story_points"]
    assert lines["failed"].standing == "to check"
    assert lines["failed"].value == ""
    for line in lines.values():
        assert len(line.candidates) <= 3
        assert all(one.reasons for one in line.candidates)
    assert lines["story_points"].candidates[0].samples
    assert lines["story_points"].effect == "Required for Flow velocity in points."


def test_the_best_candidates_stand_on_top_of_the_choices(reading: FieldReading) -> None:
    line = next(line for line in mapping_lines(Profile(), reading) if line.name == "restored_at")
    likely = [one.field for one in reading.proposals["restored_at"].candidates]

    assert [field for field, _ in line.choices][: len(likely)] == likely
    assert len({field for field, _ in line.choices}) == len(line.choices)


def test_who_set_a_field_is_kept(reading: FieldReading) -> None:
    """A proposal that was sure is told as such; anything else was set by hand; taking away leaves nothing."""
    sure = sure_fields(reading)["story_points"]
    profile = mapped(
        Profile(), {"story_points": sure, "failed": "customfield_77", "environment": ""}, reading, NOON
    )
    lines = {line.name: line for line in mapping_lines(profile, reading)}

    assert lines["story_points"].standing == lines["failed"].standing == "mapped"
    assert lines["story_points"].origin.startswith("Proposed, confidence 0.")
    assert lines["failed"].origin == "Set by hand 2026-11-24T12:00:00.000Z."
    assert lines["environment"].origin == ""
    assert mapped(profile, {"story_points": "", "failed": ""}, reading, NOON) == Profile()


def test_without_a_reading_the_page_shows_what_is_saved() -> None:
    lines = {line.name: line for line in mapping_lines(Profile(fields={"failed": "customfield_7"}), None)}

    assert (lines["failed"].standing, lines["failed"].value) == ("mapped", "customfield_7")
    assert lines["failed"].origin == "Written in the profile's file."
    assert lines["story_points"].standing == "not mapped"
    assert lines["story_points"].choices == ()


def test_readings_are_kept_by_profile(reading: FieldReading) -> None:
    readings = Readings()
    readings.keep("team", reading)

    assert readings.of("team") is reading
    assert readings.of("other") is None


def test_a_stage_changes_numbers_before_it_is_saved(tmp_path: Path) -> None:
    """Review of worked example A no longer waits: the time in it becomes active, and efficiency rises."""
    pipeline = pipeline_over(tmp_path)
    review = next(row for row in used_statuses(pipeline, pipeline.profile) if row.name == "Review")
    profile = staged(pipeline, pipeline.profile, {review.key: "active"})
    told = str(effect_of(pipeline, profile))

    assert review.stage == "waiting"
    assert profile.workflow.active == ("Review",)
    assert profile.workflow.waiting == ()
    assert "Flow efficiency is" in told
    assert "Jira is not asked" in told
    assert pipeline.profile.workflow.waiting == ("Review",)


def test_what_contradicts_itself_is_told_instead_of_saved(tmp_path: Path) -> None:
    pipeline = pipeline_over(tmp_path)
    twice = replace(
        pipeline.profile, workflow=replace(pipeline.profile.workflow, active=("Review",), waiting=("review",))
    )

    assert "stands in workflow.active and in workflow.waiting" in str(effect_of(pipeline, twice))


def test_a_field_that_was_not_fetched_is_told_to_be_unknown(tmp_path: Path) -> None:
    """By its name, and with what it costs to know."""
    pipeline = pipeline_over(tmp_path)
    profile = replace(pipeline.profile, fields={"story_points": "customfield_10016"})
    told = str(effect_of(pipeline, profile, {"customfield_10016": "Story points"}))

    assert "until Story points has been fetched" in told
    assert "fetched again" in told
