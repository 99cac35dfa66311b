"""Clones and hosts on the Settings page: what is said of each field, and what becomes of a token."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callbacks.settings.code import TypedHost, keep_tokens, look_at_clones, look_at_host, section
from callbacks.settings.saving import kept_of
from callbacks.web.application import create_app
from configuration.errors import InputError
from configuration.profile import GithubSettings, Profile
from configuration.settings import Home, Secret
from data.hosts.access import GITHUB, GITLAB
from data.persistence import load_host_token, load_profile, save_host_token, save_profile
from data.profiles.sources import resolve
from data.workspace import Workspace
from tests.servers.code_hosts import FakeGitHub, Repo, serving
from tests.servers.fault_server import FaultServer, status
from tests.support.calls import called
from tests.support.repositories import Repository

TOKEN = "typed" + "-here"
SHOP = ("acme/shop",)


@pytest.fixture
def github() -> Iterator[FaultServer]:
    shop = Repo("acme/shop")
    shop.pull(1, "AB-1 pay", first="2026-03-02", opened="2026-03-03", merged="2026-03-05")
    with serving(FakeGitHub([shop])) as server:
        yield server


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A profile without a Jira."""
    yield from workspace_of(tmp_path, {})


def workspace_of(root: Path, environment: dict[str, str]) -> Iterator[Workspace]:
    home = Home(root)
    save_profile(home, "team", Profile())
    workspace = Workspace(home, environment, resolve(home, "team", environment))
    yield workspace
    workspace.close()


def test_a_host_that_works_has_a_line_for_each_repository(workspace: Workspace, github: FaultServer) -> None:
    seen = look_at_host(workspace, "team", GITHUB, TypedHost(github.url, SHOP, (), TOKEN))

    assert [found.message for found in seen.verdict.findings] == [
        "It can be read; its default branch is main."
    ]
    assert (seen.verdict.fault, seen.prompt) == (None, "")
    assert seen.token == "entered, not saved yet"
    assert TOKEN not in repr(seen)


@pytest.mark.parametrize(
    ("answer", "repository", "field_says"),
    [
        (status(401, b'{"message": "no"}'), "acme/shop", "token: wrong, expired or revoked"),
        (
            status(403, b"{}", X_Accepted_GitHub_Permissions="pull_requests=read"),
            "acme/shop",
            "token: it lacks pull_requests: read",
        ),
        (None, "acme/lost", "repositories: acme/lost cannot be read"),
        (None, "shop", "repositories: 'shop' in the repositories cannot be"),
        (status(502), "acme/shop", "url: 502"),
    ],
)
def test_what_does_not_work_is_told_beside_its_field(
    workspace: Workspace, github: FaultServer, answer: Any, repository: str, field_says: str
) -> None:
    """In words of the page: nobody who looks at a field set a variable."""
    github.plan = lambda _n, _request: answer
    seen = look_at_host(workspace, "team", GITHUB, TypedHost(github.url, (repository,), (), TOKEN))

    field, _, says = field_says.partition(": ")
    assert seen.verdict.fault is not None
    assert seen.verdict.fault.field == field
    assert says in seen.verdict.fault.cause
    assert seen.verdict.fault.remedy
    assert "GITHUB_" not in seen.verdict.fault.cause + seen.verdict.fault.remedy


def test_a_lost_repository_hides_no_other(workspace: Workspace, github: FaultServer) -> None:
    names = ("acme/lost", "acme/shop")
    seen = look_at_host(workspace, "team", GITHUB, TypedHost(github.url, names, (), TOKEN))

    lost, good = seen.verdict.findings
    assert (lost.state, good.state) == ("failed", "ok")
    assert "GitHub has nothing at /api/v3/repos/acme/lost" in lost.message


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (TypedHost("", SHOP), "read access to contents, deployments and pull requests"),
        (TypedHost("", (), (), TOKEN), "Name a repository"),
        (TypedHost(), ""),
    ],
)
def test_what_is_missing_is_asked_for_and_nobody_else_is(
    workspace: Workspace, typed: TypedHost, says: str
) -> None:
    seen = look_at_host(workspace, "team", GITHUB, typed)

    assert says in seen.prompt
    assert bool(seen.prompt) == bool(says)
    assert seen.verdict.findings == ()


def test_a_saved_token_goes_to_its_own_address_alone(workspace: Workspace, github: FaultServer) -> None:
    save_host_token(workspace.home, "team", "github", github.url, Secret(TOKEN))
    there = look_at_host(workspace, "team", GITHUB, TypedHost(github.url, SHOP))
    elsewhere = look_at_host(workspace, "team", GITHUB, TypedHost("https://git.example.com", SHOP))

    assert there.verdict.fault is None
    assert there.token == "saved; type a new one to replace it"
    assert elsewhere.token == f"not saved for this address: the saved one belongs to {github.url}"
    assert "Enter a token" in elsewhere.prompt


def test_a_token_of_the_environment_is_neither_sent_elsewhere_nor_hidden(tmp_path: Path) -> None:
    for workspace in workspace_of(tmp_path, {"GITHUB_TOKEN": "of-the" + "-environment"}):
        usual = look_at_host(workspace, "team", GITHUB, TypedHost())
        other = look_at_host(workspace, "team", GITHUB, TypedHost("http://127.0.0.1:9", SHOP))
        drawn = str(section(workspace, "team"))

    assert usual.token == "Set by the environment variable GITHUB_TOKEN, which wins."
    assert other.verdict.fault is not None
    assert other.verdict.fault.cause.startswith("The token in GITHUB_TOKEN is not sent to")
    assert other.verdict.fault.remedy == "Enter one for it."
    assert "disabled=True" in drawn


def test_clones_are_looked_at_as_they_are_entered(workspace: Workspace, tmp_path: Path) -> None:
    clone = Repository.made(tmp_path / "shop")
    clone.commit("a", "2026-03-02")
    clone.tag("v1", "a", "2026-03-03")
    found = look_at_clones(workspace, "team", [str(clone.path), str(tmp_path / "lost")], [])

    told = " ".join(one.message for one in found)
    assert "Deployments: 1 tag, the last is v1 of 2026-03-03." in told
    assert found[-1].name == "clone lost"
    assert look_at_clones(workspace, "team", [" "], []) == []


def pressed(workspace: Workspace, rules: dict[str, Any], token: str, typed_for: str | None = None) -> str:
    """Press Save over some settings and a typed token of GitHub."""
    edits = {"profile": "team", "token": False, "source": {}, "field": {}, "stage": {}, "rule": rules}
    asked = {"edits": {**edits, "host": {"github": True} if token else {}}, "asked": 1}
    values = {
        "settings-bar-asked.data": asked,
        "settings-host-token.value": {"github": token, "gitlab": ""},
        "settings-host-for.data": {"github": typed_for, "gitlab": None},
    }
    return json.dumps(called(create_app(workspace, port=8050), "settings-bar-said.data", values))


def test_a_token_is_saved_with_its_origin_and_what_it_is_for(
    workspace: Workspace, github: FaultServer
) -> None:
    """One write for both, a sync afterwards, and the token in no answer."""
    rules = {"github.url": github.url, "github.repositories": ["acme/shop"]}
    answer = pressed(workspace, rules, TOKEN, github.url)
    workspace.jobs.join("team", 30)

    assert "Saved; the sync is under way." in answer
    assert TOKEN not in answer
    assert load_host_token(workspace.home, "team", "github") == (github.url, Secret(TOKEN))
    profile = load_profile(workspace.home, "team")
    assert profile is not None
    assert profile.github.repositories == SHOP
    assert len(workspace.pipeline("team").dataset().changes) == 1
    assert TOKEN not in str(section(workspace, "team"))
    assert TOKEN not in str(kept_of(workspace, "team"))


def test_a_token_for_another_address_is_saved_nowhere(workspace: Workspace, github: FaultServer) -> None:
    answer = pressed(workspace, {"github.url": github.url}, TOKEN, "https://git.example.com")

    assert "was typed for https://git.example.com" in answer
    assert load_host_token(workspace.home, "team", "github")[1] == Secret("")
    assert load_profile(workspace.home, "team") == Profile()
    with pytest.raises(InputError, match="typed for"):
        keep_tokens(workspace, "team", Profile(), {"github": (TOKEN, "https://git.example.com")})


def test_a_removed_token_leaves_the_others(workspace: Workspace) -> None:
    save_host_token(workspace.home, "team", "github", "https://api.github.com", Secret(TOKEN))
    save_host_token(workspace.home, "team", "gitlab", "https://gitlab.com", Secret("other" + "-one"))
    button = '{"kind":"settings-host-forget","name":"github"}'
    app = create_app(workspace, port=8050)
    answer = called(
        app, f"{button}.hidden", {f"{button}.n_clicks": 1, "settings-shown.data": {"profile": "team"}}
    )

    assert "not saved" in str(answer)
    assert load_host_token(workspace.home, "team", "github")[1] == Secret("")
    assert look_at_host(workspace, "team", GITLAB, TypedHost()).token == "saved; type a new one to replace it"
    assert GithubSettings() == workspace.pipeline("team").profile.github
