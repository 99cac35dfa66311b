"""A profile from its token to its numbers, for each kind of home: the same sync, whatever keeps it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.database.connection import Database
from configuration.database.sealing import new_key
from configuration.errors import StoreError
from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.intake.profile_sync import synchronize
from data.persistence import load_cache_metadata, save_profile, save_token
from data.profiles.sources import Source, resolve
from data.simulator.server import JiraSimulator
from data.store.ledger import ledger_of
from tests.services import PostgreSQL

ISSUES = 60


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSimulator]:
    with JiraSimulator(ISSUES, 3) as running:
        yield running


def profile_in(home: Home, jira: JiraSimulator) -> Source:
    """Return the profile ``team`` as a home keeps it."""
    settings = JiraSettings(url=jira.url, email=jira.email, jql="created is not EMPTY")
    save_profile(home, "team", Profile(jira=settings))
    save_token(home, "team", jira.url, Secret(jira.token))
    return resolve(home, "team", {})


def test_a_sync_and_one_with_nothing_new(home: Home, jira: JiraSimulator) -> None:
    """Nothing of it lies in the folder of a home with a database."""
    first = synchronize(profile_in(home, jira), home, {})
    second = synchronize(resolve(home, "team", {}), home, {})
    metadata, statistics = load_cache_metadata(home, "team"), ledger_of(home, "team").statistics()

    assert (first.mode, first.changes.stored, second.mode) == ("full", ISSUES, "unchanged")
    assert metadata is not None
    assert [sync.mode for sync in metadata.syncs] == ["full", "unchanged"]
    assert (statistics.hits, statistics.misses) == (1, {"cold": 1})
    assert home.database is None or list(home.root.iterdir()) == []


def test_both_kinds_hold_the_same(database: Database, tmp_path: Path, jira: JiraSimulator) -> None:
    database.keys = (new_key(),)
    homes = Home(tmp_path / "laptop"), Home(tmp_path / "server", database)
    revisions = {synchronize(profile_in(home, jira), home, {}).changes.revision for home in homes}

    assert len(revisions) == 1


def test_ages_are_told_by_the_clock_that_all_share(
    database: Database, tmp_path: Path, jira: JiraSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that is an hour late synced now, as others see it."""
    database.keys = (new_key(),)
    home = Home(tmp_path, database)
    source = profile_in(home, jira)
    late_ns = time.time_ns() - 3600 * 10**9
    with monkeypatch.context() as patched:
        patched.setattr(time, "time_ns", lambda: late_ns)
        synchronize(source, home, {})
    metadata = load_cache_metadata(home, "team")

    assert metadata is not None
    assert abs(int(source.store.meta()["synced_here_at"]) - time.time() * 1000) < 60_000
    assert abs(metadata.syncs[0].at - time.time() * 1000) < 60_000


def test_a_sync_that_an_outage_cuts_is_told_and_starts_again(
    database: Database, postgres: PostgreSQL, tmp_path: Path
) -> None:
    """PostgreSQL is stopped and started while it fetches: one sentence, nothing half, and then all of it."""
    database.keys = (new_key(),)
    home, cut = Home(tmp_path, database), []

    def cut_once(done: int, total: int | None) -> None:
        if not cut:
            cut.append(done)
            postgres.stop()
            postgres.start()

    with JiraSimulator(400, 3, page_cap=50) as jira:
        source = profile_in(home, jira)
        with pytest.raises(StoreError) as met:
            synchronize(source, home, {}, cut_once)
        stored = source.store.revision()
        outcome = synchronize(source, home, {})

    assert cut
    assert met.value.message == "The database ended the connection in the middle of the work."
    assert not stored
    assert outcome.changes.stored == 400
