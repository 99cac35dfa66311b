"""From the client to the store and back."""

import json
import random
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from configuration.profile import Profile, WorkflowSettings
from configuration.settings import Home, Secret
from data.intake.profile_sync import synchronize
from data.jira_query_manager import shared_bucket
from data.jira_simple import Connection, JiraClient
from data.persistence import load_cache_metadata
from data.profiles.sources import Source, configuration_of
from data.simulator.server import JiraSimulator
from data.store.ledger import ledger_of
from tests.support.commands import run
from tests.support.stores import store_at

EVERYTHING = "created is not EMPTY"


def test_rate_limiting_prevents_429_errors(tmp_path: Path) -> None:
    """Ten threads ask as fast as they may, and a server that allows 100 in any 10 s refuses none of them.

    The numbers are the real ones, so it takes a little over ten seconds.
    """
    with JiraSimulator(issues=10, rate_limit=100, rate_window_s=10.0) as jira:
        connection = Connection(jira.url, jira.email, Secret(jira.token))
        client = JiraClient(connection, shared_bucket(Home(tmp_path), connection.host))
        threads = [
            threading.Thread(target=lambda: [client.myself() for _ in range(15)], daemon=True)
            for _ in range(10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert client.requests.total == 151  # and one question about the kind of Jira
        assert client.requests.retries == 0
        assert jira.requests.max_in_window == 100
        assert jira.requests.violations == 0
        assert all(entry.status == 200 for entry in jira.request_log)


def jira_source(jira: JiraSimulator, home: Home, **changes: object) -> Source:
    """A profile that reads the simulator; what changes of it may lead to another store."""
    profile = changes.pop("profile", Profile())
    asked = Source(
        "team", "jira", profile, store_at(home.cache / "none"), url=jira.url, email=jira.email, jql=EVERYTHING
    )
    source = replace(asked, token=Secret(jira.token), **changes)
    return replace(source, store=store_at(home.cache / f"{configuration_of(source).key()}.sqlite"))


def test_incremental_fetch_workflow(tmp_path: Path) -> None:
    """A first sync brings everything, a second one nothing, a third one what changed; numbers follow."""
    home = Home(tmp_path)
    with JiraSimulator(issues=300, seed=3) as jira:
        source = jira_source(jira, home)
        first = synchronize(source, home, {})
        nothing = synchronize(source, home, {})
        site, mutator = jira.site, jira.mutator
        edited, moved, doomed = (site.issues()[place] for place in (5, 105, 205))
        mutator.edit(edited, random.Random(1))
        mutator.move(moved, random.Random(2))
        site.delete(doomed)
        added = mutator.add(random.Random(3))
        changed = synchronize(source, home, {})
        fresh = jira_source(jira, Home(tmp_path / "fresh"))
        again = synchronize(fresh, Home(tmp_path / "fresh"), {})
        left = synchronize(source, home, {})

    assert (first.mode, first.reason, first.fetched, first.changes.stored) == ("full", "cold", 300, 300)
    assert (nothing.mode, nothing.reason, nothing.fetched, nothing.requests["total"]) == (
        "unchanged",
        None,
        0,
        2,
    )
    assert (changed.mode, changed.reason, changed.changes.stored) == ("incremental", "updated", 300)
    assert (changed.changes.created, changed.changes.deleted, changed.changes.moved) == (1, 1, 1)
    assert source.store.rows([added.key]).keys() == {added.key}
    assert source.store.rows([doomed.key]) == {}
    assert source.store.revision() == fresh.store.revision() == again.changes.revision
    assert left.mode == "unchanged"


@pytest.mark.parametrize(
    ("change", "mode", "reason"),
    [
        ({}, "unchanged", None),
        ({"jql": "project = WEB"}, "full", "jql"),
        ({"profile": Profile(fields={"story_points": "customfield_10016"})}, "full", "fields"),
        ({"profile": Profile(timezone="Europe/Berlin")}, "unchanged", None),
        ({"profile": Profile(workflow=WorkflowSettings(waiting=("In Review",)))}, "unchanged", None),
    ],
)
def test_cache_invalidation_on_config_change(
    tmp_path: Path, change: dict, mode: str, reason: str | None
) -> None:
    """Only what changes the answer leads to requests for issues; the old scope stays beside the new one."""
    home = Home(tmp_path)
    with JiraSimulator(issues=120, seed=3) as jira:
        before = jira_source(jira, home)
        synchronize(before, home, {})
        kept = before.store.place.path.read_bytes()
        after = jira_source(jira, home, **change)
        outcome = synchronize(after, home, {})

    metadata = load_cache_metadata(home, "team")
    assert (outcome.mode, outcome.reason) == (mode, reason)
    assert (after.store.place.path == before.store.place.path) is (mode == "unchanged")
    assert mode == "unchanged" or before.store.place.path.read_bytes() == kept
    assert metadata.cache_key == after.store.key
    assert metadata.config_hash == configuration_of(after).digest()
    assert [sync.mode for sync in metadata.syncs] == ["full", mode]


def test_the_ledger_agrees_with_the_log(tmp_path: Path) -> None:
    """Hits, misses and requests are counted where they are logged; a restart forgets none of them."""
    home = tmp_path / "home"
    with JiraSimulator(issues=120, seed=3) as jira:
        settings = {
            "JIRA_URL": jira.url,
            "JIRA_EMAIL": jira.email,
            "JIRA_TOKEN": jira.token,
            "JIRA_JQL": EVERYTHING,
        }
        for command in (
            ["sync"],
            ["metrics"],
            ["metrics", "--timezone", "Asia/Tokyo"],
            ["sync"],
            ["metrics"],
        ):
            run(home, *command, **settings)
    statistics = ledger_of(Home(home), "default").statistics()
    lines = map(json.loads, (home / "logs" / "app.log").read_text().splitlines())
    events = [line for line in lines if line["message"] in ("cache.hit", "cache.miss")]

    assert [entry["message"] for entry in events] == ["cache.miss", *["cache.hit"] * 4]
    assert [entry["reason"] for entry in events] == ["cold", None, None, None, None]
    assert len({entry["key"] for entry in events}) == 1
    assert (statistics.hits, statistics.misses) == (4, {"cold": 1})
    assert statistics.hit_rate == 0.8
    full = statistics.calls - 2
    assert statistics.calls_without == 5 * full
    assert statistics.saved_share == 1 - (full + 2) / (5 * full)
