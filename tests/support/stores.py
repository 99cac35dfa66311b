"""A store in a file that a test names."""

from pathlib import Path

from data.store.database import Store
from data.store.sqlite.place import SqlitePlace


def store_at(path: Path) -> Store:
    """Return the store in a file, whether it exists or not."""
    return Store(SqlitePlace(path))
