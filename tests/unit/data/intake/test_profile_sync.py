"""A sync as a whole: noted whatever becomes of it, and not failed by what is only noted."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from configuration.errors import AuthenticationError, ConfigurationError, DashboardError
from configuration.profile import Profile
from configuration.settings import Home, Secret
from data.intake.profile_sync import MOST_SYNCS, synchronize
from data.persistence import load_cache_metadata
from data.profiles.sources import Source, configuration_of
from data.simulator.server import JiraSimulator
from data.store.ledger import ledger_of
from tests.support.stores import store_at
from tests.support.syncing import source_for


@pytest.fixture(scope="module")
def jira() -> JiraSimulator:
    with JiraSimulator(60, 3) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def with_token(source: Source, *parts: str) -> Source:
    return replace(source, token=Secret("-".join(parts)))


def test_a_sync_is_noted(jira: JiraSimulator, home: Home) -> None:
    """Key, times, counts and requests of each sync; what the ledger counts agrees with them."""
    source = source_for(jira, "cloud", home)
    first, second = synchronize(source, home, {}), synchronize(source, home, {})
    metadata = load_cache_metadata(home, "team")

    assert metadata.cache_key == source.store.key
    assert metadata.config_hash == configuration_of(source).digest()
    assert [sync.mode for sync in metadata.syncs] == ["full", "unchanged"]
    assert [sync.requests for sync in metadata.syncs] == [
        first.requests["total"],
        second.requests["total"],
    ]
    assert metadata.creation_timestamp == metadata.syncs[0].at
    assert (metadata.last_synced, metadata.stored) == (metadata.syncs[1].at, 60)
    statistics = ledger_of(home, "team").statistics()
    assert (statistics.hits, statistics.misses) == (1, {"cold": 1})


def test_a_failed_sync_is_noted_beside_the_good_ones(jira: JiraSimulator, home: Home) -> None:
    """What was synced before, when and of what configuration, stays known."""
    source = source_for(jira, "cloud", home)
    synchronize(source, home, {})
    before = load_cache_metadata(home, "team")
    with pytest.raises(AuthenticationError) as met:
        synchronize(with_token(source, "made", "up"), home, {})
    after = load_cache_metadata(home, "team")

    assert [sync.state for sync in after.syncs] == ["ok", "failed"]
    assert after.syncs[-1].error == met.value.message
    assert (after.last_synced, after.stored) == (before.last_synced, before.stored)
    assert after.configuration == before.configuration
    assert ledger_of(home, "team").statistics().hits == 0


def test_another_query_is_the_reason_for_a_fetch(jira: JiraSimulator, home: Home) -> None:
    """Told by comparison with the last good sync, in between a failed one."""
    synchronize(source_for(jira, "cloud", home), home, {})
    other = source_for(jira, "cloud", home, jql="project = WEB")
    with pytest.raises(AuthenticationError):
        synchronize(with_token(other, "made", "up"), home, {})

    assert synchronize(other, home, {}).reason == "jql"
    assert synchronize(source_for(jira, "cloud", home), home, {}).mode == "unchanged"


def test_old_notes_make_room_for_new_ones(jira: JiraSimulator, home: Home) -> None:
    source = source_for(jira, "cloud", home)
    synchronize(source, home, {})
    path = home.run / "team.cache.json"
    known = json.loads(path.read_text())
    known["syncs"] *= MOST_SYNCS
    path.write_text(json.dumps(known))
    synchronize(source, home, {})
    syncs = load_cache_metadata(home, "team").syncs

    assert len(syncs) == MOST_SYNCS
    assert [sync.mode for sync in syncs[-2:]] == ["full", "unchanged"]


@pytest.mark.parametrize("content", ["", "{", '{"syncs": 3}', "[]"])
def test_notes_that_cannot_be_read_are_written_anew(jira: JiraSimulator, home: Home, content: str) -> None:
    home.run.mkdir(parents=True)
    (home.run / "team.cache.json").write_text(content)
    outcome = synchronize(source_for(jira, "cloud", home), home, {})

    assert outcome.reason == "cold"
    assert [sync.mode for sync in load_cache_metadata(home, "team").syncs] == ["full"]


def test_a_sync_that_cannot_be_noted_is_a_sync_all_the_same(
    jira: JiraSimulator, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """Published is published: a full disk under the notes must not make it look like a failure."""
    (home.run / "team.cache.json").mkdir(parents=True)
    source = source_for(jira, "cloud", home)
    outcome = synchronize(source, home, {})

    assert outcome.changes.stored == len(source.store.load().issues) == 60
    assert "sync.not_noted" in [record.message for record in caplog.records]


@pytest.mark.parametrize(
    "change", [{"url": ""}, {"jql": ""}, {"token": None}, {"url": "http://example.com"}, {"dialect": "old"}]
)
def test_nothing_is_asked_of_a_source_that_is_not_usable(
    jira: JiraSimulator, home: Home, change: dict[str, object]
) -> None:
    source = replace(source_for(jira, "cloud", home), **change)
    jira.requests.clear()
    with pytest.raises(ConfigurationError):
        synchronize(source, home, {})

    assert (jira.request_log, source.store.place.path.exists()) == ([], False)


def test_a_deadline_that_is_none_is_refused(jira: JiraSimulator, home: Home) -> None:
    with pytest.raises(DashboardError, match="JIRA_DEADLINE"):
        synchronize(source_for(jira, "cloud", home), home, {"JIRA_DEADLINE": "soon"})


def test_the_source_of_a_sync_needs_no_profile_file(jira: JiraSimulator, home: Home) -> None:
    source = Source(
        "team",
        "jira",
        Profile(),
        store_at(home.cache / "scope.sqlite"),
        jira.url,
        jira.email,
        "project = PAY",
        token=Secret(jira.token),
    )

    assert synchronize(source, home, {}).changes.stored == len(source.store.keys())
