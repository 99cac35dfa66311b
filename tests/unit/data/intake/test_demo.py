"""The sample Jira: the same one in every process, minute by minute; and the GitLab beside it."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from configuration.errors import SourceError
from configuration.settings import Home
from data.intake.demo import DemoJira, _Life, _World
from data.model.instants import DAY_MS
from data.persistence import DEMO_PROFILE
from data.profiles.sources import Source, resolve
from data.simulator.gitlab import GitLab
from data.simulator.http_server import LoggedRequest
from data.simulator.messages import Request, Response
from data.simulator.model import Issue

NOON = dt.datetime.now(dt.UTC).replace(hour=12, minute=0, second=0, microsecond=0).timestamp()


@pytest.fixture
def world() -> _World:
    return _World(dt.datetime.fromtimestamp(NOON, dt.UTC).date(), NOON)


def lives_at(life: _Life, minutes: float, monkeypatch: pytest.MonkeyPatch) -> list[Issue]:
    """Return its issues so many minutes after its birth."""
    monkeypatch.setattr("data.intake.demo.time.time", lambda: NOON + minutes * 60)
    life.catch_up()
    return life.jira.site.issues()


def test_two_processes_see_the_same_things_happen(world: _World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that looked each minute and one that came after five have the same issues, at the same instants."""
    monkeypatch.setattr("data.intake.demo.time.time", lambda: NOON)
    early, late = _Life(world), _Life(world)
    try:
        first = repr(lives_at(early, 0.9, monkeypatch))
        for minute in range(1, 5):
            lives_at(early, minute, monkeypatch)
        watched = repr(lives_at(early, 5.5, monkeypatch))
        caught_up = repr(lives_at(late, 5.9, monkeypatch))
    finally:
        early.jira.stop()
        late.jira.stop()

    assert watched == caught_up
    assert watched != first


class Sample:
    """The demo of a home."""

    def __init__(self, home: Home) -> None:
        # Somebody's own GitLab: nothing of it is meant for the sample.
        environment = {"GITLAB_URL": "http://127.0.0.1:9", "GITLAB_TOKEN": "gl" + "-of-somebody"}
        self.source: Source = resolve(home, DEMO_PROFILE, environment)
        self.demo = DemoJira(home, environment)

    def sync(self) -> list[LoggedRequest]:
        """Sync, and return what the GitLab was asked."""
        before = len(self.asked())
        self.demo.work(self.source)(lambda done, total: None, threading.Event())
        return self.asked()[before:]

    def asked(self) -> list[LoggedRequest]:
        life = self.demo._life
        return life.jira.code_requests.entries() if life else []


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Sample]:
    sample = Sample(Home(tmp_path / "home"))
    yield sample
    sample.demo.stop()


def test_repositories_cost_few_requests_and_nearly_none_the_next_time(sample: Sample) -> None:
    """Under a hundred go through without a wait; where nothing is new, each list is asked once and says so.

    The stored issues keep the time of their server, and deployments of all eighteen months are there.
    """
    first, again = sample.sync(), sample.sync()
    store = sample.source.store
    references = store.references()
    deployed = [row.at for row in references.deployments]

    assert 50 < len(first) < 90
    assert {entry.status for entry in first} == {200}
    assert [entry.status for entry in again] == [304] * 6
    assert {row.origin for row in (*references.deployments, *references.changes)} == {"gitlab"}
    assert {row.service for row in references.changes} == {"web-shop", "payments", "mobile-app"}
    assert all(row.first_commit_at > 0 for row in references.changes)
    assert max(deployed) - min(deployed) > 500 * DAY_MS
    assert abs(store.load().as_of / 1000 - time.time()) < 600


def test_a_gitlab_that_fails_leaves_the_issues_alone(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GitLab, "answer", lambda self, request: refused(request))
    with pytest.raises(SourceError, match="So it is with 2 more") as refusal:
        sample.sync()

    store = sample.source.store
    assert "shop/web-shop on GitLab could not be read" in refusal.value.message
    assert len(store.load().issues) == 2_000
    assert not store.references().deployments


def refused(_request: Request) -> Response:
    return Response(404, b'{"message": "404 Project Not Found"}')
