"""The profiles of a home: nothing is lost, no token is copied, no name leaves its folder."""

import json
from pathlib import Path

import pytest

from configuration.errors import ConfigurationError, DashboardError, InputError, LaterProfileError
from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.persistence import (
    load_profile,
    load_token,
    profile_text,
    save_profile,
    save_profile_text,
    save_token,
)
from data.profiles import shelf
from data.profiles.sources import files_store

URL = "https://jira.example.org"
TOKEN = "-".join(("made", "up", "value"))
TEAM = Profile(
    timezone="Europe/Berlin", jira=JiraSettings(url=URL, email="me@example.org", jql="project = A")
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    save_profile_text(home, "team", "# ours\n")
    save_profile(home, "team", TEAM)
    save_token(home, "team", URL, Secret(TOKEN))
    return home


def files_with_the_token(home: Home) -> list[str]:
    found = [path for path in home.root.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    return [str(path.relative_to(home.root)) for path in found]


def test_a_copy_asks_for_its_token_again(home: Home) -> None:
    shelf.copy(home, "team", "other")

    assert load_profile(home, "other") == TEAM
    assert (profile_text(home, "other") or "").startswith("# ours")
    assert load_token(home, "other", URL) is None
    assert files_with_the_token(home) == ["secrets/team.json"]


def test_a_rename_takes_the_token_along(home: Home) -> None:
    shelf.rename(home, "team", "Team")

    assert shelf.list_profiles(home) == ("Team",)
    assert load_token(home, "Team", URL) == Secret(TOKEN)
    assert files_with_the_token(home) == ["secrets/Team.json"]


def test_a_rename_that_fails_moves_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk may refuse the second of the two moves: then the first is taken back."""
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if self.suffix == ".toml":
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ConfigurationError, match="cannot be moved"):
        shelf.rename(home, "team", "new")

    assert files_with_the_token(home) == ["secrets/team.json"]


def test_a_deletion_can_be_taken_back(home: Home) -> None:
    text = profile_text(home, "team")
    gone = shelf.delete(home, "team")
    assert shelf.list_profiles(home) == ()
    assert load_token(home, "team", URL) is None
    assert shelf.deleted(home) == (gone,)

    assert shelf.restore(home, gone.id) == "team"
    assert profile_text(home, "team") == text
    assert load_token(home, "team", URL) == Secret(TOKEN)
    assert shelf.deleted(home) == ()


def test_imported_issues_go_where_their_profile_goes(home: Home) -> None:
    """They are the only copy there is: moved by a rename, set aside by a deletion, brought back by undo."""
    shelf.create(home, "files")
    home.cache.mkdir()
    files_store(home, "files").place.path.write_bytes(b"issues")
    shelf.rename(home, "files", "imported")
    assert files_store(home, "imported").place.path.read_bytes() == b"issues"

    gone = shelf.delete(home, "imported")
    shelf.create(home, "imported")
    assert not files_store(home, "imported").place.path.exists()
    shelf.delete(home, "imported")
    shelf.restore(home, gone.id)
    assert files_store(home, "imported").place.path.read_bytes() == b"issues"


def test_two_deletions_of_one_name(home: Home) -> None:
    """The second does not write over what the first set aside; a taken name is not overwritten."""
    shelf.delete(home, "team")
    shelf.create(home, "team")
    shelf.delete(home, "team")
    newest, oldest = shelf.deleted(home)
    shelf.restore(home, oldest.id)

    assert load_profile(home, "team") == TEAM
    with pytest.raises(InputError, match="already"):
        shelf.restore(home, newest.id)


def test_the_token_of_a_deleted_profile_is_forgotten_after_a_day(home: Home) -> None:
    gone = shelf.delete(home, "team")
    folder = home.secrets / "aside"
    assert folder.stat().st_mode & 0o777 == 0o700

    shelf.forget_old_tokens(home)
    assert files_with_the_token(home) == [f"secrets/aside/{gone.id}.json"]
    shelf.forget_old_tokens(home, now=shelf._epoch_s(gone.stamp) + 24 * 3600 + 1)
    assert files_with_the_token(home) == []


def test_a_new_profile_does_not_find_an_old_token(home: Home) -> None:
    """A token that lies about under a name belongs to nobody who takes the name later."""
    (home.profiles / "team.toml").unlink()
    shelf.create(home, "team", TEAM)

    assert load_token(home, "team", URL) is None


@pytest.mark.parametrize("taken", ["team", "TEAM", "demo", "Demo"])
def test_taken_names(home: Home, taken: str) -> None:
    """File systems that do not tell case apart must not lose a profile; the sample data stays as it is."""
    for act in (
        lambda: shelf.create(home, taken),
        lambda: shelf.copy(home, "team", taken),
        lambda: shelf.import_text(home, taken, ""),
    ):
        with pytest.raises(InputError):
            act()
    assert load_profile(home, "team") == TEAM


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a\0b", "..", "CON", "nul.txt", "LPT1", "a.", "a/b", "a\\b", ""]
)
def test_names_that_leave_the_folder_or_the_file_system(home: Home, name: str) -> None:
    for act in (
        lambda: shelf.create(home, name),
        lambda: shelf.copy(home, "team", name),
        lambda: shelf.copy(home, name, "new"),
        lambda: shelf.rename(home, "team", name),
        lambda: shelf.rename(home, name, "new"),
        lambda: shelf.delete(home, name),
        lambda: shelf.export(home, name),
        lambda: shelf.import_text(home, name, ""),
        lambda: shelf.restore(home, f"{name}~20260101T000000.000000"),
        lambda: shelf.start_afresh(home, name),
        lambda: save_token(home, name, URL, Secret(TOKEN)),
    ):
        with pytest.raises(InputError):
            act()
    assert shelf.list_profiles(home) == ("team",)
    assert files_with_the_token(home) == ["secrets/team.json"]


def test_links_are_not_followed(home: Home, tmp_path: Path) -> None:
    """Neither a profile nor a secret is read through a link to elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text('timezone = "Asia/Tokyo"\n')
    (home.profiles / "link.toml").symlink_to(elsewhere)
    (home.secrets / "link.json").symlink_to(home.secrets / "team.json")

    assert shelf.list_profiles(home) == ("team",)
    for act in (
        lambda: load_profile(home, "link"),
        lambda: load_token(home, "link", URL),
        lambda: save_profile(home, "link", TEAM),
        lambda: shelf.export(home, "link"),
    ):
        with pytest.raises(InputError, match="link"):
            act()
    assert elsewhere.read_text() == 'timezone = "Asia/Tokyo"\n'


@pytest.mark.parametrize("act", [shelf.delete, shelf.export])
def test_a_profile_that_is_not_there(home: Home, act) -> None:
    with pytest.raises(ConfigurationError, match="no profile called nobody"):
        act(home, "nobody")


def test_what_is_exported_can_be_imported(home: Home) -> None:
    text = shelf.export(home, "team")
    told = shelf.import_text(home, "theirs", text)

    assert TOKEN not in text
    assert "example.org" in text
    assert "me@" not in text
    assert told == load_profile(home, "theirs")
    assert told.timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("timezone = ", "not a profile"),
        ("timezone = 5", "timezone"),
        ('timezone = "Mars/Base"', "Mars/Base"),
        ('[deployments]\nversion_pattern = "("', "version_pattern"),
        ('[jira]\ntoken = "x"', r"jira\.token"),
        ("#" * 300_000, "too long"),
        ("a = " + "[" * 9_000, "not a profile"),
    ],
)
def test_what_cannot_be_imported(home: Home, text: str, says: str) -> None:
    with pytest.raises(DashboardError, match=says):
        shelf.import_text(home, "theirs", text)

    assert shelf.list_profiles(home) == ("team",)


@pytest.mark.parametrize("content", [b"timezone = ", b"\xff\xfe", b"timezone = 5"])
def test_a_broken_file_is_set_aside_with_its_reason(home: Home, content: bytes) -> None:
    """Only when the user asks for it; the file itself stays as it was."""
    (home.profiles / "team.toml").write_bytes(content)
    with pytest.raises(ConfigurationError):
        save_profile(home, "team", Profile())
    assert (home.profiles / "team.toml").read_bytes() == content

    aside = shelf.start_afresh(home, "team")
    folder = home.profiles / "aside"
    assert load_profile(home, "team") == Profile()
    assert (folder / aside.file).read_bytes() == content
    assert [path.read_text().strip() for path in folder.glob("*.reason.txt")] == [aside.reason]
    assert shelf.list_profiles(home) == ("team",)


def test_a_good_file_is_not_set_aside(home: Home) -> None:
    with pytest.raises(InputError, match="can be read"):
        shelf.start_afresh(home, "team")

    assert load_profile(home, "team") == TEAM


def test_what_a_later_version_wrote_is_not_set_aside(home: Home) -> None:
    """It is good for the program that wrote it."""
    file = home.profiles / "team.toml"
    file.write_text('version = 99\ntimezone = "UTC"\n')
    with pytest.raises(LaterProfileError, match="later version"):
        shelf.start_afresh(home, "team")

    assert file.read_text() == 'version = 99\ntimezone = "UTC"\n'
    assert not (home.profiles / "aside").exists()


def test_a_saved_token_is_for_the_owner_alone(home: Home) -> None:
    file = home.secrets / "team.json"

    assert file.stat().st_mode & 0o777 == 0o600
    assert home.secrets.stat().st_mode & 0o777 == 0o700
    assert json.loads(file.read_text()) == {"jira": {"origin": URL, "token": TOKEN}}
