"""Repositories that a sync could not read: what is noted, what the numbers say of it, and when that ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.marking import Marking
from callbacks.panels import Panels, page_data
from configuration.profile import GithubSettings, GitSettings, Profile
from configuration.settings import Home
from data.charts.marks import Marks
from data.intake.profile_sync import synchronize
from data.intake.sync_outcome import SyncOutcome
from data.metrics.report import View
from data.model.unread import unread_of
from data.persistence import save_profile
from data.pipeline import Pipeline
from data.profiles.sources import resolve
from tests.servers.code_hosts import FakeGitHub, Repo, serving
from tests.servers.fault_server import FaultServer, status
from tests.support.repositories import Repository

MARCH = View("2026-03-01", "2026-03-31")
NO = status(403, b'{"message": "Forbidden"}')
DORA = Panels("dora", ("deployment_frequency", "change_lead_time", "flow_velocity"))


@pytest.fixture
def github() -> Iterator[FaultServer]:
    shop, pay = Repo("acme/shop", id=1), Repo("acme/pay", id=2)
    for repo in (shop, pay):
        merge = repo.pull(1, "AB-1 pay", first="2026-03-02", opened="2026-03-03", merged="2026-03-05")
        repo.deploy(7, merge, "2026-03-06", ("success", "2026-03-07"))
    with serving(FakeGitHub([shop, pay])) as server:
        yield server


def sync(
    home: Home, server: FaultServer, *paths: Path, names: tuple[str, ...] = ("acme/shop",)
) -> SyncOutcome:
    git = GitSettings(paths=tuple(map(str, paths)))
    save_profile(home, "team", Profile(git=git, github=GithubSettings(url=server.url, repositories=names)))
    environment = {"GITHUB_TOKEN": "for" + "-tests", "GITHUB_API_URL": f"{server.url}/api/v3"}
    return synchronize(resolve(home, "team", environment), home, environment)


def pipeline(home: Home) -> Pipeline:
    """A pipeline as after a restart."""
    return Pipeline(resolve(home, "team", {}))


def test_the_cards_of_a_repository_that_cannot_be_read_say_so_until_it_can(
    tmp_path: Path, github: FaultServer
) -> None:
    """Whoever has the page open sees it with the next question, whoever starts again too."""
    home = Home(tmp_path)
    sync(home, github)
    open_page = pipeline(home)
    before = open_page.report(MARCH)
    github.plan = lambda _n, _request: NO
    sync(home, github)
    report = open_page.report(MARCH)
    cards = {card["id"]: card for card in page_data(DORA, report, [], Marking(Marks()))["cards"]}

    assert before.unread == ()
    assert report.results["deployment_frequency"].value == before.results["deployment_frequency"].value
    words = cards["deployment_frequency"]["unread"]
    assert words.startswith("GitHub acme/shop could not be read since 20")
    assert words.endswith("; the newest that is known of it is of 2026-03-07.")
    assert "The token of GitHub cannot read" in cards["change_lead_time"]["unread_title"]
    assert "unread" not in cards["flow_velocity"]
    (finding,) = (one for one in pipeline(home).report(MARCH).findings if one.code == "source_unread")
    assert finding.keys == ("GitHub acme/shop",)
    assert "change_lead_time" in finding.metrics
    assert finding.remedy.startswith("Give the token")
    github.plan = lambda _n, _request: None
    sync(home, github)
    assert open_page.report(MARCH).unread == pipeline(home).report(MARCH).unread == ()


def test_the_first_failure_is_the_one_that_is_told_of(
    tmp_path: Path, github: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    sync(home, github)
    github.plan = lambda _n, _request: NO
    monkeypatch.setattr("data.intake.unread.now_ms", lambda: 1_774_000_000_000)  # 2026-03-20T09:46:40Z
    sync(home, github)
    monkeypatch.setattr("data.intake.unread.now_ms", lambda: 1_775_000_000_000)
    sync(home, github)

    (told,) = unread_of(resolve(home, "team", {}).store.meta())
    assert told.words.startswith("GitHub acme/shop could not be read since 2026-03-20;")


def test_a_refused_token_is_told_of_every_repository(tmp_path: Path, github: FaultServer) -> None:
    """Though only the first was asked for; one that the profile names no more is told of no more."""
    home, both = Home(tmp_path), ("acme/shop", "acme/pay")
    sync(home, github, names=both)
    github.plan = lambda _n, _request: status(401, b"{}")
    sync(home, github, names=both)
    names = [each.name for each in unread_of(resolve(home, "team", {}).store.meta())]
    sync(home, github, names=("acme/pay",))

    assert names == ["GitHub acme/pay", "GitHub acme/shop"]
    assert [each.name for each in unread_of(resolve(home, "team", {}).store.meta())] == ["GitHub acme/pay"]


def test_a_clone_that_is_gone_stops_neither_the_others_nor_the_hosts(
    tmp_path: Path, github: FaultServer
) -> None:
    home, good, gone = Home(tmp_path), Repository.made(tmp_path / "web"), tmp_path / "gone"
    good.commit("a", "2026-03-02")
    good.tag("v1", "a", "2026-03-03")
    outcome = sync(home, github, gone, good.path)
    services = pipeline(home).dataset().deployments.services

    assert [cause for cause, _ in outcome.unread] == [outcome.unread[0][0]]
    assert "gone" in outcome.unread[0][0]
    assert {"web", "shop"} <= set(services)
    (told,) = pipeline(home).report(MARCH).unread
    assert told.words.startswith("The clone gone could not be read since 20")
