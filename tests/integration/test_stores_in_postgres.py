"""Stores in PostgreSQL hold what files would; a writer that dies, or a server, leaves the last state."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from configuration.database.connection import Database
from configuration.errors import CancelledError, StoreError
from configuration.settings import Home
from data.model.tables import IssueRow
from data.store.database import Store
from data.store.locks import held
from data.store.postgres.place import PostgresPlace
from data.store.references import References, Retold
from tests import services
from tests.contracts.test_store import change, deployment, seen
from tests.support.builders import issue, link
from tests.support.commands import ROOT
from tests.support.rows import row
from tests.support.stores import store_at

NOTHING = References()


@pytest.fixture
def store(database: Database) -> Store:
    return Store(PostgresPlace(database, "scope"))


def some_issue(chance: random.Random) -> IssueRow:
    """An issue that may be known, may have moved, and names others."""
    number = chance.randrange(1, 60)
    key = f"{chance.choice('AAAB')}-{number}"
    links = [link("blocks", f"A-{chance.randrange(1, 60)}") for _ in range(chance.randrange(3))]
    day = f"2026-0{chance.randrange(1, 9)}-11"
    return row(issue(key, id=str(number), updated=day, links=links, summary=f"of {day}"))


def some_step(chance: random.Random, number: int, stores: tuple[Store, ...]) -> str:
    """Do one thing to every store, and return what it was."""
    kind = chance.choice(["stage", "stage", "publish", "part", "cancel", "add", "events", "columns"])
    news = [some_issue(chance) for _ in range(chance.randrange(1, 30))]
    gone = [str(chance.randrange(1, 60)) for _ in range(4)]
    stop_at = chance.randrange(1, 4)
    told = References(
        deployments=[deployment(str(chance.randrange(9)), "git", "shop") for _ in range(3)],
        changes=[change(f"shop#{chance.randrange(9)}") for _ in range(3)],
    )
    for store in stores:
        if kind == "stage":
            store.stage(news)
        if kind == "publish":
            store.publish_staged(None, as_of=number, meta={"n": str(number)}, gone=gone)
        if kind == "part":
            store.publish_staged(NOTHING, as_of=number, meta={}, complete=False)
        if kind == "cancel":
            with suppress(CancelledError):
                store.publish_staged(None, as_of=number, meta={}, gone=gone, proceed=stopping(stop_at))
        if kind == "add":
            store.add(news, told)
        if kind == "events":
            store.add_events(told, {}, (Retold("git", frozenset(("shop",))),))
        if kind == "columns" and store.revision():
            store.rewrite_columns()
    return kind


def stopping(at: int):
    asked: Iterator[int] = iter(range(1, at + 1))

    def proceed() -> None:
        if next(asked, at) == at:
            raise CancelledError("Stopped.", hint="")

    return proceed


@pytest.mark.parametrize("seed", [pytest.param(n, marks=[pytest.mark.soak] if n else []) for n in range(20)])
def test_the_same_syncs_make_the_same_store(store: Store, tmp_path: Path, seed: int) -> None:
    """Revisions, columns bit for bit, rows, and metadata with their checksum."""
    chance, twin, kinds = random.Random(seed), store_at(tmp_path / "scope.sqlite"), []
    for number in range(30):
        kinds.append(some_step(chance, number, (twin, store)))
        assert seen(store) == seen(twin), kinds
        assert (store.staged(), store.attempt()) == (twin.staged(), twin.attempt())
        assert store.references() == twin.references()
    store.verify()

    assert len(set(kinds)) >= 5


WRITER = """
import sys, time
from configuration.database.connection import Database
from configuration.settings import Home
from data.store.database import Store
from data.store.locks import held
from data.store.postgres.place import PostgresPlace
store = Store(PostgresPlace(Database(sys.argv[1]), "scope"))

def proceed():
    print("inside", flush=True)
    time.sleep(60)

store.publish_staged(None, as_of=2, meta={}, gone=["1"], proceed=proceed)
"""


def test_a_writer_that_is_killed_leaves_what_was_published(store: Store, database_url: str) -> None:
    """In the middle of a publication; whoever comes next goes on at once."""
    store.add([row(issue("A-1", id="1"))], NOTHING)
    store.stage([row(issue("A-2", id="2"))])
    before = seen(store)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, database_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "inside\n"
    meanwhile = seen(store)
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    began = time.monotonic()

    assert meanwhile == seen(store) == before
    assert store.staged() == {"2": "A-2"}
    assert store.publish_staged(None, as_of=3, meta={}).stored == 2
    assert time.monotonic() - began < 10
    store.verify()


def test_who_lost_the_lock_commits_nothing(
    store: Store, database: Database, postgres: services.PostgreSQL, tmp_path: Path
) -> None:
    """The connection that holds it ends, as after a failure of the network: another sync may have begun."""
    store.add([row(issue("A-1", id="1"))], NOTHING)
    store.stage([row(issue("A-2", id="2"))])
    before = seen(store)
    with held(Home(tmp_path, database), store.key):
        assert store.publish_staged(None, as_of=2, meta={}, complete=False).stored == 2
        part = seen(store)
        postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        with pytest.raises(StoreError) as told:
            store.publish_staged(None, as_of=3, meta={})

    assert part != before
    assert seen(store) == part
    assert told.value.hint


def test_a_database_that_restarts_is_told_and_used_again(store: Store, postgres: services.PostgreSQL) -> None:
    """One sentence while it is away, in the middle of a publication too; then everything goes on."""
    store.add([row(issue("A-1", id="1"))], NOTHING)
    store.stage([row(issue("A-2", id="2"))])
    before = seen(store)
    try:
        with pytest.raises(StoreError) as broken:
            store.publish_staged(None, as_of=2, meta={}, proceed=postgres.stop)
        with pytest.raises(StoreError, match="cannot be reached") as away:
            store.load()
    finally:
        postgres.start()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(StoreError):
            assert seen(store) == before
            break
        time.sleep(0.1)

    assert broken.value.hint
    assert away.value.hint
    assert store.publish_staged(None, as_of=3, meta={}).stored == 2


def test_a_second_writer_waits_and_says_why_it_gives_up(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.store.postgres.place._LOCK_WAIT", "100ms")
    store.add([row(issue("A-1", id="1"))], NOTHING)
    other = Store(PostgresPlace(database, "scope"))
    with store.place.writing(), pytest.raises(StoreError, match="Another process is writing") as told:
        other.stage([row(issue("A-2", id="2"))])

    assert told.value.exit_code == 6
    other.stage([row(issue("A-2", id="2"))])


def test_a_store_that_is_deleted_meanwhile_is_told(store: Store, database: Database) -> None:
    store.add([row(issue("A-1", id="1"))], NOTHING)
    place = PostgresPlace(database, "scope")
    place.delete()
    with pytest.raises(StoreError, match="deleted meanwhile"), place.reading():
        pass


def test_text_that_the_database_cannot_hold_is_told(store: Store) -> None:
    """A zero byte, which no Jira sends in an id and a file of deployments may hold."""
    store.add([row(issue("A-1", id="1"))], NOTHING)
    before = seen(store)
    with pytest.raises(StoreError, match="The database refused") as told:
        store.add([], References(deployments=[deployment("a\0b")]))

    assert told.value.hint
    assert seen(store) == before
