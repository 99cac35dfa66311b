"""The workspace: which profile is shown, what is read again, what is asked in the background."""

from pathlib import Path

import pytest

from callbacks.workspace import Workspace
from configuration.errors import ConfigurationError
from configuration.settings import Home
from data.sources import resolve
from tests.dashboards import workspace_over


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
