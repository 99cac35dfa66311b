"""The sample Jira: the same one in every process, minute by minute."""

import datetime as dt

import pytest

from data.intake.demo import _Life, _World
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
