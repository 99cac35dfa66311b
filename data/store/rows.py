"""Rows on their way into a store: staged with their columns, written where they are news, and counted.

Everything here happens inside a transaction of whoever calls it.
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec
import numpy as np

from data.model.tables import MISSING, IssueRow
from data.store.blobs import Renewed, crc_of, decode_row, rows_of
from data.store.column_chunks import Chunk
from data.store.port import Cells, Issues, News, Piece, Rows
from data.store.schema import link_digest, links_in, row_digest
from data.store.staged_chunks import StagedChunk, staged_chunk

PIECE = 2_000  # rows that are compared and written at a time
_GONE_AT_ONCE = 500
_CHUNKS_A_LOOK = 50  # pages that are counted before somebody is asked whether they are still wanted
STAGED: Final = "staged"
_INCOMING: Final = "incoming"  # what comes all at once is staged where nobody else ever sees it
_encode = msgspec.msgpack.encode


@dataclass(slots=True)
class Tally:
    """What a transaction has changed so far.

    Attributes:
        total: sum of the digests of all that is stored.
        stored: how many issues.
        links: checksum over all links.
        beside: of each kind beside the issues the ids of the rows that came, changed or went.
        first: of each kind of which nothing else is stored, the rows in the order of their names.
        created: how many issues are new; ``updated``, ``deleted`` and ``moved`` likewise.
        renewed: which rows are newer than the columns.
    """

    total: int
    stored: int
    links: int
    beside: dict[str, set[str]] = field(default_factory=dict)
    first: dict[str, Sequence[Any]] = field(default_factory=dict)
    created: int = 0
    updated: int = 0
    deleted: int = 0
    moved: int = 0
    renewed: Renewed = field(default_factory=Renewed)


def read_tally(stored: Rows, meta: Mapping[str, str]) -> Tally:
    """Return the tally of a transaction that has not changed anything yet."""
    links = int(meta["links"]) if "links" in meta else links_in(stored)
    return Tally(int(meta.get("total", "0"), 16), int(meta.get("stored", "0")), links)


def finder(stored: Rows, *tables: Issues) -> Callable[[Sequence[str]], dict[str, IssueRow]]:
    """Return what finds the rows of issues by their ids; of several the one of the last table."""

    def find(ids: Sequence[str]) -> dict[str, IssueRow]:
        found: dict[str, IssueRow] = {}
        for table in tables:
            found.update((cells[0], decode_row(*cells)) for cells in stored.cells_of(table, ids))
        return found

    return find


def stage(stored: Rows, rows: Sequence[IssueRow], table: Issues = STAGED) -> StagedChunk:
    """Put rows on the stage, of two with one id the newer, of equals the later one; return their columns."""
    cells = [_as_sql(row) for row in rows]
    stored.stage(table, cells)
    return _chunk_of(rows, cells)


def staged_pieces(stored: Rows) -> Iterator[list[IssueRow]]:
    """Yield what is staged, piece by piece in the order of ids, so that memory stays flat."""
    for piece in _bounds(stored, STAGED):
        yield [decode_row(*cells) for cells in stored.cells_between(STAGED, piece)]


def clear_stage(stored: Rows) -> None:
    """Forget what is staged, and which attempt that belongs to."""
    stored.clear("chunk")
    stored.clear("staged")
    stored.clear("attempt")


def write_news(
    stored: Rows,
    chunks: Iterable[StagedChunk],
    tally: Tally,
    *,
    table: Issues = STAGED,
    authoritative: bool = False,
    proceed: Callable[[], None] = lambda: None,
) -> None:
    """Store those staged rows that are new or newer, and count them.

    Args:
        stored: what is in the store.
        chunks: columns that were staged with the rows, as far as there are any.
        tally: counts.
        table: of the stage.
        authoritative: what is staged wins even over a later ``updated``.
        proceed: called now and then; it raises where nobody wants them any more.
    """
    was_empty = not tally.stored
    written: dict[str, int | None] = {}
    for piece in _bounds(stored, table):
        proceed()
        news = stored.news(table, piece, authoritative=authoritative)
        stored.write_news(table, piece, authoritative=authoritative)
        written |= _count_news(stored, news, tally, was_empty=was_empty)
    for number, staged in enumerate(chunks, 1):
        _take_over(stored, staged, written, tally)
        if number % _CHUNKS_A_LOOK == 0:
            proceed()
    left = sorted(name for name, crc in written.items() if crc is not None)
    for start in range(0, len(left), PIECE):
        proceed()
        rows = rows_of(stored, left[start : start + PIECE])
        _take_over(stored, _chunk_of(rows, map(_as_sql, rows)), written, tally)


def write_at_once(stored: Rows, rows: Sequence[IssueRow], tally: Tally) -> None:
    """Store those of ``rows`` that are new or newer, and count them, past the stage of a sync."""
    stored.open_incoming()
    pieces = (rows[start : start + PIECE] for start in range(0, len(rows), PIECE))
    chunks = [stage(stored, piece, _INCOMING) for piece in pieces]
    write_news(stored, chunks, tally, table=_INCOMING)


def delete(stored: Rows, ids: Collection[str], tally: Tally) -> None:
    """Delete issues, and count them; ids that are not stored change nothing."""
    gone = sorted(ids)
    for start in range(0, len(gone), _GONE_AT_ONCE):
        known = list(stored.cells_of("issue", gone[start : start + _GONE_AT_ONCE]))
        names = [name for name, *_ in known]
        tally.deleted += len(known)
        tally.stored -= len(known)
        tally.total -= sum(row_digest("", name, row) for name, _, _, row, _ in known)
        stored.forget("issue", names)
        _forget_links(stored, names, tally)
        tally.renewed.ids.update(names)
        tally.renewed.keys.update(key for _, key, *_ in known)


def _as_sql(row: IssueRow) -> Cells:
    data = _encode(row)
    updated = row.created if row.updated == MISSING else row.updated  # which of two is the later one
    return row.id, row.key, updated, data, crc_of(row.id, row.key, updated, data)


def _chunk_of(rows: Sequence[IssueRow], cells: Iterable[Cells]) -> StagedChunk:
    sums = [(crc, row_digest("", name, data)) for name, _, _, data, crc in cells]
    return staged_chunk(rows, [crc for crc, _ in sums], [digest for _, digest in sums])


def _bounds(stored: Rows, table: Issues) -> Iterator[Piece]:
    """Yield after which id each piece of a stage begins, and with which it ends."""
    first = ""
    while (last := stored.end_of_piece(table, first, PIECE)) is not None:
        yield first, last
        first = last


def _count_news(stored: Rows, news: Sequence[News], tally: Tally, *, was_empty: bool) -> dict[str, int]:
    """Count what was written of a piece; return the checksums by id."""
    replaced = [
        (name, key, old, row) for name, key, _, old, row in news if old is not None and row is not None
    ]
    moved = [(key, old) for _, key, old, _ in replaced if key != old]
    tally.updated += len(replaced)
    tally.moved += len(moved)
    tally.created += len(news) - len(replaced)
    tally.stored += len(news) - len(replaced)
    tally.total -= sum(row_digest("", name, row) for name, _, _, row in replaced)
    _forget_links(stored, [name for name, *_ in replaced], tally)
    if not was_empty:  # else there is nobody else who could link to them
        tally.renewed.keys.update(key for _, key, _, old, _ in news if old is None)
        tally.renewed.keys.update(itertools.chain.from_iterable(moved))
    return {name: crc for name, _, crc, _, _ in news}


def _take_over(stored: Rows, staged: StagedChunk, written: dict[str, int | None], tally: Tally) -> None:
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
    stored.put_links(links)
    tally.renewed.chunks.append(replace(chunk, places=np.array(places, np.intp)))


def _links_in(chunk: Chunk) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield place, and (key, id), for each key that an issue names: of its links and its parent."""
    named = {place: {link.key for link in links} for place, links in chunk.linked}
    parents = chunk.table.parent
    for place in np.flatnonzero(parents >= 0).tolist():
        named.setdefault(place, set()).add(chunk.table.parent_keys[parents[place]])
    for place, keys in named.items():
        yield from ((place, (key, chunk.ids[place])) for key in sorted(keys))


def _forget_links(stored: Rows, ids: Sequence[str], tally: Tally) -> None:
    tally.links -= sum(link_digest(*link) for link in stored.links_of(ids))
    stored.forget_links(ids)
