"""Columns in few bytes, that are read back at little more than the cost of a copy. Pure.

What most rows have alike stands once, instants take the five or six bytes that they differ in, and what has
no instant stands apart, as it would make all others long.
"""

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.model.tables import MISSING, OPEN, Flags

# Of a block: the least number, how many there are, and how many bytes each takes above the least.
_HEAD = struct.Struct("<qIB")
# By this width the numbers of bytes that are read at once, lowest first.
_PARTS = ((), (1,), (2,), (2, 1), (4,), (4, 1), (4, 2), (8,), (8,))
# Where one row in so many is another one than usual, the usual value stands once.
_SELDOM = 3
_PLAIN, _PRESSED = b"\0", b"\1"


def packed(values: NDArray[Any]) -> bytes:
    """Return numbers of one kind as few bytes."""
    plain = values.view(np.int64) if values.dtype == np.float64 else values.astype(np.int64)
    usual, apart = _usual_of(plain)
    kept = np.where(apart, usual, plain)
    at = np.flatnonzero(apart)
    body = b"".join(map(_block, (kept, at, plain[at])))
    pressed = zlib.compress(body, 1)
    # To release what is pressed costs more than all else here: it is worth it where much is repeated.
    return _PRESSED + pressed if 4 * len(pressed) <= len(body) else _PLAIN + body


def unpacked(data: bytes | memoryview, kind: type) -> NDArray[Any]:
    """Return the numbers that ``packed`` was given, of their kind."""
    body, place = (zlib.decompress(data[1:]), 0) if data[:1] == _PRESSED else (data, 1)
    kept, place = _read_block(body, place)
    at, place = _read_block(body, place)
    if len(at):
        kept[at] = _read_block(body, place)[0]
    return kept.view(np.float64) if kind is np.float64 else kept.astype(kind, copy=False)


def pack_numbers(numbers: NDArray[np.int64]) -> bytes:
    """Return ascending numbers by what each adds to the one before it."""
    return packed(np.diff(numbers, prepend=0))


def unpack_numbers(data: bytes) -> NDArray[np.int64]:
    """Return the numbers that ``pack_numbers`` was given."""
    numbers: NDArray[np.int64] = np.cumsum(unpacked(data, np.int64))
    return numbers


def is_no_instant(values: NDArray[np.int64]) -> Flags:
    """Flag ``MISSING`` and ``OPEN``."""
    flags: Flags = (values == MISSING) | (values == OPEN)
    return flags


def _usual_of(values: NDArray[np.int64]) -> tuple[int, Flags]:
    """Return a number that may stand for those that are kept apart, and flag these."""
    if not len(values):
        return 0, np.zeros(0, np.bool_)
    # What more than half of them are stands in the middle.
    middle = int(np.partition(values, len(values) // 2)[len(values) // 2])
    others = values != middle
    if np.count_nonzero(others) * _SELDOM <= len(values):
        return middle, others
    apart = is_no_instant(values)
    return int(values.min(where=~apart, initial=OPEN)), apart


def _block(values: NDArray[np.int64]) -> bytes:
    low = int(values.min()) if len(values) else 0
    above = values.view(np.uint64) - np.array(low, np.int64).view(np.uint64)
    width = (int(above.max(initial=0)).bit_length() + 7) // 8
    parts, shift = [_HEAD.pack(low, len(values), width)], 0
    for size in _PARTS[width]:
        parts.append((above >> np.uint64(shift)).astype(f"<u{size}").tobytes())
        shift += 8 * size
    return b"".join(parts)


def _read_block(body: bytes | memoryview, place: int) -> tuple[NDArray[np.int64], int]:
    """Return the numbers of a block that begins at a place, and the place after it."""
    low, n, width = _HEAD.unpack_from(body, place)
    place += _HEAD.size
    values, shift = np.full(n, low, np.int64), 0
    for size in _PARTS[width]:
        part = np.frombuffer(body, f"<u{size}", n, place).astype(np.int64)
        values += part << shift if shift else part
        place, shift = place + n * size, shift + 8 * size
    return values, place
