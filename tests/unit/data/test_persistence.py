"""Profiles and tokens on disk."""

import json
import os
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration.errors import ConfigurationError, InputError
from configuration.profile import Profile, profile_from
from configuration.settings import Home, Secret
from data.persistence import (
    checked_name,
    load_profile,
    load_token,
    origin_of,
    save_profile,
    update_profile,
)
from data.profile_versions import migrate

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "tests" / "fixtures" / "profile_versions"
URL = "https://jira.example.org/base"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize("name", ["a", "A.b-c_9", "9", "x" * 64])
def test_names(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "-a", "_a", "a/b", "a\\b", "a b", "x" * 65, "a\n", "ä", "a\0", "a.", "CON", "com1.x"],
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


def test_a_failed_write_leaves_the_old_profile(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk at the last moment: the old file is whole, and no half-written one stays."""
    save_profile(home, "team", Profile(timezone="Europe/Berlin"))

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match=r"team\.toml cannot be written: No space"):
        save_profile(home, "team", Profile(timezone="Asia/Tokyo"))

    assert load_profile(home, "team") == Profile(timezone="Europe/Berlin")
    assert [path.name for path in home.profiles.iterdir()] == ["team.toml"]


def test_what_a_killed_process_left_is_cleared_away(home: Home) -> None:
    """Its half-written file goes with the next save, unless it is so young that somebody may be at it."""
    save_profile(home, "team", Profile())
    for name, age_s in ((".team.toml.old", 120), (".team.toml.new", 5), (".other.toml.old", 120)):
        (home.profiles / name).write_text("half")
        os.utime(home.profiles / name, (time.time() - age_s,) * 2)
    save_profile(home, "team", Profile())

    assert sorted(path.name for path in home.profiles.iterdir()) == [
        ".other.toml.old",
        ".team.toml.new",
        "team.toml",
    ]


def test_an_update_keeps_what_was_edited_meanwhile(home: Home) -> None:
    """The change is made to the file as it is now, not to what was once read from it."""
    save_profile(home, "team", Profile())
    (home.profiles / "team.toml").write_text('edition = "2021"  # by hand\n')
    told = update_profile(home, "team", lambda profile: replace(profile, timezone="Asia/Tokyo"))

    assert told == load_profile(home, "team") == Profile(timezone="Asia/Tokyo", edition="2021")
    assert "# by hand" in (home.profiles / "team.toml").read_text()


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_profiles_of_every_version_can_be_read(home: Home, sample: Path) -> None:
    """A sample of each version that was ever released is kept; it says the same for ever."""
    home.profiles.mkdir()
    (home.profiles / "team.toml").write_bytes(sample.read_bytes())
    profile = load_profile(home, "team")

    assert profile is not None
    assert profile.timezone == "Europe/Berlin"
    assert profile.not_delivered == ("Won't Do", "Duplicate")
    assert profile.workflow.waiting == ("Review",)
    assert profile.fields == {"story_points": "customfield_10016", "deployed_at": "customfield_10020"}


def test_older_versions_migrate_step_by_step() -> None:
    """A made-up history: version 1 called the zone tz, version 2 called it zone."""

    def first(raw) -> None:
        raw["zone"] = raw.pop("tz")

    def second(raw) -> None:
        raw["timezone"] = raw.pop("zone")

    old, middle, new = {"tz": "UTC"}, {"version": 2, "zone": "UTC"}, {"version": 3, "timezone": "UTC"}
    for raw in (old, middle, new):
        migrate(raw, (first, second))

        assert raw == {"version": 3, "timezone": "UTC"}


SAVER = """
import sys
from pathlib import Path
from configuration.profile import Profile
from configuration.settings import Home, Secret
from data.persistence import save_profile, save_token
home = Home(Path(sys.argv[1]))
told = False
while True:
    for zone in ("Europe/Berlin", "Asia/Tokyo"):
        save_profile(home, "team", Profile(timezone=zone, not_delivered=(zone,) * 400))
        save_token(home, "team", "https://jira.example.org", Secret(zone * 400))
        told = told or print("saved once", flush=True) is None
"""


def killed_while_saving(home: Home, times: int) -> None:
    """Kill a process that saves all the time, at random moments, and read what it left."""
    for _ in range(times):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVER, str(home.root)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.uniform(0.03, 0.12))
        process.kill()
        process.wait()
        process.stdout.close()
        profile, token = load_profile(home, "team"), load_token(home, "team", "https://jira.example.org")
        assert profile is None or profile.not_delivered == (profile.timezone,) * 400
        assert token is None or token in (Secret("Europe/Berlin" * 400), Secret("Asia/Tokyo" * 400))


def test_a_process_killed_while_saving_leaves_whole_files(home: Home) -> None:
    killed_while_saving(home, 8)

    assert load_profile(home, "team") is not None


@pytest.mark.soak
def test_a_thousand_processes_killed_while_saving(home: Home) -> None:
    killed_while_saving(home, 1000)


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
