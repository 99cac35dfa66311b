"""Profiles and tokens on disk."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration.errors import ConfigurationError, InputError
from configuration.profile import Profile, profile_from
from configuration.settings import Home
from data.persistence import checked_name, load_profile, load_token, origin_of, save_profile

URL = "https://jira.example.org/base"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize("name", ["a", "A.b-c_9", "9", "x" * 64])
def test_names(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "-a", "_a", "a/b", "a\\b", "a b", "x" * 65, "a\n", "ä", "a\0"]
)
def test_what_cannot_be_a_name(name: str) -> None:
    """Names become file names."""
    with pytest.raises(InputError):
        checked_name(name)


@given(st.text(max_size=70))
def test_no_name_leaves_its_folder(name: str) -> None:
    try:
        path = Path("/profiles") / f"{checked_name(name)}.toml"
    except InputError:
        return
    assert path.parent == Path("/profiles")
    assert path.resolve() == path


def test_a_profile_comes_back_as_it_was(home: Home) -> None:
    raw = {
        "timezone": "Europe/Berlin",
        "include_epics": True,
        "not_delivered": ["Ätsch", '"quoted"'],
        "workflow": {"waiting": ["Review"]},
        "incidents": {"window_hours": 5},
        "fields": {"story_points": "customfield_1"},
    }
    save_profile(home, "team", profile_from(raw))

    assert load_profile(home, "team") == profile_from(raw)
    assert [path.name for path in home.profiles.iterdir()] == ["team.toml"]


def test_defaults_are_not_written(home: Home) -> None:
    save_profile(home, "team", Profile())

    assert (home.profiles / "team.toml").read_text() == ""
    assert load_profile(home, "team") == Profile()


def test_no_profile_is_none(home: Home) -> None:
    assert load_profile(home, "team") is None


@pytest.mark.parametrize("content", [b"timezone = ", b"\xff\xfe", b"timezone = 5"])
def test_a_file_that_is_no_profile(home: Home, content: bytes) -> None:
    home.profiles.mkdir()
    (home.profiles / "team.toml").write_bytes(content)
    with pytest.raises(ConfigurationError) as met:
        load_profile(home, "team")

    assert met.value.exit_code == 2


def test_a_failed_write_leaves_the_old_profile(home: Home) -> None:
    """The folder in place of the file cannot be replaced; no half-written file stays."""
    (home.profiles / "team.toml").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match=r"team\.toml"):
        save_profile(home, "team", Profile(timezone="Asia/Tokyo"))

    assert [path.name for path in home.profiles.iterdir()] == ["team.toml"]


def saved(home: Home, content: str) -> None:
    home.secrets.mkdir()
    (home.secrets / "team.json").write_text(content)


def test_a_token_belongs_to_its_origin(home: Home) -> None:
    token = "-".join(("made", "up"))
    saved(home, json.dumps({"origin": "https://jira.example.org", "token": token}))
    found = load_token(home, "team", URL)

    assert found is not None
    assert found.reveal() == token
    assert str(found) == repr(found) == "***"
    assert load_token(home, "team", "https://other.example.org") is None
    assert load_token(home, "team", "http://jira.example.org") is None
    assert load_token(home, "other", URL) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"origin": "https://jira.example.org"}', "5"])
def test_a_secret_that_is_none(home: Home, content: str) -> None:
    saved(home, content)

    assert load_token(home, "team", URL) is None


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Jira.Example.org/a?b", "https://jira.example.org"),
        ("https://jira.example.org:8443/", "https://jira.example.org:8443"),
        ("https://someone:pw@jira.example.org", "https://jira.example.org"),
    ],
)
def test_origins(url: str, origin: str) -> None:
    assert origin_of(url) == origin
