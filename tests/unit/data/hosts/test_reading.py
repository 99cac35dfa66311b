"""A repository read over HTTP: pages, portions, and what is known of it afterwards."""

from collections.abc import Iterator

import pytest

from configuration.errors import MalformedAnswerError
from configuration.settings import Secret
from data.hosts.access import GITHUB, Access
from data.hosts.client import HostClient
from data.hosts.github import HEADERS, GitHub
from data.hosts.reading import Reader, Told
from data.jira_query_manager import TokenBucket
from data.model.clock import now_ms
from tests.servers.code_hosts import FakeGitHub, Repo, serving, sha
from tests.servers.fault_server import FaultServer, status
from tests.support.rows import at


@pytest.fixture
def shop() -> Repo:
    shop = Repo("acme/shop")
    shop.pull(1, "AB-1 pay", first="2026-03-02", opened="2026-03-03", merged="2026-03-05")
    return shop


@pytest.fixture
def server(shop: Repo) -> Iterator[FaultServer]:
    with serving(FakeGitHub([shop])) as server:
        yield server


def reader(server: FaultServer, most: int = 500) -> Reader:
    url = f"{server.url}/api/v3"
    access = Access(GITHUB, "team", url, ("acme/shop",), (), Secret("for" + "-tests"), withheld=False)
    client = HostClient(access, TokenBucket(100_000), HEADERS, 30.0, sleep=lambda _s: None)
    return Reader(GitHub(client, (), url), "acme/shop", "shop", (), now_ms(), most)


def paths(server: FaultServer, n: int = 0) -> list[str]:
    return [request.path.removeprefix("/api/v3/repos/acme/shop") for request in server.seen[n:]]


def told(found: Told | None) -> Told:
    assert found is not None
    return found


def test_lists_are_read_page_by_page(server: FaultServer, shop: Repo) -> None:
    """A hundred and fifty deployments are two pages, and the commits behind them are read once."""
    for number in range(100, 250):
        shop.deploy(number, shop.tip, "2026-03-11", ("success", "2026-03-11"))
    found = told(reader(server).read((), (), ""))

    assert len(found.deployments) == 150
    assert paths(server).count("/deployments") == 2
    assert paths(server).count("/commits") == 1


def test_ten_thousand_pull_requests_are_a_hundred_pages_and_follow_in_portions(
    server: FaultServer, shop: Repo
) -> None:
    """Of twenty at a time, the latest first, both their commits and reviews are read; the rest is counted."""
    for number in range(2, 10_001):
        shop.pulls[number] = {
            **shop.pulls[1],
            "number": number,
            "merged_at": f"2026-04-{1 + number % 28:02}T12:00:00Z",
        }
        shop.behind[number] = ([shop.commits[sha("acme/shop 1")]], [])
    first = told(reader(server, most=20).read((), (), ""))
    n = len(server.seen)
    second = told(reader(server, most=20).read(first.deployments, first.changes, first.state))

    assert paths(server)[:n].count("/pulls") == 100
    assert n == 100 + 1 + 2 + 2 * 20  # pages; the repository; deployments and releases; what is behind
    assert len(first.changes) == 10_000
    assert "0 deployments and 9980 changes of shop are known by name alone" in first.notices[0]
    assert len(server.seen) - n == 3 + 2 * 20
    assert (second.whole, len(second.changes)) == (False, 20)
    assert "9960 changes" in second.notices[0]


def test_all_anew_does_not_look_behind_what_is_known(server: FaultServer, shop: Repo) -> None:
    """As ``sync --full`` reads it: lists, outcomes and commits again, of a merged request its name alone."""
    shop.deploy(1, shop.tip, "2026-03-06", ("success", "2026-03-06"))
    first = told(reader(server).read((), (), ""))
    n = len(server.seen)
    second = told(reader(server).read(first.deployments, first.changes, ""))

    assert second.whole
    assert (second.deployments, second.changes) == (first.deployments, first.changes)
    assert paths(server, n) == ["", "/deployments", "/pulls", "/deployments/1/statuses", "/commits"]


def test_a_branch_of_another_name_reads_all_anew(server: FaultServer, shop: Repo) -> None:
    first = told(reader(server).read((), (), ""))
    shop.branch = "trunk"
    shop.pull(2, "AB-2", first="2026-03-06", opened="2026-03-06", merged="2026-03-07")
    second = told(reader(server).read(first.deployments, first.changes, first.state))

    assert second.whole
    assert {row.id for row in second.changes} == {"shop#1", "shop#2"}


def test_commits_that_nobody_knows_any_more_carry_nothing(server: FaultServer, shop: Repo) -> None:
    """After a branch was written anew the deployed commit is gone; the next deployment holds everything."""
    shop.deploy(1, sha("gone"), "2026-03-06", ("success", "2026-03-06"))
    shop.deploy(2, shop.tip, "2026-03-08", ("success", "2026-03-08"))
    found = told(reader(server).read((), (), ""))

    assert found.changes[0].deployments == ("shop 2",)
    assert found.notices[0].startswith("shop does not have 1 of the commits any more that were deployed")


def test_deployments_before_the_first_change_cost_nothing(server: FaultServer, shop: Repo) -> None:
    """Ten releases of an age from which no pull request is known: only the last commit is asked about."""
    for number in range(1, 11):
        shop.commit(f"old {number}", "2025-01-01", parents=())
        shop.deploy(number, sha(f"old {number}"), "2025-01-02", ("success", "2025-01-02"))
    shop.deploy(11, shop.tip, "2026-03-08", ("success", "2026-03-08"))
    found = told(reader(server).read((), (), ""))

    assert found.changes[0].deployments == ("shop 11",)
    assert paths(server).count("/commits") == 1


def test_branches_that_lead_nowhere_are_looked_for_so_far(
    server: FaultServer, shop: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of five deployments on branches of their own two are asked about, and the others are told."""
    monkeypatch.setattr("data.hosts.placing._MOST_WALKS", 3)
    shop.deploy(9, shop.tip, "2026-03-09", ("success", "2026-03-09"))
    for number in range(1, 6):
        shop.commit(f"apart {number}", "2026-03-06", parents=())
        shop.deploy(number, sha(f"apart {number}"), "2026-03-07", ("success", "2026-03-07"))
    found = told(reader(server).read((), (), ""))

    assert paths(server).count("/commits") == 3
    assert found.changes[0].deployments == ("shop 9",)
    assert found.notices[0].startswith("What 3 deployments of shop held was not asked")


def test_people_and_branches_that_are_gone_are_no_obstacle(server: FaultServer, shop: Repo) -> None:
    """The account of the author was deleted, and so was the fork with its branch."""
    shop.pulls[1] |= {"user": None, "head": {"ref": None, "repo": None}}
    shop.behind[1][1].append({"user": None, "submitted_at": "2026-03-04T12:00:00Z", "state": "COMMENTED"})
    found = told(reader(server).read((), (), ""))

    assert found.changes[0].first_review_at == at("2026-03-04T12:00")
    assert found.changes[0].issues == ("AB-1",)


def test_a_next_page_elsewhere_is_not_followed(server: FaultServer) -> None:
    """Whatever an answer names, the token leaves for its own origin alone."""
    with FaultServer(server.answers) as elsewhere:
        link = f'<{elsewhere.url}/api/v3/repos/acme/shop/deployments?page=2>; rel="next"'
        server.plan = lambda _n, request: (
            status(200, b"[]", Link=link) if request.path.endswith("/deployments") else None
        )
        with pytest.raises(MalformedAnswerError, match="the next page is at another address"):
            reader(server).read((), (), "")

        assert elsewhere.seen == []


def test_what_goes_on_is_asked_about_again_until_it_ends(server: FaultServer, shop: Repo) -> None:
    """Also where the list itself says that nothing has changed."""
    shop.deploy(1, shop.tip, "2026-03-06", ("in_progress", "2026-03-06"))
    running = reader(server)
    running.now_ms = 1_772_884_800_000  # 7 March 2026, noon
    first = told(running.read((), (), ""))
    shop.statuses[1].insert(0, {"state": "success", "created_at": "2026-03-06T13:00:00Z"})
    n = len(server.seen)
    again = reader(server)
    again.now_ms = running.now_ms
    second = told(again.read(first.deployments, first.changes, first.state))

    assert [row.result for row in first.deployments] == ["in_progress"]
    assert [row.result for row in second.deployments] == ["success"]
    assert [row.deployments for row in second.changes] == [("shop 1",)]
    assert paths(server, n)[:3] == ["/deployments", "/pulls", "/deployments/1/statuses"]
