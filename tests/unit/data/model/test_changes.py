"""Hashes as numbers: one that is cut stands for all that begin like it."""

import pytest

from data.model.changes import ChangeTable, hash_bounds


@pytest.mark.parametrize(
    ("commit", "bounds"),
    [
        ("000000000000001", (1, 1)),
        ("00000000000000100ff", (1, 1)),
        ("0000000", (0, -1)),
        ("0" * 40, (0, -1)),
        ("0000001", (1 << 32, (2 << 32) - 1)),
        ("ABCDEF0", hash_bounds("abcdef0")),
        ("fffffffffffffff", ((1 << 60) - 1, (1 << 60) - 1)),
        ("000000", (0, -1)),
        ("v1.0.0-rc", (0, -1)),
        ("", (0, -1)),
    ],
)
def test_bounds_of_a_hash(commit: str, bounds: tuple[int, int]) -> None:
    """Fifteen digits are compared; fewer than seven, zeros alone, or what is no hash, are like no commit."""
    assert hash_bounds(commit) == bounds


def test_without_changes_there_is_a_table_of_length_0() -> None:
    assert len(ChangeTable()) == 0
