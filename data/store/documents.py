"""Small documents by name: profiles, their secrets, notes about syncs.

Files on a laptop; rows of a database in server mode, secrets among them encrypted.
"""

import contextlib
import logging
import os
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Literal, Protocol

from configuration.database.connection import Database
from configuration.database.sealing import Seal
from configuration.errors import InputError
from configuration.files import file_stamp, write_whole
from configuration.people import note, require
from configuration.settings import Home
from data.people.api_keys import forget_in_keys, move_in_keys
from data.people.owners import copy_owners, forget_owners, require_editor

logger = logging.getLogger(__name__)
SECRETS = "enter tokens and other secrets"
Folder = Literal["profiles", "secrets", "run"]


class Documents(Protocol):
    """Documents of one folder by name, such as ``team.toml`` or, set aside, ``aside/team.toml``.

    Each method raises InputError where a file is a link to somewhere else, and OSError where the file system
    refuses; whoever calls knows what the document is called by people. A database raises StoreError.
    """

    def read(self, name: str) -> bytes | None:
        """Return all of a document, None where there is none."""

    def has(self, name: str) -> bool:
        """Tell whether there is such a document, be it one that cannot be read."""

    def stamp(self, name: str) -> Hashable:
        """Return what is another one after each ``write``, None where there is no such document."""

    def write(self, name: str, content: bytes) -> None:
        """Put ``content`` in place of a document in one step; where that fails the old one is unharmed."""

    def delete(self, name: str) -> None:
        """Delete a document; nothing happens where there is none."""

    def move(self, name: str, new: str) -> None:
        """Give a document another name, in place of what had it; nothing happens where there is none."""

    def names(self) -> list[str]:
        """Return the names of all documents, sorted, with those that were set aside."""


def documents_of(home: Home, folder: Folder) -> Documents:
    """Return the documents that a home keeps in a folder."""
    if home.database:
        seal = Seal(home.database.keys) if folder == "secrets" else None
        rows = _Rows(home.database, folder, seal)
        return rows if folder == "run" else _Guarded(rows, home, folder)
    kind = _SecretFiles if folder == "secrets" else _Files
    return kind(home.root / folder)


def place_of(home: Home, folder: Folder) -> str:
    """Return where whoever looks after a home finds the documents of a folder, in words."""
    return f"the table document of the database, folder {folder}" if home.database else f"the {folder} folder"


class _Guarded:
    """Documents that whoever is present may read, and change as far as the role allows.

    An editor writes what is there already and is not owned by others; the rest is for administrators.
    """

    def __init__(self, documents: Documents, home: Home, folder: Folder) -> None:
        self._documents, self._home, self._folder = documents, home, folder
        self.read, self.has, self.names = documents.read, documents.has, documents.names
        self.stamp = documents.stamp

    def write(self, name: str, content: bytes) -> None:
        is_new, profile = not self.has(name), name.rpartition(".")[0]
        if self._folder == "secrets":
            require("administrator", SECRETS)
        elif is_new:
            require("administrator", "create profiles")
            forget_owners(self._home, name)  # nobody inherits from a profile that had this name
            forget_in_keys(self._home, name)
        else:
            require_editor(self._home, profile, f"change the settings of {profile}")
        self._documents.write(name, content)
        if self._folder == "secrets":
            note("secrets saved", profile)
        elif is_new:
            note("profile created", profile)

    def delete(self, name: str) -> None:
        self._require_administrator()
        is_there = self.has(name)
        self._documents.delete(name)
        if self._folder == "profiles":
            forget_owners(self._home, name)
            forget_in_keys(self._home, name)
        if is_there:
            note(f"{self._folder} deleted", name)

    def move(self, name: str, new: str) -> None:
        self._require_administrator()
        is_there = self.has(name)
        if self._folder == "profiles" and is_there:
            copy_owners(self._home, name, new)  # first: at no moment is it everybody's
        self._documents.move(name, new)
        if self._folder == "profiles":
            forget_owners(self._home, name)
            if is_there:
                move_in_keys(self._home, name, new)
        if is_there:
            note(f"{self._folder} moved", f"{name} to {new}")

    def _require_administrator(self) -> None:
        what = "tokens" if self._folder == "secrets" else "profiles"
        require("administrator", f"rename, set aside and delete {what}")


class _Files:
    """Documents as files of a folder, which is made when something is written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        return self._path(name).is_file()

    def stamp(self, name: str) -> Hashable:
        return file_stamp(f"{self._folder}/{name}")

    def write(self, name: str, content: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def move(self, name: str, new: str) -> None:
        source, target = self._path(name), self._path(new)
        if not source.exists():
            return
        target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        source.replace(target)

    def names(self) -> list[str]:
        return sorted(self._list(""))

    def _list(self, below: str) -> Iterator[str]:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            for entry in os.scandir(self._folder / below):
                if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                    yield f"{below}{entry.name}"
                elif not below and entry.name == "aside":
                    yield from self._list("aside/")

    def _path(self, name: str) -> Path:
        path = self._folder / name
        if path.is_symlink():
            raise InputError(
                f"{path.name} is a link to somewhere else.", hint="Put the file itself into the folder."
            )
        return path


class _SecretFiles(_Files):
    """Files that their owner alone can read."""

    def read(self, name: str) -> bytes | None:
        path = self._path(name)
        if os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
            path.chmod(0o600)  # a copy or a backup may have given rights to others
            logger.warning("secret.was_readable", extra={"file": path.name})
        return super().read(name)

    def write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        self._folder.chmod(0o700)
        super().write(name, content)


class _Rows:
    """Documents as rows of a database.

    Args:
        database: where they are.
        folder: of them.
        seal: encrypts them, where they are secret.
    """

    def __init__(self, database: Database, folder: Folder, seal: Seal | None) -> None:
        self._database = database
        self._folder = folder
        self._seal = seal

    def read(self, name: str) -> bytes | None:
        query = "SELECT content FROM document WHERE folder = %s AND name = %s"
        with self._database.lent() as connection:
            row = connection.execute(query, [self._folder, name], binary=True).fetchone()
        if row is None:
            return None
        return self._seal.open(row[0]) if self._seal else bytes(row[0])

    def has(self, name: str) -> bool:
        query = "SELECT 1 FROM document WHERE folder = %s AND name = %s"
        with self._database.lent() as connection:
            return connection.execute(query, [self._folder, name]).fetchone() is not None

    def stamp(self, name: str) -> Hashable:
        # Each write makes a new version of the row, also of the same content.
        query = "SELECT xmin::text, ctid::text FROM document WHERE folder = %s AND name = %s"
        with self._database.lent() as connection:
            return connection.execute(query, [self._folder, name]).fetchone()

    def write(self, name: str, content: bytes) -> None:
        kept = self._seal.close(content) if self._seal else content
        with self._database.lent() as connection:
            connection.execute(
                "INSERT INTO document (folder, name, content) VALUES (%s, %s, %s)"
                " ON CONFLICT (folder, name) DO UPDATE SET content = excluded.content",
                [self._folder, name, kept],
            )

    def delete(self, name: str) -> None:
        with self._database.lent() as connection:
            connection.execute("DELETE FROM document WHERE folder = %s AND name = %s", [self._folder, name])

    def move(self, name: str, new: str) -> None:
        if name == new:
            return
        with self._database.transaction() as connection:
            # The row that gives way goes only where there is one that takes its place.
            connection.execute(
                "DELETE FROM document WHERE folder = %(folder)s AND name = %(new)s"
                " AND EXISTS (SELECT FROM document WHERE folder = %(folder)s AND name = %(name)s)",
                {"folder": self._folder, "name": name, "new": new},
            )
            connection.execute(
                "UPDATE document SET name = %s WHERE folder = %s AND name = %s", [new, self._folder, name]
            )

    def names(self) -> list[str]:
        query = "SELECT name FROM document WHERE folder = %s ORDER BY name"
        with self._database.lent() as connection:
            return [name for (name,) in connection.execute(query, [self._folder])]
