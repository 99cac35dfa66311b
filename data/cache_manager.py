"""The store: one SQLite file per scope, a row per issue, the columns beside them.

Rows are the truth; columns are made from them and can be made again. A change
of the store is one transaction that ends with a new revision, so that readers
see all of it or nothing.
"""

import hashlib
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from configuration.errors import DamagedStoreError, StoreError
from data.columns import build_issue_table
from data.tables import (
    MISSING,
    Dataset,
    DeploymentRow,
    IssueRow,
    IssueTable,
    Project,
    StatusRef,
    TypeRef,
    Value,
    VersionRow,
)

SCHEMA_VERSION = 2
LOCK_WAIT_S = 30.0
_Row = TypeVar("_Row", StatusRef, VersionRow, DeploymentRow)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS issue (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, updated INTEGER NOT NULL, row BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS issue_by_key ON issue (key);
CREATE TABLE IF NOT EXISTS staged (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, updated INTEGER NOT NULL, row BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS reference (
    kind TEXT NOT NULL, id TEXT NOT NULL, row BLOB NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS columns (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL
);
"""
# What is kept in SQL tables of its own: the row type of each kind of reference.
_REFERENCES: dict[str, type[StatusRef] | type[VersionRow] | type[DeploymentRow]] = {
    "status": StatusRef,
    "version": VersionRow,
    "deployment": DeploymentRow,
}
_VOCABULARIES: dict[str, Any] = {
    "projects": tuple[Project, ...],
    "types": tuple[TypeRef, ...],
    "statuses": tuple[StatusRef, ...],
    "resolutions": tuple[str, ...],
    "label_sets": tuple[tuple[str, ...], ...],
    "component_sets": tuple[tuple[str, ...], ...],
    "version_sets": tuple[tuple[str, ...], ...],
    "priorities": tuple[str, ...],
    "link_texts": tuple[str, ...],
    "value_fields": tuple[str, ...],
    "values": tuple[Value, ...],
}


@dataclass(frozen=True, slots=True)
class References:
    """What the server, or a file beside the issues, says of statuses, versions and deployments."""

    statuses: Sequence[StatusRef] = ()
    versions: Sequence[VersionRow] = ()
    deployments: Sequence[DeploymentRow] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What a publication changed."""

    created: int
    updated: int
    deleted: int
    moved: int
    stored: int
    revision: str
    changed: bool


def generate_cache_key(
    *, dialect: str, site: str, account: str, jql: str, fields: Iterable[str], schema: int = SCHEMA_VERSION
) -> str:
    """Return the name of a scope: 32 hex characters over everything that can change the answer.

    Args:
        dialect: ``cloud``, ``dc`` or ``files``.
        site: origin and context path of the Jira, or the profile that files are imported into.
        account: who asks, because permissions change the answer; never a credential.
        jql: the query.
        fields: requested fields, in any order.
        schema: version of the stored rows.
    """
    parts = [
        dialect,
        site.rstrip("/").casefold(),
        account,
        " ".join(jql.split()),
        *sorted(set(fields)),
        str(schema),
    ]
    # Length-prefixed, so that no two different lists of parts are spelled alike.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Store:
    """One scope on disk. Each call opens its own connection, so threads and processes may share it.

    Args:
        path: the SQLite file; it is created by the first publication.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def revision(self) -> str:
        """Return the revision of what is published, "" while nothing is."""
        if not self._has_data():
            return ""
        with self._reading() as connection:
            return _meta(connection).get("revision", "")

    def load(self) -> Dataset:
        """Return what is published; a store that does not exist yet is an empty dataset.

        Raises:
            StoreError: the file is damaged.
        """
        if not self._has_data():
            return Dataset(build_issue_table(()))
        with self._reading() as connection:
            connection.execute("BEGIN")
            return _dataset(connection)

    def load_with_rows(self) -> tuple[Dataset, list[IssueRow]]:
        """Return what is published and the rows it was made from, in no particular order: one moment of both.

        Raises:
            StoreError: the file is damaged; rows are checked against the revision.
        """
        if not self._has_data():
            return Dataset(build_issue_table(())), []
        with self._reading() as connection:
            connection.execute("BEGIN")
            dataset = _dataset(connection)
            if _revision(connection) != dataset.revision:
                raise _DamagedError("the rows are not what was written")
            rows = [_ROW.decode(row) for (row,) in connection.execute("SELECT row FROM issue")]
            return dataset, rows

    def rows(self, keys: Sequence[str]) -> dict[str, IssueRow]:
        """Return the stored rows of ``keys`` by key; unknown keys are absent."""
        found: dict[str, IssueRow] = {}
        if not self._has_data():
            return found
        with self._reading() as connection:
            for start in range(0, len(keys), 500):  # SQLite limits the parameters of one statement
                part = keys[start : start + 500]
                marks = ",".join("?" * len(part))
                query = f"SELECT key, row FROM issue WHERE key IN ({marks})"  # noqa: S608  # only question marks
                found.update((key, _ROW.decode(row)) for key, row in connection.execute(query, part))
        return found

    def meta(self) -> dict[str, str]:
        """Return the metadata of the scope: revision, as_of, synced_at, watermark, complete ..."""
        if not self._has_data():
            return {}
        with self._reading() as connection:
            return _meta(connection)

    def set_aside(self) -> Path:
        """Move a damaged store out of the way, keeping it, and return where it went."""
        aside = self.path.with_suffix(f".damaged-{time.time_ns()}")
        with self._translated():
            self.path.rename(aside)
            for companion in ("-wal", "-shm"):
                self.path.with_name(self.path.name + companion).unlink(missing_ok=True)
        return aside

    def stage(self, rows: Iterable[IssueRow]) -> None:
        """Commit fetched rows to the staging area; readers do not see them."""
        with self._writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO staged VALUES (?, ?, ?, ?)", map(_as_sql, rows))

    def clear_staged(self) -> None:
        """Forget what an earlier attempt staged."""
        if self._has_data():
            with self._writing() as connection:
                connection.execute("DELETE FROM staged")

    def publish_staged(self, references: References, *, as_of: int, meta: dict[str, str]) -> Changes:
        """Publish what is staged as all there is: stored issues that are not among it go.

        Args:
            references: replace those stored.
            as_of: the data's own time.
            meta: further metadata to keep.
        """
        with self._writing() as connection:
            staged = connection.execute("SELECT id, key, updated, row FROM staged").fetchall()
            counts = _upsert(connection, staged, _known(connection, [row[0] for row in staged]))
            gone = connection.execute("DELETE FROM issue WHERE id NOT IN (SELECT id FROM staged)").rowcount
            for kind, rows in _by_kind(references).items():
                connection.execute("DELETE FROM reference WHERE kind = ?", (kind,))
                _put_references(connection, kind, rows)
            connection.execute("DELETE FROM staged")
            return _publish(connection, counts, gone, {**meta, "as_of": str(as_of), "complete": "1"})

    def add(self, rows: Iterable[IssueRow], references: References) -> Changes:
        """Add imported rows in one transaction: upsert by id, newer or equal ``updated`` wins.

        The data's own time becomes the newest instant among the stored issues.
        """
        with self._writing() as connection:
            latest: dict[str, tuple[str, str, int, bytes]] = {}
            for row in map(_as_sql, rows):
                if row[0] not in latest or row[2] >= latest[row[0]][2]:
                    latest[row[0]] = row
            counts = _upsert(connection, list(latest.values()), _known(connection, list(latest)))
            for kind, entries in _by_kind(references).items():
                _put_references(connection, kind, entries)
            return _publish(connection, counts, 0, {"complete": "1"})

    def _has_data(self) -> bool:
        """Tell a store from a file that was opened by a process that was killed before it wrote anything."""
        return self.path.exists() and self.path.stat().st_size > 0

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._translated(), closing(self._connect()) as connection:
            try:
                yield connection
            except (ValueError, TypeError, KeyError, OverflowError) as error:
                # A value of another kind than was written; UnicodeDecodeError is among them.
                raise _DamagedError("it holds what was never written") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._translated():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.executescript(_SCHEMA)
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:  # also an interrupt must leave the published data as it was
                    connection.rollback()
                    raise
                connection.commit()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=LOCK_WAIT_S, isolation_level=None)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise _operational(error, self.path) from error
        except (sqlite3.DatabaseError, msgspec.DecodeError, _DamagedError, UnicodeDecodeError) as error:
            raise DamagedStoreError(
                f"The store {self.path.name} is damaged: {_printable(error)}.",
                hint="Set the file aside and import again, or run sync --full.",
            ) from error
        except OSError as error:
            raise StoreError(
                f"The store {self.path.name} cannot be written: {error.strerror}.",
                hint="Check the space and the permissions of the folder, then try again.",
            ) from error


class _DamagedError(Exception):
    """A column does not hold what was written."""


_ROW = msgspec.msgpack.Decoder(IssueRow)
_encode = msgspec.msgpack.encode
# Which columns a program writes; a store with others was written by another version.
_COLUMNS = hashlib.sha256(" ".join(item.name for item in fields(IssueTable)).encode()).hexdigest()[:16]


def _operational(error: sqlite3.OperationalError, path: Path) -> StoreError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return StoreError(
            "Another process is writing to this store.",
            hint="Wait until the running sync or import has ended.",
        )
    if "full" in text:
        return StoreError("The disk is full; nothing was changed.", hint="Free some space, then try again.")
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return StoreError(
            f"The store {path.name} cannot be opened for writing.",
            hint="Check the permissions of the cache folder, then try again.",
        )
    return StoreError(f"The store {path.name} failed: {text}.", hint="Look into the log for the cause.")


def _printable(error: Exception) -> str:
    return "it holds text that is none" if isinstance(error, UnicodeDecodeError) else str(error)


def _dataset(connection: sqlite3.Connection) -> Dataset:
    """Return what is published, inside a running transaction."""
    meta = _meta(connection)
    if meta and meta.get("check", _check(connection, meta)) != _check(connection, meta):
        raise _DamagedError("the metadata are not what was written")
    return Dataset(
        issues=_load_table(connection) if meta.get("columns") == _COLUMNS else _made_again(connection),
        statuses=tuple(_references(connection, "status", StatusRef)),
        versions=tuple(_references(connection, "version", VersionRow)),
        deployments=tuple(_references(connection, "deployment", DeploymentRow)),
        revision=meta.get("revision", ""),
        as_of=int(meta.get("as_of", MISSING)),
        complete=meta.get("complete", "1") == "1",
    )


def _check(connection: sqlite3.Connection, meta: dict[str, str]) -> str:
    """Return a checksum over what no other checksum watches: metadata and references."""
    crc = zlib.crc32(repr(sorted((name, value) for name, value in meta.items() if name != "check")).encode())
    for kind, name, row in connection.execute("SELECT kind, id, row FROM reference ORDER BY kind, id"):
        crc = zlib.crc32(row, zlib.crc32(f"{kind}:{name}".encode(), crc))
    return str(crc)


def _meta(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, value FROM meta"))


def _as_sql(row: IssueRow) -> tuple[str, str, int, bytes]:
    return row.id, row.key, row.updated, _encode(row)


def _by_kind(references: References) -> dict[str, Sequence[StatusRef | VersionRow | DeploymentRow]]:
    return {
        "status": references.statuses,
        "version": references.versions,
        "deployment": references.deployments,
    }


def _put_references(
    connection: sqlite3.Connection, kind: str, rows: Sequence[StatusRef | VersionRow | DeploymentRow]
) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO reference VALUES (?, ?, ?)", [(kind, row.id, _encode(row)) for row in rows]
    )


def _references(connection: sqlite3.Connection, kind: str, row_type: type[_Row]) -> Iterator[_Row]:
    query = "SELECT row FROM reference WHERE kind = ? ORDER BY id"
    for (row,) in connection.execute(query, (kind,)):
        yield msgspec.msgpack.decode(row, type=row_type)


def _known(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[str, int, bytes]]:
    """Return key, ``updated`` and row of those of ``ids`` that are stored."""
    known: dict[str, tuple[str, int, bytes]] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        query = f"SELECT id, key, updated, row FROM issue WHERE id IN ({','.join('?' * len(part))})"  # noqa: S608
        known.update((row[0], row[1:]) for row in connection.execute(query, part))
    return known


def _upsert(
    connection: sqlite3.Connection,
    rows: Sequence[tuple[str, str, int, bytes]],
    known: dict[str, tuple[str, int, bytes]],
) -> tuple[int, int, int]:
    """Write what is new or newer; return how many were created, updated and moved to another key."""
    created = [row for row in rows if row[0] not in known]
    updated = [row for row in rows if row[0] in known and _supersedes(row, known[row[0]])]
    moved = sum(row[1] != known[row[0]][0] for row in updated)
    connection.executemany("INSERT OR REPLACE INTO issue VALUES (?, ?, ?, ?)", [*created, *updated])
    return len(created), len(updated), moved


def _supersedes(row: tuple[str, str, int, bytes], stored: tuple[str, int, bytes]) -> bool:
    return row[2] >= stored[1] and row[3] != stored[2]


def _publish(
    connection: sqlite3.Connection, counts: tuple[int, int, int], deleted: int, meta: dict[str, str]
) -> Changes:
    """Make revision and columns fit the rows, inside the running transaction."""
    before = _meta(connection).get("revision", "")
    revision = _revision(connection)
    stored: int = connection.execute("SELECT count(*) FROM issue").fetchone()[0]
    if revision != before:
        rows = (_ROW.decode(row) for (row,) in connection.execute("SELECT row FROM issue"))
        table = build_issue_table(rows)
        _save_table(connection, table)
        meta.setdefault("as_of", str(newest_instant(table)))
    values = {**meta, "revision": revision, "schema": str(SCHEMA_VERSION), "columns": _COLUMNS}
    put = "INSERT OR REPLACE INTO meta VALUES (?, ?)"
    connection.executemany(put, list(values.items()))
    connection.execute(put, ("check", _check(connection, _meta(connection))))
    created, updated, moved = counts
    return Changes(created, updated, deleted, moved, stored, revision, changed=revision != before)


def newest_instant(table: IssueTable) -> int:
    """Return the newest created, updated or history instant of the table, ``MISSING`` without any."""
    columns = (table.created, table.updated, table.newest)
    return max((int(column.max()) for column in columns if len(column)), default=MISSING)


def _revision(connection: sqlite3.Connection) -> str:
    """Return 16 hex characters over the stored rows by id; the same content has the same revision."""
    digest = hashlib.sha256()
    for query in (
        "SELECT id, row FROM issue ORDER BY id",
        "SELECT kind || ':' || id, row FROM reference ORDER BY kind, id",
    ):
        for name, row in connection.execute(query):
            digest.update(f"{name}\0{len(row)}\0".encode())
            digest.update(row)
    return digest.hexdigest()[:16]


def _save_table(connection: sqlite3.Connection, table: IssueTable) -> None:
    entries = []
    for item in fields(IssueTable):
        value = getattr(table, item.name)
        array = isinstance(value, np.ndarray)
        data = value.tobytes() if array else _encode(value)
        entries.append((item.name, value.dtype.str if array else "msgpack", zlib.crc32(data), data))
    connection.executemany("INSERT OR REPLACE INTO columns VALUES (?, ?, ?, ?)", entries)


def _made_again(connection: sqlite3.Connection) -> IssueTable:
    """Return the issue table from the rows, for columns that another version of the program wrote."""
    return build_issue_table(_ROW.decode(row) for (row,) in connection.execute("SELECT row FROM issue"))


def _load_table(connection: sqlite3.Connection) -> IssueTable:
    """Return the issue table; every column is checked against the checksum it was written with."""
    values: dict[str, Any] = {}
    for name, kind, crc, data in connection.execute("SELECT name, kind, crc, data FROM columns"):
        if zlib.crc32(data) != crc:
            raise _DamagedError(f"the column {name} is not what was written")
        if kind == "msgpack":
            values[name] = msgspec.msgpack.decode(data, type=_VOCABULARIES[name])
        else:
            values[name] = np.frombuffer(data, np.dtype(kind))
    if not values:
        return build_issue_table(())
    if set(values) != {item.name for item in fields(IssueTable)}:
        raise _DamagedError("columns are missing")
    return IssueTable(**values)
