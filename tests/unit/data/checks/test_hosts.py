"""What ``check`` says of the repositories of a profile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.profile import GithubSettings, Profile
from configuration.settings import Home
from data.checks.findings import CheckFinding
from data.checks.hosts import host_findings
from data.persistence import save_profile
from data.profiles.sources import resolve
from tests.servers.code_hosts import FakeGitHub, Repo, serving
from tests.servers.fault_server import FaultServer, status


@pytest.fixture
def github() -> Iterator[FaultServer]:
    shop = Repo("acme/shop")
    shop.pull(1, "AB-1 pay", first="2026-03-02", opened="2026-03-03", merged="2026-03-05")
    with serving(FakeGitHub([shop])) as server:
        yield server


def findings(place: Path, server: FaultServer, *repositories: str) -> list[CheckFinding]:
    home = Home(place)
    save_profile(home, "team", Profile(github=GithubSettings(repositories=repositories)))
    environment = {"GITHUB_TOKEN": "for" + "-tests", "GITHUB_API_URL": server.url}
    return list(host_findings(resolve(home, "team", environment), home, environment))


def test_a_repository_that_can_be_read_has_a_line(tmp_path: Path, github: FaultServer) -> None:
    """Four requests: the repository, and a page of each list that a sync reads."""
    (only,) = findings(tmp_path, github, "acme/shop")

    assert (only.name, only.state) == ("GitHub acme/shop", "ok")
    assert only.message == "It can be read; its default branch is main."
    assert len(github.seen) == 4


def test_a_right_that_is_missing_is_named(tmp_path: Path, github: FaultServer) -> None:
    needs = status(403, b'{"message": "no"}', X_Accepted_GitHub_Permissions="pull_requests=read")
    github.plan = lambda _n, request: needs if request.path.endswith("/pulls") else None
    (only,) = findings(tmp_path, github, "acme/shop")

    assert (only.state, only.exit_code) == ("failed", 3)
    assert "it lacks pull_requests: read" in only.message


def test_a_repository_that_is_not_there_stops_no_other(tmp_path: Path, github: FaultServer) -> None:
    lost, good = findings(tmp_path, github, "acme/lost", "acme/shop")

    assert (lost.state, lost.exit_code, good.state) == ("failed", 2, "ok")


def test_a_refused_token_is_tried_once(tmp_path: Path, github: FaultServer) -> None:
    github.plan = lambda _n, _request: status(401, b'{"message": "Bad credentials"}')
    found = findings(tmp_path, github, "acme/shop", "acme/pay")

    assert [(one.state, one.exit_code) for one in found] == [("failed", 3)]
    assert len(github.seen) == 1


def test_a_missing_token_is_named_before_any_request(tmp_path: Path, github: FaultServer) -> None:
    home = Home(tmp_path)
    save_profile(home, "team", Profile(github=GithubSettings(url=github.url, repositories=("acme/shop",))))
    (only,) = host_findings(resolve(home, "team", {}), home, {})

    assert "GITHUB_TOKEN is not set for the profile team." in only.message
    assert github.seen == []
