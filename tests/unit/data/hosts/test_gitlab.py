"""GitLab in a sync: the same repository as on GitHub, told in other words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.profile import GitlabSettings, Profile
from configuration.settings import Home
from data.intake.profile_sync import synchronize
from data.intake.sync_outcome import SyncOutcome
from data.model.changes import ChangeRow
from data.model.tables import MISSING, DeploymentRow
from data.persistence import save_profile
from data.profiles.sources import resolve
from tests.servers.code_hosts import ANN, BEN, FakeGitLab, Repo, serving
from tests.servers.fault_server import FaultServer, status
from tests.support.rows import at

TOKEN = "gl" + "-for-tests"
BOT = {"id": 9, "username": "project_4_bot"}
SHOP = "acme/web/shop"


@pytest.fixture
def shop() -> Repo:
    shop = Repo(SHOP)
    reviews = [(ANN, "2026-03-03"), (BOT, "2026-03-03"), (BEN, "2026-03-04")]
    first = shop.pull(
        1, "AB-1 pay", first="2026-03-02", opened="2026-03-03", merged="2026-03-05", reviews=reviews
    )
    shop.deploy(7, first, "2026-03-06", ("success", "2026-03-07"))
    shop.deploy(8, first, "2026-03-08", ("failure", "2026-03-08"))
    shop.pull(2, "Tidy", first="2026-03-08", opened="2026-03-09", merged="2026-03-10", branch="AB-2-tidy")
    return shop


@pytest.fixture
def gitlab(shop: Repo) -> Iterator[FaultServer]:
    with serving(FakeGitLab([shop])) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def sync(home: Home, server: FaultServer) -> SyncOutcome:
    save_profile(home, "team", Profile(gitlab=GitlabSettings(url=server.url, projects=(SHOP,))))
    environment = {"GITLAB_TOKEN": TOKEN, "GITLAB_URL": server.url}
    return synchronize(resolve(home, "team", environment), home, environment)


def said(outcome: SyncOutcome) -> list[str]:
    return [*map(" ".join, outcome.unread), *outcome.notices]


def stored(home: Home) -> tuple[dict[str, DeploymentRow], dict[str, ChangeRow]]:
    found = resolve(home, "team", {}).store.references()
    return {row.id: row for row in found.deployments}, {row.id: row for row in found.changes}


def test_deployments_and_merge_requests_are_read(home: Home, gitlab: FaultServer) -> None:
    outcome = sync(home, gitlab)
    deployments, changes = stored(home)

    assert said(outcome) == []
    assert [(row.result, row.at) for row in deployments.values()] == [
        ("success", at("2026-03-07T12:00")),
        ("failed", at("2026-03-08T12:00")),
    ]
    one, two = changes["shop#1"], changes["shop#2"]
    assert (one.origin, one.issues, one.deployments) == ("gitlab", ("AB-1",), ("shop 7",))
    assert (one.first_commit_at, one.opened_at) == (at("2026-03-02T12:00"), at("2026-03-03T12:00"))
    assert (one.first_review_at, one.merged_at) == (at("2026-03-04T12:00"), at("2026-03-05T12:00"))
    assert (two.issues, two.deployments, two.first_review_at) == (("AB-2",), (), MISSING)


def test_commits_of_an_old_version_have_one_date(home: Home, gitlab: FaultServer, shop: Repo) -> None:
    shop.behind[1][0][0]["dated"] = "created_at"
    sync(home, gitlab)

    assert stored(home)[1]["shop#1"].first_commit_at == at("2026-03-02T12:00")


def test_the_token_is_sent_as_bearer(home: Home, gitlab: FaultServer) -> None:
    sync(home, gitlab)

    assert {request.headers["authorization"] for request in gitlab.seen} == {f"Bearer {TOKEN}"}


def test_where_nothing_has_changed_two_conditional_requests_are_made(home: Home, gitlab: FaultServer) -> None:
    first = sync(home, gitlab)
    n = len(gitlab.seen)
    second = sync(home, gitlab)

    assert [request.path.rpartition("/")[2] for request in gitlab.seen[n:]] == [
        "deployments",
        "merge_requests",
    ]
    assert second.changes.revision == first.changes.revision


def test_a_project_without_deployments_is_read_by_its_releases(
    home: Home, gitlab: FaultServer, shop: Repo
) -> None:
    """One that is announced for later is none yet."""
    shop.deployments.clear()
    shop.release("v1", shop.tip, "2026-03-11")
    shop.release("v2", shop.tip, "2026-03-12", draft=True)
    sync(home, gitlab)
    deployments, changes = stored(home)

    assert set(deployments) == {"shop v1"}
    assert {row.deployments for row in changes.values()} == {("shop v1",)}


def test_a_running_deployment_is_seen_to_end(home: Home, gitlab: FaultServer, shop: Repo) -> None:
    shop.deploy(9, shop.tip, "2026-03-11", ("in_progress", "2026-03-11"))
    sync(home, gitlab)
    before = stored(home)[0]["shop 9"].result
    shop.deploy(9, shop.tip, "2026-03-11", ("success", "2026-03-12"))
    sync(home, gitlab)

    assert (before, stored(home)[0]["shop 9"].result) == ("running", "success")
    assert stored(home)[1]["shop#2"].deployments == ("shop 9",)


def test_a_scope_that_is_missing_is_named(home: Home, gitlab: FaultServer) -> None:
    body = b'{"error":"insufficient_scope","error_description":"no","scope":"api read_api"}'
    gitlab.plan = lambda _n, _request: status(403, body)
    outcome = sync(home, gitlab)

    assert "The token of GitLab cannot read" in said(outcome)[0]
    assert "it lacks the scope read_api" in said(outcome)[0]


def test_a_used_up_minute_is_not_asked_into(home: Home, gitlab: FaultServer) -> None:
    """The answer that says so is good itself; the next request waits in vain and is named."""
    spoilt = False

    def plan(_n: int, request: object) -> object:
        nonlocal spoilt
        if spoilt:
            return None
        spoilt = True
        document = b'{"path_with_namespace": "acme/web/shop", "default_branch": "main"}'
        return status(200, document, RateLimit_Remaining="0", RateLimit_Reset="9999999999")

    gitlab.plan = plan
    outcome = sync(home, gitlab)

    assert len(gitlab.seen) == 1
    assert "GitLab asked this machine to wait another" in said(outcome)[0]
