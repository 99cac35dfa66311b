"""The workspace: which profile is shown, what is read again, what is asked in the background."""

from dataclasses import replace
from pathlib import Path

import pytest

from configuration.errors import ConfigurationError
from configuration.profile import GithubSettings, JiraSettings, Profile
from configuration.profile_lists import Event
from configuration.settings import Home
from data.cache_manager import References
from data.metrics.report import View
from data.persistence import save_profile
from data.pipeline import SourceStatus
from data.profiles.sources import resolve
from data.workspace import Workspace
from tests.support.dashboards import workspace_over
from tests.support.examples import example_a
from tests.support.rows import row


def test_the_shown_profile_is_the_default(tmp_path: Path) -> None:
    """Asking for no profile and asking for the shown one is the same."""
    workspace = workspace_over(tmp_path)

    assert workspace.pipeline() is workspace.pipeline("default")


def test_an_unknown_profile_is_refused_and_the_shown_one_stays(tmp_path: Path) -> None:
    """A name in a pasted link may be one that this home does not have."""
    workspace = workspace_over(tmp_path)

    with pytest.raises(ConfigurationError, match="no profile called other"):
        workspace.show("other")
    assert workspace.shown == "default"


def test_the_jira_of_the_environment_makes_no_profiles(tmp_path: Path) -> None:
    """It is that of the default profile; each name of an address would else get a pipeline of its own."""
    environment = {"JIRA_URL": "https://jira.example.org", "JIRA_JQL": "project = A"}
    home = Home(tmp_path)
    workspace = Workspace(home, environment, resolve(home, "default", environment))
    for name in ("one", "two", "three"):
        with pytest.raises(ConfigurationError, match=f"no profile called {name}"):
            workspace.pipeline(name)

    assert list(workspace._pipelines) == ["default"]
    assert workspace.pipeline("default").source.url == "https://jira.example.org"


def test_settings_that_changed_are_read_again(tmp_path: Path) -> None:
    """After a profile was saved, its pipeline speaks the new settings; a broken file leaves the old ones."""
    home = Home(tmp_path)
    home.profiles.mkdir()
    file = home.profiles / "team.toml"
    file.write_text('timezone = "UTC"\n')
    workspace = Workspace(home, {}, resolve(home, "team", {}))

    file.write_text('timezone = "Europe/Berlin"\n')
    workspace.reload("team")
    file.write_text("timezone = \n")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        workspace.reload("team")

    assert workspace.pipeline("team").profile.timezone == "Europe/Berlin"


def test_files_are_not_synced(tmp_path: Path) -> None:
    """A profile of imported files has nothing to ask."""
    workspace = workspace_over(tmp_path)

    assert workspace.refresh() is False
    assert not workspace.jobs.state().running


@pytest.mark.slow
def test_the_demo_reads_its_own_jira_and_closes_it(tmp_path: Path) -> None:
    """The sample Jira lives from the first sync until the workspace closes."""
    home = Home(tmp_path)
    workspace = Workspace(home, {}, resolve(home, "demo", {}))

    started = workspace.refresh_if_old()
    workspace.jobs.join(60)
    stored = workspace.pipeline().status().stored
    workspace.close()

    assert started
    assert workspace.jobs.state().error is None
    assert stored == 2000


@pytest.mark.parametrize(
    ("age_ms", "asks"),
    [(0, False), (15 * 60_000, False), (15 * 60_000 + 1000, True), (-30_000, False), (-24 * 3_600_000, True)],
)
def test_data_from_the_future_are_not_fresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age_ms: int, asks: bool
) -> None:
    """A quarter of an hour is fresh; a day ahead is a clock that was put back since."""
    home = Home(tmp_path)
    save_profile(home, "team", Profile(jira=JiraSettings(url="https://jira.example.org", jql="x")))
    workspace = Workspace(home, {}, resolve(home, "team", {}))
    pipeline = workspace.pipeline()
    now = 1_800_000_000_000
    monkeypatch.setattr("data.workspace.now_ms", lambda: now)
    monkeypatch.setattr(
        type(pipeline), "status", lambda _self: SourceStatus("jira", now - age_ms, True, 1, "")
    )
    asked: list[str | None] = []
    monkeypatch.setattr(workspace, "refresh", lambda name=None: bool(asked.append(name)) or True)

    assert workspace.refresh_if_old() is asks
    assert len(asked) == asks


def test_events_and_views_are_read_again_and_the_tables_stay(tmp_path: Path) -> None:
    """No number depends on them; where something else has changed in the file too, all is read again."""
    home = Home(tmp_path)
    source = resolve(home, "default", {})
    source.store.add(map(row, example_a().issues), References([], [], []))
    workspace = Workspace(home, {}, source)
    pipeline = workspace.pipeline()
    before = pipeline.report(View())
    profile = Profile(events=(Event("2026-03-04", "Second team"),))
    save_profile(home, "default", profile)

    assert workspace.renew("default") is pipeline
    assert [event.text for event in pipeline.report(View()).events] == ["Second team"]
    assert pipeline.report(View()).delivery is before.delivery
    save_profile(home, "default", replace(profile, start_source="created"))
    assert workspace.renew("default") is not pipeline
    assert workspace.pipeline().profile.start_source == "created"


def test_a_repository_that_cannot_be_read_is_named_and_asked_about_again(tmp_path: Path) -> None:
    """A profile of files that names repositories has somebody to ask; nobody listens at this address."""
    home = Home(tmp_path)
    settings = GithubSettings(url="http://127.0.0.1:9", repositories=("acme/shop", "acme/pay"))
    save_profile(home, "team", Profile(github=settings))
    environment = {
        "GITHUB_TOKEN": "for" + "-tests",
        "GITHUB_API_URL": "http://127.0.0.1:9",
        "JIRA_DEADLINE": "0.5",
    }
    workspace = Workspace(home, environment, resolve(home, "team", environment))
    started = workspace.refresh()
    workspace.jobs.join(30)
    state = workspace.jobs.state()

    assert (started, state.label, state.running) == (True, "Reading repositories", False)
    assert state.error is not None
    assert state.error.startswith("The repository acme/shop on GitHub could not be read: ")
    assert state.error.endswith(" So it is with 1 more.")
    assert (state.hint or "").endswith("What was read before stays; all else is new.")
