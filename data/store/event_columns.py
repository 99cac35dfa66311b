"""The columns of imported deployment events: blobs beside those of the issues, made of the stored rows.

They are written whenever an event comes, changes or goes. What they were made of is told by the
revision, which every publication renews: where it is another one, as after an earlier version of the
program wrote rows, they are made again.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import msgspec

from data.model.tables import DeploymentRow, EventTable
from data.store.blobs import decode_entry, encode_entry
from data.store.damage import DamagedError
from data.store.event_table import build_event_table

TABLE = """
CREATE TABLE IF NOT EXISTS event_columns (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL
);
"""
_MADE_OF = "made of"  # not the name of a column
_TYPES: dict[str, Any] = {item.name: item.type for item in fields(EventTable)} | {_MADE_OF: list[str]}
# Which columns a program writes; a store with others was written by another version.
_COLUMNS = hashlib.sha256(" ".join(item.name for item in fields(EventTable)).encode()).hexdigest()[:16]
_decode_row = msgspec.msgpack.Decoder(DeploymentRow).decode


def load_events(connection: sqlite3.Connection, revision: str) -> EventTable:
    """Return the event table of a revision, inside a running transaction.

    Raises:
        DamagedError: a column is not what was written.
    """
    if not _fits(connection, revision):
        return build_event_table(_rows(connection))
    found = connection.execute("SELECT name, kind, crc, data FROM event_columns WHERE name != ?", (_MADE_OF,))
    values = {name: decode_entry(name, kind, crc, data, _TYPES) for name, kind, crc, data in found}
    if set(values) != {item.name for item in fields(EventTable)}:
        raise DamagedError("columns of deployments are missing")
    return EventTable(**values)


def settle_events(connection: sqlite3.Connection, before: str, revision: str, *, changed: bool) -> None:
    """Make the columns fit the rows of a new revision.

    Args:
        connection: to the store, inside a transaction that wrote the rows.
        before: the revision that was published until now.
        revision: the new one.
        changed: a row of an event came, changed or went since.
    """
    if changed or not _fits(connection, before):
        connection.execute(TABLE)
        table = build_event_table(_rows(connection))
        _put(connection, {item.name: getattr(table, item.name) for item in fields(EventTable)})
    elif revision == before:
        return
    _put(connection, {_MADE_OF: [_COLUMNS, revision]})


def _fits(connection: sqlite3.Connection, revision: str) -> bool:
    """Tell whether columns of today were made of the rows of a revision."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'event_columns'").fetchone():
        return False
    query = "SELECT kind, crc, data FROM event_columns WHERE name = ?"
    noted = connection.execute(query, (_MADE_OF,)).fetchall()
    told = [decode_entry(_MADE_OF, kind, crc, data, _TYPES) for kind, crc, data in noted]
    return told == [[_COLUMNS, revision]]


def _rows(connection: sqlite3.Connection) -> Iterator[DeploymentRow]:
    query = "SELECT row FROM reference WHERE kind = 'deployment' ORDER BY id"
    return (_decode_row(row) for (row,) in connection.execute(query))


def _put(connection: sqlite3.Connection, values: dict[str, Any]) -> None:
    entries = [encode_entry(name, value) for name, value in values.items()]
    connection.executemany("INSERT OR REPLACE INTO event_columns VALUES (?, ?, ?, ?)", entries)
