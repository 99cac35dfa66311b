"""Every statement that reads or writes the rows of a scope."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from data.store.damage import DamagedError
from data.store.port import Cells, Clearable, Entry, Issues, News, Piece
from data.store.sqlite.tables import EVENT_COLUMNS, INCOMING

_CELLS = "id, key, updated, row, crc"
_MOST_PARAMETERS = 500
_MUCH_FREE = 8  # an eighth of the file
# What is staged and not stored like that; an older version only where what is staged has authority.
_NEWS = (
    "SELECT s.id, s.key, s.crc, i.key, i.row FROM {table} AS s LEFT JOIN issue AS i ON i.id = s.id"
    " WHERE s.id > ? AND s.id <= ? AND (i.id IS NULL OR (s.row != i.row AND (? OR s.updated >= i.updated)))"
)
_WRITE_NEWS = (
    "INSERT INTO issue SELECT id, key, updated, row, crc FROM {table} WHERE id > ? AND id <= ?"
    " ON CONFLICT (id) DO UPDATE SET key = excluded.key, updated = excluded.updated, row = excluded.row,"
    " crc = excluded.crc WHERE excluded.row != issue.row AND (? OR excluded.updated >= issue.updated)"
)
_STAGE = (
    "INSERT INTO {table} VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET key = excluded.key,"
    " updated = excluded.updated, row = excluded.row, crc = excluded.crc WHERE excluded.updated >= updated"
)


class SqliteRows:
    """The rows of an open file; see ``Rows``.

    Args:
        connection: inside a transaction.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._has_event_columns = False

    def meta(self) -> dict[str, str]:
        """Return the metadata of the scope."""
        return dict(self._connection.execute("SELECT name, value FROM meta"))

    def put_meta(self, values: Mapping[str, str]) -> None:
        """Set metadata; others stay."""
        self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(values.items()))

    def attempt(self) -> dict[str, str]:
        """Return what an attempt noted when it began."""
        return dict(self._connection.execute("SELECT name, value FROM attempt"))

    def note_attempt(self, values: Mapping[str, str]) -> None:
        """Note an attempt."""
        self._connection.executemany("INSERT INTO attempt VALUES (?, ?)", list(values.items()))

    def cells(self, table: Issues) -> Iterator[Cells]:
        """Yield all rows of a table."""
        return self._connection.execute(f"SELECT {_CELLS} FROM {table}")  # noqa: S608  # our own names

    def cells_of(self, table: Issues, ids: Sequence[str]) -> Iterator[Cells]:
        """Yield the rows of some ids."""
        return self._in_parts(f"SELECT {_CELLS} FROM {table} WHERE id IN", ids)  # noqa: S608  # our own names

    def cells_by_key(self, keys: Sequence[str]) -> Iterator[Cells]:
        """Yield the published rows of some keys."""
        return self._in_parts(f"SELECT {_CELLS} FROM issue WHERE key IN", keys)  # noqa: S608  # our own names

    def cells_between(self, table: Issues, piece: Piece) -> Iterator[Cells]:
        """Yield the rows of a piece."""
        query = f"SELECT {_CELLS} FROM {table} WHERE id > ? AND id <= ?"  # noqa: S608  # our own names
        return self._connection.execute(query, piece)

    def ids(self) -> Iterator[str]:
        """Yield the id of every published issue."""
        return (issue_id for (issue_id,) in self._connection.execute("SELECT id FROM issue"))

    def keys(self, table: Issues) -> dict[str, str]:
        """Return the key of every issue of a table by its id."""
        return dict(self._connection.execute(f"SELECT id, key FROM {table}"))  # noqa: S608  # our own names

    def end_of_piece(self, table: Issues, first: str, size: int) -> str | None:
        """Return with which id a piece ends."""
        query = f"SELECT max(id) FROM (SELECT id FROM {table} WHERE id > ? ORDER BY id LIMIT {size})"  # noqa: S608
        (last,) = self._connection.execute(query, (first,)).fetchone()
        return last if last is None else str(last)

    def count_shorter(self, head: bytes) -> int:
        """Return how many published rows begin with less than these bytes."""
        query = f"SELECT count(*) FROM issue WHERE substr(row, 1, {len(head)}) < ?"  # noqa: S608  # a number
        (found,) = self._connection.execute(query, (head,)).fetchone()
        return int(found)

    def open_incoming(self) -> None:
        """Make the table ``incoming``; the connection ends with its transaction."""
        self._connection.execute(INCOMING)

    def stage(self, table: Issues, cells: Sequence[Cells]) -> None:
        """Put rows; a row takes the place of one that was not updated later."""
        self._connection.executemany(_STAGE.format(table=table), cells)

    def news(self, table: Issues, piece: Piece, *, authoritative: bool) -> list[News]:
        """Return what of a piece differs from what is published."""
        return self._connection.execute(_NEWS.format(table=table), (*piece, authoritative)).fetchall()

    def write_news(self, table: Issues, piece: Piece, *, authoritative: bool) -> None:
        """Publish it."""
        self._connection.execute(_WRITE_NEWS.format(table=table), (*piece, authoritative))

    def forget(self, table: Issues, ids: Collection[str]) -> None:
        """Delete the rows of some ids."""
        self._connection.executemany(f"DELETE FROM {table} WHERE id = ?", [(name,) for name in ids])  # noqa: S608

    def clear(self, table: Clearable) -> None:
        """Delete everything of a kind."""
        self._connection.execute(f"DELETE FROM {table}")  # noqa: S608  # our own names

    def links(self) -> Iterator[tuple[str, str]]:
        """Yield all links."""
        return self._connection.execute("SELECT key, id FROM link")

    def links_of(self, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield the links of issues."""
        return self._in_parts("SELECT key, id FROM link WHERE id IN", ids)

    def linking_to(self, keys: Sequence[str]) -> Iterator[str]:
        """Yield the ids of the issues that name one of some keys."""
        return (issue_id for (issue_id,) in self._in_parts("SELECT id FROM link WHERE key IN", keys))

    def put_links(self, links: Collection[tuple[str, str]]) -> None:
        """Add links."""
        self._connection.executemany("INSERT OR REPLACE INTO link VALUES (?, ?)", links)

    def forget_links(self, ids: Sequence[str]) -> None:
        """Delete the links of issues."""
        self._connection.executemany("DELETE FROM link WHERE id = ?", [(name,) for name in ids])

    def changed(self) -> list[str]:
        """Return the ids of the rows that are newer than the columns, in order."""
        return [name for (name,) in self._connection.execute("SELECT id FROM changed ORDER BY id")]

    def note_changed(self, ids: Iterable[str]) -> None:
        """Add to them."""
        put = "INSERT OR IGNORE INTO changed VALUES (?)"
        self._connection.executemany(put, [(issue_id,) for issue_id in ids])

    def columns(self, without: str = "") -> Iterator[Entry]:
        """Yield the columns of the issues, all but one."""
        query = "SELECT name, kind, crc, data FROM columns WHERE name != ?"
        return self._connection.execute(query, (without,))

    def write_columns(self, entries: Iterable[Entry]) -> None:
        """Put these columns in place of all that there are."""
        self._connection.execute("DELETE FROM columns")
        self._connection.executemany("INSERT INTO columns VALUES (?, ?, ?, ?)", entries)

    def event_columns(self, names: Iterable[str]) -> Iterator[Entry]:
        """Yield some columns of events; an earlier version kept none."""
        if self._has_event_columns or self._has("event_columns"):
            self._has_event_columns = True
            query = "SELECT name, kind, crc, data FROM event_columns WHERE name = ?"
            for name in names:
                yield from self._connection.execute(query, (name,)).fetchall()

    def put_event_columns(self, entries: Collection[Entry]) -> None:
        """Set columns of events."""
        self._connection.execute(EVENT_COLUMNS)
        self._connection.executemany("INSERT OR REPLACE INTO event_columns VALUES (?, ?, ?, ?)", entries)

    def chunks(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield what is kept beside what is staged; an earlier version kept none."""
        if not self._has("chunk"):
            return iter(())
        return self._connection.execute("SELECT columns, crc, data FROM chunk ORDER BY number")

    def put_chunk(self, columns: str, crc: int, data: bytes) -> None:
        """Keep a chunk after the others."""
        put = "INSERT INTO chunk (columns, crc, data) VALUES (?, ?, ?)"
        self._connection.execute(put, (columns, crc, data))

    def references(self, kind: str) -> Iterator[tuple[str, bytes]]:
        """Yield id and row of all references of a kind, by id."""
        query = "SELECT id, row FROM reference WHERE kind = ? ORDER BY id"
        return self._connection.execute(query, (kind,))

    def references_of(self, kind: str, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yield id and row of some ids of a kind."""
        return self._in_parts("SELECT id, row FROM reference WHERE kind = ? AND id IN", ids, kind)

    def count_references(self, kind: str) -> int:
        """Return how many references of a kind there are."""
        query = "SELECT count(*) FROM reference WHERE kind = ?"
        (found,) = self._connection.execute(query, (kind,)).fetchone()
        return int(found)

    def all_references(self) -> Iterator[tuple[str, str, bytes]]:
        """Yield kind, id and row of all references, by kind and id."""
        return self._connection.execute("SELECT kind, id, row FROM reference ORDER BY kind, id")

    def put_references(self, kind: str, rows: Mapping[str, bytes]) -> None:
        """Set rows of a kind by id."""
        put = "INSERT OR REPLACE INTO reference VALUES (?, ?, ?)"
        self._connection.executemany(put, ((kind, name, row) for name, row in rows.items()))

    def forget_references(self, kind: str, ids: Collection[str]) -> None:
        """Delete rows of a kind."""
        forget = "DELETE FROM reference WHERE kind = ? AND id = ?"
        self._connection.executemany(forget, [(kind, name) for name in ids])

    def give_back(self) -> None:
        """Give pages that nothing needs any more back where they are many, as after a first fetch.

        What a small change frees the next one needs. A file of an earlier version keeps its pages.
        """
        (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
        (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
        if free * _MUCH_FREE > pages:
            for _ in range(free):  # a step gives one page back, and execute() takes one step
                self._connection.execute("PRAGMA incremental_vacuum")

    def check(self) -> None:
        """Raise DamagedError where the pages of the file do not fit together."""
        # Not quick_check: an index that leads astray is damage too.
        (answer,) = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
        if answer != "ok":
            raise DamagedError("its pages do not fit together")

    def _has(self, table: str) -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE name = ?"
        return bool(self._connection.execute(query, (table,)).fetchone())

    def _in_parts(self, query: str, values: Sequence[str], *first: str) -> Iterator[Any]:
        """Yield what a query that ends with IN finds for some values, as many at a time as one may take."""
        for start in range(0, len(values), _MOST_PARAMETERS):
            part = values[start : start + _MOST_PARAMETERS]
            marks = ",".join("?" * len(part))
            # All of a part: who stops in the middle would leave a cursor to be closed after its connection.
            yield from self._connection.execute(f"{query} ({marks})", (*first, *part)).fetchall()
