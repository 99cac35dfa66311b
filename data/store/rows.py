"""Rows on their way into a store: staged with their columns, written where they are news, and counted.

Everything here happens inside a transaction of whoever calls it.
"""

import itertools
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np

from data.model.tables import MISSING, IssueRow
from data.store.blobs import CELLS, Renewed, crc_of, decode_row, in_parts, marks, rows_of
from data.store.column_chunks import Chunk
from data.store.schema import link_digest, links_in, row_digest
from data.store.staged_chunks import StagedChunk, staged_chunk

PIECE = 2_000  # rows that are compared and written at a time
_CHUNKS_A_LOOK = 50  # pages that are counted before somebody is asked whether they are still wanted
STAGED = "staged"
# What comes all at once is staged where nobody else ever sees it.
_INCOMING = "temp.incoming"
_INCOMING_STAGE = """
CREATE TEMP TABLE incoming (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, updated INTEGER NOT NULL, row BLOB NOT NULL, crc INTEGER NOT NULL
);
"""
_Sql = tuple[str, str, int, bytes, int]
_encode = msgspec.msgpack.encode
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


@dataclass(slots=True)
class Tally:
    """What a transaction has changed so far.

    Attributes:
        total: sum of the digests of all that is stored.
        stored: how many issues.
        links: checksum over all links.
        kinds: of what is stored beside the issues: those of which a row came, changed or went.
        created: how many issues are new; ``updated``, ``deleted`` and ``moved`` likewise.
        renewed: which rows are newer than the columns.
    """

    total: int
    stored: int
    links: int
    kinds: set[str] = field(default_factory=set)
    created: int = 0
    updated: int = 0
    deleted: int = 0
    moved: int = 0
    renewed: Renewed = field(default_factory=Renewed)


def read_tally(connection: sqlite3.Connection, meta: Mapping[str, str]) -> Tally:
    """Return the tally of a transaction that has not changed anything yet."""
    links = int(meta["links"]) if "links" in meta else links_in(connection)
    return Tally(int(meta.get("total", "0"), 16), int(meta.get("stored", "0")), links)


def finder(connection: sqlite3.Connection, *tables: str) -> Callable[[Sequence[str]], dict[str, IssueRow]]:
    """Return what finds the rows of issues by their ids; of several the one of the last table."""

    def find(ids: Sequence[str]) -> dict[str, IssueRow]:
        found: dict[str, IssueRow] = {}
        for table, part in itertools.product(tables, in_parts(ids)):
            query = f"SELECT {CELLS} FROM {table} WHERE id IN ({marks(part)})"  # noqa: S608  # our own names
            found.update((cells[0], decode_row(*cells)) for cells in connection.execute(query, part))
        return found

    return find


def stage(connection: sqlite3.Connection, rows: Sequence[IssueRow], table: str = STAGED) -> StagedChunk:
    """Put rows on the stage, of two with one id the newer, of equals the later one; return their columns."""
    cells = [_as_sql(row) for row in rows]
    put = (
        f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET key = excluded.key,"  # noqa: S608
        " updated = excluded.updated, row = excluded.row, crc = excluded.crc"
        " WHERE excluded.updated >= updated"
    )
    connection.executemany(put, cells)
    return _chunk_of(rows, cells)


def staged_pieces(connection: sqlite3.Connection) -> Iterator[list[IssueRow]]:
    """Yield what is staged, piece by piece in the order of ids, so that memory stays flat."""
    for first, last in _bounds(connection, STAGED):
        query = f"SELECT {CELLS} FROM staged WHERE id > ? AND id <= ?"  # noqa: S608  # our own names
        yield [decode_row(*cells) for cells in connection.execute(query, (first, last))]


def clear_stage(connection: sqlite3.Connection) -> None:
    """Forget what is staged, and which attempt that belongs to."""
    clear_chunks(connection)
    connection.execute("DELETE FROM staged")
    connection.execute("DELETE FROM attempt")


def clear_chunks(connection: sqlite3.Connection) -> None:
    """Forget the columns beside what is staged."""
    connection.execute("DELETE FROM chunk")


def write_news(
    connection: sqlite3.Connection,
    chunks: Iterable[StagedChunk],
    tally: Tally,
    *,
    table: str = STAGED,
    authoritative: bool = False,
    proceed: Callable[[], None] = lambda: None,
) -> None:
    """Store those staged rows that are new or newer, and count them.

    Args:
        connection: to the store.
        chunks: columns that were staged with the rows, as far as there are any.
        tally: counts.
        table: of the stage.
        authoritative: what is staged wins even over a later ``updated``.
        proceed: called now and then; it raises where nobody wants them any more.
    """
    was_empty = not tally.stored
    written: dict[str, int | None] = {}
    for first, last in _bounds(connection, table):
        proceed()
        written |= _write_piece(connection, table, (first, last, authoritative), tally, was_empty=was_empty)
    for number, staged in enumerate(chunks, 1):
        _take_over(connection, staged, written, tally)
        if number % _CHUNKS_A_LOOK == 0:
            proceed()
    left = sorted(name for name, crc in written.items() if crc is not None)
    for start in range(0, len(left), PIECE):
        proceed()
        rows = rows_of(connection, left[start : start + PIECE])
        _take_over(connection, _chunk_of(rows, map(_as_sql, rows)), written, tally)


def write_at_once(connection: sqlite3.Connection, rows: Sequence[IssueRow], tally: Tally) -> None:
    """Store those of ``rows`` that are new or newer, and count them, past the stage of a sync."""
    connection.execute(_INCOMING_STAGE)
    pieces = (rows[start : start + PIECE] for start in range(0, len(rows), PIECE))
    chunks = [stage(connection, piece, _INCOMING) for piece in pieces]
    write_news(connection, chunks, tally, table=_INCOMING)


def delete(connection: sqlite3.Connection, ids: Collection[str], tally: Tally) -> None:
    """Delete issues, and count them; ids that are not stored change nothing."""
    for part in in_parts(sorted(ids)):
        query = f"SELECT id, key, row FROM issue WHERE id IN ({marks(part)})"  # noqa: S608
        known = connection.execute(query, part).fetchall()
        tally.deleted += len(known)
        tally.stored -= len(known)
        tally.total -= sum(row_digest("", name, row) for name, _, row in known)
        connection.executemany("DELETE FROM issue WHERE id = ?", [(name,) for name, _, _ in known])
        _forget_links(connection, [name for name, _, _ in known], tally)
        tally.renewed.ids.update(name for name, _, _ in known)
        tally.renewed.keys.update(key for _, key, _ in known)


def _as_sql(row: IssueRow) -> _Sql:
    data = _encode(row)
    updated = row.created if row.updated == MISSING else row.updated  # which of two is the later one
    return row.id, row.key, updated, data, crc_of(row.id, row.key, updated, data)


def _chunk_of(rows: Sequence[IssueRow], cells: Iterable[_Sql]) -> StagedChunk:
    sums = [(crc, row_digest("", name, data)) for name, _, _, data, crc in cells]
    return staged_chunk(rows, [crc for crc, _ in sums], [digest for _, digest in sums])


def _bounds(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, str]]:
    """Yield after which id each piece of a stage begins, and with which it ends."""
    first = ""
    query = f"SELECT max(id) FROM (SELECT id FROM {table} WHERE id > ? ORDER BY id LIMIT {PIECE})"  # noqa: S608
    while (last := connection.execute(query, (first,)).fetchone()[0]) is not None:
        yield first, last
        first = last


def _write_piece(
    connection: sqlite3.Connection, table: str, piece: tuple[str, str, bool], tally: Tally, *, was_empty: bool
) -> dict[str, int]:
    """Write the news of a piece; return their checksums by id."""
    news = connection.execute(_NEWS.format(table=table), piece).fetchall()
    connection.execute(_WRITE_NEWS.format(table=table), piece)
    replaced = [(name, key, old, row) for name, key, _, old, row in news if old is not None]
    moved = [(key, old) for _, key, old, _ in replaced if key != old]
    tally.updated += len(replaced)
    tally.moved += len(moved)
    tally.created += len(news) - len(replaced)
    tally.stored += len(news) - len(replaced)
    tally.total -= sum(row_digest("", name, row) for name, _, _, row in replaced)
    _forget_links(connection, [name for name, *_ in replaced], tally)
    if not was_empty:  # else there is nobody else who could link to them
        tally.renewed.keys.update(key for _, key, _, old, _ in news if old is None)
        tally.renewed.keys.update(itertools.chain.from_iterable(moved))
    return {name: crc for name, _, crc, _, _ in news}


def _take_over(
    connection: sqlite3.Connection, staged: StagedChunk, written: dict[str, int | None], tally: Tally
) -> None:
    """Count the rows of a chunk that are among the ``written`` ones, and note them and their links.

    Their checksums make place for None, so that each row is taken once.
    """
    chunk, places = staged.chunk, []
    for place, (name, crc) in enumerate(zip(chunk.ids, staged.crcs.tolist(), strict=True)):
        if written.get(name) == crc:
            written[name] = None
            places.append(place)
    if not places:
        return
    tally.renewed.ids.update(chunk.ids[place] for place in places)
    tally.total += sum(map(staged.digest, places))
    live = set(places)
    links = [link for place, link in _links_in(chunk) if place in live]
    tally.links += sum(link_digest(*link) for link in links)
    connection.executemany("INSERT OR REPLACE INTO link VALUES (?, ?)", links)
    tally.renewed.chunks.append(replace(chunk, places=np.array(places, np.intp)))


def _links_in(chunk: Chunk) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield place, and (key, id), for each key that an issue names: of its links and its parent."""
    named = {place: {link.key for link in links} for place, links in chunk.linked}
    parents = chunk.table.parent
    for place in np.flatnonzero(parents >= 0).tolist():
        named.setdefault(place, set()).add(chunk.table.parent_keys[parents[place]])
    for place, keys in named.items():
        yield from ((place, (key, chunk.ids[place])) for key in sorted(keys))


def _forget_links(connection: sqlite3.Connection, ids: Sequence[str], tally: Tally) -> None:
    for part in in_parts(ids):
        query = f"SELECT key, id FROM link WHERE id IN ({marks(part)})"  # noqa: S608
        tally.links -= sum(link_digest(*link) for link in connection.execute(query, part))
    connection.executemany("DELETE FROM link WHERE id = ?", [(name,) for name in ids])
