"""What a sync costs, what it believes, and what it refuses to believe."""

import json
import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from configuration.errors import AnonymousError, AuthenticationError
from configuration.settings import Home
from data.cache_manager import Store
from data.metrics.report import View
from data.pipeline import Pipeline
from data.simulator.messages import Request
from data.simulator.server import JiraSimulator
from tests.servers.fault_server import Exchange, Fault, FaultServer
from tests.support.stores import store_at
from tests.support.syncing import (
    DIALECTS,
    Clock,
    differences,
    source_for,
    synced,
    told,
)

DAY_S = 86_400
PAGE = {"cloud": 100, "dc": 1_000}


def paths(jira: JiraSimulator) -> Counter[str]:
    """How often each end of a path was asked since the log was cleared."""
    return Counter(entry.path.rpartition("/")[2] for entry in jira.request_log)


# Nothing changed ------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_changed_at_5000_issues(
    tmp_path: Path, dialect: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Two requests, not one column written, and a view that is asked for again is not computed again."""
    clock = Clock()
    with JiraSimulator(5_000, 3, dialect, clock=clock) as jira:
        source = source_for(jira, dialect, Home(tmp_path))
        synced(jira, dialect, source.store)
        clock.advance(60)
        pipeline, view = Pipeline(source), View(as_of="2026-01-05T00:00:00Z")
        before = told(source.store), blobs(source.store)
        pipeline.report(view)
        outcome = synced(jira, dialect, source.store)
        shown = outcome.as_document()
        caplog.clear()
        with caplog.at_level("INFO"):
            first = replace(pipeline.report(view), delivery=None, context=None)
            computed = [record for record in caplog.records if record.message == "metrics.calculated"]
            again = replace(pipeline.report(view), delivery=None, context=None)

        assert (shown["mode"], shown["cache"]) == ("unchanged", {"hit": True, "reason": None})
        assert shown["requests"]["total"] == 2
        assert (shown["issues"]["fetched"], shown["issues"]["stored"]) == (0, 5_000)
        assert (told(source.store), blobs(source.store)) == before
        assert len(computed) <= 1
        assert [record.message for record in caplog.records].count("metrics.calculated") == len(computed)
        assert again == first


def blobs(store: Store) -> list[tuple[object, ...]]:
    """The columns as they lie in the file: where each row is, and what it holds."""
    with closing(sqlite3.connect(store.place.path)) as connection:
        query = "SELECT rowid, name, crc FROM columns ORDER BY rowid"
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("changed", [1, 60, 250])
def test_a_refresh_costs_what_changed(tmp_path: Path, dialect: str, changed: int) -> None:
    """At most two requests, the pages of what changed, and the census."""
    clock = Clock()
    with JiraSimulator(2_000, 3, dialect, clock=clock) as jira:
        store = store_at(tmp_path / "scope.sqlite")
        synced(jira, dialect, store)
        clock.advance(60 * 60)
        rng = random.Random(1)
        quiet = [issue for issue in jira.site.issues() if len(issue.changes) < 30]
        for issue in rng.sample(quiet, changed):
            jira.mutator.edit(issue, rng)
        outcome = synced(jira, dialect, store)

    pages = -(-changed // PAGE[dialect])
    refs = 1 + (changed > PAGE[dialect])  # a long list of changes is swept before it is fetched
    versions = 2
    assert (outcome.mode, outcome.fetched) == ("incremental", changed)
    assert outcome.requests["total"] <= 2 + pages + refs + versions
    assert outcome.requests["by_path"].keys().isdisjoint({"/rest/api/3/myself", "/rest/api/2/myself"})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_after_a_day_of_the_server_everything_is_compared(tmp_path: Path, dialect: str) -> None:
    clock = Clock()
    with JiraSimulator(120, 3, dialect, clock=clock) as jira:
        store = store_at(tmp_path / "scope.sqlite")
        synced(jira, dialect, store)
        clock.advance(DAY_S - 60)
        almost = synced(jira, dialect, store)
        clock.advance(120)
        after = synced(jira, dialect, store)
        again = synced(jira, dialect, store)

    assert (almost.mode, almost.reason) == ("unchanged", None)
    assert (after.mode, after.reason, after.fetched) == ("full", "expired", 120)
    assert again.mode == "unchanged"


# References -----------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_release_that_no_issue_tells_of_is_seen_within_a_quarter_of_an_hour(
    tmp_path: Path, dialect: str
) -> None:
    """Versions are looked at by their age, two projects a sync, whatever the issues say."""
    clock = Clock()
    with JiraSimulator(400, 3, dialect, clock=clock) as jira:
        store = store_at(tmp_path / "scope.sqlite")
        synced(jira, dialect, store)
        projects = {issue.project for issue in jira.site.issues()}
        key = sorted(projects)[-1]
        jira.site.versions[key] = tuple(
            replace(version, released=True) for version in jira.site.versions[key]
        )
        released = sum(version.released for version in store.references().versions)
        jira.requests.clear()
        clock.advance(14 * 60)
        synced(jira, dialect, store)
        early = paths(jira)["versions"]
        clock.advance(2 * 60)
        asked = []
        for _ in range(len(projects)):
            jira.requests.clear()
            synced(jira, dialect, store)
            asked.append(paths(jira)["versions"])
            if sum(version.released for version in store.references().versions) > released:
                break

    assert early == 0
    assert max(asked) <= 2
    assert sum(version.released for version in store.references().versions) > released
    assert sum(asked) <= len(projects)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_versions_that_are_gone_leave_with_their_project(tmp_path: Path, dialect: str) -> None:
    """All issues of a project moved away, or all its versions were deleted: a fresh fetch knows neither."""
    clock, rng = Clock(), random.Random(1)
    with JiraSimulator(60, 3, dialect, clock=clock) as jira:
        store, fresh = store_at(tmp_path / "kept.sqlite"), store_at(tmp_path / "fresh.sqlite")
        synced(jira, dialect, store)
        projects = Counter(issue.project for issue in jira.site.issues())
        empty, *_, target = sorted(projects, key=lambda key: projects[key])
        clock.advance(60)
        for issue in jira.site.issues():
            if issue.project == empty:
                jira.mutator.move(issue, rng, target)
        jira.site.versions[target] = ()
        clock.advance(16 * 60)
        for _ in range(3):
            synced(jira, dialect, store)
        synced(jira, dialect, fresh)

        assert differences(told(store), told(fresh)) == []


# What left the query --------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_deleted_moved_and_left_are_counted_as_they_are_told(tmp_path: Path, dialect: str) -> None:
    """``deleted`` left the query for any reason; ``moved`` has a new key and is still in it."""
    clock, rng = Clock(), random.Random(1)
    jql = "project != MOB"
    with JiraSimulator(300, 3, dialect, clock=clock) as jira:
        store = store_at(tmp_path / "scope.sqlite")
        synced(jira, dialect, store, jql=jql)
        stored = len(store.keys())
        inside = [issue for issue in jira.site.issues() if issue.project != "MOB" and not issue.links]
        one, other, gone, edited = rng.sample(inside, 4)
        outside = next(issue for issue in jira.site.issues() if issue.project == "MOB")
        clock.advance(60)
        here = next(issue.project for issue in inside if issue.project not in (one.project, "MOB"))
        jira.mutator.move(one, rng, here)
        jira.mutator.move(other, rng, "MOB")
        jira.mutator.move(outside, rng, here)
        jira.site.delete(gone)
        jira.mutator.edit(edited, rng)
        told_ = synced(jira, dialect, store, jql=jql).as_document()["issues"]

    assert {name: told_[name] for name in ("created", "deleted", "moved", "held_back")} == {
        "created": 1,
        "deleted": 2,
        "moved": 1,
        "held_back": 0,
    }
    assert told_["stored"] == stored - 1
    assert told_["updated"] >= 2


def hide_a_project(jira: JiraSimulator) -> set[int]:
    jira.site.hide_project("MOB")
    return {i.id for i in jira.site._live.values() if i.project == "MOB"}


def delete_many(jira: JiraSimulator) -> set[int]:
    doomed = jira.site.issues()[::7]
    for issue in doomed:
        jira.site.delete(issue)
    return {issue.id for issue in doomed}


@pytest.mark.parametrize("later_s", [60, DAY_S + 60])
@pytest.mark.parametrize("loss", [hide_a_project, delete_many])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_mass_loss_is_held_back_until_it_is_asked_for(
    tmp_path: Path, dialect: str, loss: Callable[[JiraSimulator], set[int]], later_s: int
) -> None:
    clock = Clock()
    with JiraSimulator(400, 3, dialect, clock=clock) as jira:
        store = store_at(tmp_path / "scope.sqlite")
        synced(jira, dialect, store)
        before = told(store)
        clock.advance(later_s)
        lost = {str(issue_id) for issue_id in loss(jira)}
        guarded = synced(jira, dialect, store)
        again = synced(jira, dialect, store)
        held = told(store)
        applied = synced(jira, dialect, store, full=True)
        fresh = store_at(tmp_path / "fresh.sqlite")
        synced(jira, dialect, fresh)

    for outcome in (guarded, again):
        assert outcome.as_document()["state"] == "guarded"
        assert (outcome.held_back, outcome.changes.deleted) == (len(lost), 0)
    assert held["metrics"]["scope"] == before["metrics"]["scope"]
    assert {row.id for row in held["rows"]} >= lost
    if loss is hide_a_project:
        assert differences(held, before) == []
    assert (applied.held_back, applied.changes.deleted) == (0, len(lost))
    assert applied.as_document()["state"] == "ok"
    assert differences(told(store), told(fresh)) == []


def as_a_stranger(jira: JiraSimulator) -> Callable[[int, Request], Fault | None]:
    """A plan by which the server forgets who is logged in."""

    def fault(exchange: Exchange) -> None:
        headers = {n: v for n, v in exchange.request.headers.items() if n != "authorization"}
        exchange.pass_on(exchange.genuine(replace(exchange.request, headers=headers)))

    return lambda number, request: fault


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("later_s", [60, DAY_S + 60])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_is_believed_of_a_server_that_forgot_who_asks(
    tmp_path: Path, dialect: str, later_s: int, full: bool
) -> None:
    """Empty answers with status 200, to a sync as to a full one."""
    clock = Clock()
    with (
        JiraSimulator(200, 3, dialect, anonymous=True, clock=clock) as jira,
        FaultServer(jira.handle) as server,
    ):
        store = store_at(tmp_path / "scope.sqlite")
        synced(jira, dialect, store, url=server.url)
        before = told(store), store.meta()
        clock.advance(later_s)
        server.plan = as_a_stranger(jira)
        with pytest.raises(AuthenticationError) as met:
            synced(jira, dialect, store, url=server.url, full=full)
        kept = told(store), store.meta()
        server.plan = lambda number, request: None
        after = synced(jira, dialect, store, url=server.url)

    assert isinstance(met.value, AnonymousError)
    assert met.value.exit_code == 3
    assert kept == before
    assert (after.held_back, after.changes.deleted, after.changes.stored) == (0, 0, 200)


# Walks that end early -------------------------------------------------------------------


def short_sweeps(exchange: Exchange) -> None:
    """Every walk over ids ends politely after nine tenths, at the same place each time."""
    body = json.loads(exchange.genuine().body)
    body["issues"] = body["issues"][: len(body["issues"]) * 19 // 20]
    exchange.send(200, json.dumps(body).encode())


def only_sweeps(dialect: str) -> Callable[[int, Request], Fault | None]:
    def plan(_: int, request: Request) -> Fault | None:
        if not request.path.endswith(("/search/jql", "/search")):
            return None
        asked = json.loads(request.body) if request.body else {}
        fields = asked.get("fields") or request.query.get("fields", [])
        text = f"{asked}{request.query}"
        return short_sweeps if len(fields) <= 2 and "id in" not in text else None

    return plan


@pytest.mark.parametrize("full", [False, True])
def test_a_walk_that_ends_early_deletes_nothing(tmp_path: Path, full: bool) -> None:
    """Nor does it hold anything back: Jira is asked for the missing ones by name."""
    clock = Clock()
    with JiraSimulator(400, 3, clock=clock) as jira, FaultServer(jira.handle) as server:
        store = store_at(tmp_path / "scope.sqlite")
        synced(jira, "cloud", store)
        before = told(store)
        gone = jira.site.issues()[-1]
        clock.advance(60)
        jira.site.delete(gone)
        server.plan = only_sweeps("cloud")
        outcome = synced(jira, "cloud", store, url=server.url, full=full)
        after = told(store)

    assert (outcome.held_back, outcome.changes.deleted, outcome.changes.stored) == (0, 1, 399)
    assert server.faulty
    assert {row.id for row in before["rows"]} - {row.id for row in after["rows"]} == {str(gone.id)}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_the_index_has_not_learnt_yet_is_not_taken_for_gone(tmp_path: Path, dialect: str) -> None:
    """New, changed and deleted issues show up late, and nothing that was there is lost meanwhile."""
    clock, rng = Clock(), random.Random(5)
    with JiraSimulator(200, 3, dialect, index_lag_s=300.0, clock=clock) as jira:
        store, fresh = store_at(tmp_path / "kept.sqlite"), store_at(tmp_path / "fresh.sqlite")
        synced(jira, dialect, store)
        added = [jira.mutator.add(rng) for _ in range(3)]
        deleted = []
        for step in range(12):
            jira.mutate(2, seed=100 + step)
            clock.advance(60)
            deleted.append(synced(jira, dialect, store).changes.deleted)
            truth = {str(issue.id) for issue in jira.site.issues()}
            assert len(truth - store.keys().keys()) <= 3 + 2 * 5
        clock.advance(301)
        synced(jira, dialect, store)
        synced(jira, dialect, fresh)

        assert {str(issue.id) for issue in added} & truth <= store.keys().keys()
        assert differences(told(store), told(fresh)) == []


# Versions of what was staged before ------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_failed_sync_leaves_nothing_out_of_the_next_one(tmp_path: Path, dialect: str) -> None:
    """Pages that an interrupted sync staged name versions, statuses and projects that the next one reads."""
    clock, rng = Clock(), random.Random(1)
    with JiraSimulator(400, 3, dialect, clock=clock) as jira, FaultServer(jira.handle) as server:
        store, fresh = store_at(tmp_path / "kept.sqlite"), store_at(tmp_path / "fresh.sqlite")
        synced(jira, dialect, store, url=server.url)
        clock.advance(60)
        for issue in rng.sample(jira.site.issues(), 5):
            jira.mutator.transition(issue, rng)
        release = replace(jira.site.versions["WEB"][-1], id=99_999, name="brand new")
        jira.site.versions["WEB"] = (*jira.site.versions["WEB"], release)
        named = next(issue for issue in jira.site.issues() if issue.project == "WEB")
        jira.site.change(named, 1, (), fix_versions=(release,))
        clock.advance(11 * 60)  # beyond the overlap of a second attempt
        server.plan = lambda _, request: refused if request.path.endswith(("/versions", "/status")) else None
        with pytest.raises(AuthenticationError):
            synced(jira, dialect, store, url=server.url)
        server.plan = lambda _, request: None
        staged = len(store.staged())
        outcome = synced(jira, dialect, store, url=server.url)
        synced(jira, dialect, fresh)

    assert staged >= 5
    assert outcome.fetched == 0
    assert outcome.changes.updated >= 5
    assert differences(told(store), told(fresh)) == []


def refused(exchange: Exchange) -> None:
    exchange.send(403, b'{"errorMessages":["no"],"errors":{}}')
