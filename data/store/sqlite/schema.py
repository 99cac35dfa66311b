"""The schema of a store's file: how it is made, and how those of earlier versions are brought up to date."""

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from configuration.files import clear_abandoned
from data.model.tables import IssueRow
from data.store.blobs import crc_of
from data.store.damage import DamagedError, LaterVersionError
from data.store.schema import (
    SCHEMA_VERSION,
    check_of,
    crc_of_meta,
    links_in,
    links_of,
    revision_of,
    total_of,
    wrapped,
)
from data.store.sqlite.rows import SqliteRows
from data.store.sqlite.tables import ADDED, CHUNKS, EVENT_COLUMNS, SCHEMA

_NEW = ".new-"
_ABANDONED_AFTER_S = 3_600.0
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
                f"BEGIN;{SCHEMA}{ADDED}{CHUNKS}{EVENT_COLUMNS}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;"
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
    connection.execute(CHUNKS)


def _from_version_2(connection: sqlite3.Connection) -> None:
    """Version 2 had no checksums of rows, and a revision that had to read all of them."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"meta", "issue", "reference", "columns", "staged"} <= tables:
        raise DamagedError("it is not a store")
    stored = SqliteRows(connection)
    meta = stored.meta()
    if meta and meta.get("revision") != _revision_2(connection):
        raise DamagedError("the rows are not what was written")
    if meta.get("check", "") not in ("", crc_of_meta(stored, meta)):
        raise DamagedError("the metadata are not what was written")
    # What was staged belongs to an attempt of which nothing else is known.
    connection.execute("DROP TABLE staged")
    connection.execute("ALTER TABLE issue ADD COLUMN crc INTEGER NOT NULL DEFAULT 0")
    for statement in filter(str.strip, ADDED.split(";")):
        connection.execute(statement)
    rows = connection.execute("SELECT id, key, updated, row FROM issue").fetchall()
    connection.executemany("UPDATE issue SET crc = ? WHERE id = ?", ((crc_of(*row), row[0]) for row in rows))
    stored.put_links(list(_all_links(row[3] for row in rows)))
    stored.write_columns(())
    if meta:
        total = total_of(stored)
        meta |= {"total": f"{wrapped(total):x}", "revision": revision_of(total), "stored": str(len(rows))}
        meta |= {"schema": str(SCHEMA_VERSION), "columns": "", "links": str(links_in(stored))}
        meta["check"] = check_of(stored, meta)
        stored.put_meta(meta)
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
