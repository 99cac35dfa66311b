"""The schema of a store's file: how it is made, and how those of earlier versions are brought up to date."""

import hashlib
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from configuration.files import clear_abandoned
from data.model.tables import IssueRow
from data.store.blobs import crc_of
from data.store.damage import DamagedError, LaterVersionError
from data.store.event_columns import TABLE as EVENT_COLUMNS

SCHEMA_VERSION = 3
# Version of the definitions (specs/metrics.md) under which a store was last published.
DEFINITIONS = "2"
# What a row holds of an issue. Unlike the schema it is no part of a scope's name: a store with rows of an
# earlier version opens and answers, and what its rows lack is asked for once.
ROWS_VERSION = 3

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE issue (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, updated INTEGER NOT NULL, row BLOB NOT NULL, crc INTEGER NOT NULL
);
CREATE INDEX issue_by_key ON issue (key);
CREATE TABLE reference (
    kind TEXT NOT NULL, id TEXT NOT NULL, row BLOB NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE columns (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL
);
"""
# What version 3 added: who links to a key, whose rows are newer than the columns, and what an
# attempt to sync has staged so far.
_ADDED = """
CREATE TABLE link (key TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (key, id)) WITHOUT ROWID;
CREATE INDEX link_by_id ON link (id);
CREATE TABLE changed (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE staged (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, updated INTEGER NOT NULL, row BLOB NOT NULL, crc INTEGER NOT NULL
);
CREATE TABLE attempt (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
# What came later without a new version, since earlier programs take no notice of it: columns beside what is
# staged.
_CHUNKS = """
CREATE TABLE IF NOT EXISTS chunk (
    number INTEGER PRIMARY KEY, columns TEXT NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL
);
"""
_NEW = ".new-"
_ABANDONED_AFTER_S = 3_600.0
_DIGEST_BITS = 128
_MUCH_FREE = 8  # an eighth of the file
# A row is a list; one that is shorter was written by an earlier version. In MessagePack its length stands in
# the second and third byte, from 16 entries on.
_ROW_HEAD = b"\xdc" + len(IssueRow.__struct_fields__).to_bytes(2)
_decode = msgspec.msgpack.Decoder(IssueRow).decode


def create(path: Path) -> None:
    """Make an empty store at ``path``, whole or not at all; where there is one already it stays.

    Raises:
        OSError: the folder cannot be written.
        sqlite3.Error: the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    clear_abandoned(path.parent, _NEW, _ABANDONED_AFTER_S)
    # Not a name that anybody takes for a store: what opens it now keeps it from being whole.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_NEW)
    os.close(handle)
    made = Path(name)
    try:
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # what is free can be given back
            connection.executescript(
                f"BEGIN;{_SCHEMA}{_ADDED}{_CHUNKS}{EVENT_COLUMNS}"
                f"PRAGMA user_version = {SCHEMA_VERSION};COMMIT;"
            )
            connection.execute("PRAGMA journal_mode = WAL")
        _put_in_place(made, path)
    finally:
        for companion in ("", "-journal", "-wal", "-shm"):
            Path(name + companion).unlink(missing_ok=True)


def _put_in_place(made: Path, path: Path) -> None:
    try:
        os.link(made, path)
    except FileExistsError:
        pass  # another process was quicker
    except OSError:  # a file system without links
        if not path.exists():
            made.replace(path)


def give_back(connection: sqlite3.Connection) -> None:
    """Give pages that nothing needs any more back to the disk where they are many, as after a first fetch.

    What a small change frees the next one needs. A file of an earlier version keeps its pages.
    """
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    if free * _MUCH_FREE > pages:
        for _ in range(free):  # a step gives one page back, and execute() takes one step
            connection.execute("PRAGMA incremental_vacuum")


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Give the file of an earlier version today's schema, in one transaction.

    Raises:
        DamagedError: it is not a store, or holds other rows than were written.
        LaterVersionError: a later version of the program wrote it.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == SCHEMA_VERSION:
        return
    if version > SCHEMA_VERSION:
        raise LaterVersionError(f"schema {version}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
            _from_version_2(connection)
    except BaseException:  # an interrupt too must leave the file as it was
        connection.rollback()
        raise
    connection.commit()


def add_stage(connection: sqlite3.Connection) -> None:
    """Give a store of this version what it may lack for staging."""
    connection.execute(_CHUNKS)


def has_chunks(connection: sqlite3.Connection) -> bool:
    """Tell whether a store has what ``add_stage`` adds."""
    return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'chunk'").fetchone())


def count_outdated(connection: sqlite3.Connection) -> int:
    """Return how many issues are stored as an earlier version of the program read them."""
    query = "SELECT count(*) FROM issue WHERE substr(row, 1, 3) < ?"
    (found,) = connection.execute(query, (_ROW_HEAD,)).fetchone()
    return int(found)


def row_digest(kind: str, name: str, row: bytes) -> int:
    """Return a number for one stored row; see ``revision_of``."""
    text = f"{kind}\0{name}\0{len(row)}\0".encode() + row
    return int.from_bytes(hashlib.sha256(text).digest()[: _DIGEST_BITS // 8])


def revision_of(total: int) -> str:
    """Return 16 hex characters over all stored rows: the same content has the same revision.

    Args:
        total: sum of the digests of all rows. A sum can be kept up to date by the rows that
            changed, and does not depend on their order.
    """
    return hashlib.sha256(wrapped(total).to_bytes(_DIGEST_BITS // 8)).hexdigest()[:16]


def wrapped(total: int) -> int:
    """Return a sum of digests in the range of one digest."""
    return total % (1 << _DIGEST_BITS)


def total_of(connection: sqlite3.Connection) -> int:
    """Return the sum of the digests of everything that is stored."""
    issues = connection.execute("SELECT id, row FROM issue")
    references = connection.execute("SELECT kind, id, row FROM reference")
    return sum(row_digest("", name, row) for name, row in issues) + sum(
        row_digest(kind, name, row) for kind, name, row in references
    )


def links_of(row: IssueRow) -> list[tuple[str, str]]:
    """Return (key, id) for each key that an issue names: of its links and its parent."""
    named = {link.key for link in row.links} | ({row.parent} if row.parent else set())
    return [(key, row.id) for key in sorted(named)]


def links_in(connection: sqlite3.Connection) -> int:
    """Return a checksum over all stored links: a sum, which can be kept up to date by those that change."""
    return sum(link_digest(key, name) for key, name in connection.execute("SELECT key, id FROM link"))


def link_digest(key: str, issue_id: str) -> int:
    """Return a number for one stored link; see ``links_in``."""
    return zlib.crc32(f"{key}\n{issue_id}".encode())


def check_of(connection: sqlite3.Connection, meta: dict[str, str]) -> str:
    """Return a checksum over what no other one watches: metadata, references, and which rows changed."""
    crc = int(_check_2(connection, meta))
    for (issue_id,) in connection.execute("SELECT id FROM changed ORDER BY id"):
        crc = zlib.crc32(f"{issue_id}\n".encode(), crc)
    return str(crc)


def _check_2(connection: sqlite3.Connection, meta: dict[str, str]) -> str:
    crc = zlib.crc32(repr(sorted((name, value) for name, value in meta.items() if name != "check")).encode())
    for kind, name, row in connection.execute("SELECT kind, id, row FROM reference ORDER BY kind, id"):
        crc = zlib.crc32(row, zlib.crc32(f"{kind}:{name}".encode(), crc))
    return str(crc)


def _from_version_2(connection: sqlite3.Connection) -> None:
    """Version 2 had no checksums of rows, and a revision that had to read all of them."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"meta", "issue", "reference", "columns", "staged"} <= tables:
        raise DamagedError("it is not a store")
    meta = dict(connection.execute("SELECT name, value FROM meta"))
    if meta and meta.get("revision") != _revision_2(connection):
        raise DamagedError("the rows are not what was written")
    if meta.get("check", "") not in ("", _check_2(connection, meta)):
        raise DamagedError("the metadata are not what was written")
    # What was staged belongs to an attempt of which nothing else is known.
    connection.execute("DROP TABLE staged")
    connection.execute("ALTER TABLE issue ADD COLUMN crc INTEGER NOT NULL DEFAULT 0")
    for statement in filter(str.strip, _ADDED.split(";")):
        connection.execute(statement)
    rows = connection.execute("SELECT id, key, updated, row FROM issue").fetchall()
    connection.executemany("UPDATE issue SET crc = ? WHERE id = ?", ((crc_of(*row), row[0]) for row in rows))
    connection.executemany("INSERT INTO link VALUES (?, ?)", _all_links(row[3] for row in rows))
    connection.execute("DELETE FROM columns")
    if meta:
        total = total_of(connection)
        meta |= {"total": f"{wrapped(total):x}", "revision": revision_of(total), "stored": str(len(rows))}
        meta |= {"schema": str(SCHEMA_VERSION), "columns": "", "links": str(links_in(connection))}
        meta["check"] = check_of(connection, meta)
        connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(meta.items()))
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _all_links(rows: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    for row in rows:
        yield from links_of(_decode(row))


def _revision_2(connection: sqlite3.Connection) -> str:
    digest = hashlib.sha256()
    for query in (
        "SELECT id, row FROM issue ORDER BY id",
        "SELECT kind || ':' || id, row FROM reference ORDER BY kind, id",
    ):
        for name, row in connection.execute(query):
            digest.update(f"{name}\0{len(row)}\0".encode())
            digest.update(row)
    return digest.hexdigest()[:16]
