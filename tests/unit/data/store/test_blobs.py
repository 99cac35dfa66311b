"""What is stored of an issue is checked by a sum over all of it."""

import msgspec
import pytest

from data.store.blobs import crc_of, decode_row
from data.store.damage import DamagedError
from tests.support.builders import issue
from tests.support.rows import row

CELLS = ("10001", "A-1", 5, b"row")


@pytest.mark.parametrize(
    "other",
    [
        ("10002", "A-1", 5, b"row"),
        ("10001", "A-2", 5, b"row"),
        ("10001", "A-1", 6, b"row"),
        ("10001", "A-1", 5, b"rows"),
        ("10001A", "-1", 5, b"row"),  # parts do not run together
        ("10001", "A-15", 0, b"row"),
    ],
)
def test_the_sum_covers_every_part(other: tuple[str, str, int, bytes]) -> None:
    assert crc_of(*CELLS) == crc_of(*CELLS)
    assert crc_of(*other) != crc_of(*CELLS)


def test_a_row_comes_back_as_it_was() -> None:
    there = row(issue("A-1", created="2026-03-01", labels=["x"]))
    stored = msgspec.msgpack.encode(there)
    crc = crc_of(there.id, there.key, there.updated, stored)

    assert decode_row(there.id, there.key, there.updated, stored, crc) == there
    for damaged in (
        ("0", there.key, there.updated, stored, crc),
        (there.id, "A-2", there.updated, stored, crc),
        (there.id, there.key, there.updated + 1, stored, crc),
        (there.id, there.key, there.updated, stored[:-1] + b"\x00", crc),
        (there.id, there.key, there.updated, stored, crc ^ 1),
    ):
        with pytest.raises(DamagedError, match="not what was written"):
            decode_row(*damaged)
