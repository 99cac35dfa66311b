"""Each kind of place: what keeps something is tried on all of them by the same tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.database.connection import Database
from configuration.settings import Home
from tests import services
from tests.contracts.kept import Kept, OnPostgres, OnSqlite


@pytest.fixture(params=["laptop"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """Return an empty home."""
    yield Home(tmp_path)


@pytest.fixture(scope="session")
def stores_database(postgres: services.PostgreSQL) -> Iterator[Database]:
    """Return a database for stores: to make one for each test would take longer than the test."""
    database = Database(postgres.url(postgres.create("test_0")))
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """Return where stores lie that are made for one test."""
    if request.param == "sqlite":
        return OnSqlite(tmp_path / "cache")
    made = OnPostgres(request.getfixturevalue("stores_database"))
    made.clear()
    return made
