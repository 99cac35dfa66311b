"""The audit log in a real database."""

from pathlib import Path

import pytest

from configuration.database.connection import Database
from configuration.people import Person, note
from configuration.settings import Home
from data.people.audit import last_lines, recorder
from tests.services import free_port
from tests.support.people import acting


def test_lines_come_newest_first(tmp_path: Path, database: Database) -> None:
    """Who, what, to what, and when by the clock of the database."""
    home = Home(tmp_path, database)
    with acting(Person("ann", "editor", record=recorder(home))):
        note("sync started", "team")
        note("signed out")
    lines = last_lines(home, 10)

    assert [(line.person, line.action, line.subject) for line in lines] == [
        ("ann", "signed out", ""),
        ("ann", "sync started", "team"),
    ]
    assert 0 <= lines[0].at_ms - lines[1].at_ms < 60_000
    assert abs(lines[0].at_ms - database.now_ms()) < 60_000
    assert len(last_lines(home, 1)) == 1


def test_an_outage_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The line is in the log, with a word that it could not be kept; on a laptop there is nothing to keep."""
    away = Home(tmp_path, Database(f"postgresql://127.0.0.1:{free_port()}/none"))
    recorder(away)("ann", "sync started", "team")
    recorder(Home(tmp_path))("ann", "sync started", "team")

    assert [record.getMessage() for record in caplog.records] == ["audit.not_kept"]
    assert last_lines(Home(tmp_path), 10) == []
