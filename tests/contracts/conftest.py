"""Each kind of place: what keeps something is tried on all of them by the same tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.settings import Home
from tests.contracts.kept import OnSqlite


@pytest.fixture(params=["laptop"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """Return an empty home."""
    yield Home(tmp_path)


@pytest.fixture(params=["sqlite"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> OnSqlite:
    """Return where stores lie that are made for one test."""
    return OnSqlite(tmp_path / "cache")
