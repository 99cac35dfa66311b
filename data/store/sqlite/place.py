"""Where a scope lies: a file of its own, and what SQLite keeps beside it."""

import contextlib
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from configuration.errors import ConfigurationError
from data.store.damage import nothing_unknown
from data.store.port import Kept
from data.store.sqlite.damage import told_as_store_error
from data.store.sqlite.opening import connect, has_room, is_writable, opened_to_read
from data.store.sqlite.rows import SqliteRows
from data.store.sqlite.schema import add_stage, bring_up_to_date, create
from data.store.sqlite.stamp import Stamp, is_settled, stamp_of

_COMPANIONS = ("-wal", "-shm")


class SqlitePlace:
    """A file; see ``Place``.

    Args:
        path: of the file; the first write creates it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def key(self) -> str:
        """Name of the scope."""
        return self.path.stem

    @property
    def name(self) -> str:
        """What people call it."""
        return self.path.name

    def exists(self) -> bool:
        """Tell whether anything was ever written."""
        return self.path.exists()

    def stamp(self) -> Stamp | None:
        """Return what is another one after every write, without opening anything."""
        return stamp_of(self.path)

    def is_settled(self, stamp: Stamp) -> bool:
        """Tell whether one more write would have another stamp for certain."""
        return is_settled(stamp)

    def size(self) -> int:
        """Return how many bytes it takes, with what lies beside it."""
        files = (self.path, *self._companions())
        return sum(each.stat().st_size for each in files if each.exists())

    def has_room(self) -> bool:
        """Tell whether more could be written, by writing a little."""
        return has_room(self.path.parent)

    @contextmanager
    def reading(self) -> Iterator[SqliteRows]:
        """Open for reading: everything that is read inside is of one moment."""
        with (
            told_as_store_error(self.path, reading=True),
            opened_to_read(self.path) as connection,
            nothing_unknown(),
        ):
            connection.execute("BEGIN")
            yield SqliteRows(connection)

    @contextmanager
    def writing(self) -> Iterator[SqliteRows]:
        """Open a transaction that nobody else writes beside."""
        with told_as_store_error(self.path):
            if not self.path.exists():
                create(self.path)
            with closing(connect(self.path)) as connection:
                connection.execute("PRAGMA synchronous = NORMAL")
                bring_up_to_date(connection)
                connection.execute("BEGIN IMMEDIATE")
                try:
                    add_stage(connection)
                    yield SqliteRows(connection)
                except BaseException:  # also an interrupt must leave the published data as it was
                    connection.rollback()
                    raise
                connection.commit()

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keep the file open for as long as many pages are staged.

        Whoever closes a store last writes its log into the file; after each page that would cost more than
        the page itself.
        """
        with told_as_store_error(self.path):
            idle = connect(self.path)
        with closing(idle):
            with told_as_store_error(self.path):
                idle.execute("SELECT 1 FROM meta").fetchone()  # only who has looked counts as somebody
            yield

    def touch(self) -> None:
        """Note that it was used."""
        if self.path.exists() and is_writable(self.path):
            with told_as_store_error(self.path):
                os.utime(self.path)

    def delete(self) -> None:
        """Delete the file."""
        with told_as_store_error(self.path):
            self.path.unlink(missing_ok=True)
            for companion in self._companions():
                companion.unlink(missing_ok=True)

    def set_aside(self) -> str:
        """Move the file out of the way and return its new name."""
        aside = self.path.with_suffix(f".damaged-{time.time_ns()}")
        with told_as_store_error(self.path):
            self.path.rename(aside)
            for companion in _COMPANIONS:  # what is not in the file yet is part of what there was
                with contextlib.suppress(FileNotFoundError):
                    self.path.with_name(self.path.name + companion).rename(f"{aside}{companion}")
        return aside.name

    def _companions(self) -> list[Path]:
        return [self.path.with_name(self.path.name + companion) for companion in _COMPANIONS]


class SqlitePlaces:
    """The files of a folder; see ``Places``.

    Args:
        folder: that holds them; those of deleted profiles are in ``aside`` beneath it.
    """

    most_bytes = 2 * 1024**3

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, key: str) -> SqlitePlace:
        """Return the place of a scope."""
        return SqlitePlace(self._path_of(key))

    def keys(self) -> list[str]:
        """Return the keys of all that exist, in order."""
        aside = (f"aside/{path.stem}" for path in (self._folder / "aside").glob("*.sqlite"))
        return sorted((*(path.stem for path in self._folder.glob("*.sqlite")), *aside))

    def kept(self) -> list[Kept]:
        """Return those that profiles may read, the one that was not used for longest first."""
        files = sorted((path.stat().st_mtime, path) for path in self._folder.glob("*.sqlite"))
        return [Kept(path.stem, SqlitePlace(path).size(), used_at) for used_at, path in files]

    def move(self, key: str, new: str) -> None:
        """Call a file otherwise, with what SQLite keeps beside it."""
        source, target = self._path_of(key), self._path_of(new)
        for companion in (*_COMPANIONS, ""):
            _move(source.with_name(source.name + companion), target.with_name(target.name + companion))

    def _path_of(self, key: str) -> Path:
        return self._folder / f"{key}.sqlite"


def _move(source: Path, target: Path) -> None:
    """Move a file if it is there, within one file system and so in one step."""
    try:
        if not source.exists():
            return
        target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        source.replace(target)
    except OSError as error:
        raise ConfigurationError(
            f"The file {source.name} cannot be moved: {error.strerror}.",
            hint="Check the space and the permissions of the folder that THROUGHLINE_HOME names.",
        ) from error
