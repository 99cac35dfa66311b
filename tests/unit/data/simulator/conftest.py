"""One world of the usual size for all tests that only look."""

import datetime as dt

import pytest

from data.simulator.world import World, build_world

ENDS_AT = int(dt.datetime(2026, 11, 23, tzinfo=dt.UTC).timestamp() * 1000)


@pytest.fixture(scope="session")
def world() -> World:
    return build_world(seed=1, issues=2_000, ends_at=ENDS_AT)
