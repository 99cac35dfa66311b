"""Mapping and workflow from the page: proposals with reasons, effects before saving, who set what."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from callbacks.field_effects import effects_of
from callbacks.field_mapping import mapping_lines, staged, used_statuses
from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.intake.connect import client_of
from data.mapping.field_reading import FieldReading, Readings, mapped, read_fields, sure_fields
from data.model.clock import now_ms
from data.persistence import save_profile, save_token
from data.pipeline import Pipeline
from data.profiles.sources import Source, resolve
from data.simulator.server import JiraSimulator
from tests.support.dashboards import pipeline_over
from tests.support.engine import stored
from tests.support.examples import example_a

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


def test_readings_are_kept_by_profile_for_every_process(reading: FieldReading, tmp_path: Path) -> None:
    """Whoever answers next has it, and may be another process; what is no reading is none."""
    Readings(Home(tmp_path)).keep("team", reading)
    readings = Readings(Home(tmp_path))
    (tmp_path / "run" / "torn.fields.json").write_bytes(b'{"at": 1')

    assert readings.of("team") == reading
    assert readings.of("other") is None
    assert readings.of("torn") is None


@pytest.mark.parametrize(("hours", "known"), [(0, True), (23, True), (24, False), (-1, False)])
def test_a_reading_holds_for_a_day(
    reading: FieldReading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int, known: bool
) -> None:
    """A Jira gets new fields; what a clock that was put back calls the future is not known to be fresh."""
    readings = Readings(Home(tmp_path))
    readings.keep("team", reading)
    now = now_ms()
    monkeypatch.setattr("data.mapping.field_reading.now_ms", lambda: now + hours * 3_600_000)

    assert (readings.of("team") is not None) is known


def test_a_stage_is_a_change_of_the_profile(tmp_path: Path) -> None:
    """Review of worked example A no longer waits; the profile in force is as it was."""
    pipeline = pipeline_over(tmp_path)
    review = next(row for row in used_statuses(pipeline, pipeline.profile) if row.name == "Review")
    profile = staged(pipeline, pipeline.profile, {review.key: "active"})

    assert review.stage == "waiting"
    assert profile.workflow.active == ("Review",)
    assert profile.workflow.waiting == ()
    assert pipeline.profile.workflow.waiting == ("Review",)


def test_each_likely_field_tells_what_choosing_it_would_do(tmp_path: Path, reading: FieldReading) -> None:
    """What is in use, what nobody knows before it is fetched, and what nothing reads."""
    source = pipeline_over(tmp_path).source
    points = sure_fields(reading)["story_points"]
    uses = replace(source, profile=Profile(fields={"story_points": points}))
    before, after = effects_of(Pipeline(source), reading), effects_of(Pipeline(uses), reading)
    failed = reading.proposals["failed"].candidates[0].field

    assert before["story_points", points] == "Known once it is fetched: Flow velocity in points."
    assert after["story_points", points] == "In use."
    assert before["failed", failed].startswith("None yet: no type of issue stands for deployments")
    assert effects_of(Pipeline(source), None) == {}
    lines = {line.name: line for line in mapping_lines(Profile(), reading, before)}
    assert lines["story_points"].candidates[0].effect.startswith("Known once")


def test_a_field_that_is_stored_tells_its_numbers(tmp_path: Path, reading: FieldReading) -> None:
    """Worked example A delivers items of 3, 5 and 10 points in 90 days: 18 * 7 / 90 a week."""
    points = sure_fields(reading)["story_points"]
    issues = example_a().issues
    for one, n in zip(issues, (3, 5, 10, 13, 13), strict=True):
        one["fields"][points] = n
    store = stored(tmp_path, issues, example_a().statuses, profile=Profile(fields={"story_points": points}))
    pipeline = Pipeline(Source("default", "files", Profile(), store))

    assert effects_of(pipeline, reading)["story_points", points] == (
        "Flow velocity in points would be new: it is 1.4 points/week from 3."
    )
