"""The columns of a store: one checked blob each, and the rows that changed since they were written.

Rows are the truth. A small change only notes whose rows are newer than the
columns; whoever loads the columns patches them with those rows. A large one
writes the columns again.
"""

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

import msgspec
import numpy as np

from data.column_chunks import build_in_chunks
from data.column_patch import patched
from data.columns import in_key_order, split_or_whole
from data.tables import IssueRow, IssueTable, Project, StatusRef, TypeRef, Value

# Once so many rows, or this share of all, are newer than the columns, they are written again.
MOST_CHANGED = 2_000
MOST_CHANGED_SHARE = 1 / 8
_CHUNK = 5_000  # rows that are in memory at a time while columns are written
_IDS = "ids of the issues"  # not the name of a column
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
    _IDS: list[str],
}
# Which columns a program writes; a store with others was written by another version.
COLUMNS = hashlib.sha256(" ".join(item.name for item in fields(IssueTable)).encode()).hexdigest()[:16]
# What is stored of an issue, its checksum last.
CELLS = "id, key, updated, row, crc"
_decode_row = msgspec.msgpack.Decoder(IssueRow).decode
_encode = msgspec.msgpack.encode


class DamagedError(Exception):
    """Something is not what was written."""


def crc_of(issue_id: str, key: str, updated: int, row: bytes) -> int:
    """Return a checksum over all that is stored of an issue: what is looked up by is told wrong nowhere."""
    return zlib.crc32(row, zlib.crc32(f"{issue_id}\0{key}\0{updated}".encode()))


def decode_row(issue_id: str, key: str, updated: int, row: bytes, crc: int) -> IssueRow:
    """Return a stored row.

    Raises:
        DamagedError: it is not what was written.
    """
    check_row(issue_id, key, updated, row, crc)
    return _decode_row(row)


def check_row(issue_id: str, key: str, updated: int, row: bytes, crc: int) -> None:
    """Raise DamagedError where something of a stored issue is not what was written."""
    if crc_of(issue_id, key, updated, row) != crc:
        raise DamagedError("a row is not what was written")


def all_rows(connection: sqlite3.Connection) -> Iterator[IssueRow]:
    """Yield every stored row, checked."""
    for cells in connection.execute(f"SELECT {CELLS} FROM issue"):  # noqa: S608  # our own names
        yield decode_row(*cells)


def load_columns(connection: sqlite3.Connection, written_by: str) -> IssueTable:
    """Return the issue table as of the last publication, inside a running transaction.

    Args:
        connection: to the store.
        written_by: which columns the store holds; those of another version are made again from the rows.

    Raises:
        DamagedError: a column or a row is not what was written.
    """
    if written_by != COLUMNS:
        return build_in_chunks(_chunks(connection, _ids_in_order(connection)))
    changed = {issue_id for (issue_id,) in connection.execute("SELECT id FROM changed")}
    if not changed:
        return _load(connection)[0]
    table, ids = _load(connection, with_ids=True)
    rows = list(_rows_of(connection, sorted(changed)))
    return patched(table, ids, rows, changed - {row.id for row in rows})[0]


def note_changes(connection: sqlite3.Connection, ids: Collection[str], keys: Collection[str]) -> None:
    """Note that rows are newer than the columns.

    Args:
        connection: to the store, inside a transaction that wrote the rows.
        ids: of the issues that were written or deleted.
        keys: that came, went or moved; whatever links to them is affected too.
    """
    put = "INSERT OR IGNORE INTO changed VALUES (?)"
    connection.executemany(put, [(issue_id,) for issue_id in ids])
    affected = "INSERT OR IGNORE INTO changed SELECT id FROM link WHERE key = ?"
    connection.executemany(affected, [(key,) for key in keys])


def settle_columns(
    connection: sqlite3.Connection, stored: int, written_by: str, proceed: Callable[[], None] = lambda: None
) -> None:
    """Write the columns again where too many rows are newer than they are.

    Args:
        connection: to the store, inside a transaction.
        stored: how many rows there are.
        written_by: which columns the store holds.
        proceed: called now and then; it raises where nobody wants the columns any more.
    """
    (changed,) = connection.execute("SELECT count(*) FROM changed").fetchone()
    if written_by == COLUMNS and changed <= min(MOST_CHANGED, stored * MOST_CHANGED_SHARE):
        return
    ids = _ids_in_order(connection)
    _save(connection, build_in_chunks(_chunks(connection, ids, proceed)), ids)
    connection.execute("DELETE FROM changed")


def _ids_in_order(connection: sqlite3.Connection) -> list[str]:
    keys = connection.execute("SELECT key, id FROM issue").fetchall()
    return [issue_id for _, issue_id in sorted(keys, key=lambda pair: (split_or_whole(pair[0]), pair[1]))]


def _chunks(
    connection: sqlite3.Connection, ids: Sequence[str], proceed: Callable[[], None] = lambda: None
) -> Iterator[list[IssueRow]]:
    for start in range(0, len(ids), _CHUNK):
        proceed()
        yield in_key_order(_rows_of(connection, ids[start : start + _CHUNK]))


def _rows_of(connection: sqlite3.Connection, ids: Sequence[str]) -> Iterable[IssueRow]:
    for part in in_parts(ids):
        query = f"SELECT {CELLS} FROM issue WHERE id IN ({marks(part)})"  # noqa: S608  # only question marks
        yield from (decode_row(*cells) for cells in connection.execute(query, part))


def in_parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a list into parts that one statement may take as parameters."""
    for start in range(0, len(values), 500):
        yield values[start : start + 500]


def marks(values: Sequence[str]) -> str:
    """Return as many question marks as there are values."""
    return ",".join("?" * len(values))


def _save(connection: sqlite3.Connection, table: IssueTable, ids: list[str]) -> None:
    entries = [_entry(item.name, getattr(table, item.name)) for item in fields(IssueTable)]
    connection.execute("DELETE FROM columns")
    connection.executemany("INSERT INTO columns VALUES (?, ?, ?, ?)", [*entries, _entry(_IDS, ids)])


def _entry(name: str, value: Any) -> tuple[str, str, int, bytes]:
    array = isinstance(value, np.ndarray)
    data = value.tobytes() if array else _encode(value)
    kind = value.dtype.str if array else "msgpack"
    return name, kind, _crc_of_column(name, kind, data), data


def _crc_of_column(name: str, kind: str, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(f"{name}\0{kind}".encode()))


def _load(connection: sqlite3.Connection, *, with_ids: bool = False) -> tuple[IssueTable, list[str]]:
    """Return the table as it was written; every column is checked against its checksum."""
    values: dict[str, Any] = {}
    query = "SELECT name, kind, crc, data FROM columns WHERE ? OR name != ?"
    for name, kind, crc, data in connection.execute(query, (with_ids, _IDS)):
        if _crc_of_column(name, kind, data) != crc:
            raise DamagedError(f"the column {name} is not what was written")
        if kind == "msgpack":
            values[name] = msgspec.msgpack.decode(data, type=_VOCABULARIES[name])
        else:
            values[name] = np.frombuffer(data, np.dtype(kind))
    ids = values.pop(_IDS, [])
    if set(values) != {item.name for item in fields(IssueTable)}:
        raise DamagedError("columns are missing")
    return IssueTable(**values), ids
