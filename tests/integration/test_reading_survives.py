"""What can be read is shown whatever became of the disk or the store, and what cannot is said."""

import json
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from data.simulator.server import JiraSimulator
from tests.integration.test_server_edges import source_of
from tests.support.commands import kept, printed, refused, run, served
from tests.support.disks import filled, read_only, small_disk
from tests.support.syncing import settings_for, store_of

READING = (("metrics", "--json"), ("issues", "--jsonl"))


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSimulator]:
    with JiraSimulator(200, 3) as running:
        yield running


def answers(home: Path, settings: dict[str, str], out: Path) -> list[str]:
    """What every command that reads says; all of them succeed."""
    printed(home, "report", "--out", out, **settings)
    assert "PAY" in out.read_text(encoding="utf-8")
    return [printed(home, *command, **settings) for command in READING]


def test_a_full_disk_takes_nothing_from_those_who_read(jira: JiraSimulator, tmp_path: Path) -> None:
    """0 bytes free: every command answers as before; the dashboard shows the numbers and what is wrong."""
    settings = settings_for(jira, "cloud")
    with small_disk(tmp_path / "disk", "8m") as disk:
        home = disk / "home"
        printed(home, "sync", **settings)
        before, stored = answers(home, settings, tmp_path / "report.html"), kept(home)
        with filled(disk):
            assert answers(home, settings, tmp_path / "full.html") == before
            refused(run(home, "sync", **settings), 6, "did not take what was to be stored", "Free some space")
            server = served(tmp_path, **settings, THROUGHLINE_HOME=str(home))
            url = next(server)
            with urllib.request.urlopen(f"{url}/export/metrics.json", timeout=20) as answer:
                shown = json.loads(answer.read())
            banner = json.dumps(source_of(url)["banner"])
            server.close()
        assert {name: kept(home).get(name) for name in stored} == stored

    console = (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert (shown["revision"], shown["metrics"]) == (
        json.loads(before[0])["revision"],
        json.loads(before[0])["metrics"],
    )
    assert "Nothing new can be stored" in banner
    assert "log files in" in console
    assert "metrics.calculated" in console  # what the files cannot take


@pytest.mark.parametrize("locked", ["cache", "."])
def test_a_home_that_cannot_be_written_is_shown(jira: JiraSimulator, tmp_path: Path, locked: str) -> None:
    settings = settings_for(jira, "cloud")
    home = tmp_path / "home"
    printed(home, "sync", **settings)
    before = answers(home, settings, tmp_path / "report.html")
    with read_only(home / locked):
        assert answers(home, settings, tmp_path / "locked.html") == before
        server = served(tmp_path, **settings, THROUGHLINE_HOME=str(home))
        banner = json.dumps(source_of(next(server))["banner"])
        server.close()

    assert "Nothing new can be stored" in banner


def test_what_a_later_version_stored_is_told_and_never_set_aside(jira: JiraSimulator, tmp_path: Path) -> None:
    """Each command says to update the program; so does the page, without a button that would fetch anew."""
    settings = settings_for(jira, "cloud")
    printed(tmp_path, "sync", **settings)
    store = store_of(tmp_path)
    with closing(sqlite3.connect(store.place.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with closing(sqlite3.connect(store.place.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = store.place.path.read_bytes()
    for asked in (("metrics",), ("issues",), ("sync",), ("sync", "--full")):
        refused(run(tmp_path, *asked, **settings), 6, "a later version of this program", "Update the program")
    server = served(tmp_path, **settings)
    told = json.dumps(source_of(next(server))["banner"])
    server.close()

    assert "later version of this program" in told
    assert "Fetch everything again" not in told
    assert store.place.path.read_bytes() == content
    assert list((tmp_path / "cache").glob("*damaged*")) == []


def test_imports_into_what_a_later_version_stored_are_refused(tmp_path: Path) -> None:
    issues = tmp_path / "issues.jsonl"
    issues.write_text(
        json.dumps({"id": "1", "key": "A-1", "fields": {"created": "2026-01-05T10:00:00.000+0000"}})
    )
    printed(tmp_path, "import", issues)
    store = store_of(tmp_path)
    with closing(sqlite3.connect(store.place.path)) as connection:
        connection.execute("PRAGMA user_version = 99")

    refused(run(tmp_path, "import", issues), 6, "a later version of this program", "Update the program")


def test_a_profile_of_a_later_version_is_told_and_stays(jira: JiraSimulator, tmp_path: Path) -> None:
    """A setting that is not a store's, so exit 2; the page offers no button that sets it aside."""
    settings = settings_for(jira, "cloud")
    printed(tmp_path, "sync", **settings)
    (tmp_path / "profiles").mkdir()
    profile = tmp_path / "profiles" / "default.toml"
    profile.write_text('version = 99\ntimezone = "UTC"\n')
    for asked in (("metrics",), ("sync", "--full")):
        refused(run(tmp_path, *asked, **settings), 2, "a later version of this program", "Update the program")

    assert profile.read_text() == 'version = 99\ntimezone = "UTC"\n'


def test_a_profile_nested_without_end_is_told(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "default.toml").write_text(f"holidays = {'[' * 20_000}\n")

    refused(run(tmp_path, "metrics"), 2, "cannot be read", "default.toml")


@pytest.mark.parametrize("name", ["default.cache.json", "default.lookups.jsonl"])
def test_notes_nested_without_end_are_passed_over(jira: JiraSimulator, tmp_path: Path, name: str) -> None:
    """They are written anew by whoever has something to note."""
    settings = settings_for(jira, "cloud")
    printed(tmp_path, "sync", **settings)
    (tmp_path / "run" / name).write_text("[" * 200_000)

    assert json.loads(printed(tmp_path, "metrics", "--json", **settings))["scope"]["issues"] == 200
    assert json.loads(printed(tmp_path, "sync", "--json", **settings))["state"] == "ok"
