"""What is said about a query: by Jira although it answers, and by us before Jira is asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.simulator.messages import Request, Response
from data.simulator.server import JiraSimulator
from tests.servers.fault_server import FaultServer
from tests.support.commands import run
from tests.support.syncing import DIALECTS, settings_for

WARNING = "The value 'GONE' does not exist for the field 'project'."


@pytest.mark.parametrize("said", [[WARNING], [WARNING, WARNING]])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_warnings_of_jira_are_shown_once(dialect: str, said: list[str], tmp_path: Path) -> None:
    """With a first sync, and with one that finds nothing new."""
    with JiraSimulator(20, 3, dialect) as jira, FaultServer(_warning(jira, said)) as server:
        settings = settings_for(jira, dialect, url=server.url)
        told = [run(tmp_path, "sync", **settings) for _ in range(2)]

    assert [done.returncode for done in told] == [0, 0]
    assert [done.stdout.count(WARNING) for done in told] == [1, 1]


@pytest.mark.parametrize("odd", [None, "words", 7, [{"a": 1}], [None]])
def test_odd_warnings_cost_nothing(odd: Any, tmp_path: Path) -> None:
    with JiraSimulator(20, 3, "dc") as jira, FaultServer(_warning(jira, odd)) as server:
        assert run(tmp_path, "sync", **settings_for(jira, "dc", url=server.url)).returncode == 0


def test_check_shows_them_too(tmp_path: Path) -> None:
    with JiraSimulator(20, 3, "dc") as jira, FaultServer(_warning(jira, [WARNING])) as server:
        assert WARNING in run(tmp_path, "check", **settings_for(jira, "dc", url=server.url)).stdout


@pytest.mark.parametrize("jql", [" ", "\t \n", "\u00a0"])
@pytest.mark.parametrize("command", ["sync", "check"])
def test_a_query_of_blanks_is_not_sent(command: str, jql: str, tmp_path: Path) -> None:
    """It would select everything that there is."""
    with JiraSimulator(20, 3) as jira, FaultServer(jira.handle) as server:
        settings = settings_for(jira, "cloud", url=server.url) | {"JIRA_JQL": jql}

        done = run(tmp_path, command, **settings)

        assert done.returncode == 2
        assert "JIRA_JQL" in done.stderr
        assert server.seen == []


def test_a_query_that_selects_nothing_is_told(tmp_path: Path) -> None:
    with JiraSimulator(20, 3) as jira:
        settings = settings_for(jira, "cloud") | {"JIRA_JQL": "created < 0"}

        assert "the query selects no issue" in run(tmp_path, "sync", **settings).stdout


def _warning(jira: JiraSimulator, said: Any) -> Any:
    def answer(request: Request) -> Response:
        genuine = jira.handle(request)
        if "/search" in request.path and genuine.status == 200:
            body = json.loads(genuine.body)
            if "issues" in body:
                genuine.body = json.dumps(body | {"warningMessages": said}).encode()
        return genuine

    return answer
