"""Every statement that reads or writes the rows of a scope."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from data.store.port import Cells, Clearable, Entry, Issues, News, Piece

if TYPE_CHECKING:
    from configuration.database.connection import Connection

_CELLS = "id, key, updated, row, crc"
_AT_A_TIME = 2_000  # rows that are fetched at a time where there may be a million
# How the tables are called where others of the database might be called like that too.
_TABLES: Mapping[str, str] = {"attempt": "scope_attempt", "columns": "issue_column", "meta": "scope_meta"}
_NEWS = (
    "SELECT s.id, s.key, s.crc, i.key, i.row FROM {table} AS s"
    " LEFT JOIN issue AS i ON i.scope = %(scope)s AND i.id = s.id"
    " WHERE s.scope = %(scope)s AND s.id > %(first)s AND s.id <= %(last)s"
    " AND (i.id IS NULL OR (s.row != i.row AND (%(whole)s OR s.updated >= i.updated)))"
)
_WRITE_NEWS = (
    f"INSERT INTO issue (scope, {_CELLS}) SELECT scope, {_CELLS} FROM {{table}}"  # noqa: S608  # our own names
    " WHERE scope = %(scope)s AND id > %(first)s AND id <= %(last)s"
    " ON CONFLICT (scope, id) DO UPDATE SET key = excluded.key, updated = excluded.updated,"
    " row = excluded.row, crc = excluded.crc"
    " WHERE excluded.row != issue.row AND (%(whole)s OR excluded.updated >= issue.updated)"
)
_ENTRY_TYPES = ("int8", "text", "text", "int8", "bytea")
_CELL_TYPES = ("int8", "text", "text", "int8", "bytea", "int8")


class PostgresRows:
    """The rows of one scope; see ``Rows``.

    Args:
        connection: inside a transaction.
        scope: number of the scope.
    """

    def __init__(self, connection: "Connection", scope: int) -> None:
        self._connection = connection
        self._scope = scope
        # What is fetched comes as bytes and not as their spelling.
        self._cursor = connection.cursor(binary=True)
        self._names = itertools.count()

    def meta(self) -> dict[str, str]:
        """Return the metadata of the scope."""
        return dict(self._found("SELECT name, value FROM scope_meta WHERE scope = %s"))

    def put_meta(self, values: Mapping[str, str]) -> None:
        """Set metadata; others stay."""
        self._do(
            "INSERT INTO scope_meta (scope, name, value) SELECT %s, * FROM unnest(%s::text[], %s::text[])"
            " ON CONFLICT (scope, name) DO UPDATE SET value = excluded.value",
            list(values),
            list(values.values()),
        )

    def attempt(self) -> dict[str, str]:
        """Return what an attempt noted when it began."""
        return dict(self._found("SELECT name, value FROM scope_attempt WHERE scope = %s"))

    def note_attempt(self, values: Mapping[str, str]) -> None:
        """Note an attempt."""
        self._do(
            "INSERT INTO scope_attempt (scope, name, value) SELECT %s, * FROM unnest(%s::text[], %s::text[])",
            list(values),
            list(values.values()),
        )

    def cells(self, table: Issues) -> Iterator[Cells]:
        """Yield all rows of a table."""
        return self._walked(f"SELECT {_CELLS} FROM {table} WHERE scope = %s")  # noqa: S608  # our own names

    def cells_of(self, table: Issues, ids: Sequence[str]) -> Iterator[Cells]:
        """Yield the rows of some ids."""
        query = f"SELECT {_CELLS} FROM {table} WHERE scope = %s AND id = ANY(%s)"  # noqa: S608  # our own names
        return self._found(query, list(ids)) if ids else iter(())

    def cells_by_key(self, keys: Sequence[str]) -> Iterator[Cells]:
        """Yield the published rows of some keys."""
        query = f"SELECT {_CELLS} FROM issue WHERE scope = %s AND key = ANY(%s)"  # noqa: S608  # our own names
        return self._found(query, list(keys))

    def cells_between(self, table: Issues, piece: Piece) -> Iterator[Cells]:
        """Yield the rows of a piece."""
        query = f"SELECT {_CELLS} FROM {table} WHERE scope = %s AND id > %s AND id <= %s"  # noqa: S608
        return self._found(query, *piece)

    def ids(self) -> Iterator[str]:
        """Yield the id of every published issue."""
        return (issue_id for (issue_id,) in self._found("SELECT id FROM issue WHERE scope = %s"))

    def keys(self, table: Issues) -> dict[str, str]:
        """Return the key of every issue of a table by its id."""
        return dict(self._found(f"SELECT id, key FROM {table} WHERE scope = %s"))  # noqa: S608  # our own names

    def end_of_piece(self, table: Issues, first: str, size: int) -> str | None:
        """Return with which id a piece ends."""
        within = f"SELECT id FROM {table} WHERE scope = %s AND id > %s ORDER BY id LIMIT %s"  # noqa: S608
        ((last,),) = self._found(f"SELECT max(id) FROM ({within}) AS piece", first, size)  # noqa: S608
        return last if last is None else str(last)

    def count_shorter(self, head: bytes) -> int:
        """Return how many published rows begin with less than these bytes."""
        query = "SELECT count(*) FROM issue WHERE scope = %s AND substring(row FROM 1 FOR %s) < %s"
        ((found,),) = self._found(query, len(head), head)
        return int(found)

    def open_incoming(self) -> None:
        """Make the table ``incoming``, which nobody else sees and which ends with the transaction."""
        self._connection.execute(
            "CREATE TEMPORARY TABLE incoming (LIKE staged INCLUDING ALL) ON COMMIT DROP",
        )

    def stage(self, table: Issues, cells: Sequence[Cells]) -> None:
        """Put rows; a row takes the place of one that was not updated later."""
        fresh: dict[str, Cells] = {}
        for each in cells:
            if each[0] not in fresh or each[2] >= fresh[each[0]][2]:
                fresh[each[0]] = each
        query = f"SELECT id, updated FROM {table} WHERE scope = %s AND id = ANY(%s)"  # noqa: S608  # our own names
        known = dict(self._found(query, list(fresh)))
        news = [each for name, each in fresh.items() if name not in known or each[2] >= known[name]]
        if known:
            self.forget(table, [name for name, *_ in news if name in known])
        self._copy(f"COPY {table} (scope, {_CELLS}) FROM STDIN (FORMAT BINARY)", _CELL_TYPES, news)

    def news(self, table: Issues, piece: Piece, *, authoritative: bool) -> list[News]:
        """Return what of a piece differs from what is published."""
        return list(self._cursor.execute(_NEWS.format(table=table), self._piece(piece, authoritative)))

    def write_news(self, table: Issues, piece: Piece, *, authoritative: bool) -> None:
        """Publish it."""
        self._cursor.execute(_WRITE_NEWS.format(table=table), self._piece(piece, authoritative))

    def forget(self, table: Issues, ids: Collection[str]) -> None:
        """Delete the rows of some ids."""
        if ids:
            self._do(f"DELETE FROM {table} WHERE scope = %s AND id = ANY(%s)", list(ids))  # noqa: S608

    def clear(self, table: Clearable) -> None:
        """Delete everything of a kind."""
        self._do(f"DELETE FROM {_TABLES.get(table, table)} WHERE scope = %s")  # noqa: S608  # our own names

    def links(self) -> Iterator[tuple[str, str]]:
        """Yield all links."""
        return self._walked("SELECT key, id FROM link WHERE scope = %s")

    def links_of(self, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield the links of issues."""
        query = "SELECT key, id FROM link WHERE scope = %s AND id = ANY(%s)"
        return self._found(query, list(ids)) if ids else iter(())

    def linking_to(self, keys: Sequence[str]) -> Iterator[str]:
        """Yield the ids of the issues that name one of some keys."""
        query = "SELECT id FROM link WHERE scope = %s AND key = ANY(%s)"
        return (name for (name,) in self._found(query, list(keys))) if keys else iter(())

    def put_links(self, links: Collection[tuple[str, str]]) -> None:
        """Add links."""
        if links:
            self._do(
                "INSERT INTO link (scope, key, id) SELECT %s, * FROM unnest(%s::text[], %s::text[])"
                " ON CONFLICT DO NOTHING",
                [key for key, _ in links],
                [name for _, name in links],
            )

    def forget_links(self, ids: Sequence[str]) -> None:
        """Delete the links of issues."""
        if ids:
            self._do("DELETE FROM link WHERE scope = %s AND id = ANY(%s)", list(ids))

    def changed(self) -> list[str]:
        """Return the ids of the rows that are newer than the columns, in order."""
        return [name for (name,) in self._found("SELECT id FROM changed WHERE scope = %s ORDER BY id")]

    def note_changed(self, ids: Iterable[str]) -> None:
        """Add to them."""
        put = "INSERT INTO changed (scope, id) SELECT %s, unnest(%s::text[]) ON CONFLICT DO NOTHING"
        self._do(put, list(ids))

    def columns(self, without: str = "") -> Iterator[Entry]:
        """Yield the columns of the issues, all but one."""
        query = "SELECT name, kind, crc, data FROM issue_column WHERE scope = %s AND name != %s"
        return self._found(query, without)

    def write_columns(self, entries: Iterable[Entry]) -> None:
        """Put these columns in place of all that there are."""
        self._do("DELETE FROM issue_column WHERE scope = %s")
        put = "COPY issue_column (scope, name, kind, crc, data) FROM STDIN (FORMAT BINARY)"
        self._copy(put, _ENTRY_TYPES, entries)

    def event_columns(self, names: Iterable[str]) -> Iterator[Entry]:
        """Yield some columns of events."""
        query = "SELECT name, kind, crc, data FROM event_column WHERE scope = %s AND name = ANY(%s)"
        return self._found(query, list(names))

    def put_event_columns(self, entries: Collection[Entry]) -> None:
        """Set columns of events."""
        names = [name for name, *_ in entries]
        self._do("DELETE FROM event_column WHERE scope = %s AND name = ANY(%s)", names)
        put = "COPY event_column (scope, name, kind, crc, data) FROM STDIN (FORMAT BINARY)"
        self._copy(put, _ENTRY_TYPES, entries)

    def chunks(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield what is kept beside what is staged, in the order in which it came."""
        return self._walked("SELECT columns, crc, data FROM chunk WHERE scope = %s ORDER BY number", 50)

    def put_chunk(self, columns: str, crc: int, data: bytes) -> None:
        """Keep a chunk after the others."""
        self._do("INSERT INTO chunk (scope, columns, crc, data) VALUES (%s, %s, %s, %s)", columns, crc, data)

    def references(self, kind: str) -> Iterator[tuple[str, bytes]]:
        """Yield id and row of all references of a kind, by id."""
        return self._found("SELECT id, row FROM reference WHERE scope = %s AND kind = %s ORDER BY id", kind)

    def references_of(self, kind: str, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yield id and row of some ids of a kind."""
        query = "SELECT id, row FROM reference WHERE scope = %s AND kind = %s AND id = ANY(%s)"
        return self._found(query, kind, list(ids)) if ids else iter(())

    def count_references(self, kind: str) -> int:
        """Return how many references of a kind there are."""
        ((found,),) = self._found("SELECT count(*) FROM reference WHERE scope = %s AND kind = %s", kind)
        return int(found)

    def all_references(self) -> Iterator[tuple[str, str, bytes]]:
        """Yield kind, id and row of all references, by kind and id."""
        return self._found("SELECT kind, id, row FROM reference WHERE scope = %s ORDER BY kind, id")

    def put_references(self, kind: str, rows: Mapping[str, bytes]) -> None:
        """Set rows of a kind by id."""
        if rows:
            self.forget_references(kind, rows)
            put = "COPY reference (scope, kind, id, row) FROM STDIN (FORMAT BINARY)"
            self._copy(put, ("int8", "text", "text", "bytea"), ((kind, *each) for each in rows.items()))

    def forget_references(self, kind: str, ids: Collection[str]) -> None:
        """Delete rows of a kind."""
        if ids:
            self._do("DELETE FROM reference WHERE scope = %s AND kind = %s AND id = ANY(%s)", kind, list(ids))

    def give_back(self) -> None:
        """Leave it to PostgreSQL, which gives the next rows the room of those that went."""

    def check(self) -> None:
        """Leave it to PostgreSQL, which looks after its pages itself."""

    def _found(self, query: str, *values: Any) -> Iterator[Any]:
        """Return what a query finds for this scope: all of it is there before the next statement."""
        return iter(self._cursor.execute(query, (self._scope, *values)).fetchall())

    def _walked(self, query: str, at_a_time: int = _AT_A_TIME) -> Iterator[Any]:
        """Yield what a query finds for this scope, some at a time, so that memory stays flat."""
        # Not a cursor object of psycopg: one that is left in the middle would be closed on a connection that
        # somebody else has borrowed since. The end of the transaction closes this one.
        name = f"walk_{next(self._names)}"
        self._do(f"DECLARE {name} NO SCROLL CURSOR FOR {query}")
        fetch = f"FETCH {at_a_time} FROM {name}"
        while rows := self._cursor.execute(fetch, prepare=False).fetchall():
            yield from rows

    def _do(self, statement: str, *values: Any) -> None:
        self._cursor.execute(statement, (self._scope, *values))

    def _copy(self, statement: str, types: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
        with self._cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row((self._scope, *row))

    def _piece(self, piece: Piece, authoritative: bool) -> dict[str, Any]:
        return {"scope": self._scope, "first": piece[0], "last": piece[1], "whole": authoritative}
