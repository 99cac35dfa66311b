"""Each kind of place: what keeps something is tried on all of them by the same tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.database.connection import Database
from configuration.database.sealing import new_key
from configuration.settings import Home
from tests import services
from tests.contracts.kept import Kept, OnPostgres, OnSqlite


@pytest.fixture(params=["laptop", "server"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """Return an empty home."""
    if request.param == "laptop":
        return Home(tmp_path)
    database: Database = request.getfixturevalue("database")
    database.keys = (new_key(),)
    return Home(tmp_path, database)


@pytest.fixture
def other_process(home: Home, request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the environment by which another process finds the same home, with ``home_from``."""
    there = {"THROUGHLINE_HOME": str(home.root)}
    if home.database is not None:
        there |= {"DATABASE_URL": request.getfixturevalue("database_url")}
        there |= {"THROUGHLINE_KEYS": ",".join(home.database.keys)}
    return there


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
