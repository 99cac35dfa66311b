"""Columns that are packed come back as they were, in fewer bytes."""

import numpy as np
import pytest

from data.metrics.merging.packing import pack_numbers, packed, unpack_numbers, unpacked
from data.model.tables import MISSING, OPEN

MARCH = 1_772_323_200_000
DAY = 86_400_000


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], np.int64),
        ([], np.float64),
        ([7], np.int64),
        ([0, 0, 0, 0], np.int32),
        ([MISSING, MISSING], np.int64),
        ([MISSING, OPEN, MARCH, MARCH + 5 * DAY, OPEN], np.int64),
        ([MARCH, MARCH + 49 * DAY, MARCH + 50 * DAY], np.int64),  # beyond four bytes of milliseconds
        ([-1, -1, 300, -1, -1, -1, 70_000], np.int32),
        ([MISSING + 1, OPEN - 1, 0], np.int64),  # as far apart as numbers go
        ([0.0, 0.0, 2.5, 0.0, -0.0], np.float64),
        ([float("nan"), 1.0], np.float64),
        ([True, False, False, False], np.bool_),
        ([3, -2, 1], np.int8),
    ],
)
def test_what_is_packed_comes_back_to_the_last_bit(values: list, kind: type) -> None:
    column = np.array(values, kind)
    back = unpacked(packed(column), kind)

    assert back.dtype == column.dtype
    assert back.tobytes() == column.tobytes()


@pytest.mark.parametrize("spread_bits", range(0, 63, 5))
def test_numbers_of_any_width_come_back(spread_bits: int) -> None:
    """Some of them are not there, and every width of bytes is met."""
    rng = np.random.default_rng(spread_bits)
    column = MARCH - rng.integers(0, 2**spread_bits, 500)
    column[rng.random(500) < 0.3] = MISSING

    assert unpacked(packed(column), np.int64).tolist() == column.tolist()


def test_columns_take_the_bytes_that_they_differ_in() -> None:
    """A constant next to nothing, an instant of half a year five, and one that is not there two more."""
    rng = np.random.default_rng(1)
    instants = MARCH + rng.integers(0, 180 * DAY, 3_000)
    some = np.where(np.arange(3_000) % 10 == 0, MISSING, instants)
    seldom = np.where(np.arange(3_000) % 100 == 0, instants, MISSING)

    assert len(packed(np.full(3_000, MARCH))) < 50
    assert len(packed(instants)) < 3_000 * 5 + 50
    assert len(packed(some)) < 3_000 * 5 + 300 * 2 + 50
    assert len(packed(seldom)) < 30 * (5 + 2) + 50


def test_ascending_numbers_take_what_each_adds() -> None:
    numbers = np.arange(2, 40_002, 2)
    data = pack_numbers(numbers)

    assert unpack_numbers(data).tolist() == numbers.tolist()
    assert len(data) < 100
