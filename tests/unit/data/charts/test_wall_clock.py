"""Many instants on the team's clock."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.charts.wall_clock import wall_clock
from data.model.instants import from_ms
from tests.support.rows import at

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        ("2026-01-15T12:00", "2026-01-15 13:00"),
        ("2026-03-29T00:59", "2026-03-29 01:59"),
        ("2026-03-29T01:00", "2026-03-29 03:00"),  # an hour is skipped
        ("2026-10-25T00:30", "2026-10-25 02:30"),
        ("2026-10-25T01:30", "2026-10-25 02:30"),  # and one is there twice
        ("2026-12-31T23:00", "2027-01-01 00:00"),
    ],
)
def test_the_clock_changes(instant: str, shown: str) -> None:
    assert wall_clock(np.array([at(instant)], np.int64), BERLIN) == [shown]


def test_no_instants() -> None:
    assert wall_clock(np.zeros(0, np.int64), BERLIN) == []


@given(
    st.lists(st.integers(0, 2**41), max_size=20),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"]),
)
def test_equals_what_the_zone_says_of_each(instants: list[int], name: str) -> None:
    zone = ZoneInfo(name)

    assert wall_clock(np.array(instants, np.int64), zone) == [
        f"{from_ms(instant).astimezone(zone):%Y-%m-%d %H:%M}" for instant in instants
    ]
