"""The store: what is written is what is read, all of it or nothing, and damage is told."""

import json
import os
import random
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

import data.store.sqlite.opening
from configuration.errors import DamagedStoreError, StoreError
from configuration.profile import Profile
from data.export.issue_list import issue_entries
from data.jira.issue_rows import read_status, read_version
from data.metrics.report import View
from data.model.tables import MISSING, DeploymentRow, VersionRow
from data.pipeline import ALL_METRICS, compute
from data.store.columns import build_issue_table
from data.store.database import Store, _put_meta
from data.store.references import References
from data.store.schema import DEFINITIONS, ROWS_VERSION, check_of, revision_of, total_of
from data.store.sqlite.place import SqlitePlace
from data.store.sqlite.rows import SqliteRows
from tests.support.builders import issue, link, status, version
from tests.support.examples import example_b
from tests.support.rows import at, row
from tests.support.stores import store_at
from tests.unit.data.store.test_column_patch import same

SAMPLES = Path(__file__).resolve().parents[3] / "fixtures"

NOTHING = References()


@pytest.fixture
def store(temp_cache_dir: Path) -> Store:
    return store_at(temp_cache_dir / "scope.sqlite")


def filled(store: Store) -> Store:
    example = example_b()
    references = References(
        [read_status(raw) for raw in example.statuses],
        [read_version(raw) for raw in example.versions],
        [DeploymentRow("d1", "one", "B", 1_700_000_000_000, "production", failed=True, issues=("B-1",))],
    )
    store.add([row(raw) for raw in example.issues], references)
    return store


@pytest.fixture
def filled_store(store: Store) -> Store:
    return filled(store)


def seen(store: Store) -> tuple[object, ...]:
    """Everything a reader can get out of a store."""
    dataset = store.load()
    columns = [
        repr(getattr(table, name))
        for table in (dataset.issues, dataset.deployments)
        for name in table.__slots__
    ]
    beside = (dataset.statuses, dataset.versions, dataset.as_of, dataset.complete)
    return store.revision(), dataset.revision, columns, beside, list(issue_entries(store, Profile()))


def test_a_store_that_does_not_exist_is_empty_and_stays_away(store: Store) -> None:
    dataset = store.load()

    assert (len(dataset.issues), dataset.revision, dataset.as_of) == (0, "", MISSING)
    assert (store.revision(), store.rows(["A-1"]), store.meta()) == ("", {}, {})
    assert (store.load_with_rows()[1], store.keys(), store.staged(), store.attempt()) == ([], {}, {}, {})
    store.verify()
    assert not store.place.path.exists()


def test_an_empty_file_is_damage_and_no_empty_store(store: Store) -> None:
    """No write ever leaves one, so somebody cut it."""
    store.place.path.touch()

    with pytest.raises(StoreError, match="damaged: it is not a store"):
        store.load()
    with pytest.raises(StoreError, match="damaged: it is not a store"):
        store.stage([row(issue("A-1"))])


def test_a_store_that_is_deleted_does_not_come_back_empty(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look whether it is there and the opening another process may have deleted it."""
    monkeypatch.setattr(Path, "exists", lambda path: True)
    with pytest.raises(StoreError, match="cannot be read now"):
        store.load()
    monkeypatch.undo()

    assert not store.place.path.exists()


def test_a_store_in_a_folder_that_cannot_be_written_is_read(filled_store: Store, tmp_path: Path) -> None:
    """SQLite would want to put a file beside it to share it with others."""
    whole = seen(filled_store)
    filled_store.place.path.chmod(0o444)
    with as_nobody(filled_store.place.path.parent):
        assert seen(filled_store) == whole
        with pytest.raises(StoreError, match="cannot be opened for writing"):
            filled_store.stage([row(issue("A-1"))])


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
    assert dataset.as_of == max(r.newest for r in rows) + 1  # what happened last has happened


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
    at_once, one_by_one = (store_at(temp_cache_dir / name) for name in ("a", "b"))
    at_once.add(rows, NOTHING)
    for each in [*reversed(rows), rows[0]]:
        one_by_one.add([each], NOTHING)
    before = at_once.revision()

    assert one_by_one.revision() == before
    assert at_once.add(rows, NOTHING).changed is False
    assert at_once.add([], References([read_status(status("Done"))])).revision != before


def test_staged_pages_are_unseen_until_they_are_published(store: Store) -> None:
    store.add(
        [row(issue("A-1", id="1")), row(issue("A-2", id="2"))],
        References(versions=[read_version(version(1, "1.0"))]),
    )
    before = seen(store)
    store.stage([row(issue("A-2", id="2", updated="2026-03-01"))])
    store.stage([row(issue("A-3", id="3"))])
    unseen = seen(store)
    changes = store.publish_staged(NOTHING, as_of=1_000, meta={"site": "s"}, gone=["1"])

    assert unseen == before
    assert (changes.created, changes.updated, changes.deleted, changes.stored) == (1, 1, 1, 2)
    assert sorted(r.key for r in store.load_with_rows()[1]) == ["A-2", "A-3"]
    assert (store.load().versions, store.load().as_of, store.meta()["site"]) == ((), 1_000, "s")


def test_what_was_staged_can_be_forgotten(store: Store) -> None:
    store.stage([row(issue("A-1"))])
    store.begin_attempt({"since": "5"})

    assert store.attempt() == {"since": "5"}
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
    done, odd, seen_sizes = threading.Event(), [], set()

    def read() -> None:
        while not done.is_set():
            dataset, rows = store.load_with_rows()
            seen_sizes.add(len(rows))
            if len(dataset.issues) != len(rows) or len(rows) not in sizes:
                odd.append((len(dataset.issues), len(rows)))

    readers = [threading.Thread(target=read, daemon=True) for _ in range(2)]
    for reader in readers:
        reader.start()
    for n in sizes:
        store.add([row(issue(f"A-{n}"))], NOTHING)
    done.set()
    for reader in readers:
        reader.join(10)

    assert not any(reader.is_alive() for reader in readers)
    assert odd == []
    assert len(seen_sizes) > 1  # they looked while there was something going on
    assert len(store.load().issues) == len(sizes)


def test_a_store_that_another_process_writes_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers go on reading; a second writer waits, then says why it gives up."""
    monkeypatch.setattr(data.store.sqlite.opening, "LOCK_WAIT_S", 0.05)
    store.add([row(issue("A-1"))], NOTHING)
    other = sqlite3.connect(store.place.path, isolation_level=None)
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
    store.place.path.mkdir()
    with pytest.raises(StoreError) as met:
        store.load()

    assert met.value.exit_code == 6


@pytest.mark.parametrize("kind", ["flip", "cut", "blank"])
def test_damage_is_told_and_never_shown(store: Store, kind: str) -> None:
    """A damaged file gives the whole truth, where the damage lies in what nobody reads, or exit 6."""
    good, whole = seen(filled(store)), store.place.path.read_bytes()
    chance = random.Random(kind)
    told = 0
    for _ in range(60):
        store.place.path.write_bytes(damaged(whole, kind, chance))
        try:
            assert seen(store) == good
        except StoreError as error:
            told += 1
            assert error.exit_code == 6
            assert error.hint

    assert told > 5


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
    store.place.path.write_text("this is not a database, and long enough to look like one\n" * 50)
    with pytest.raises(StoreError, match="damaged"):
        store.load()
    with pytest.raises(StoreError, match="damaged"):
        store.add([row(issue("A-1"))], NOTHING)


def test_columns_of_another_version_are_made_again_from_the_rows(store: Store) -> None:
    """After an update of the program a store reads as before, although its columns are not today's."""
    before = filled(store).load()
    with closing(sqlite3.connect(store.place.path)) as connection:
        connection.execute("UPDATE meta SET value = 'others' WHERE name = 'columns'")
        meta = dict(connection.execute("SELECT name, value FROM meta"))
        connection.execute(
            "UPDATE meta SET value = ? WHERE name = 'check'", (check_of(SqliteRows(connection), meta),)
        )
        connection.execute("DELETE FROM columns WHERE name = 'created'")
        connection.commit()
    after = store.load()

    assert after.issues.created.tolist() == before.issues.created.tolist()
    assert after.revision == before.revision


def test_a_store_of_version_2_is_brought_up_to_date(store: Store) -> None:
    """A file as the second version of the schema wrote it reads as it did then, and takes new rows.

    But for the recovery time: two of three incidents were over on the day of their release, which is 0.
    """
    shutil.copy(SAMPLES / "store-v2.sqlite", store.place.path)
    values = json.loads((SAMPLES / "store-v2.json").read_text())
    report = compute(store.load(), Profile(), View())
    rows = store.load_with_rows()[1]
    store.verify()
    changes = store.add([row(issue("NEW-1", id="999999"))], NOTHING)

    assert {name: result.value for name, result in report.results.items()} == values
    assert len(rows) == 40
    assert (store.staged(), store.meta()["site"]) == ({}, "https://jira.example")
    assert (changes.created, changes.stored) == (1, 41)


def test_a_damaged_store_of_version_2_is_not_brought_up_to_date(store: Store) -> None:
    shutil.copy(SAMPLES / "store-v2.sqlite", store.place.path)
    with closing(sqlite3.connect(store.place.path)) as connection:
        connection.execute(
            "UPDATE issue SET row = CAST(row || x'00' AS BLOB) WHERE id = (SELECT min(id) FROM issue)"
        )
        connection.commit()
    before = store.place.path.read_bytes()
    with pytest.raises(StoreError, match="rows are not what was written"):
        store.load()

    assert store.place.path.read_bytes() == before


def test_a_store_of_a_later_version_is_left_alone(filled_store: Store) -> None:
    with closing(sqlite3.connect(filled_store.place.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="later version") as told:
        filled_store.load()

    assert not isinstance(told.value, DamagedStoreError)


def test_small_changes_leave_the_columns_and_large_ones_write_them_again(store: Store) -> None:
    """Whichever way it went, what is read is the same."""
    rows = [row(issue(f"A-{n}", id=str(n), links=[link("blocks", f"A-{n % 40 + 1}")])) for n in range(1, 41)]
    store.add(rows, NOTHING)
    written = blobs(store)
    store.stage([row(issue("A-7", id="7", updated="2026-05-01", status="Done")), row(issue("A-99", id="99"))])
    store.publish_staged(None, as_of=5, meta={}, gone=["3"])
    patched, left = store.load(), blobs(store)
    store.stage([row(issue(f"A-{n}", id=str(n), updated="2026-06-01")) for n in range(10, 30)])
    store.publish_staged(None, as_of=6, meta={})

    assert left == written
    assert blobs(store) != written
    for dataset, count in ((patched, 40), (store.load(), 40)):
        assert len(dataset.issues) == count
    same(store.load().issues, build_issue_table(store.load_with_rows()[1]))
    assert store_at(store.place.path).revision() == revision_of(total(store))


def blobs(store: Store) -> list[tuple]:
    with closing(sqlite3.connect(store.place.path)) as connection:
        return connection.execute("SELECT name, data FROM columns ORDER BY name").fetchall()


def total(store: Store) -> int:
    with closing(sqlite3.connect(store.place.path)) as connection:
        return total_of(SqliteRows(connection))


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Take the right to write away; the superuser, who may write everywhere, steps down meanwhile."""
    me = os.geteuid()
    modes = {
        each: each.stat().st_mode for each in (folder, *folder.parents) if not each.stat().st_mode & 0o11
    }
    for each in modes:
        each.chmod(0o555)
    if me == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)
        for each, mode in modes.items():
            each.chmod(mode)


def test_the_newest_event_makes_the_time_of_imported_data(store: Store) -> None:
    """Later than the issue; of an event of which only the day is known, noon UTC."""
    event = DeploymentRow("d-1", "1.0", "A", at("2026-04-01T10:00"), "", False, ())
    later = DeploymentRow("d-2", "1.1", "A", MISSING, "", False, (), day="2026-04-05")

    store.add([row(issue("A-1", created="2026-03-01"))], References(deployments=[event, later]))

    assert store.load().as_of == at("2026-04-05T12:00") + 1


def test_importing_again_brings_the_time_of_an_earlier_version_up_to_date(store: Store) -> None:
    rows = [row(issue("A-1", created="2026-03-01"))]
    store.add(rows, References())
    with closing(sqlite3.connect(store.place.path)) as connection, connection:
        _put_meta(SqliteRows(connection), {"as_of": str(at("2026-03-01"))})

    assert not store.add(rows, References()).changed
    assert store.load().as_of == at("2026-03-01") + 1


class TestDefinitions:
    """Under which definitions a store was published: those of today, or first under earlier ones."""

    def test_a_new_store_knows_today_alone(self, filled_store: Store) -> None:
        meta = filled_store.meta()

        assert (meta["definitions"], meta["first_definitions"]) == (DEFINITIONS, DEFINITIONS)

    def test_what_an_earlier_version_published_stays_known(self, store: Store) -> None:
        """Also when it is published again, and again."""
        store.place.path.parent.mkdir(exist_ok=True)
        shutil.copy(SAMPLES / "store-v2.sqlite", store.place.path)
        before = store.meta()
        for day in (1, 2):
            store.add([row(issue("Z-1", created=f"2026-01-0{day}"))], NOTHING)

        assert "definitions" not in before
        assert (store.meta()["definitions"], store.meta()["first_definitions"]) == (DEFINITIONS, "1")

    def test_they_are_those_that_the_metrics_name(self) -> None:
        """All but change lead time, whose third version differs by changes of code and asks for no issue."""
        versions = {metric.id: metric.version for metric in ALL_METRICS}

        assert versions.pop("change_lead_time") == 3
        assert set(versions.values()) == {int(DEFINITIONS)}


def test_a_store_of_the_first_release_opens_and_says_what_it_lacks(store: Store) -> None:
    """Each of its issues, until it is imported again; a new one lacks nothing."""
    shutil.copy(SAMPLES / "store-0.1.0.sqlite", store.place.path)
    table = store.load().issues
    store.verify()

    assert len(table) == 4
    assert not table.truncated.any()
    assert not table.transition_resolves.any()
    assert store.outdated() == 4
    store.add([row(issue("EX-9", id="999"))], NOTHING)
    assert store.outdated() == 4
    ids = {each.key: each.id for each in store.load_with_rows()[1]}
    again = [row(issue(key, id=ids[key], updated="2026-04-01")) for key in sorted(ids)[:3]]
    store.add(again, NOTHING)
    assert store.outdated() == 1
    store.add([row(issue("EX-4", id=ids["EX-4"], updated="2026-04-01"))], NOTHING)
    assert store.outdated() == 0
    assert store.meta()["rows"] == str(ROWS_VERSION)


def test_a_new_store_lacks_nothing(store: Store) -> None:
    assert store.outdated() == 0
    assert filled(store).outdated() == 0


def test_an_answer_without_histories_replaces_none_that_was_there(store: Store) -> None:
    """Neither with an empty changelog nor without one; what else it says counts."""
    moved = [("2026-03-02", "Doing")]
    first = row(issue("A-1", id="1", created="2026-03-01", history=moved, updated="2026-03-02"))
    later = {"created": "2026-03-01", "updated": "2026-03-09", "status": status("Done")}
    store.add([first], NOTHING)
    for number, has_changelog in enumerate((True, False)):
        again = issue("A-1", id="1", summary=str(number), has_changelog=has_changelog, **later)
        store.add([row(again)], NOTHING)
        (found,) = store.load_with_rows()[1]

        assert (found.summary, found.status.name) == (str(number), "Done")
        assert (found.transitions, found.has_changelog) == (first.transitions, True)


def test_of_two_pages_the_one_with_histories_gives_them(store: Store) -> None:
    """Whichever is staged first; and what is stored is asked too."""
    whole = row(issue("A-1", id="1", history=[("2026-03-02", "Doing")], updated="2026-03-02"))
    empty = row(issue("A-1", id="1", updated="2026-03-05"))
    store.stage([whole])
    store.stage([empty])
    store.publish_staged(NOTHING, as_of=at("2026-03-06"), meta={})
    store.stage([row(issue("A-1", id="1", updated="2026-03-07"))])
    store.publish_staged(NOTHING, as_of=at("2026-03-08"), meta={}, authoritative=True)
    (found,) = store.load_with_rows()[1]

    assert (found.transitions, found.updated) == (whole.transitions, at("2026-03-07"))


def test_an_unreadable_update_counts_as_the_creation(store: Store) -> None:
    """Of one id twice the later one wins."""
    dated = row(issue("A-1", id="1", created="2026-03-01", updated="2026-03-02", summary="dated"))
    undated = issue("A-1", id="1", created="2026-03-03", summary="later")
    undated["fields"]["updated"] = "soon"
    store.add([row(undated), dated], NOTHING)

    assert store.load_with_rows()[1][0].summary == "later"


def test_a_list_of_versions_stands_before_what_issues_tell_of(store: Store) -> None:
    """In its project; of another one that has no list the issues' word counts."""
    met = [VersionRow(str(n), f"{n}.0", str(n % 2), True, False, "2026-03-02", met=True) for n in (1, 2, 3)]
    store.add([row(issue("A-1"))], References(versions=met))
    before = [version.id for version in store.load().versions]
    store.add([], References(versions=[VersionRow("1", "one", "1", True, False, "2026-03-05")]))

    assert before == ["1", "2", "3"]
    assert [(version.id, version.name) for version in store.load().versions] == [("1", "one"), ("2", "2.0")]


def test_metadata_are_read_again_only_where_the_file_has_changed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that has rested is not opened for what is known of it; another writer is seen at once."""
    store.add([row(issue("A-1"))], NOTHING)
    rested = store.place.path.stat().st_mtime_ns - 10_000_000_000
    os.utime(store.place.path, ns=(rested, rested))
    first = store.meta()
    with monkeypatch.context() as patched:
        patched.setattr(SqlitePlace, "reading", None)  # opening it would fail
        again = store.meta()
    store_at(store.place.path).add([row(issue("A-2"))], NOTHING)

    assert again == first
    assert store.meta()["revision"] != first["revision"]


class TestPagesThatNothingNeeds:
    """What a first fetch staged is given back to the disk; what a small change frees serves the next one."""

    @staticmethod
    def pages(store: Store) -> tuple[int, int]:
        with closing(sqlite3.connect(store.place.path)) as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        return pages, free

    def test_after_a_first_fetch_none_is_free(self, store: Store) -> None:
        """A staged copy of everything is half of what was written."""
        store.stage([row(issue(f"A-{n}", id=str(n), summary="x" * 900)) for n in range(400)])
        staged, _ = self.pages(store)
        store.publish_staged(NOTHING, as_of=1, meta={})
        pages, free = self.pages(store)
        store.verify()

        assert free == 0
        assert staged * 3 // 4 < pages < staged * 5 // 4
        assert len(store.load().issues) == 400

    def test_after_a_small_change_they_stay(self, store: Store) -> None:
        rows = [row(issue(f"A-{n}", id=str(n), summary="x" * 900)) for n in range(400)]
        store.stage(rows)
        store.publish_staged(NOTHING, as_of=1, meta={})
        store.stage([replace(each, updated=each.updated + 1) for each in rows[:10]])
        store.publish_staged(None, as_of=2, meta={})
        pages, free = self.pages(store)

        assert 0 < free < pages / 8

    def test_a_file_of_an_earlier_version_keeps_them(self, store: Store) -> None:
        shutil.copy(SAMPLES / "store-v2.sqlite", store.place.path)
        store.stage([row(issue(f"A-{n}", id=str(n), summary="x" * 900)) for n in range(400)])
        store.publish_staged(NOTHING, as_of=1, meta={})
        _, free = self.pages(store)
        store.verify()

        assert free > 0
        assert len(store.load().issues) == 440
