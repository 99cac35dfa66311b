"""A token leaves for the origin it was given for and no other, whatever a profile or page says (P19)."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.connection import Typed, connect, draft_of, form_of, look_at
from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.mapping.field_reading import Readings
from data.persistence import load_token, save_profile, save_token, token_origin
from data.profiles.sources import resolve
from data.simulator.server import JiraSimulator
from data.workspace import Workspace
from tests.servers.fault_server import FaultServer
from tests.support.commands import refused, run, served

JQL = "project = WEB"


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSimulator]:
    with JiraSimulator(issues=60) as simulator:
        yield simulator


@pytest.fixture
def listener(jira: JiraSimulator) -> Iterator[FaultServer]:
    """A Jira at an address that the environment does not name."""
    with FaultServer(jira.handle) as server:
        yield server


def with_profile(place: Path, url: str, email: str) -> Home:
    """A home whose default profile names ``url``."""
    home = Home(place)
    save_profile(home, "default", Profile(jira=JiraSettings(url=url, email=email, jql=JQL)))
    return home


def credentials(listener: FaultServer) -> list[str]:
    """What was sent to a listener as credentials."""
    return [
        request.headers["authorization"] for request in listener.seen if "authorization" in request.headers
    ]


@pytest.mark.parametrize("arguments", [("sync",), ("sync", "--full"), ("check",)])
def test_a_command_asks_nobody_when_a_profile_names_another_host(
    tmp_path: Path, jira: JiraSimulator, listener: FaultServer, arguments: tuple[str, ...]
) -> None:
    """Exit 3 before any request; the sentence names the variable that would say so."""
    with_profile(tmp_path, listener.url, jira.email)
    refused(run(tmp_path, *arguments, JIRA_TOKEN=jira.token), 3, "JIRA_TOKEN", f"JIRA_URL={listener.url}")

    assert listener.seen == []


def test_a_command_follows_the_address_of_the_environment(
    tmp_path: Path, jira: JiraSimulator, listener: FaultServer
) -> None:
    """The profile's address is not asked: JIRA_URL wins, and the token belongs to it."""
    with_profile(tmp_path, listener.url, jira.email)
    done = run(tmp_path, "sync", JIRA_URL=jira.url, JIRA_TOKEN=jira.token)

    assert done.returncode == 0, done.stderr
    assert listener.seen == []


def test_the_dashboard_sends_nothing_in_the_background(
    tmp_path: Path, jira: JiraSimulator, listener: FaultServer
) -> None:
    """It starts over such a profile; its first sync ends before a request."""
    with_profile(tmp_path, listener.url, jira.email)
    server = served(tmp_path, JIRA_TOKEN=jira.token)
    next(server)
    time.sleep(1.5)
    server.close()

    assert credentials(listener) == []


@pytest.mark.parametrize(
    ("named", "saved", "sent"),
    [
        ("https://a.example.org", None, "environment"),
        ("https://A.example.org:443/jira", None, "environment"),
        ("", None, None),
        ("", "https://a.example.org", "environment"),
        ("", "https://b.example.org", None),
    ],
)
def test_where_the_token_of_the_environment_may_go(
    tmp_path: Path, named: str, saved: str | None, sent: str | None
) -> None:
    """To the origin that the environment names beside it, or the one this profile saved a token for."""
    home = with_profile(tmp_path, "https://a.example.org", "")
    if saved:
        save_token(home, "default", saved, Secret("saved"))
    source = resolve(home, "default", {"JIRA_TOKEN": "environment", "JIRA_URL": named})

    assert (source.token.reveal() if source.token else None) == sent
    assert source.withheld is (sent is None)


def test_a_saved_token_serves_where_the_environments_may_not(tmp_path: Path) -> None:
    """Another profile's Jira keeps working beside a token in the environment that is not for it."""
    home = with_profile(tmp_path, "https://a.example.org", "")
    save_token(home, "default", "https://a.example.org", Secret("saved"))

    assert resolve(home, "default", {}).token == Secret("saved")


def test_a_token_of_one_site_does_not_go_to_another_behind_the_gateway(tmp_path: Path) -> None:
    """One host serves every customer there, so the site belongs to the origin."""
    gateway = "https://api.atlassian.com/ex/jira"
    home = with_profile(tmp_path, f"{gateway}/11-aa", "a@example.org")
    save_token(home, "default", f"{gateway}/11-aa/rest", Secret("mine"))

    assert load_token(home, "default", f"{gateway}/11-aa") == Secret("mine")
    assert load_token(home, "default", f"{gateway}/22-bb") is None
    other = resolve(home, "default", {"JIRA_TOKEN": "t", "JIRA_URL": f"{gateway}/22-bb"})
    assert other.token == Secret("t")
    assert resolve(home, "default", {"JIRA_TOKEN": "t"}).token == Secret("t")


def test_a_token_saved_for_the_gateway_by_0_1_0_is_still_found(tmp_path: Path) -> None:
    """Its file names the host alone."""
    home = with_profile(tmp_path, "https://api.atlassian.com/ex/jira/11-aa", "a@example.org")
    save_token(home, "default", "https://api.atlassian.com", Secret("old"))

    assert load_token(home, "default", "https://api.atlassian.com/ex/jira/11-aa") == Secret("old")
    assert load_token(home, "default", "https://api.atlassian.com/ex/confluence") is None


def workspace_over(place: Path, token: str) -> Workspace:
    environment = {"JIRA_TOKEN": token}
    home = Home(place)
    return Workspace(home, environment, resolve(home, "demo", environment))


def test_leaving_the_address_field_sends_no_token(
    tmp_path: Path, jira: JiraSimulator, listener: FaultServer
) -> None:
    """The page offers the token of the environment for the typed address, and waits for a click."""
    workspace = workspace_over(tmp_path, jira.token)
    seen = look_at(workspace, "default", Typed(url=listener.url, email=jira.email))

    assert credentials(listener) == []
    assert seen.offered == listener.url
    assert "Enter an API token" in seen.prompt
    assert "token" not in form_of(workspace, "demo").fixed


def test_a_click_lets_it_go_to_that_address_and_to_no_other(
    tmp_path: Path, jira: JiraSimulator, listener: FaultServer
) -> None:
    """Agreed to for one origin, it is not sent to the next one that is typed."""
    workspace = workspace_over(tmp_path, jira.token)
    agreed = Typed(url=listener.url, email=jira.email, agreed=listener.url)
    elsewhere = look_at(workspace, "default", Typed(url=listener.url, email=jira.email, agreed=jira.url))
    before = credentials(listener)
    seen = look_at(workspace, "default", agreed)

    assert before == []
    assert elsewhere.offered == listener.url
    assert seen.verdict.fault is None
    assert seen.verdict.projects
    assert credentials(listener)


def test_what_was_agreed_to_is_kept_with_its_origin(tmp_path: Path, jira: JiraSimulator) -> None:
    """So that the next start of the program does not have to ask again."""
    workspace = workspace_over(tmp_path, jira.token)
    typed = Typed(url=jira.url, email=jira.email, jql=JQL, agreed=jira.url)
    fault = connect(
        workspace, Readings(workspace.home), "default", draft_of(workspace, "default", typed), new_token=True
    )
    workspace.jobs.join("default", 60)

    assert fault is None
    assert token_origin(workspace.home, "default") == jira.url
    assert workspace.jobs.state("default").error is None
    assert not resolve(workspace.home, "default", workspace.environment).withheld
