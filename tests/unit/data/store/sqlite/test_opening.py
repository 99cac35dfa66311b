"""Reading goes on where nothing can be written, and never shows half of what somebody wrote."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from configuration.errors import StoreError
from data.store.database import Store
from data.store.references import References
from data.store.sqlite.opening import has_room, opened_to_read
from tests.support.builders import issue
from tests.support.disks import filled, read_only, small_disk
from tests.support.rows import row
from tests.support.stores import store_at

SAMPLES = Path(__file__).resolve().parents[4] / "fixtures"
KEYS = {str(number): f"A-{number}" for number in range(1, 41)}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "2m") as folder:
        yield folder


def store_in(folder: Path) -> Store:
    store = store_at(folder / "scope.sqlite")
    store.add([row(issue(key, id=number)) for number, key in KEYS.items()], References())
    return store


def killed_in(folder: Path) -> Store:
    """A store whose writer died after a commit that is in the log beside the file only."""
    store = store_in(folder)
    with closing(sqlite3.connect(store.place.path, isolation_level=None)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("UPDATE issue SET key = 'B-1' WHERE id = '1'")
        dead = folder / "dead.sqlite"
        for end in ("", "-wal"):
            shutil.copy(f"{store.place.path}{end}", f"{dead}{end}")
    return store_at(dead)


def test_a_full_disk_is_read(disk: Path) -> None:
    """0 bytes are free: what readers share cannot be made, and nothing is left behind that was not there."""
    store = store_in(disk)
    before = store.place.path.read_bytes()
    with filled(disk):
        assert store.keys() == KEYS
        assert len(store.load().issues) == 40
        store.verify()

    assert store.place.path.read_bytes() == before


def test_what_was_committed_last_is_read_on_a_full_disk(disk: Path) -> None:
    """It lies in the log alone; to read the file without it would show an earlier state."""
    store = killed_in(disk)
    log = store.place.path.with_name("dead.sqlite-wal")
    assert log.stat().st_size > 0
    with filled(disk):
        for _ in range(2):
            assert store.keys() == KEYS | {"1": "B-1"}

    assert store.keys() == KEYS | {"1": "B-1"}


def test_an_earlier_version_is_read_on_a_full_disk(disk: Path) -> None:
    """It is brought up to date in memory; the file stays what it was."""
    store = store_at(disk / "scope.sqlite")
    shutil.copy(SAMPLES / "store-v2.sqlite", store.place.path)
    before = store.place.path.read_bytes()
    with filled(disk):
        assert len(store.load_with_rows()[1]) == 40
        assert store.place.path.read_bytes() == before


def test_an_earlier_version_is_read_where_nothing_may_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    shutil.copy(SAMPLES / "store-v2.sqlite", folder / "scope.sqlite")
    with read_only(folder):
        assert len(store_at(folder / "scope.sqlite").load_with_rows()[1]) == 40


def test_what_cannot_be_read_without_writing_is_said(tmp_path: Path) -> None:
    """The last commits lie in the log, and nothing may be written: better no state than an earlier one."""
    folder = tmp_path / "cache"
    folder.mkdir()
    store = killed_in(folder)
    with read_only(folder), pytest.raises(StoreError, match="cannot be read now") as told:
        store.keys()

    assert "permissions of the cache folder" in told.value.hint
    assert store.keys() == KEYS | {"1": "B-1"}


def test_nothing_is_stored_on_a_full_disk_and_that_is_said(disk: Path) -> None:
    store = store_in(disk)
    with filled(disk):
        with pytest.raises(StoreError, match="did not take what was to be stored"):
            store.add([row(issue("C-1", id="77"))], References())
        assert store.keys() == KEYS


def test_who_writes_while_the_file_is_read_as_it_lies_is_noticed(disk: Path) -> None:
    """Somebody frees space and syncs in the middle of a read that holds no lock."""
    store = store_in(disk)
    noticed = pytest.raises(StoreError, match="was written to while it was read")
    with filled(disk) as ballast, noticed, opened_to_read(store.place.path) as connection:
        connection.execute("SELECT count(*) FROM issue").fetchone()
        ballast.unlink()
        store.add([row(issue("C-1", id="77"))], References())

    assert store.keys() == KEYS | {"77": "C-1"}


def test_room_is_found_out_by_writing(disk: Path, tmp_path: Path) -> None:
    assert has_room(disk)
    with filled(disk):
        assert not has_room(disk)
    with read_only(disk):
        assert not has_room(disk)
    assert not has_room(tmp_path / "missing")
    assert list(disk.iterdir()) == []
