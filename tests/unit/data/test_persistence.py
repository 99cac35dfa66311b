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
    load_headers,
    load_host_token,
    load_profile,
    load_token,
    save_host_token,
    save_profile,
    save_token,
    token_origin,
    update_profile,
)

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
    """Its half-written file goes with the next save, unless it is so young that somebody may be at it.

    What an editor keeps beside the profile stays.
    """
    save_profile(home, "team", Profile())
    for name, age_s in ((".throughline-old", 120), (".throughline-new", 5), (".team.toml.swp", 120)):
        (home.profiles / name).write_text("half")
        os.utime(home.profiles / name, (time.time() - age_s,) * 2)
    save_profile(home, "team", Profile())

    assert sorted(path.name for path in home.profiles.iterdir()) == [
        ".team.toml.swp",
        ".throughline-new",
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


@pytest.mark.slow
def test_a_process_killed_while_saving_leaves_whole_files(home: Home) -> None:
    killed_while_saving(home, 8)

    assert load_profile(home, "team") is not None


@pytest.mark.soak
def test_a_thousand_processes_killed_while_saving(home: Home) -> None:
    killed_while_saving(home, 1000)


def saved(home: Home, content: str) -> None:
    home.secrets.mkdir(exist_ok=True)
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


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"origin": "https://jira.example.org"}', "5", '{"token": 5', "\x00"]
)
def test_a_secret_that_is_none(home: Home, content: str) -> None:
    saved(home, content)

    assert load_token(home, "team", URL) is None


TOKEN = "-".join(("made", "up"))


@pytest.mark.parametrize(
    "written",
    [
        "https://jira.example.org",
        "https://jira.example.org:443",
        "https://jira.example.org.",
        "HTTPS://JIRA.example.org/jira",
    ],
)
@pytest.mark.parametrize("url", [URL, "https://Jira.Example.org:443/a?b", "https://jira.example.org./"])
def test_an_origin_matches_however_it_is_spelled(home: Home, written: str, url: str) -> None:
    """Also one that was saved with its port, as earlier ones were."""
    saved(home, json.dumps({"origin": written, "token": TOKEN}))

    assert load_token(home, "team", url) == Secret(TOKEN)
    assert token_origin(home, "team") == "https://jira.example.org"


@pytest.mark.parametrize("url", ["", "://", "https://", "https://[::1", "https://a\\@jira.example.org"])
def test_an_address_without_an_origin_gets_no_token(home: Home, url: str) -> None:
    """Not even one that was saved without."""
    for written in ("", "://", url, "https://jira.example.org"):
        saved(home, json.dumps({"origin": written, "token": TOKEN}))

        assert load_token(home, "team", url) is None


def secrets_of(home: Home) -> dict:
    return json.loads((home.secrets / "team.json").read_text())


def test_the_older_file_of_a_token_becomes_the_newer_when_it_is_saved(home: Home) -> None:
    """It is read as it was; what else stands in the file, also of a later version, is kept."""
    other = {"headers": {"origin": URL, "values": {"X-Gate": TOKEN}}, "later": {"origin": URL, "token": "?"}}
    saved(home, json.dumps({"origin": URL, "token": TOKEN, **other}))

    assert load_token(home, "team", URL) == Secret(TOKEN)
    save_token(home, "team", "https://new.example.org/jira", Secret(TOKEN[::-1]))
    assert secrets_of(home) == {"jira": {"origin": "https://new.example.org", "token": TOKEN[::-1]}, **other}
    assert load_token(home, "team", "https://new.example.org") == Secret(TOKEN[::-1])
    assert load_token(home, "team", URL) is None


@pytest.mark.parametrize("content", ['{"headers": {"values"', "[]", "nonsense"])
def test_secrets_written_by_hand_are_not_overwritten_for_a_slip(home: Home, content: str) -> None:
    saved(home, content)
    with pytest.raises(ConfigurationError, match=r"secrets/team\.json cannot be read"):
        save_token(home, "team", URL, Secret(TOKEN))

    assert (home.secrets / "team.json").read_text() == content


@pytest.mark.parametrize("content", ["", "\n", "\0" * 40])
def test_a_file_without_content_is_written_anew(home: Home, content: str) -> None:
    """An editor or a power cut left nothing that could be lost."""
    saved(home, content)
    save_token(home, "team", URL, Secret(TOKEN))

    assert load_token(home, "team", URL) == Secret(TOKEN)


def with_headers(home: Home, origin: str, values: dict[str, object]) -> None:
    saved(home, json.dumps({"headers": {"origin": origin, "values": values}}))


def test_headers_belong_to_their_origin(home: Home) -> None:
    with_headers(home, "https://jira.example.org:443", {"x-gate": TOKEN, "Other": "not asked for"})

    assert load_headers(home, "team", URL, ["X-Gate"]) == (("X-Gate", Secret(TOKEN)),)
    assert load_headers(home, "team", "https://b.example.org", []) == ()
    with pytest.raises(ConfigurationError, match=r"not sent to https://b\.example\.org: they") as raised:
        load_headers(home, "team", "https://b.example.org", ["X-Gate"])
    assert TOKEN not in raised.value.message + raised.value.hint


@pytest.mark.parametrize("value", [None, "", 5, [TOKEN]])
def test_a_named_header_has_a_value(home: Home, value: object) -> None:
    """The remedy names the file."""
    with_headers(home, URL, {"X-Gate": value})
    with pytest.raises(ConfigurationError, match="X-Gate of the profile team has no value") as raised:
        load_headers(home, "team", URL, ["X-Gate"])

    assert "secrets/team.json" in raised.value.hint


@pytest.mark.parametrize("content", ["{", "[]", '{"headers": 5}'])
def test_headers_in_a_file_that_cannot_be_read(home: Home, content: str) -> None:
    saved(home, content)
    with pytest.raises(ConfigurationError, match=r"secrets/team\.json cannot be read"):
        load_headers(home, "team", URL, ["X-Gate"])


def test_headers_without_a_file(home: Home) -> None:
    with pytest.raises(ConfigurationError, match="has no value"):
        load_headers(home, "team", URL, ["X-Gate"])


def test_the_token_of_a_host_stands_beside_all_other_secrets(home: Home) -> None:
    """Also beside what this version does not know; taken out, it leaves them."""
    jira, host = Secret("for" + "-jira"), Secret("for" + "-github")
    save_token(home, "team", "https://jira.example.com", jira)
    path = home.secrets / "team.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"later": {"kept": 1}}))
    save_host_token(home, "team", "github", "https://git.example.com/api/v3", host)

    assert load_host_token(home, "team", "github") == ("https://git.example.com", host)
    assert load_token(home, "team", "https://jira.example.com") == jira
    assert path.stat().st_mode & 0o777 == 0o600
    save_host_token(home, "team", "github", "", None)
    assert json.loads(path.read_text()).keys() == {"jira", "later"}
