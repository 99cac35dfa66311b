"""The simulated GitLab: whom it lets in, its pages, and what it says of things that are not there."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from data.simulator.gitlab import GitLab
from data.simulator.messages import Request, Response
from data.simulator.repositories import Repository, write_repositories
from data.simulator.world import World

TOKEN = "gl" + "-for-tests"
URL = "http://127.0.0.1:1"
SHOP = "/api/v4/projects/shop%2Fweb-shop"
Ask = Callable[..., Response]


@pytest.fixture(scope="module")
def shop(world: World) -> Repository:
    return write_repositories(world)[0]


@pytest.fixture(scope="module")
def ask(world: World) -> Ask:
    host = GitLab(write_repositories(world), URL, TOKEN)

    def asked(path: str, *, token: str = TOKEN, etag: str = "", **query: object) -> Response:
        headers = {"authorization": f"Bearer {token}", "if-none-match": etag}
        return host.answer(
            Request("GET", path, {name: [str(value)] for name, value in query.items()}, headers)
        )

    return asked


def rows(answer: Response) -> list[dict[str, Any]]:
    assert answer.status == 200
    return orjson.loads(answer.body)


def test_a_stranger_is_refused(ask: Ask) -> None:
    assert ask(SHOP, token="another").status == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v4/projects/shop%2Fother", 404),
        (f"{SHOP}/pipelines", 404),
        (f"{SHOP}/merge_requests/999/commits", 404),
        (f"{SHOP}/merge_requests/first/notes", 400),
        (f"{SHOP}/repository/commits?", 404),
        ("/shop/web-shop/-/merge_requests/999", 404),
        ("/elsewhere", 404),
        ("/shop/web-shop/-/merge_requests/1", 200),
        ("/shop/web-shop/-/environments", 200),
    ],
)
def test_what_is_there_and_what_is_not(ask: Ask, path: str, status: int) -> None:
    """Pages for people need no token, as those of the simulated Jira."""
    assert ask(path.rstrip("?"), ref_name="0" * 40 if "?" in path else "main").status == status


def test_lists_come_in_pages_with_a_tag(ask: Ask, shop: Repository) -> None:
    first = ask(f"{SHOP}/deployments", per_page=100)
    second = ask(f"{SHOP}/deployments", per_page=100, page=2)

    assert first.headers["Link"].startswith(f"<{URL}{SHOP}/deployments?per_page=100&page=2>; rel=")
    assert [row["id"] for row in rows(first)][:2] == [len(shop.deployments), len(shop.deployments) - 1]
    assert len(rows(first)) == 100
    assert not {row["id"] for row in rows(first)} & {row["id"] for row in rows(second)}
    assert ask(f"{SHOP}/deployments", per_page=100, etag=first.headers["ETag"]).status == 304
    assert ask(f"{SHOP}/deployments", per_page="many").status == 400


def test_commits_of_a_branch_and_since_an_instant(ask: Ask, shop: Repository) -> None:
    last = shop.requests[-1]
    found = rows(ask(f"{SHOP}/repository/commits", since="2026-11-20T00:00:00Z", per_page=100))

    assert last.merge in {row["id"] for row in found}
    assert min(row["created_at"] for row in found) >= "2026-11-20"
    assert len(rows(ask(f"{SHOP}/repository/commits", per_page=1_000))) == len(shop.commits)
