"""GitHub in a sync: what is read, how often it is asked, and what a failure leaves alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from configuration.errors import AuthenticationError
from configuration.profile import GithubSettings, Profile
from configuration.settings import Home
from data.intake.profile_sync import synchronize
from data.intake.sync_outcome import SyncOutcome
from data.model.changes import ChangeRow
from data.model.tables import DeploymentRow
from data.persistence import save_profile
from data.profiles.sources import resolve
from data.simulator.messages import Request
from tests.servers.code_hosts import BEN, BOT, FakeGitHub, Repo, serving, sha
from tests.servers.fault_server import Fault, FaultServer, status
from tests.support.rows import at

TOKEN = "gh" + "-for-tests"
Plan = Callable[[int, Request], Fault | None]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def shop() -> Repo:
    """Two pull requests, the first of them in production, and one on the way there."""
    shop = Repo("acme/shop")
    first = shop.pull(
        1,
        "AB-1 pay",
        first="2026-03-02",
        opened="2026-03-03",
        merged="2026-03-05",
        reviews=[(BEN, "2026-03-04")],
    )
    shop.deploy(7, first, "2026-03-06", ("in_progress", "2026-03-06"), ("success", "2026-03-07"))
    shop.pull(2, "Tidy", first="2026-03-08", opened="2026-03-09", merged="2026-03-10", branch="AB-2-tidy")
    return shop


@pytest.fixture
def github(shop: Repo) -> Iterator[FaultServer]:
    with serving(FakeGitHub([shop])) as server:
        yield server


def sync(home: Home, server: FaultServer, *, full: bool = False, **settings: object) -> SyncOutcome:
    chosen = {"repositories": ("acme/shop",), **settings}
    save_profile(home, "team", Profile(github=GithubSettings(url=server.url, **chosen)))
    environment = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": f"{server.url}/api/v3"}
    return synchronize(resolve(home, "team", environment), home, environment, full=full)


def said(outcome: SyncOutcome) -> list[str]:
    return [*map(" ".join, outcome.unread), *outcome.notices]


def stored(home: Home) -> tuple[dict[str, DeploymentRow], dict[str, ChangeRow]]:
    found = resolve(home, "team", {}).store.references()
    return {row.id: row for row in found.deployments}, {row.id: row for row in found.changes}


def asked_since(server: FaultServer, n: int) -> list[str]:
    return [request.path.removeprefix("/api/v3/repos/acme/shop") for request in server.seen[n:]]


def test_deployments_and_changes_are_read(home: Home, github: FaultServer) -> None:
    outcome = sync(home, github)
    deployments, changes = stored(home)

    assert said(outcome) == []
    only = deployments["shop 7"]
    assert (only.at, only.result, only.environment) == (at("2026-03-07T12:00"), "success", "production")
    assert (only.origin, only.service, only.name) == ("github", "shop", "main")
    assert only.url == f"{github.url}/acme/shop/deployments/production"
    assert changes["shop#2"].url == f"{github.url}/acme/shop/pull/2"
    one, two = changes["shop#1"], changes["shop#2"]
    assert (one.first_commit_at, one.opened_at) == (at("2026-03-02T12:00"), at("2026-03-03T12:00"))
    assert (one.first_review_at, one.merged_at) == (at("2026-03-04T12:00"), at("2026-03-05T12:00"))
    assert (one.issues, one.deployments) == (("AB-1",), ("shop 7",))
    assert one.commits == (sha("acme/shop 1"), sha("acme/shop merge 1"))
    assert (two.issues, two.deployments) == (("AB-2",), ())


def test_the_requests_of_a_sync_are_counted_by_path(home: Home, github: FaultServer) -> None:
    document = sync(home, github).as_document()["requests"]

    assert document["total"] == len(github.seen) == sum(document["by_path"].values())
    assert document["by_path"]["/repos/{repository}/pulls/{number}/reviews"] == 2


def test_where_nothing_has_changed_two_conditional_requests_are_made(home: Home, github: FaultServer) -> None:
    first = sync(home, github)
    n = len(github.seen)
    second = sync(home, github)

    assert asked_since(github, n) == ["/deployments", "/pulls"]
    assert all("if-none-match" in request.headers for request in github.seen[n:])
    assert (second.changes.revision, second.changes.changed) == (first.changes.revision, False)


def test_only_what_is_new_is_asked_about(home: Home, github: FaultServer, shop: Repo) -> None:
    """And the deployment that changed last: more may have happened in its second."""
    sync(home, github)
    n = len(github.seen)
    merge = shop.pull(3, "AB-3", first="2026-03-11", opened="2026-03-11", merged="2026-03-12")
    shop.deploy(8, merge, "2026-03-13", ("success", "2026-03-14"))
    sync(home, github)
    _, changes = stored(home)

    assert [changes[name].deployments for name in ("shop#1", "shop#2", "shop#3")] == [
        ("shop 7",),
        ("shop 8",),
        ("shop 8",),
    ]
    behind = [path for path in asked_since(github, n) if path.count("/") > 1]
    assert behind == [
        "/deployments/8/statuses",
        "/deployments/7/statuses",
        "/pulls/3/commits",
        "/pulls/3/reviews",
    ]


def test_a_later_inactive_only_says_that_another_one_came(
    home: Home, github: FaultServer, shop: Repo
) -> None:
    shop.deploy(7, shop.tip, "2026-03-06", ("success", "2026-03-07"), ("inactive", "2026-04-01"))
    shop.deploy(9, shop.tip, "2026-04-01", ("failure", "2026-04-02"))
    sync(home, github)
    deployments, _ = stored(home)

    assert (deployments["shop 7"].result, deployments["shop 7"].at) == ("success", at("2026-03-07T12:00"))
    assert (deployments["shop 9"].result, deployments["shop 9"].at) == ("failure", at("2026-04-02T12:00"))


def test_a_change_went_out_with_the_first_deployment_into_each_environment(
    home: Home, github: FaultServer, shop: Repo
) -> None:
    """What failed carries nothing, and what was deployed again carries nothing twice."""
    first = shop.pulls[1]["merge_commit_sha"]
    shop.deploy(5, first, "2026-03-05", ("success", "2026-03-05"), environment="staging")
    shop.deploy(6, first, "2026-03-05", ("error", "2026-03-05"))
    shop.deploy(8, shop.tip, "2026-03-11", ("success", "2026-03-11"))
    shop.deploy(9, first, "2026-03-12", ("success", "2026-03-12"))
    sync(home, github)
    _, changes = stored(home)

    assert changes["shop#1"].deployments == ("shop 5", "shop 7")
    assert changes["shop#2"].deployments == ("shop 8",)


def test_environments_that_pass_away_are_counted_and_left_out(
    home: Home, github: FaultServer, shop: Repo
) -> None:
    shop.deploy(8, shop.tip, "2026-03-11", ("success", "2026-03-11"), transient_environment=True)
    outcome = sync(home, github)

    assert set(stored(home)[0]) == {"shop 7"}
    assert said(outcome)[0].startswith("1 deployments of shop are left out")


def test_a_repository_without_deployments_is_read_by_its_releases(
    home: Home, github: FaultServer, shop: Repo
) -> None:
    """One that is not finished has an environment of its own, and a draft is nothing yet."""
    shop.deployments.clear()
    shop.release("v1", shop.pulls[1]["merge_commit_sha"], "2026-03-06")
    shop.release("v2-rc", shop.tip, "2026-03-11", prerelease=True)
    shop.release("v3", shop.tip, "2026-03-12", draft=True)
    sync(home, github)
    n = len(github.seen)
    sync(home, github)
    deployments, changes = stored(home)

    assert {name: row.environment for name, row in deployments.items()} == {
        "shop v1": "",
        "shop v2-rc": "prerelease",
    }
    assert changes["shop#1"].deployments == ("shop v1", "shop v2-rc")
    assert asked_since(github, n) == ["/deployments", "/releases", "/pulls"]


def test_the_author_and_machines_do_not_review(home: Home, github: FaultServer, shop: Repo) -> None:
    author = {"id": 1, "type": "User"}
    days = [(author, "2026-03-08"), (BOT, "2026-03-08"), (BEN, "2026-03-09")]
    shop.pull(3, "more", first="2026-03-07", opened="2026-03-08", merged="2026-03-10", reviews=days)
    sync(home, github)

    assert stored(home)[1]["shop#3"].first_review_at == at("2026-03-09T12:00")


def test_a_renamed_repository_is_followed_and_named(home: Home, github: FaultServer, shop: Repo) -> None:
    shop.name = "acme/store"
    host = FakeGitHub([shop], {"acme/shop": "acme/store"}, github.url)
    github.answers = host.answers
    outcome = sync(home, github)

    assert set(stored(home)[1]) == {"shop#1", "shop#2"}
    assert "acme/shop is called acme/store now" in said(outcome)[0]


def test_a_redirect_to_another_host_is_not_followed(home: Home, github: FaultServer) -> None:
    with FaultServer(github.answers) as elsewhere:
        github.plan = lambda _n, request: status(301, b"{}", Location=f"{elsewhere.url}{request.path}")
        outcome = sync(home, github)

        assert "GitHub sends the request on to" in said(outcome)[0]
        assert elsewhere.seen == []


def test_a_deleted_repository_leaves_its_numbers_and_those_of_others(
    home: Home, github: FaultServer, shop: Repo
) -> None:
    other = Repo("acme/pay")
    other.pull(1, "AB-9", first="2026-03-02", opened="2026-03-02", merged="2026-03-03")
    host = FakeGitHub([shop, other], {}, github.url)
    github.answers = host.answers
    both = ("acme/shop", "acme/pay")
    sync(home, github, repositories=both)
    host.repos.remove(shop)
    other.pull(2, "AB-10", first="2026-03-04", opened="2026-03-04", merged="2026-03-05")
    outcome = sync(home, github, repositories=both)

    assert set(stored(home)[1]) == {"shop#1", "shop#2", "pay#1", "pay#2"}
    assert said(outcome)[0].startswith(
        "The repository acme/shop on GitHub could not be read: GitHub has nothing at"
    )


def test_a_repository_that_is_not_named_any_more_is_forgotten(
    home: Home, github: FaultServer, shop: Repo
) -> None:
    host = FakeGitHub([shop, Repo("acme/pay")], {}, github.url)
    github.answers = host.answers
    sync(home, github)
    sync(home, github, repositories=("acme/shop", "acme/pay"))
    n = len(github.seen)
    sync(home, github, repositories=("acme/pay",))
    gone = stored(home)
    again = len(github.seen) - n
    sync(home, github)

    assert (gone, again) == (({}, {}), 3)  # nothing of what stays is read again
    assert set(stored(home)[1]) == {"shop#1", "shop#2"}


def test_a_token_without_a_right_is_told_which(home: Home, github: FaultServer) -> None:
    words = b'{"message": "Resource not accessible by personal access token"}'
    needs = status(403, words, X_Accepted_GitHub_Permissions="deployments=read")
    github.plan = lambda _n, request: needs if request.path.endswith("/deployments") else None
    outcome = sync(home, github)

    assert "it lacks deployments: read (403)" in said(outcome)[0]
    assert said(outcome)[0].endswith("Give the token deployments: read, or create another one.")


def test_a_classic_token_is_told_its_scope(home: Home, github: FaultServer) -> None:
    needs = status(
        403, b'{"message": "no"}', X_OAuth_Scopes="gist", X_Accepted_OAuth_Scopes="repo, public_repo"
    )
    github.plan = lambda _n, _request: needs
    outcome = sync(home, github)

    assert "it lacks the scope repo" in said(outcome)[0]


def test_a_refused_token_is_tried_once(home: Home, github: FaultServer) -> None:
    github.plan = lambda _n, _request: status(401, b'{"message": "Bad credentials"}')
    outcome = sync(home, github, repositories=("acme/shop", "acme/pay"))

    assert len(github.seen) == 1
    assert "GitHub refused the token" in said(outcome)[0]
    assert len(said(outcome)) == 1


def test_a_secondary_limit_is_waited_for(home: Home, github: FaultServer) -> None:
    limit = status(403, b'{"message": "You have exceeded a secondary rate limit."}', Retry_After="1")
    github.plan = lambda number, _request: limit if number == 2 else None
    outcome = sync(home, github)

    assert said(outcome) == []
    assert outcome.requests["retries"] == 1
    assert set(stored(home)[1]) == {"shop#1", "shop#2"}


def test_a_used_up_hour_ends_the_reading_and_the_next_sync_goes_on(home: Home, github: FaultServer) -> None:
    """What was read stays; while the limit holds, nobody asks."""
    used = status(
        403, b'{"message": "API rate limit exceeded"}', X_RateLimit_Remaining="0", X_RateLimit_Reset="0"
    )
    github.plan = lambda _n, request: used if "/pulls/" in request.path else None
    outcome = sync(home, github)
    github.plan = lambda _n, _request: None
    sync(home, github)

    assert "The requests that GitHub gives this token by the hour are used up" in said(outcome)[0]
    assert said(outcome)[1].startswith("0 deployments and 2 changes of shop")
    assert stored(home)[1]["shop#1"].first_commit_at == at("2026-03-02T12:00")


def test_a_token_of_the_environment_goes_nowhere_else(home: Home, github: FaultServer) -> None:
    settings = GithubSettings(url=github.url, repositories=("acme/shop",))
    save_profile(home, "team", Profile(github=settings))
    environment = {"GITHUB_TOKEN": TOKEN}
    source = resolve(home, "team", environment)

    with pytest.raises(AuthenticationError, match="The token in GITHUB_TOKEN is not sent to") as refused:
        synchronize(source, home, environment)
    assert "GITHUB_API_URL=" in refused.value.hint
    assert github.seen == []


def test_what_is_jiras_alone_is_not_sent(home: Home, github: FaultServer) -> None:
    sync(home, github)
    headers = github.seen[0].headers

    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["accept"] == "application/vnd.github+json"
    assert "x-atlassian-token" not in headers
