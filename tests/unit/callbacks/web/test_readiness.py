"""Whether a process can answer now: one word for whoever asks, the reason for whoever reads the log."""

import logging
from pathlib import Path

import pytest
from flask import Flask

from callbacks.web.readiness import tell_readiness
from configuration.database.connection import Database
from configuration.settings import Home
from tests.support.commands import free_port


def asked(home: Home) -> tuple[int, str]:
    server = Flask("ready")
    tell_readiness(server, home)
    answer = server.test_client().get("/ready")
    return answer.status_code, answer.get_data(as_text=True)


def test_a_home_that_can_be_read_is_ready(tmp_path: Path) -> None:
    assert asked(Home(tmp_path)) == (200, "OK")


def test_a_folder_that_is_away_is_told_and_its_place_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as a share that was not mounted: 503, so that another machine is asked."""
    with caplog.at_level(logging.WARNING):
        answer = asked(Home(tmp_path / "away"))

    assert answer == (503, "Not ready: the log says why.")
    assert [record.message for record in caplog.records] == ["serve.not_ready"]
    assert caplog.records[0].cause == "No such file or directory"


def test_a_database_that_is_away_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody listens at this port."""
    database = Database(f"postgresql://team@127.0.0.1:{free_port()}/team")
    try:
        answer = asked(Home(tmp_path, database))
    finally:
        database.close()

    assert answer == (503, "Not ready: the log says why.")
    assert "cannot be reached" in caplog.records[-1].cause
