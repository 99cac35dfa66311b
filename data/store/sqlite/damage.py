"""What SQLite and the file system say of a store's file, and how that is told to people."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from configuration.errors import StoreError
from data.store.damage import NOT_TEXT, tell_damaged, told_as_damage

_NO_ROOM = ("full", "disk I/O", "readonly", "read-only", "unable to open")


@contextmanager
def told_as_store_error(path: Path, *, reading: bool = False) -> Iterator[None]:
    """Translate what SQLite, msgspec, the file system and our checksums say.

    Args:
        path: of the store.
        reading: nothing was to be stored.

    Raises:
        DamagedStoreError: the file holds something else than was written.
        StoreError: the file cannot be read or written.
    """
    try:
        with told_as_damage(path.name):
            yield
    except sqlite3.OperationalError as error:
        raise _tell_operational(error, path, reading=reading) from error
    except sqlite3.DatabaseError as error:
        raise tell_damaged(path.name, str(error)) from error
    except OSError as error:
        raise StoreError(
            f"The store {path.name} cannot be {'read' if reading else 'written'}: {error.strerror}.",
            hint="Check the space and the permissions of the folder, then try again.",
        ) from error


def _tell_operational(error: sqlite3.OperationalError, path: Path, *, reading: bool) -> StoreError:
    text = str(error)
    if "decode" in text:  # SQLite's word for bytes that are not text
        return tell_damaged(path.name, NOT_TEXT)
    if "locked" in text or "busy" in text:
        return StoreError(
            "Another process is writing to this store.",
            hint="Wait until the running sync or import has ended.",
        )
    if reading and any(words in text for words in _NO_ROOM):
        return StoreError(
            f"The store {path.name} cannot be read now ({text}).",
            hint="Free some space and check the permissions of the cache folder, then try again.",
        )
    if "full" in text or "disk I/O" in text:
        return StoreError(
            f"The disk did not take what was to be stored ({text}); nothing was changed.",
            hint="Free some space, or raise the quota, then try again.",
        )
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return StoreError(
            f"The store {path.name} cannot be opened for writing.",
            hint="Check the permissions of the cache folder, then try again.",
        )
    return StoreError(f"The store {path.name} failed: {text}.", hint="Look into the log for the cause.")
