"""Where a profile's issues come from: option, environment, profile, default."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from configuration.errors import ConfigurationError
from configuration.profile import profile_from
from configuration.settings import Home, Secret
from data.cache_manager import CacheConfiguration, CacheInvalidationTrigger
from data.persistence import save_profile
from data.profiles.sources import check_connection, configuration_of, resolve

URL = "https://jira.example.org"
FIXTURES = Path(__file__).parents[3] / "fixtures"
# What version 0.1.0 stored for the sample profile, for one with a connection only, and for the demo.
STORED = json.loads((FIXTURES / "configurations" / "version-0.1.0.json").read_text(encoding="utf-8"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    jira = {"url": URL, "email": "a@example.org", "jql": "project = A", "dialect": "dc"}
    save_profile(made, "team", profile_from({"jira": jira}))
    save_profile(made, "files", profile_from({"timezone": "Asia/Tokyo"}))
    return made


def test_the_environment_wins_over_the_profile_and_empty_is_unset(home: Home) -> None:
    plain = resolve(home, "team", {"JIRA_URL": "", "JIRA_JQL": ""})
    told = resolve(home, "team", {"JIRA_URL": "https://b.example", "JIRA_JQL": "x", "JIRA_DIALECT": "cloud"})

    assert (plain.kind, plain.url, plain.jql, plain.dialect) == ("jira", URL, "project = A", "dc")
    assert (told.url, told.jql, told.dialect, told.email) == (
        "https://b.example",
        "x",
        "cloud",
        "a@example.org",
    )


def test_kinds(home: Home) -> None:
    assert resolve(home, "files", {}).kind == "files"
    assert resolve(home, "files", {}).profile.timezone == "Asia/Tokyo"
    assert resolve(home, "default", {}).kind == "files"
    assert resolve(home, "demo", {"JIRA_URL": URL}).kind == "demo"


def test_a_profile_that_does_not_exist(home: Home) -> None:
    """Refused, except to an import, and except where the environment gives the connection."""
    with pytest.raises(ConfigurationError, match="nobody"):
        resolve(home, "nobody", {})

    assert resolve(home, "nobody", {}, creating=True).kind == "files"
    assert resolve(home, "nobody", {"JIRA_URL": URL}).kind == "jira"


def test_each_scope_has_a_store_of_its_own(home: Home) -> None:
    def store(name: str, **environment: str) -> Path:
        return resolve(home, name, environment).store.place.path

    stores = [
        store("team"),
        store("team", JIRA_JQL="project = B"),
        store("team", JIRA_EMAIL="b@example.org"),
        store("team", JIRA_URL="https://b.example"),
        store("files"),
        store("default"),
        store("demo"),
    ]

    assert len(set(stores)) == len(stores)
    assert store("team", JIRA_TOKEN="-".join(("made", "up"))) == stores[0]
    assert all(len(path.stem) == 32 and path.parent == home.cache for path in stores)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"url": ""}, "JIRA_URL"),
        ({"token": None}, "JIRA_TOKEN"),
        ({"token": Secret("")}, "JIRA_TOKEN"),
        ({"jql": ""}, "JIRA_JQL"),
        ({"dialect": "server"}, "JIRA_DIALECT"),
        ({"url": "jira.example.org"}, "web address"),
        ({"url": "ftp://jira.example.org"}, "web address"),
        ({"url": "http://jira.example.org"}, "not encrypted"),
        ({"url": "http://127.0.0.1.example.org"}, "not encrypted"),
    ],
)
def test_a_connection_that_cannot_be_asked(home: Home, changes: dict, word: str) -> None:
    source = replace(resolve(home, "team", {}), token=Secret("-".join(("made", "up"))))
    with pytest.raises(ConfigurationError, match=word):
        check_connection(replace(source, **changes))


@pytest.mark.parametrize("url", [URL, "http://127.0.0.1:8080", "http://localhost", "http://[::1]:8080/jira"])
def test_a_connection_that_can(home: Home, url: str) -> None:
    check_connection(replace(resolve(home, "team", {}), url=url, token=Secret("-".join(("made", "up")))))


@pytest.mark.parametrize("name", sorted(STORED.keys() - {"demo"}))
def test_what_an_older_version_stored_is_the_same_configuration(home: Home, name: str) -> None:
    """Same file, same scope, same meaning: nothing is fetched or computed again for a new spelling."""
    sample = (FIXTURES / "profile_versions" / "version-1.toml").read_text(encoding="utf-8")
    (home.profiles / "team.toml").write_text(sample, encoding="utf-8")
    save_profile(
        home, "plain", profile_from({"jira": {"url": URL, "email": "a@example.org", "jql": "project = A"}})
    )
    source = resolve(home, name, {})
    stored = CacheConfiguration.from_text(STORED[name]["configuration"])

    assert stored == configuration_of(source)
    assert (stored.key(), source.store.place.path.name) == (STORED[name]["key"], STORED[name]["store"])
    assert CacheInvalidationTrigger(stored, configuration_of(source)).reasons == ()


def test_the_sample_keeps_its_store(home: Home) -> None:
    """Its teams have a pipeline since, with an environment: another meaning, and nothing else."""
    source, stored = resolve(home, "demo", {}), CacheConfiguration.from_text(STORED["demo"]["configuration"])
    trigger = CacheInvalidationTrigger(stored, configuration_of(source))

    assert source.store.place.path.name == STORED["demo"]["store"]
    assert (trigger.reason, trigger.needs_requests) == ("workflow", False)


def test_another_meaning_than_the_stored_one_is_seen(home: Home) -> None:
    """The incident window of the sample is 24 hours."""
    sample = (FIXTURES / "profile_versions" / "version-1.toml").read_text(encoding="utf-8")
    changed = sample.replace("window_hours = 24", "window_hours = 25")
    (home.profiles / "team.toml").write_text(changed, encoding="utf-8")
    stored = CacheConfiguration.from_text(STORED["team"]["configuration"])
    assert stored is not None

    trigger = CacheInvalidationTrigger(stored, configuration_of(resolve(home, "team", {})))

    assert trigger.reasons == ("workflow",)


def test_what_a_gate_wants_is_no_part_of_the_scope(home: Home) -> None:
    """A certificate or a header changes neither the store nor what has to be fetched."""
    before = resolve(home, "team", {})
    settings = replace(before.profile.jira, client_cert="me.pem", headers=("X-Gate",))
    save_profile(home, "team", replace(before.profile, jira=settings))
    after = resolve(home, "team", {})

    assert after.profile.jira.headers == ("X-Gate",)
    assert after.store.place.path == before.store.place.path
    assert configuration_of(after) == configuration_of(before)
