"""A wait that Jira asked for binds every profile of a home, until it is over or the user says otherwise."""

from pathlib import Path

import pytest

from data.simulator.server import JiraSimulator
from tests.servers.fault_server import Fault, FaultServer, too_many
from tests.support.commands import run
from tests.support.syncing import DIALECTS, settings_for


@pytest.mark.parametrize("dialect", DIALECTS)
def test_ignore_hold_asks_at_once_and_only_on_the_users_word(dialect: str, tmp_path: Path) -> None:
    """429 with an hour to wait; then the server is well again, but only who says so finds out."""
    limited = True

    def plan(_number: int, _request: object) -> Fault | None:
        return too_many("3600") if limited else None

    with JiraSimulator(20, 3, dialect) as jira, FaultServer(jira.handle, plan) as server:
        settings = settings_for(jira, dialect, url=server.url)
        assert run(tmp_path, "sync", **settings).returncode == 5
        asked = len(server.seen)
        limited = False

        refused = run(tmp_path, "sync", **settings)
        assert (refused.returncode, len(server.seen)) == (5, asked)
        assert "--ignore-hold" in refused.stderr

        done = run(tmp_path, "sync", "--ignore-hold", **settings)
        assert done.returncode == 0, done.stderr
        assert "asked to wait another" in done.stderr
        assert len(server.seen) > asked

        assert "asked to wait" not in run(tmp_path, "sync", "--ignore-hold", **settings).stderr


def test_a_jira_that_says_it_again_is_heeded_again(tmp_path: Path) -> None:
    with JiraSimulator(20, 3) as jira, FaultServer(jira.handle, lambda *_: too_many("3600")) as server:
        settings = settings_for(jira, "cloud", url=server.url)
        run(tmp_path, "sync", **settings)
        asked = len(server.seen)

        assert run(tmp_path, "sync", "--ignore-hold", **settings).returncode == 5
        assert len(server.seen) == asked + 1
        assert run(tmp_path, "sync", **settings).returncode == 5
        assert len(server.seen) == asked + 1
