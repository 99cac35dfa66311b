"""A team on GitHub at the command line: its numbers alone and beside a Jira, and what a failure costs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.profile import DeploymentSettings, GithubSettings, JiraSettings, Profile
from configuration.settings import Home
from data.persistence import save_profile
from data.simulator.server import JiraSimulator
from tests.servers.code_hosts import BEN, FakeGitHub, Repo, serving
from tests.servers.fault_server import FaultServer, status
from tests.support.commands import printed, refused, run

TOKEN = "gh" + "-for-tests"
MARCH = ("--from", "2026-03-01", "--to", "2026-03-31", "--json")


@pytest.fixture
def github() -> Iterator[FaultServer]:
    """A pull request that took five days to production, and one that took a week."""
    shop = Repo("acme/shop")
    reviews = [(BEN, "2026-03-04")]
    first = shop.pull(1, "pay", first="2026-03-02", opened="2026-03-03", merged="2026-03-05", reviews=reviews)
    shop.deploy(7, first, "2026-03-06", ("success", "2026-03-07"))
    second = shop.pull(2, "tidy", first="2026-03-10", opened="2026-03-11", merged="2026-03-12")
    shop.deploy(8, second, "2026-03-16", ("failure", "2026-03-16"))
    shop.deploy(9, second, "2026-03-17", ("success", "2026-03-17"))
    with serving(FakeGitHub([shop])) as server:
        yield server


def named(server: FaultServer) -> dict[str, str]:
    return {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": f"{server.url}/api/v3"}


def test_a_team_without_a_jira_has_its_measured_numbers(tmp_path: Path, github: FaultServer) -> None:
    """A median of five and seven days is six; the deployment that failed deployed nothing."""
    settings = Profile(
        github=GithubSettings(repositories=("acme/shop",)),
        deployments=DeploymentSettings(environments=("production",)),
    )
    save_profile(Home(tmp_path), "team", settings)
    printed(tmp_path, "--profile", "team", "sync", **named(github))
    checked = printed(tmp_path, "--profile", "team", "check", **named(github))
    metrics = json.loads(printed(tmp_path, "--profile", "team", "metrics", *MARCH))["metrics"]

    assert "GitHub acme/shop: It can be read; its default branch is main." in checked
    frequency, lead = metrics["deployment_frequency"], metrics["change_lead_time"]
    assert frequency["included"] == ["shop 7", "shop 9"]
    assert frequency["excluded"] == {"not_successful": ["shop 8"]}
    assert frequency["deployments"][0]["source"] == "deployment on GitHub"
    assert (lead["value"], lead["n"], lead["evidence"]) == (6, 2, "measured")
    assert lead["change_stages"]["pickup"] == {"p50": 1.0, "n": 1}


def test_beside_a_jira_a_failure_leaves_the_other_numbers_alone(tmp_path: Path, github: FaultServer) -> None:
    """One answer of each: Jira's issues and GitHub's deployments are there, then GitHub says no."""
    with JiraSimulator(issues=20) as jira:
        settings = Profile(
            jira=JiraSettings(url=jira.url, email=jira.email, jql="created is not EMPTY"),
            github=GithubSettings(repositories=("acme/shop",)),
        )
        save_profile(Home(tmp_path), "default", settings)
        variables = {"JIRA_URL": jira.url, "JIRA_TOKEN": jira.token, **named(github)}
        first = json.loads(printed(tmp_path, "sync", "--json", **variables))
        github.plan = lambda _n, _request: status(403, b'{"message": "Forbidden"}')
        second = run(tmp_path, "sync", "--json", **variables)
        document = json.loads(second.stdout)
        metrics = json.loads(printed(tmp_path, "metrics", *MARCH, "--as-of", "2026-04-01", **variables))

    assert first["issues"]["stored"] == 20
    assert first["requests"]["by_path"]["/repos/{repository}/deployments"] == 1
    assert (second.returncode, document["issues"]["stored"]) == (0, 20)
    assert "acme/shop on GitHub could not be read: The token of GitHub cannot read" in second.stderr
    assert metrics["metrics"]["deployment_frequency"]["included"] == ["shop 7", "shop 9"]


@pytest.mark.parametrize("command", ["sync", "check"])
def test_a_profile_that_leads_elsewhere_gets_no_token(
    tmp_path: Path, github: FaultServer, command: str
) -> None:
    """Exit 3 before any request; the sentence names the variable."""
    settings = GithubSettings(url=github.url, repositories=("acme/shop",))
    save_profile(Home(tmp_path), "team", Profile(github=settings))
    answer = run(tmp_path, "--profile", "team", command, GITHUB_TOKEN=TOKEN)

    refused(answer, 3, "GITHUB_TOKEN", f"GITHUB_API_URL={github.url}")
    assert github.seen == []
