"""The workspace: which profile is shown, what is read again, what is asked in the background."""

from dataclasses import replace
from pathlib import Path

import pytest

from configuration.errors import ConfigurationError
from configuration.profile import GithubSettings, JiraSettings, Profile
from configuration.profile_lists import Event
from configuration.settings import Home, Secret
from data.cache_manager import References
from data.metrics.report import View
from data.persistence import load_cache_metadata, save_profile, save_token
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


def test_what_is_borrowed_is_not_kept(tmp_path: Path) -> None:
    """One that is open is the same; another one is made for one question, and is forgotten with it."""
    workspace = workspace_over(tmp_path)
    workspace.home.profiles.mkdir()
    (workspace.home.profiles / "team.toml").write_text("", encoding="utf-8")

    assert workspace.borrow("default") is workspace.pipeline("default")
    assert workspace.borrow("team").name == "team"
    assert list(workspace._pipelines) == ["default"]
    with pytest.raises(ConfigurationError, match="no profile called other"):
        workspace.borrow("other")


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
    assert not workspace.jobs.state("default").running


def two_over(home: Home, name: str, *, shared: bool = False) -> tuple[Workspace, Workspace]:
    """Return two workspaces over one home, as two processes have them."""
    first, second = (Workspace(home, {}, resolve(home, name, {}), shared=shared) for _ in range(2))
    return first, second


def test_what_another_process_saves_is_seen_at_the_next_question(tmp_path: Path) -> None:
    """Settings, and what no number depends on, which keeps the tables at hand; nothing is read again else."""
    home = Home(tmp_path)
    save_profile(home, "team", Profile(timezone="UTC"))
    here, there = two_over(home, "team")
    before = there.pipeline("team")
    save_profile(home, "team", Profile(timezone="Europe/Berlin"))
    here.reload("team")
    moved = there.pipeline("team")
    save_profile(
        home, "team", Profile(timezone="Europe/Berlin", events=(Event("2026-03-04", "Second team"),))
    )
    here.renew("team")
    told = there.pipeline("team")

    assert (before.profile.timezone, moved.profile.timezone) == ("UTC", "Europe/Berlin")
    assert told is moved is there.pipeline("team") is there.pipeline()
    assert [event.text for event in told.profile.events] == ["Second team"]


def test_a_token_that_another_process_saves_is_used(tmp_path: Path) -> None:
    """No number depends on it, and the next sync does."""
    home, url = Home(tmp_path), "https://jira.example.org"
    save_profile(home, "team", Profile(jira=JiraSettings(url=url, jql="x")))
    _, there = two_over(home, "team")
    before = there.pipeline("team")
    token = Secret("for" + "-tests")
    save_token(home, "team", url, token)

    assert before.source.token is None
    assert there.pipeline("team") is before
    assert there.pipeline("team").source.token == token


def test_a_profile_that_another_process_took_away_is_gone(tmp_path: Path) -> None:
    """While its file is only wrong, as in the middle of an edit by hand, its last good settings hold."""
    home = Home(tmp_path)
    save_profile(home, "team", Profile(timezone="Europe/Berlin"))
    _, there = two_over(home, "default")
    there.pipeline("team")
    (home.profiles / "team.toml").write_text("timezone = \n")
    wrong = there.pipeline("team").profile.timezone
    (home.profiles / "team.toml").unlink()

    assert wrong == "Europe/Berlin"
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="no profile called team"):
            there.pipeline("team")


def test_processes_of_one_address_show_the_same_profile(tmp_path: Path) -> None:
    """And go on with it after a restart; one that listens by itself goes by what it was started with."""
    home = Home(tmp_path)
    save_profile(home, "team", Profile())
    here, there = two_over(home, "default", shared=True)
    alone, _ = two_over(home, "default")
    here.show("team")
    shown = [there.shown, there.pipeline().name, alone.shown, two_over(home, "default", shared=True)[0].shown]
    (home.profiles / "team.toml").unlink()

    assert shown == ["team", "team", "default", "team"]
    assert there.shown == "default"


@pytest.mark.slow
def test_the_demo_reads_its_own_jira_and_closes_it(tmp_path: Path) -> None:
    """It lives from the first sync until the workspace closes; every process of the home has the same one."""
    home = Home(tmp_path)
    workspace, other = two_over(home, "demo")

    workspace.begin()
    workspace.jobs.join("demo", 60)
    stored = workspace.pipeline().status().stored
    started = other.refresh_if_old()
    other.jobs.join("demo", 60)
    metadata = load_cache_metadata(home, "demo")
    workspace.close()
    other.close()

    assert started
    assert workspace.jobs.state("demo").error is None
    assert stored == 2000
    assert metadata is not None
    modes = [sync.mode for sync in metadata.syncs]
    assert (modes[0], len(modes)) == ("full", 2)
    assert modes[1] in ("unchanged", "incremental")  # as it is within the minute, and after it


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
    monkeypatch.setattr("data.model.clock.now_ms", lambda: now)
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
    workspace.jobs.join("team", 30)
    state = workspace.jobs.state("team")

    assert (started, state.label, state.running) == (True, "Reading repositories", False)
    assert state.error is not None
    assert state.error.startswith("The repository acme/shop on GitHub could not be read: ")
    assert state.error.endswith(" So it is with 1 more.")
    assert (state.hint or "").endswith("What was read before stays; all else is new.")
