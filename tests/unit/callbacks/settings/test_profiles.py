"""Profiles from the page: what each button does to files and to what is shown."""

import base64
from pathlib import Path

import pytest

from callbacks.settings.profiles import Done, file_stem, perform
from configuration.errors import ConfigurationError, InputError
from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.persistence import load_profile, load_token, save_profile, save_token
from data.profiles.shelf import deleted, list_profiles
from data.profiles.sources import resolve
from data.workspace import Workspace

URL = "https://jira.example.org"
TOKEN = "-".join(("not", "a", "real", "one"))
TEAM = Profile(
    timezone="Europe/Berlin", jira=JiraSettings(url=URL, email="me@example.org", jql="project = A")
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    home = Home(tmp_path)
    save_profile(home, "team", TEAM)
    save_token(home, "team", URL, Secret(TOKEN))
    return Workspace(home, {}, resolve(home, "team", {}))


def pressed(workspace: Workspace, button: str, name: str = "", chosen: str = "team") -> Done:
    return perform(workspace, {"kind": "settings-profile-act", "name": button}, chosen, name, (None, None))


def uploaded(workspace: Workspace, text: bytes, name: str = "", file: str = "Their Team.toml") -> Done:
    contents = "data:application/toml;base64," + base64.b64encode(text).decode()
    return perform(workspace, "settings-upload", "team", name, (contents, file))


def test_create(workspace: Workspace) -> None:
    done = pressed(workspace, "create", "blue")

    assert done.shown == "blue"
    assert load_profile(workspace.home, "blue") == Profile()


def test_copy_leaves_the_token_behind(workspace: Workspace) -> None:
    done = pressed(workspace, "copy", "blue")

    assert done.shown is None
    assert load_profile(workspace.home, "blue") == TEAM
    assert load_token(workspace.home, "blue", URL) is None


def test_a_renamed_profile_stays_in_view(workspace: Workspace) -> None:
    """Under its new name, with its token; the old name is forgotten."""
    done = pressed(workspace, "rename", "blue")

    assert done.shown == workspace.shown == "blue"
    assert load_token(workspace.home, "blue", URL) == Secret(TOKEN)
    with pytest.raises(ConfigurationError, match="no profile called team"):
        workspace.pipeline("team")


def test_a_deletion_shows_what_is_left_and_can_be_undone(workspace: Workspace) -> None:
    save_profile(workspace.home, "other", Profile())
    done = pressed(workspace, "delete")
    gone = deleted(workspace.home)[0]

    assert (done.gone, workspace.shown) == ("team", "other")
    back = perform(workspace, {"kind": "settings-undo", "name": gone.id}, "other", "", (None, None))
    assert back.chosen == "team"
    assert list_profiles(workspace.home) == ("other", "team")


def test_the_last_profile_leaves_the_sample_data(workspace: Workspace) -> None:
    pressed(workspace, "delete")

    assert workspace.shown == "demo"


def test_an_export_holds_neither_token_nor_email(workspace: Workspace) -> None:
    file = pressed(workspace, "export").download

    assert file is not None
    assert file["filename"] == "team.toml"
    assert "Europe/Berlin" in file["content"]
    assert TOKEN not in file["content"]
    assert "me@example.org" not in file["content"]


def test_an_import_takes_its_name_from_the_file_or_the_field(workspace: Workspace) -> None:
    assert uploaded(workspace, b'timezone = "Asia/Tokyo"').shown == "Their-Team"
    assert uploaded(workspace, b"", name="blue").shown == "blue"
    assert list_profiles(workspace.home) == ("blue", "team", "Their-Team")


@pytest.mark.parametrize(
    ("button", "name", "chosen"),
    [
        ("create", "../x", ""),
        ("create", "team", ""),
        ("copy", "demo", "team"),
        ("copy", "x", ""),
        ("show", "", ""),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    workspace: Workspace, button: str, name: str, chosen: str
) -> None:
    with pytest.raises(InputError):
        pressed(workspace, button, name, chosen)
    with pytest.raises(InputError):
        uploaded(workspace, b"\xff\xfe")

    assert list_profiles(workspace.home) == ("team",)
    assert workspace.shown == "team"


@pytest.mark.parametrize(
    ("file", "name"),
    [("Their Team.toml", "Their-Team"), ("..\\..\\x.toml", "x"), ("a/b.toml", "b"), ("", ""), ("ä.toml", "")],
)
def test_names_of_files(file: str, name: str) -> None:
    assert file_stem(file) == name
