"""Whatever goes wrong with a store's file becomes one sentence of cause and one of remedy."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from configuration.errors import DamagedStoreError, StoreError
from data.store.damage import DamagedError, LaterVersionError
from data.store.sqlite.damage import told_as_store_error

STORE = Path("folder") / "scope.sqlite"


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (DamagedError("the rows are not what was written"), "the rows are not what was written"),
        (sqlite3.DatabaseError("file is not a database"), "file is not a database"),
        (msgspec.DecodeError("MessagePack data is malformed"), "MessagePack data is malformed"),
        (
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
            "it holds text that cannot be read",
        ),
        (sqlite3.OperationalError("Could not decode to UTF-8 column"), "it holds text that cannot be read"),
    ],
)
def test_damage(error: Exception, cause: str) -> None:
    """The file is to be set aside."""
    with pytest.raises(DamagedStoreError) as told, told_as_store_error(STORE):
        raise error

    assert told.value.message == f"The store scope.sqlite is damaged: {cause}."
    assert (
        told.value.hint
        == "Fetch everything again (sync --full), or import the files again; what is damaged is kept."
    )
    assert told.value.__cause__ is error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (sqlite3.OperationalError("database is locked"), "Another process is writing to this store."),
        (sqlite3.OperationalError("database or disk is full"), "The disk did not take what was to be stored"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "cannot be opened for writing"),
        (sqlite3.OperationalError("unable to open database file"), "cannot be opened for writing"),
        (sqlite3.OperationalError("no such table: issue"), "scope.sqlite failed: no such table: issue."),
        (PermissionError(13, "Permission denied"), "scope.sqlite cannot be written: Permission denied."),
    ],
)
def test_other_trouble(error: Exception, message: str) -> None:
    """The file is as it was: it is not called damaged."""
    with pytest.raises(StoreError, match=message) as told, told_as_store_error(STORE):
        raise error

    assert not isinstance(told.value, DamagedStoreError)
    assert told.value.hint


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("disk I/O error"),
        sqlite3.OperationalError("attempt to write a readonly database"),
        sqlite3.OperationalError("unable to open database file"),
        PermissionError(13, "Permission denied"),
    ],
)
def test_who_reads_is_told_of_reading(error: Exception) -> None:
    """Nothing was to be stored, so no sentence speaks of storing."""
    with pytest.raises(StoreError, match="cannot be read") as told, told_as_store_error(STORE, reading=True):
        raise error

    assert "writ" not in told.value.message.replace(str(error), "")


def test_a_later_version_is_not_damage() -> None:
    """It is whole; setting it aside would lose it for the program that wrote it."""
    with pytest.raises(StoreError, match="later version of this program") as told, told_as_store_error(STORE):
        raise LaterVersionError("schema 9")

    assert not isinstance(told.value, DamagedStoreError)
    assert told.value.hint.startswith("Update the program")


def test_what_is_ours_passes() -> None:
    """An error that says already what it is, and no error at all."""
    error = StoreError("Said.", hint="Done.")
    with pytest.raises(StoreError) as told, told_as_store_error(STORE):
        raise error
    with told_as_store_error(STORE):
        pass

    assert told.value is error
