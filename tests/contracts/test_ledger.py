"""The ledger adds up over processes, and never fails what it counts, for each kind of home."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from configuration.database.connection import Database
from configuration.settings import Home
from data.store import ledger as ledgers
from data.store.ledger import CacheStatistics, ledger_of
from tests.services import PostgreSQL


def test_nothing_was_looked_up(home: Home) -> None:
    statistics = ledger_of(home, "team").statistics()

    assert statistics == CacheStatistics(0, {}, 0, 0)
    assert (statistics.hit_rate, statistics.saved_share) == (None, None)


def test_a_morning(home: Home) -> None:
    """A full fetch of 50 requests, nothing new, something new, and two views: 3 of 5 from the store."""
    ledger = ledger_of(home, "team")
    ledger.note_sync("k", "cold", 50, full=True)
    ledger.note_view("k")
    ledger.note_sync("k", None, 2, full=False)
    ledger.note_sync("k", "updated", 3, full=False)
    ledger_of(home, "team").note_view("k")  # as another process
    ledger_of(home, "other").note_view("k")
    statistics = ledger.statistics()

    assert (statistics.hits, statistics.misses) == (3, {"cold": 1, "updated": 1})
    assert (statistics.calls, statistics.calls_without) == (55, 250)
    assert (statistics.hit_rate, statistics.saved_share) == (0.6, 1 - 55 / 250)
    assert ledger_of(home, "other").statistics().hits == 1


def test_views_that_come_together_are_all_counted(home: Home) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: ledger_of(home, "team").note_view("k"), range(40)))

    assert ledger_of(home, "team").statistics().hits == 40


def test_a_long_ledger_becomes_its_sum(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "MOST_BYTES", 2000)
    ledger = ledger_of(home, "team")
    ledger.note_sync("k", "cold", 50, full=True)
    for _ in range(100):
        ledger.note_view("k")
    before = ledger.statistics()
    ledger.note_sync("k", None, 2, full=False)
    after = ledger.statistics()

    assert len(list(ledger._read_lines())) < 5
    assert (after.hits, after.misses) == (before.hits + 1, {"cold": 1})
    assert (after.calls, after.calls_without) == (before.calls + 2, before.calls_without + 50)


def test_an_outage_fails_no_view(database: Database, postgres: PostgreSQL, tmp_path: Path) -> None:
    """What is told of it stays in the log alone."""
    ledger = ledger_of(Home(tmp_path, database), "team")
    ledger.note_sync("k", "cold", 50, full=True)
    postgres.stop()
    try:
        ledger.note_view("k")
        assert ledger.statistics() == CacheStatistics()
    finally:
        postgres.start()

    assert ledger.statistics().misses == {"cold": 1}
