"""Sprints and development of each issue: asked for by the ids that a Jira lists, and stored."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from configuration.errors import QueryError
from configuration.profile import Profile
from data.cache_manager import Store
from data.export.sprints_document import sprints_document
from data.jira.development_values import read_development
from data.jira.requested_fields import FoundFields, requested_fields
from data.jira.sprint_values import read_sprints
from data.metrics.report import View
from data.model.tables import IssueRow
from data.pipeline import compute
from data.simulator import catalogue as c
from data.simulator.messages import Request
from data.simulator.server import JiraSimulator
from data.store.database import _put_meta
from tests.servers.fault_server import Exchange, Fault, FaultServer
from tests.support.stores import store_at
from tests.support.syncing import DIALECTS, Clock, differences, synced, told

FIXTURES = Path(__file__).parents[1] / "fixtures"
# What a Jira of either dialect lists: Data Center has fields of parents as well.
KNOWN = {
    "cloud": FoundFields((c.SPRINT,), (c.DEVELOPMENT,)),
    "dc": FoundFields((c.SPRINT,), (c.DEVELOPMENT,), (c.EPIC_LINK, c.PARENT_LINK)),
}


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jira(dialect: str, clock: Clock) -> Iterator[JiraSimulator]:
    with JiraSimulator(400, 3, dialect, clock=clock) as simulator:
        yield simulator


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_at(tmp_path / "scope.sqlite")


def rows_of(store: Store) -> dict[str, IssueRow]:
    return {row.key: row for row in store.load_with_rows()[1]}


def fields(store: Store) -> FoundFields | None:
    return FoundFields.from_text(store.meta().get("fields", ""))


def test_every_issue_is_stored_with_what_its_jira_shows(
    jira: JiraSimulator, dialect: str, store: Store
) -> None:
    """The values are compared with those of each issue's own page."""
    synced(jira, dialect, store)
    renderer = jira._dialect.renderer
    found = rows_of(store)

    assert fields(store) == KNOWN[dialect]
    for issue in jira.site.issues():
        shown = {name: json.dumps(renderer._fields[name](issue)).encode() for name in KNOWN[dialect].ids}
        assert found[issue.key].sprints == read_sprints((shown[c.SPRINT],))[0]
        parent = jira.site.issue(issue.parent_id) if issue.parent_id else None
        assert found[issue.key].parent == (parent.key if parent else "")
        assert found[issue.key].development == read_development([json.loads(shown[c.DEVELOPMENT])])[0]
    assert sum(bool(row.sprints) for row in found.values()) > 100
    assert sum(bool(row.development) for row in found.values()) > 100
    assert sum(bool(row.parent) for row in found.values()) > 100
    assert not any(row.malformed for row in found.values())


def test_changes_bring_the_same_fields_and_the_list_is_not_asked_for_again(
    jira: JiraSimulator, dialect: str, store: Store, clock: Clock, tmp_path: Path
) -> None:
    """Two requests where nothing changed; after changes the store is that of a fresh fetch, bit for bit."""
    synced(jira, dialect, store)
    clock.advance(60)
    jira.requests.clear()
    unchanged = synced(jira, dialect, store)
    jira.mutate(25, seed=5)
    clock.advance(60)
    changed = synced(jira, dialect, store)
    asked = Counter(entry.path.rpartition("/")[2] for entry in jira.request_log)
    fresh = store_at(tmp_path / "fresh.sqlite")
    synced(jira, dialect, fresh)

    assert (unchanged.mode, unchanged.requests["total"]) == ("unchanged", 2)
    assert (changed.mode, asked["field"]) == ("incremental", 0)
    assert differences(told(store), told(fresh)) == []
    assert fields(store) == fields(fresh) == KNOWN[dialect]


def asked_fields(request: Request) -> list[str]:
    if not request.path.endswith(("/search/jql", "/search")):
        return []
    if request.body:
        return list(json.loads(request.body).get("fields", []))
    return [name for text in request.query.get("fields", []) for name in text.split(",")]


def refusing(words: str, *refused: str) -> Callable[[int, Request], Fault | None]:
    """A plan that answers 400 to each search for one of these fields."""

    def fault(exchange: Exchange) -> None:
        exchange.send(400, json.dumps({"errorMessages": [words], "errors": {}}).encode())

    return lambda _, request: fault if set(asked_fields(request)) & set(refused) else None


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (f"Field '{c.SPRINT}' does not exist or you do not have permission to view it.", (c.DEVELOPMENT,)),
        ("A field cannot be used.", ()),
    ],
)
def test_a_field_that_is_refused_is_dropped_and_said(
    jira: JiraSimulator, dialect: str, store: Store, words: str, kept: tuple[str, ...]
) -> None:
    """The one that Jira names; where it names none, all. Everything else is stored all the same."""
    with FaultServer(jira.handle, refusing(words, c.SPRINT)) as server:
        outcome = synced(jira, dialect, store, url=server.url)
        again = synced(jira, dialect, store, url=server.url)
    found = rows_of(store)
    named = c.SPRINT in words
    dropped = [c.SPRINT] if named else KNOWN[dialect].ids

    assert outcome.warnings == (f"Jira refuses the fields {', '.join(dropped)}; they are left out.",)
    assert fields(store) == (KNOWN[dialect].without([c.SPRINT]) if named else FoundFields())
    assert len(found) == 400
    assert not any(row.sprints for row in found.values())
    assert any(row.development for row in found.values()) == bool(kept)
    assert (again.mode, again.requests["total"], again.warnings) == ("unchanged", 2, ())


def test_a_field_that_is_refused_later_is_dropped_then(
    jira: JiraSimulator, dialect: str, store: Store, clock: Clock
) -> None:
    """What was stored of it stays until everything is compared."""
    synced(jira, dialect, store)
    before = rows_of(store)
    clock.advance(60)
    jira.mutate(5, seed=2)
    with FaultServer(jira.handle, refusing(f"No such field: {c.SPRINT}", c.SPRINT)) as server:
        outcome = synced(jira, dialect, store, url=server.url)
        same = [row for key, row in rows_of(store).items() if before.get(key) == row]
        clock.advance(86_400)
        compared = synced(jira, dialect, store, url=server.url)

    assert outcome.mode == "incremental"
    assert outcome.warnings == (f"Jira refuses the fields {c.SPRINT}; they are left out.",)
    assert any(row.sprints for row in same)
    assert compared.mode == "full"
    assert not any(row.sprints for row in rows_of(store).values())


def test_a_wrong_query_is_still_a_wrong_query(jira: JiraSimulator, dialect: str, store: Store) -> None:
    """It is asked once more without the fields, and then it is the query."""
    with pytest.raises(QueryError, match="nonsense"):
        synced(jira, dialect, store, jql="nonsense = 1")

    searches = [entry for entry in jira.request_log if "search" in entry.path]
    assert len(searches) == 2


def test_a_jira_that_does_not_list_its_fields_is_read_without_them(
    jira: JiraSimulator, dialect: str, store: Store
) -> None:
    """And said; the issues are all there."""

    def denied(exchange: Exchange) -> None:
        exchange.send(403, b'{"errorMessages":["no"],"errors":{}}')

    def plan(_: int, request: Request) -> Fault | None:
        return denied if request.path.endswith("/field") and not store.place.path.exists() else None

    with FaultServer(jira.handle, plan) as server:
        outcome = synced(jira, dialect, store, url=server.url)

    assert outcome.warnings == ("Jira does not list its fields, so sprints and development are not read.",)
    assert fields(store) == FoundFields()
    assert len(rows_of(store)) == 400


def test_both_dialects_tell_the_same_of_sprints(tmp_path: Path, clock: Clock) -> None:
    """Counts, keys and points, by histories in both; what came into a sprint is what went out."""
    told, profile = [], Profile(fields={"story_points": c.POINTS})
    for kind in DIALECTS:
        store = store_at(tmp_path / f"{kind}.sqlite")
        with JiraSimulator(400, 3, kind, clock=clock) as jira:
            synced(jira, kind, store, fields=requested_fields(profile))
        found = sprints_document(compute(store.load(), profile, View()).context)
        assert found is not None
        told.append(found)
    first, second = told
    total = {name: count["n"] for name, count in first["total"].items()}

    assert first == second
    assert total["committed"] + total["added"] == total["removed"] + total["done"] + total["carried_over"]
    assert min(total.values()) > 0
    assert (first["state"], first["evidence"], first["points"]) == ("ok", "measured", "measured")


def listing(*more: dict[str, Any]) -> Callable[[int, Request], Fault | None]:
    """A plan that lists further fields."""

    def fault(exchange: Exchange) -> None:
        exchange.send(200, json.dumps([*json.loads(exchange.genuine().body), *more]).encode())

    return lambda _, request: fault if request.path.endswith("/field") else None


def test_there_may_be_several_and_their_names_do_not_matter(
    jira: JiraSimulator, dialect: str, store: Store
) -> None:
    """The schema tells; a field of text that is called Sprint is not one."""
    schema = {"type": "array", "custom": "com.pyxis.greenhopper.jira:gh-sprint", "customId": 9}
    other = {"id": "customfield_9", "name": "Iteración", "custom": True, "schema": schema}
    text = {"id": "customfield_8", "name": "Sprint", "custom": True, "schema": {"type": "string"}}
    bare = {"id": "customfield_7", "name": "Sprint", "custom": True}
    with FaultServer(jira.handle, listing(other, text, bare)) as server:
        synced(jira, dialect, store, url=server.url)

    assert fields(store) == KNOWN[dialect].with_others(FoundFields(("customfield_9",)))
    assert any(row.sprints for row in rows_of(store).values())
    # Cloud gives histories by field: those of both are asked for, and those of the estimate.
    asked = [json.loads(request.body)["fieldIds"] for request in server.seen if "bulkfetch" in request.path]
    assert all({c.SPRINT, "customfield_9", c.POINTS} <= set(names) for names in asked)
    assert all(len(names) <= 10 for names in asked)


def test_a_store_that_knows_of_no_fields_asks_once(
    jira: JiraSimulator, dialect: str, store: Store, clock: Clock
) -> None:
    """An empty store of an earlier version lacks nothing of any issue, so it is not fetched again."""
    nothing = "created < 0"
    synced(jira, dialect, store, jql=nothing)
    with store.place.writing() as rows:
        _put_meta(rows, {"fields": "", "rows": "2"})
    clock.advance(60)
    jira.requests.clear()
    first, second = (synced(jira, dialect, store, jql=nothing) for _ in range(2))
    asked = [entry.path for entry in jira.request_log if entry.path.endswith("/field")]

    assert (first.mode, second.mode, len(asked)) == ("unchanged", "unchanged", 1)
    assert fields(store) == KNOWN[dialect]


def test_a_store_of_an_earlier_version_asks_for_everything_once(
    jira: JiraSimulator, dialect: str, store: Store
) -> None:
    """For the reason ``schema``, and then never again; what its 40 issues lacked is there."""
    store.place.path.parent.mkdir(exist_ok=True)
    shutil.copy(FIXTURES / "store-v2.sqlite", store.place.path)
    lacking = sorted(rows_of(store))
    outcome = synced(jira, dialect, store)
    later = synced(jira, dialect, store)

    assert len(lacking) == 40
    assert (outcome.mode, outcome.reason, later.reason) == ("full", "schema", None)
    assert (store.outdated(), fields(store)) == (0, KNOWN[dialect])
    assert any(row.sprints for row in rows_of(store).values())
