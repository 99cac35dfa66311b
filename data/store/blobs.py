"""The columns of a store: one checked blob each, and the rows that changed since they were written.

Rows are the truth. A small change only notes whose rows are newer than the
columns; whoever loads the columns patches them with those rows. A large one
writes the columns again.
"""

import hashlib
import itertools
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import msgspec
import numpy as np

from data.model.tables import IssueRow, IssueTable
from data.store.column_chunks import Chunk, chunk_of
from data.store.column_patch import build_in_chunks, patched
from data.store.columns import build_issue_table
from data.store.damage import DamagedError
from data.store.port import Entry, Rows

# Once so many rows, or this share of all, are newer than the columns, they are written again.
MOST_CHANGED = 2_000
MOST_CHANGED_SHARE = 1 / 8
_PIECE = 5_000  # rows that are in memory at a time while columns are written
_IDS = "ids of the issues"  # not the name of a column
_TYPES: dict[str, Any] = {item.name: item.type for item in fields(IssueTable)} | {_IDS: list[str]}
# Which columns a program writes; a store with others was written by another version.
COLUMNS = hashlib.sha256(" ".join(item.name for item in fields(IssueTable)).encode()).hexdigest()[:16]
_decode_row = msgspec.msgpack.Decoder(IssueRow).decode
_encode = msgspec.msgpack.encode


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


def all_rows(rows: Rows) -> Iterator[IssueRow]:
    """Yield every stored row, checked."""
    for cells in rows.cells("issue"):
        yield decode_row(*cells)


def load_columns(rows: Rows, written_by: str) -> IssueTable:
    """Return the issue table as of the last publication, inside a running transaction.

    Args:
        rows: of the store.
        written_by: which columns the store holds; those of another version are made again from the rows.

    Raises:
        DamagedError: a column or a row is not what was written.
    """
    if written_by != COLUMNS:
        return build_in_chunks(_walk_pieces(rows, list(rows.ids())))
    changed = set(rows.changed())
    if not changed:
        return _load(rows)[0]
    table, ids = _load(rows, with_ids=True)
    return patched(table, ids, [chunk_of(rows_of(rows, sorted(changed)))], changed)[0]


@dataclass(slots=True)
class Renewed:
    """Rows that a transaction has made newer than the columns.

    Attributes:
        ids: of the issues that were written or deleted.
        keys: that came, went or moved; whatever links to them is affected too.
        chunks: columns of all that were written; gone once they are joined.
    """

    ids: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    chunks: list[Chunk] = field(default_factory=list)


def settle_columns(
    rows: Rows,
    stored: int,
    written_by: str,
    renewed: Renewed,
    proceed: Callable[[], None] = lambda: None,
) -> None:
    """Write the columns again where too many rows are newer than they are; else note which rows that are.

    Args:
        rows: of the store, inside a transaction.
        stored: how many rows there are.
        written_by: which columns the store holds.
        renewed: what this transaction has changed.
        proceed: called now and then; it raises where nobody wants the columns any more.
    """
    outdated = {*rows.changed(), *rows.linking_to(sorted(renewed.keys))} - renewed.ids
    whole = written_by == COLUMNS
    if whole and len(outdated) + len(renewed.ids) <= min(MOST_CHANGED, stored * MOST_CHANGED_SHARE):
        rows.note_changed((*outdated, *renewed.ids))
        return
    proceed()  # also where every row came with its columns, so that no piece is read again
    base, base_ids = _load(rows, with_ids=True) if whole else (build_issue_table(()), [])
    rest = outdated if whole else [name for name in rows.ids() if name not in renewed.ids]
    renewed.chunks += map(chunk_of, _walk_pieces(rows, sorted(rest), proceed))
    _save(rows, *patched(base, base_ids, renewed.chunks, outdated | renewed.ids if whole else ()))
    rows.clear("changed")


def _walk_pieces(
    rows: Rows, ids: Sequence[str], proceed: Callable[[], None] = lambda: None
) -> Iterator[list[IssueRow]]:
    for start in range(0, len(ids), _PIECE):
        if start:
            proceed()
        yield rows_of(rows, ids[start : start + _PIECE])


def rows_of(rows: Rows, ids: Sequence[str]) -> list[IssueRow]:
    """Return the stored rows of issues, checked, in no particular order; unknown ids are left out."""
    return [decode_row(*cells) for cells in rows.cells_of("issue", ids)]


def _save(rows: Rows, table: IssueTable, ids: list[str]) -> None:
    entries = (encode_entry(item.name, getattr(table, item.name)) for item in fields(IssueTable))
    rows.write_columns(itertools.chain(entries, [encode_entry(_IDS, ids)]))


def encode_entry(name: str, value: Any) -> Entry:
    """Return a column or vocabulary as it is stored: name, kind, checksum and bytes."""
    array = isinstance(value, np.ndarray)
    data = value.tobytes() if array else _encode(value)
    kind = value.dtype.str if array else "msgpack"
    return name, kind, _crc_of_column(name, kind, data), data


def decode_entry(name: str, kind: str, crc: int, data: bytes, types: Mapping[str, Any]) -> Any:
    """Return what ``encode_entry`` was given.

    Args:
        name: of the column.
        kind: of its numbers, ``msgpack`` for what is not numbers.
        crc: the checksum.
        data: the bytes.
        types: of what is not numbers, by name.

    Raises:
        DamagedError: it is not what was written.
    """
    if _crc_of_column(name, kind, data) != crc:
        raise DamagedError(f"the column {name} is not what was written")
    if kind == "msgpack":
        return msgspec.msgpack.decode(data, type=types[name])
    return np.frombuffer(data, np.dtype(kind))


def _crc_of_column(name: str, kind: str, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(f"{name}\0{kind}".encode()))


def _load(rows: Rows, *, with_ids: bool = False) -> tuple[IssueTable, list[str]]:
    """Return the table as it was written; every column is checked against its checksum."""
    found = rows.columns(without="" if with_ids else _IDS)
    values = {name: decode_entry(name, kind, crc, data, _TYPES) for name, kind, crc, data in found}
    ids = values.pop(_IDS, [])
    if set(values) != {item.name for item in fields(IssueTable)}:
        raise DamagedError("columns are missing")
    return IssueTable(**values), ids
