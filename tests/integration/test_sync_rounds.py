"""Incremental equals full: after every round of changes a store tells what a fresh one tells, bit for bit."""

import random
from itertools import count
from pathlib import Path

import pytest

from data.cache_manager import Store
from data.intake.sync import sync_all
from data.simulator.messages import Request
from data.simulator.server import JiraSimulator
from tests.servers.fault_server import Exchange, Fault, FaultServer
from tests.support.stores import store_at
from tests.support.syncing import DIALECTS, Clock, client_for, differences, synced, told

LAG_S = 5.0
QUARTERS = 15 * 60
# Account zone and how far the server's clock is off, in minutes.
PLACES = [("Pacific/Honolulu", -90), ("UTC", 0), ("Pacific/Auckland", 90)]


def live(jira: JiraSimulator, clock: Clock, rng: random.Random, changes: int) -> list[str]:
    """Let things happen in a Jira, spread over up to 20 minutes, and its index learn of them."""
    done = []
    for _ in range(changes):
        done += jira.mutate(1)
        clock.advance(rng.choice((0.001, 1.0, 60.0, 20 * 60 / changes)))
    clock.advance(LAG_S + 1)
    return done


def assert_rounds(tmp_path: Path, dialect: str, place: tuple[str, int], rounds: int, issues: int) -> None:
    zone, skew_min = place
    clock, rng = Clock(), random.Random(f"{dialect} {place}")
    with JiraSimulator(
        issues, 7, dialect, time_zone=zone, clock_skew_s=60.0 * skew_min, index_lag_s=LAG_S, clock=clock
    ) as jira:
        store = store_at(tmp_path / "kept.sqlite")
        synced(jira, dialect, store)
        seen = set()
        for number in range(rounds):
            done = live(jira, clock, rng, rng.randint(1, 12))
            seen |= {what.split()[0] for what in done}
            outcome = synced(jira, dialect, store)
            fresh = store_at(tmp_path / f"fresh-{number}.sqlite")
            synced(jira, dialect, fresh)

            assert outcome.mode == ("incremental" if done else "unchanged")
            assert differences(told(store), told(fresh)) == [], (number, done)
            fresh.delete()
    assert rounds < 20 or {"add", "move", "delete", "edit", "transition"} <= seen


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_rounds_of_changes(tmp_path: Path, dialect: str, place: tuple[str, int]) -> None:
    assert_rounds(tmp_path, dialect, place, rounds=20, issues=150)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_rounds_of_changes_at_5000_issues(tmp_path: Path, dialect: str) -> None:
    assert_rounds(tmp_path, dialect, ("America/St_Johns", -90), rounds=2, issues=5_000)


@pytest.mark.soak
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_20_rounds_of_changes_at_5000_issues(tmp_path: Path, dialect: str, place: tuple[str, int]) -> None:
    assert_rounds(tmp_path, dialect, place, rounds=20, issues=5_000)


# What a walk over `updated` cannot see by itself ---------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_jira_changes_without_a_word_is_seen(tmp_path: Path, dialect: str) -> None:
    """A moved or deleted issue changes what its neighbours name; their ``updated`` stays as it was."""
    clock, rng = Clock(), random.Random(3)
    with JiraSimulator(400, 5, dialect, clock=clock) as jira:
        store, fresh = store_at(tmp_path / "kept.sqlite"), store_at(tmp_path / "fresh.sqlite")
        synced(jira, dialect, store)
        named = {link.other for issue in jira.site.issues() for link in issue.links}
        parents = {issue.parent_id for issue in jira.site.issues() if issue.parent_id}
        linked = [jira.site.issue(issue_id) for issue_id in sorted(named - parents)[:4]]
        before = [jira.site.issue(issue_id) for issue_id in sorted(parents)[:2]]
        clock.advance(QUARTERS)
        jira.mutator.move(linked[0], rng)
        jira.mutator.move(before[0], rng)
        jira.site.delete(linked[1])
        jira.site.delete(before[1])
        clock.advance(1)
        outcome = synced(jira, dialect, store)
        synced(jira, dialect, fresh)

    assert (outcome.changes.moved, outcome.changes.deleted) == (2, 2)
    assert outcome.changes.updated > 2
    assert differences(told(store), told(fresh)) == []


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("step_min", [-90, 90])
def test_a_server_whose_clock_is_put_right(tmp_path: Path, dialect: str, step_min: int) -> None:
    """After a step back the watermark lies in the future, and nothing would be newer than it."""
    clock = Clock()
    with JiraSimulator(120, 5, dialect, clock_skew_s=-60.0 * step_min, clock=clock) as jira:
        store, fresh = store_at(tmp_path / "kept.sqlite"), store_at(tmp_path / "fresh.sqlite")
        synced(jira, dialect, store)
        clock.advance(60.0 * step_min)
        jira.mutate(5)
        clock.advance(60)
        synced(jira, dialect, store)
        synced(jira, dialect, fresh)

        assert differences(told(store), told(fresh)) == []


# A Jira that takes no epoch milliseconds ------------------------------------------------


def no_epochs(exchange: Exchange) -> None:
    """400, as a server says it that reads quoted dates only."""
    text = b'{"errorMessages":["Date value for field \'updated\' is invalid."],"errors":{}}'
    exchange.send(400, text)


def refuses_epochs(_: int, request: Request) -> Fault | None:
    asked = f"{request.query.get('jql', '')}{request.body.decode()}"
    return no_epochs if "updated >= 1" in asked else None


def forgets_zone(plan: object) -> object:
    """A plan that also keeps the account's zone to itself."""

    def answer(exchange: Exchange) -> None:
        exchange.send(200, b'{"accountId":"a","name":"a","displayName":"A"}')

    def spoilt(number: int, request: Request) -> Fault | None:
        return answer if request.path.endswith("/myself") else refuses_epochs(number, request)

    return spoilt


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Pacific/Auckland", "secret"])
def test_a_server_that_takes_no_epoch_milliseconds(tmp_path: Path, dialect: str, zone: str) -> None:
    """Then the wall clock of the account says it; where that is a secret, a day more is read."""
    clock, numbers = Clock(), count()
    known = zone if zone != "secret" else "Pacific/Auckland"
    plan = forgets_zone(refuses_epochs) if zone == "secret" else refuses_epochs
    with (
        JiraSimulator(150, 7, dialect, time_zone=known, index_lag_s=LAG_S, clock=clock) as jira,
        FaultServer(jira.handle, plan) as server,
    ):
        store = store_at(tmp_path / "kept.sqlite")

        def sync(into: Store) -> str:
            return sync_all(client_for(jira, dialect, url=server.url), into, "created is not EMPTY").mode

        sync(store)
        for _ in range(4):
            live(jira, clock, random.Random(next(numbers)), 6)
            mode = sync(store)
            fresh = store_at(tmp_path / f"fresh-{next(numbers)}.sqlite")
            sync(fresh)

            assert mode == "incremental"
            assert differences(told(store), told(fresh)) == []
        assert server.faulty >= 4
