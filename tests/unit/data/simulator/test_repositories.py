"""The simulated repositories: consistent with the issues, the same every time, and quickly read."""

import datetime as dt
from itertools import pairwise

import pytest

from data.simulator import catalogue as c
from data.simulator.model import DAY, Issue
from data.simulator.releases import deployed_at, is_hotfix, is_regular
from data.simulator.repositories import MergeRequest, Repository, write_repositories
from data.simulator.world import World, build_world
from data.sources.git.commits import keys_in

MOST_REQUESTS = 48  # each costs two calls, and a hundred calls go through without a wait


@pytest.fixture(scope="session")
def repositories(world: World) -> list[Repository]:
    return write_repositories(world)


def named_in(request: MergeRequest, world: World) -> list[Issue]:
    """The issues that a title or a branch names."""
    known = {issue.key: issue for issue in world.issues}
    return [known[key] for key in keys_in(f"{request.title}\n{request.branch}".encode()) if key in known]


def first_out(repository: Repository, request: MergeRequest) -> int | None:
    """When the first successful deployment whose commit leads to the merge took place."""
    good = (run for run in repository.deployments if run.status == "success" and run.at > request.merged_at)
    leading = (
        run.at
        for run in good
        if any(each.hash == request.merge for each in repository.history(run.commit, 0))
    )
    return next(leading, None)


def test_a_world_has_the_same_repositories_every_time(world: World, repositories: list[Repository]) -> None:
    assert write_repositories(build_world(world.seed, len(world.issues), world.ends_at)) == repositories


def test_each_team_deploys_its_releases(world: World, repositories: list[Repository]) -> None:
    """Every one that is out, regular or a repair; the sprints that were once filed as versions are none."""
    for team, repository in zip(c.TEAMS, repositories, strict=True):
        versions = [each for each in world.versions[team.key] if each.released]
        regular = {each.name: deployed_at(each) for each in versions if is_regular(each)}
        repairs = {each.name for each in versions if is_hotfix(each)}
        out = {
            run.ref: run.at for run in repository.deployments if run.status == "success" and run.ref != "main"
        }

        assert out.keys() == regular.keys() | repairs
        assert {name: at for name, at in out.items() if name in regular} == regular
        assert repairs


def test_work_goes_through_its_steps_in_order(repositories: list[Repository]) -> None:
    for repository in repositories:
        for request in repository.requests:
            times = [*(each.at for each in reversed(request.commits)), request.opened_at]
            times += [request.reviewed_at] if request.reviewer is not None else []
            times += [request.merged_at]
            out = first_out(repository, request)

            assert all(before < after for before, after in pairwise([*times, *([out] if out else [])])), (
                request
            )
            assert request.reviewer != request.author


def test_work_fits_its_issue(world: World, repositories: list[Repository]) -> None:
    """It is merged by the time the issue is done, and out with the release that has it."""
    checked = 0
    for repository in repositories:
        for request in repository.requests:
            for issue in named_in(request, world):
                if issue.resolved_at is None or request.title.startswith("Revert"):
                    continue
                versions = [each for each in issue.fix_versions if is_regular(each) and each.released]
                checked += 1
                assert request.merged_at <= issue.resolved_at
                assert not versions or first_out(repository, request) == deployed_at(versions[0])
    assert checked > 20


def test_there_is_one_of_everything_that_happens(world: World, repositories: list[Repository]) -> None:
    """What the dashboard tells of code has something to tell in every sample."""
    requests = [(repository, each) for repository in repositories for each in repository.requests]
    titles = {request.title: len(named_in(request, world)) for _, request in requests}
    messages = [each.message for _, request in requests for each in request.commits]
    reverts = [text for text in messages if "This reverts commit" in text]

    assert 2 in titles.values()
    assert titles["Update dependencies"] == 0
    assert [n for title, n in titles.items() if "Speed up the image cache" in title] == [0]
    assert [
        text.rpartition(" ")[2].rstrip(".") in {request.merge for _, request in requests} for text in reverts
    ] == [True]
    assert any(first_out(*pair) is None for pair in requests)
    assert any(run.status == "failed" for repository in repositories for run in repository.deployments)


@pytest.mark.parametrize("days", [0, 3, 8])
def test_a_first_reading_needs_few_calls_on_any_day(world: World, days: int) -> None:
    found = write_repositories(build_world(world.seed, 2_000, world.ends_at + days * DAY))
    requests = [len(repository.requests) for repository in found]

    assert sum(requests) <= MOST_REQUESTS
    assert min(requests) >= 3
    assert all(
        each.merged_at < world.ends_at + days * DAY for repository in found for each in repository.requests
    )


@pytest.mark.soak
def test_every_day_of_a_year_can_be_read(world: World) -> None:
    first = dt.date(2026, 1, 1)
    for number in range(0, 365, 9):
        day = dt.datetime.combine(first + dt.timedelta(days=number), dt.time(), dt.UTC)
        found = write_repositories(build_world(1, 2_000, int(day.timestamp() * 1000)))
        assert sum(len(repository.requests) for repository in found) <= MOST_REQUESTS, day
        test_work_goes_through_its_steps_in_order(found)


def test_a_small_world_has_repositories_too() -> None:
    """As few issues as the command allows."""
    for issues in (1, 40):
        found = write_repositories(build_world(1, issues, 1_795_392_000_000))

        assert [repository.path for repository in found] == [
            "shop/web-shop",
            "shop/payments",
            "shop/mobile-app",
        ]
