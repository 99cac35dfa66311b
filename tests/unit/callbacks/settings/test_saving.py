"""What was changed on the Settings page: one effect told before, one write, all of it or nothing."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from callbacks.connection import Typed
from callbacks.field_mapping import used_statuses
from callbacks.settings.rules import rule_lines
from callbacks.settings.saving import Edits, change_of, edited_of, effect_of, keep, kept_of, told
from callbacks.web.application import create_app
from configuration.errors import ConfigurationError
from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.mapping.field_reading import Readings
from data.persistence import load_profile, load_token, save_profile, save_token
from data.pipeline import Pipeline
from data.profiles.sources import resolve
from data.simulator.server import JiraSimulator
from data.workspace import Workspace
from tests.support.calls import called
from tests.support.dashboards import pipeline_over
from ui.pages.settings.bar import Edited, Effect, edited_lines, effect_lines

NOON = 1_795_521_600_000  # 2026-11-24T12:00:00Z
TODAY = dt.datetime.now(dt.UTC).date()
WRONG_DAY = {"holidays": ["25.12.2026"]}


def found(profile: str = "default", *, token: bool = False, **groups: dict[str, Any]) -> dict[str, Any]:
    """What the browser found to differ, as it sends it."""
    nothing: dict[str, Any] = {"source": {}, "field": {}, "stage": {}, "rule": {}, "host": {}}
    return {"profile": profile, "token": token, **nothing, **groups}


def edits(profile: str = "default", *, token: bool = False, **groups: dict[str, Any]) -> Edits:
    return Edits.from_page(found(profile, token=token, **groups))


def pressed(app: Dash, typed: Typed | None = None, **groups: dict[str, Any]) -> dict[str, Any]:
    """Press Save over some edits, and return all that is answered."""
    values: dict[str, object] = {"settings-bar-asked.data": {"edits": found(**groups), "asked": 1}}
    for name in ("url", "email", "token", "jql") if typed else ():
        values[f"settings-{name}.value"] = getattr(typed, name)
    return called(app, "settings-bar-said.data", values)


def status(pipeline: Pipeline, name: str) -> str:
    """What the board names a status by."""
    return next(row.key for row in used_statuses(pipeline, pipeline.profile) if row.name == name)


def flow_time(pipeline: Pipeline, some: Edits) -> str:
    told = effect_of(pipeline, some, None).sentences
    return next((one for one in told if one.startswith("Flow time")), "")


def test_one_effect_of_everything_together(tmp_path: Path) -> None:
    """Each change of worked example A alone, and both: that is one number, and no sum of two sentences.

    A-1 took 3 days, 2 of them before its review, and A-2 took 8. A-4 took 1, and was not delivered.
    """
    pipeline = pipeline_over(tmp_path)
    stage, rule = {status(pipeline, "Review"): "done"}, {"not_delivered": []}
    both = edits(stage=stage, rule=rule)
    effect = effect_of(pipeline, both, None)

    now = "Flow time is 5.5 days from 2; then it is"
    assert flow_time(pipeline, edits(stage=stage)) == f"{now} 5 days from 2."
    assert flow_time(pipeline, edits(rule=rule)) == f"{now} 3 days from 3."
    assert flow_time(pipeline, both) == f"{now} 2 days from 3."
    assert effect.summary == "5 of 13 numbers change, 2 keep their value, made of other issues or weeks."
    assert "Jira is not asked" in effect.cost
    assert not effect.fetches


def test_a_change_is_all_of_the_edits(tmp_path: Path) -> None:
    pipeline = pipeline_over(tmp_path)
    some = edits(
        field={"story_points": "customfield_1"},
        stage={status(pipeline, "Review"): "active"},
        rule={"business_days": "yes", "incidents.window_hours": ""},
    )
    after = change_of(pipeline, some, None, NOON)(pipeline.profile)

    assert after.fields == {"story_points": "customfield_1"}
    assert (after.workflow.active, after.workflow.waiting) == (("Review",), ())
    assert after.business_days
    assert after.incidents == pipeline.profile.incidents  # an emptied number is its default
    assert after.provenance["story_points"] == "set by hand 2026-11-24T12:00:00.000Z: customfield_1"


def test_what_was_changed_is_named_and_leads_to_its_control(tmp_path: Path) -> None:
    pipeline = pipeline_over(tmp_path)
    review = status(pipeline, "Review")
    some = edits(
        token=True,
        source={"jql": "project = B"},
        field={"story_points": ""},
        stage={review: "active"},
        rule={"holidays": ["2026-12-25"], "edition": pipeline.profile.edition},
    )

    assert [(one.title, one.href) for one in edited_of(pipeline, some)] == [
        ("Query", "/settings#settings-data"),
        ("Token", "/settings#settings-connection"),
        ("Story points", "/settings#field=story_points"),
        ("Review: Active", f"/settings#stage={review}"),
        ("Holidays", "/settings#rule=holidays"),
    ]


def test_a_field_that_has_to_be_fetched_is_the_first_thing_said(tmp_path: Path) -> None:
    pipeline = pipeline_over(tmp_path)
    effect = effect_of(pipeline, edits(field={"story_points": "customfield_1"}), None)

    assert effect.fetches
    assert "fetched again" in effect.cost
    assert effect.sentences == ("Flow velocity in points is unknown until customfield_1 has been fetched.",)
    assert str(effect_lines(effect)).index("fetched again") < str(effect_lines(effect)).index("is unknown")


def test_what_contradicts_itself_is_told_and_cannot_be_saved(workspace: Workspace) -> None:
    """A change that could be saved beside it is not saved either: the file stays as it is."""
    pipeline = workspace.pipeline("default")
    some = edits(rule={**WRONG_DAY, "business_days": "yes"})
    lines, label, hidden = told(pipeline, some, None)

    assert "'25.12.2026', which is not a date" in str(lines)
    assert "2 changes not saved" in str(lines)
    assert (label, hidden) == ("Save", False)
    with pytest.raises(ConfigurationError, match="not a date"):
        keep(workspace, Readings(workspace.home), some, Typed())
    assert load_profile(workspace.home, "default") == Profile()


def test_all_edits_are_one_write(workspace: Workspace) -> None:
    app = create_app(workspace, port=8050)
    answer = pressed(app, rule={"business_days": "yes", "timezone": "Asia/Tokyo"})
    profile = load_profile(workspace.home, "default")

    assert answer["response"]["settings-bar-said"]["data"]["words"] == "Saved; the numbers follow."
    assert "revision" in answer["sideUpdate"]  # what every page follows
    assert profile is not None
    assert (profile.business_days, profile.timezone) == (True, "Asia/Tokyo")
    assert workspace.pipeline("default").profile == profile


def test_the_bar_is_told_by_the_page_and_empty_without_edits(workspace: Workspace) -> None:
    app = create_app(workspace, port=8050)
    one = called(app, "settings-bar-told.children...", {"settings-edits.data": found(rule=WRONG_DAY)})
    none = called(app, "settings-bar-told.children...", {"settings-edits.data": None})

    assert "which is not a date" in str(one["response"]["settings-bar-told"])
    assert none["response"]["settings-bar-told"]["children"] is None


def test_the_sample_data_tell_an_effect_and_cannot_be_saved(tmp_path: Path) -> None:
    home = Home(tmp_path)
    pipeline = Workspace(home, {}, resolve(home, "demo", {})).pipeline("demo")
    lines, _, hidden = told(pipeline, edits("demo", rule={"business_days": "yes"}), None)

    assert hidden
    assert "The sample data keeps its settings" in str(lines)


def test_edits_of_another_profile_are_not_those_of_this_one() -> None:
    sent = found("team", rule={"edition": "2024"})

    assert Edits.from_page(sent, "team").of_meaning
    assert not Edits.from_page(sent, "other").of_meaning
    assert not Edits.from_page(None).of_meaning


def test_what_the_page_shows_untouched_differs_from_nothing(workspace: Workspace) -> None:
    """By the values that the controls get, whatever the browser does with them."""
    kept = kept_of(workspace, "default")

    assert kept["locked"] is False
    assert kept["source"] == {}  # no Jira is connected
    assert kept["rule"] == {line.name: line.value for line in rule_lines(Profile())}
    assert set(kept["field"].values()) == {""}
    assert kept["host"] == {"github": False, "gitlab": False}  # no token was typed


def test_no_change_no_number_and_many_changes_are_said() -> None:
    many = [Edited(f"Rule {n}", f"/settings#rule={n}") for n in range(6)]

    assert "Nothing differs" in str(edited_lines([]))
    assert "6 changes not saved" in str(edited_lines(many))
    assert "and 2 more" in str(edited_lines(many))
    assert "and" not in str(edited_lines(many[:4]))
    assert "No number of the last 90 days changes." in str(effect_lines(Effect()))
    two = str(effect_lines(Effect(("One.", "Two."), summary="2 of 13 numbers change.")))
    assert two.index("2 of 13 numbers change.") < two.index("number by number") < two.index("One.")
    assert "number by number" not in str(effect_lines(Effect(("One.",), summary="1 of 13 numbers changes.")))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A profile without a Jira."""
    home = Home(tmp_path)
    save_profile(home, "default", Profile())
    workspace = Workspace(home, {}, resolve(home, "default", {}))
    yield workspace
    workspace.close()


@pytest.mark.parametrize("dialect", ["cloud", "dc"])
def test_a_connection_is_saved_with_everything_beside_it_or_not_at_all(tmp_path: Path, dialect: str) -> None:
    """Jira refuses the query: the rule is not saved either. It takes the next one: both are, in one write."""
    with JiraSimulator(issues=40, dialect=dialect, today=TODAY) as jira:
        home, email = Home(tmp_path), jira.email if dialect == "cloud" else ""
        before = Profile(jira=JiraSettings(url=jira.url, email=email, jql="project = WEB"))
        save_profile(home, "default", before)
        save_token(home, "default", jira.url, Secret(jira.token))
        workspace = Workspace(home, {}, resolve(home, "default", {}))
        app = create_app(workspace, port=8050)

        def kept(jql: str) -> str:
            typed = Typed(jira.url, email, "", jql)
            return str(pressed(app, typed, source={"jql": jql}, rule={"business_days": "yes"}))

        assert kept_of(workspace, "default")["source"]["jql"] == "project = WEB"
        assert "nowhere" in kept("project = nowhere")
        assert load_profile(home, "default") == before
        assert "Saved; the sync is under way." in kept("project = PAY")
        workspace.jobs.join("default", 60)
        profile = load_profile(home, "default")
        assert profile is not None
        assert (profile.jira.jql, profile.business_days) == ("project = PAY", True)
        assert load_token(home, "default", jira.url) == Secret(jira.token)
        workspace.close()
