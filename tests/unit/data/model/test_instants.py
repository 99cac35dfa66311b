"""Instants become dates and come back, to the millisecond."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.instants import (
    DAY_MS,
    DAY_S,
    EPOCH,
    EPOCH_DAY,
    HOUR_MS,
    from_ms,
    iso_instant,
    iso_instants,
    to_ms,
)
from data.model.tables import MISSING


def test_lengths() -> None:
    """An hour and a day are what a clock without summer time says."""
    assert to_ms(EPOCH + dt.timedelta(hours=1)) == HOUR_MS == 3_600_000
    assert to_ms(EPOCH + dt.timedelta(days=1)) == DAY_MS == 1000 * DAY_S == 86_400_000
    assert (to_ms(EPOCH), EPOCH_DAY) == (0, dt.date(1970, 1, 1))


@pytest.mark.parametrize(
    ("moment", "instant"),
    [
        (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 20_454 * DAY_MS),
        (dt.datetime(2026, 1, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")), 20_454 * DAY_MS),
        (dt.datetime(1970, 1, 1, 0, 0, 0, 1_999, dt.UTC), 1),
        (dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, dt.UTC), -1),
    ],
)
def test_moments(moment: dt.datetime, instant: int) -> None:
    """Whatever the zone; microseconds are rounded down, before the epoch too."""
    assert to_ms(moment) == instant


def test_a_moment_without_a_zone_is_refused() -> None:
    """It could be any of many instants."""
    with pytest.raises(TypeError):
        to_ms(dt.datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1007, "1970-01-01T00:00:01.007Z"),
        (MISSING, None),
    ],
)
def test_instants_are_written_with_milliseconds(instant, expected):
    assert iso_instant(instant) == expected


@given(st.integers(-2_208_988_800_000, 221_845_392_000_000))
def test_an_instant_survives_the_way_there_and_back(instant):
    assert to_ms(from_ms(instant)) == instant


@given(st.lists(st.integers(-2_208_988_800_000, 221_845_392_000_000)))
def test_many_instants_are_written_as_one_is(instants):
    assert iso_instants(np.array(instants, np.int64)) == list(map(iso_instant, instants))
