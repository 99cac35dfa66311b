"""Where a profile's issues come from: option, environment, profile, default."""

from dataclasses import replace
from pathlib import Path

import pytest

from configuration.errors import ConfigurationError
from configuration.profile import profile_from
from configuration.settings import Home, Secret
from data.persistence import save_profile
from data.sources import check_connection, resolve

URL = "https://jira.example.org"


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
        return resolve(home, name, environment).store.path

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
