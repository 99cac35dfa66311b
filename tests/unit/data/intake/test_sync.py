"""A sync with the real client against the real simulator over loopback: everything, or nothing."""

import datetime as dt
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from configuration.errors import AuthenticationError, CancelledError, DamagedStoreError
from configuration.profile import Profile
from configuration.settings import Home, Secret
from data.cache_manager import References, Store
from data.intake.connect import client_of
from data.intake.sync import sync_all
from data.metrics.report import View
from data.model.instants import iso_instant
from data.model.tables import IssueRow
from data.pipeline import compute
from data.profiles.sources import Source
from data.simulator.server import JiraSimulator
from data.store.database import _put_meta
from data.store.sqlite.rows import SqliteRows
from tests.support.builders import issue
from tests.support.rows import row
from tests.support.stores import store_at

EVERYTHING = "created is not EMPTY ORDER BY key"
TODAY = dt.date(2026, 3, 20)
N = 120


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSimulator]:
    with JiraSimulator(issues=N, today=TODAY) as running:
        yield running


@pytest.fixture
def store(temp_cache_dir: Path) -> Store:
    return store_at(temp_cache_dir / "scope.sqlite")


def client(jira: JiraSimulator, store: Store, token: str = "", cancelled: threading.Event | None = None):
    source = Source(
        "p",
        "jira",
        Profile(),
        store,
        url=jira.url,
        email=jira.email,
        jql=EVERYTHING,
        token=Secret(token or jira.token),
    )
    return client_of(source, Home(store.place.path.parent), {}, cancelled)


def test_everything_is_fetched_and_published_once(jira: JiraSimulator, store: Store) -> None:
    told: list[tuple[int, int | None]] = []
    first = sync_all(client(jira, store), store, EVERYTHING, lambda *step: told.append(step))
    again = sync_all(client(jira, store), store, EVERYTHING)
    dataset, meta = store.load(), store.meta()

    assert (first.mode, first.reason, first.fetched, first.bad) == ("full", "cold", N, 0)
    assert (first.changes.created, first.changes.stored) == (N, N)
    assert (again.changes.created, again.changes.updated, again.changes.deleted) == (0, 0, 0)
    assert again.changes.revision == first.changes.revision
    assert told[0][0] == 0
    assert told[-1][0] == N
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(dataset.issues) == N
    assert dataset.statuses
    assert dataset.versions
    assert (meta["jql"], int(meta["synced_at"])) == (EVERYTHING, dataset.as_of)
    assert iso_instant(dataset.as_of)[:10] in ("2026-03-19", "2026-03-20")
    assert first.requests["total"] == sum(first.requests["by_path"].values()) > 0
    assert dataset.issues.has_changelog.all()


def test_what_was_synced_gives_numbers(jira: JiraSimulator, store: Store) -> None:
    sync_all(client(jira, store), store, EVERYTHING)
    report = compute(store.load(), Profile(), View())

    assert report.scope_issues == N
    assert report.results["flow_velocity"].state == "ok"
    assert report.results["flow_load"].value > 0


def test_what_left_the_query_leaves_the_store(jira: JiraSimulator, store: Store) -> None:
    """A stranger in the store is gone after the sync, and said to be."""
    store.add([row(issue("ZZZ-1", id="1"))], References())
    outcome = sync_all(client(jira, store), store, EVERYTHING)

    assert (outcome.changes.deleted, outcome.changes.stored) == (1, N)
    assert store.rows(["ZZZ-1"]) == {}


def test_a_refused_token_changes_nothing(jira: JiraSimulator, store: Store) -> None:
    store.add([row(issue("A-1"))], References())
    before = store.place.path.read_bytes(), store.revision()
    with pytest.raises(AuthenticationError) as met:
        sync_all(client(jira, store, "-".join(("made", "up"))), store, EVERYTHING)

    assert met.value.exit_code == 3
    assert (store.place.path.read_bytes(), store.revision()) == before


def test_a_cancelled_sync_publishes_nothing(jira: JiraSimulator, store: Store) -> None:
    """Stopped after the first page; what was staged is in nobody's way."""
    store.add([row(issue("A-1"))], References())
    before, cancelled = store.revision(), threading.Event()

    def stop(done: int, total: int | None) -> None:
        cancelled.set()

    with pytest.raises(CancelledError) as met:
        sync_all(client(jira, store, cancelled=cancelled), store, EVERYTHING, stop, cancelled)

    assert met.value.exit_code == 130
    assert store.revision() == before
    assert len(store.load().issues) == 1
    assert sync_all(client(jira, store), store, EVERYTHING).changes.stored == N


def test_a_full_sync_mends_a_damaged_store_and_keeps_the_old_file(jira: JiraSimulator, store: Store) -> None:
    """Damage is refused by a plain sync, set aside by a full one, and the numbers come back."""
    whole = sync_all(client(jira, store), store, EVERYTHING)
    content = bytearray(store.place.path.read_bytes())
    quarter = len(content) // 4  # not only where pages were staged that nobody needs any more
    content[quarter : 3 * quarter] = bytes(2 * quarter)
    store.place.path.write_bytes(content)
    with pytest.raises(DamagedStoreError) as refused:
        store.load_with_rows()
    mended = sync_all(client(jira, store), store, EVERYTHING, full=True)

    assert refused.value.exit_code == 6
    assert mended.changes.revision == whole.changes.revision
    assert mended.reason == "damaged"
    assert [path.read_bytes() for path in store.place.path.parent.glob("*.damaged-*")] == [bytes(content)]


def test_what_rows_of_an_earlier_version_lack_is_asked_for_once(
    jira: JiraSimulator, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is fetched again at the next sync, for the reason ``schema``, and then no more.

    What earlier rows lack is at their end: sprints and what the development field says.
    """
    with monkeypatch.context() as earlier:
        short = IssueRow.__struct_fields__[:-2]
        encode = msgspec.msgpack.encode

        def as_before(row: object) -> bytes:
            return encode([getattr(row, name) for name in short] if isinstance(row, IssueRow) else row)

        earlier.setattr("data.store.rows._encode", as_before)
        sync_all(client(jira, store), store, EVERYTHING)
        with closing(sqlite3.connect(store.place.path)) as connection, connection:
            _put_meta(SqliteRows(connection), {"rows": ""})
    lacking = store.outdated()
    second, third = (sync_all(client(jira, store), store, EVERYTHING) for _ in range(2))

    assert lacking == len(store.load().issues) > 0
    assert (second.mode, second.reason, store.outdated()) == ("full", "schema", 0)
    assert third.reason is None
    assert any(row.sprints for row in store.load_with_rows()[1])
