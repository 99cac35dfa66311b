"""Column chunks that are kept beside staged rows, so that publishing decodes no row a second time.

Rows are the truth: a chunk says of which versions of which rows it was made, and
counts for these alone. Rows that no chunk tells of are decoded.
"""

import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from data.model.tables import IssueRow, IssueTable, Link
from data.store.blobs import COLUMNS as WRITTEN_BY
from data.store.column_chunks import Chunk, chunk_of
from data.store.columns import COLUMNS, VOCABULARIES
from data.store.damage import DamagedError
from data.store.port import Rows

DIGEST_BYTES = 16
_INT64 = np.dtype(np.int64)
_DTYPES = {
    item.name: np.dtype(COLUMNS[item.name].dtype) if item.name in COLUMNS else _INT64
    for item in fields(IssueTable)
    if item.name not in VOCABULARIES
}
# Arrays as their bytes, vocabularies as they are.
_Cells = msgspec.defstruct(
    "_Cells",
    [(item.name, bytes if item.name in _DTYPES else item.type) for item in fields(IssueTable)],
    array_like=True,
    gc=False,
)


class _Stored(msgspec.Struct, array_like=True, gc=False):
    ids: list[str]
    crcs: bytes
    digests: bytes
    linked: list[tuple[int, tuple[Link, ...]]]
    cells: _Cells  # type: ignore[valid-type]


@dataclass(frozen=True, slots=True)
class StagedChunk:
    """A chunk, and of which versions of rows it was made.

    Attributes:
        chunk: the columns; all of its places.
        crcs: checksum of each row.
        digests: of the rows, one after the other.
    """

    chunk: Chunk
    crcs: NDArray[np.int64]
    digests: bytes

    def digest(self, place: int) -> int:
        """Return the digest of a row."""
        return int.from_bytes(self.digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES])


_encode = msgspec.msgpack.encode
_decode = msgspec.msgpack.Decoder(_Stored).decode


def staged_chunk(rows: Sequence[IssueRow], crcs: Iterable[int], digests: Iterable[int]) -> StagedChunk:
    """Return the chunk of rows with these checksums and digests."""
    joined = b"".join(digest.to_bytes(DIGEST_BYTES) for digest in digests)
    return StagedChunk(chunk_of(rows), np.fromiter(crcs, np.int64), joined)


def write_chunk(rows: Rows, staged: StagedChunk) -> None:
    """Keep a chunk, inside the transaction that stages its rows."""
    data = _encode_chunk(staged)
    rows.put_chunk(WRITTEN_BY, _crc_of(WRITTEN_BY, data), data)


def read_chunks(rows: Rows) -> Iterator[StagedChunk]:
    """Read the kept chunks, and yield them in the order in which they were staged.

    Those of another version of the program are left out. All are read before the first one is yielded, and
    each is forgotten once it was, so that memory holds it in one form.

    Raises:
        DamagedError: one is not what was written.
    """
    kept: deque[bytes] = deque()
    for columns, crc, data in rows.chunks():
        if _crc_of(columns, data) != crc:
            raise DamagedError("staged columns are not what was written")
        if columns == WRITTEN_BY:
            kept.append(data)
    return _decoded(kept)


def _decoded(kept: deque[bytes]) -> Iterator[StagedChunk]:
    while kept:
        yield _decode_chunk(kept.popleft())


def _crc_of(columns: str, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(columns.encode()))


def _encode_chunk(staged: StagedChunk) -> bytes:
    table = staged.chunk.table
    values = (getattr(table, item.name) for item in fields(IssueTable))
    cells = _Cells(*[value.tobytes() if isinstance(value, np.ndarray) else value for value in values])
    chunk = staged.chunk
    return _encode(_Stored(chunk.ids, staged.crcs.tobytes(), staged.digests, chunk.linked, cells))


def _decode_chunk(data: bytes) -> StagedChunk:
    stored = _decode(data)
    values: dict[str, Any] = msgspec.structs.asdict(stored.cells)
    values |= {name: np.frombuffer(values[name], dtype) for name, dtype in _DTYPES.items()}
    chunk = Chunk(IssueTable(**values), stored.ids, stored.linked, np.arange(len(stored.ids)))
    return StagedChunk(chunk, np.frombuffer(stored.crcs, np.int64), stored.digests)
