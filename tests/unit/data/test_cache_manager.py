"""The store: what is written is what is read, all of it or nothing, and damage is told."""

import random
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import data.cache_manager
from configuration.errors import StoreError
from configuration.profile import Profile
from data.cache_manager import References, Store, generate_cache_key
from data.issue_list import issue_entries
from data.normalize import read_status, read_version
from data.tables import MISSING, DeploymentRow
from tests.builders import issue, status, version
from tests.examples import example_b
from tests.rows import row

NOTHING = References()
A = {
    "dialect": "cloud",
    "site": "https://a.example",
    "account": "x",
    "jql": "project = A",
    "fields": ("a", "b"),
}


@pytest.fixture
def store(temp_cache_dir: Path) -> Store:
    return Store(temp_cache_dir / "scope.sqlite")


def filled(store: Store) -> Store:
    example = example_b()
    references = References(
        [read_status(raw) for raw in example.statuses],
        [read_version(raw) for raw in example.versions],
        [DeploymentRow("d1", "one", "B", 1_700_000_000_000, "production", failed=True, issues=("B-1",))],
    )
    store.add([row(raw) for raw in example.issues], references)
    return store


def seen(store: Store) -> tuple[object, ...]:
    """Everything a reader can get out of a store."""
    dataset = store.load()
    columns = [repr(getattr(dataset.issues, name)) for name in dataset.issues.__slots__]
    beside = (dataset.statuses, dataset.versions, dataset.deployments, dataset.as_of, dataset.complete)
    return store.revision(), dataset.revision, columns, beside, list(issue_entries(store, Profile()))


def test_a_store_that_does_not_exist_is_empty_and_stays_away(store: Store) -> None:
    dataset = store.load()

    assert (len(dataset.issues), dataset.revision, dataset.as_of) == (0, "", MISSING)
    assert (store.revision(), store.rows(["A-1"]), store.meta()) == ("", {}, {})
    assert store.load_with_rows()[1] == []
    store.clear_staged()
    assert not store.path.exists()


def test_a_file_that_was_opened_and_never_written_is_empty(store: Store) -> None:
    """What a process leaves that is killed at the wrong moment."""
    store.path.touch()

    assert store.revision() == ""
    assert len(store.load().issues) == 0


def test_what_is_written_is_read(store: Store) -> None:
    rows = [row(raw) for raw in example_b().issues]
    changes = store.add(rows, References([read_status(status("Done"))], [read_version(version(1, "1.0"))]))
    dataset, stored = store.load_with_rows()

    assert sorted(stored, key=lambda r: r.id) == sorted(rows, key=lambda r: r.id)
    assert (changes.created, changes.stored, changes.changed) == (len(rows), len(rows), True)
    assert dataset.revision == changes.revision == store.revision()
    assert [s.name for s in dataset.statuses] == ["Done"]
    assert [v.id for v in dataset.versions] == ["1"]
    assert store.rows(["B-1", "none"]) == {"B-1": rows[0]}
    assert dataset.as_of == max(r.newest for r in rows)


@pytest.mark.parametrize(
    ("second", "updated", "summary"),
    [("2026-01-31", 0, "first"), ("2026-02-01", 1, "second"), ("2026-02-02", 1, "second")],
)
def test_the_later_or_equal_update_wins(store: Store, second: str, updated: int, summary: str) -> None:
    store.add([row(issue("A-1", updated="2026-02-01", summary="first"))], NOTHING)
    changes = store.add([row(issue("A-1", updated=second, summary="second"))], NOTHING)

    assert (changes.created, changes.updated, changes.stored) == (0, updated, 1)
    assert store.rows(["A-1"])["A-1"].summary == summary


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_one_id_twice_in_one_import_counts_once(store: Store, order: tuple[int, int]) -> None:
    twice = [
        row(issue("A-1", updated="2026-02-01", summary="old")),
        row(issue("A-1", updated="2026-02-02", summary="new")),
    ]
    changes = store.add([twice[place] for place in order], NOTHING)

    assert (changes.created, changes.stored) == (1, 1)
    assert store.rows(["A-1"])["A-1"].summary == "new"


def test_a_new_key_is_a_move(store: Store) -> None:
    store.add([row(issue("A-1", id="7"))], NOTHING)
    changes = store.add([row(issue("B-5", id="7"))], NOTHING)

    assert (changes.moved, changes.updated, changes.stored) == (1, 1, 1)
    assert list(store.rows(["A-1", "B-5"])) == ["B-5"]


def test_the_revision_is_the_content(temp_cache_dir: Path) -> None:
    """Any order, any number of runs: the same content; any change: another one."""
    rows = [row(issue(f"A-{n}", updated="2026-02-01")) for n in range(1, 6)]
    at_once, one_by_one = (Store(temp_cache_dir / name) for name in ("a", "b"))
    at_once.add(rows, NOTHING)
    for each in [*reversed(rows), rows[0]]:
        one_by_one.add([each], NOTHING)
    before = at_once.revision()

    assert one_by_one.revision() == before
    assert at_once.add(rows, NOTHING).changed is False
    assert at_once.add([], References([read_status(status("Done"))])).revision != before


def test_staged_pages_are_unseen_until_they_are_published(store: Store) -> None:
    store.add([row(issue("A-1")), row(issue("A-2"))], References(versions=[read_version(version(1, "1.0"))]))
    before = seen(store)
    store.stage([row(issue("A-2", updated="2026-03-01"))])
    store.stage([row(issue("A-3"))])
    unseen = seen(store)
    changes = store.publish_staged(NOTHING, as_of=1_000, meta={"site": "s"})

    assert unseen == before
    assert (changes.created, changes.updated, changes.deleted, changes.stored) == (1, 1, 1, 2)
    assert sorted(r.key for r in store.load_with_rows()[1]) == ["A-2", "A-3"]
    assert (store.load().versions, store.load().as_of, store.meta()["site"]) == ((), 1_000, "s")


def test_what_was_staged_can_be_forgotten(store: Store) -> None:
    store.stage([row(issue("A-1"))])
    store.clear_staged()

    assert store.publish_staged(NOTHING, as_of=0, meta={}).stored == 0


def test_an_interrupted_write_leaves_everything_as_it_was(store: Store) -> None:
    """Whatever ends the transaction: nothing of it stays."""

    def rows():
        yield row(issue("A-2"))
        raise KeyboardInterrupt

    store.add([row(issue("A-1"))], NOTHING)
    before = seen(store)
    with pytest.raises(KeyboardInterrupt):
        store.add(rows(), NOTHING)

    assert seen(store) == before
    assert store.add([row(issue("A-2"))], NOTHING).stored == 2


def test_a_reader_sees_one_publication_or_the_next(store: Store) -> None:
    """While a writer publishes, each read holds rows and columns of the same moment."""
    sizes = range(1, 40)
    store.add([row(issue("A-1"))], NOTHING)
    done, odd = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            dataset, rows = store.load_with_rows()
            if len(dataset.issues) != len(rows) or len(rows) not in sizes:
                odd.append((len(dataset.issues), len(rows)))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for n in sizes:
        store.add([row(issue(f"A-{n}"))], NOTHING)
    done.set()
    for reader in readers:
        reader.join()

    assert odd == []
    assert len(store.load().issues) == len(sizes)


def test_a_store_that_another_process_writes_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers go on reading; a second writer waits, then says why it gives up."""
    monkeypatch.setattr(data.cache_manager, "LOCK_WAIT_S", 0.05)
    store.add([row(issue("A-1"))], NOTHING)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert len(store.load().issues) == 1
        with pytest.raises(StoreError, match="Another process") as met:
            store.add([row(issue("A-2"))], NOTHING)
    finally:
        other.close()

    assert met.value.exit_code == 6
    assert store.add([row(issue("A-2"))], NOTHING).stored == 2


def test_a_folder_in_place_of_the_store_is_told(store: Store) -> None:
    store.path.mkdir()
    with pytest.raises(StoreError) as met:
        store.load()

    assert met.value.exit_code == 6


@pytest.mark.parametrize("kind", ["flip", "cut", "blank"])
def test_damage_is_told_and_never_shown(store: Store, kind: str) -> None:
    """A damaged file gives the whole truth, where the damage lies in what nobody reads, or exit 6."""
    good, whole = seen(filled(store)), store.path.read_bytes()
    chance = random.Random(kind)
    told = 0
    for _ in range(60):
        store.path.write_bytes(damaged(whole, kind, chance))
        try:
            assert seen(store) == good
        except StoreError as error:
            told += 1
            assert error.exit_code == 6
            assert error.hint

    assert told > 10


def damaged(whole: bytes, kind: str, chance: random.Random) -> bytes:
    content, place = bytearray(whole), chance.randrange(1, len(whole))
    if kind == "cut":
        return bytes(content[:place])
    if kind == "blank":
        content[place : place + 512] = bytes(len(content[place : place + 512]))
    else:
        for _ in range(20):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def test_no_database_at_all(store: Store) -> None:
    store.path.write_text("this is no database, and long enough to look like one\n" * 50)
    with pytest.raises(StoreError, match="damaged"):
        store.load()
    with pytest.raises(StoreError, match="damaged"):
        store.add([row(issue("A-1"))], NOTHING)


@pytest.mark.parametrize(
    "change",
    [
        {"dialect": "dc"},
        {"site": "https://b.example"},
        {"account": "y"},
        {"jql": "project = B"},
        {"fields": ("a",)},
        {"schema": 99},
    ],
)
def test_whatever_can_change_the_answer_changes_the_scope(change: dict) -> None:
    key = generate_cache_key(**A)

    assert len(key) == 32
    assert int(key, 16) >= 0
    assert generate_cache_key(**{**A, **change}) != key


def test_what_cannot_change_the_answer_does_not() -> None:
    same = {**A, "site": "HTTPS://A.example/", "jql": "  project  =  A ", "fields": ("b", "a", "b")}

    assert generate_cache_key(**same) == generate_cache_key(**A)


@given(
    st.lists(st.text(max_size=4), min_size=3, max_size=3),
    st.lists(st.text(max_size=4), min_size=3, max_size=3),
)
def test_parts_of_a_scope_do_not_run_together(a: list[str], b: list[str]) -> None:
    """``ab`` + ``c`` is another scope than ``a`` + ``bc``."""
    keys = [generate_cache_key(**{**A, "dialect": d, "account": x, "fields": (f,)}) for d, x, f in (a, b)]

    assert (keys[0] == keys[1]) == (a == b)


def test_columns_of_another_version_are_made_again_from_the_rows(store: Store) -> None:
    """After an update of the program a store reads as before, although its columns are not today's."""
    before = filled(store).load()
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("UPDATE meta SET value = 'others' WHERE name = 'columns'")
        connection.execute("DELETE FROM meta WHERE name = 'check'")
        connection.execute("DELETE FROM columns WHERE name = 'created'")
        connection.commit()
    after = store.load()

    assert after.issues.created.tolist() == before.issues.created.tolist()
    assert after.revision == before.revision
