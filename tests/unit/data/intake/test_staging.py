"""Pages go onto the store's stage; what an earlier attempt staged for the same end is taken up again."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from configuration.errors import CancelledError
from data.cache_manager import CacheConfiguration, Store
from data.intake.plan import SyncOrder
from data.intake.staging import Staging
from data.simulator.server import JiraSimulator
from tests.support.stores import store_at
from tests.support.syncing import EVERYTHING, client_for

N, PAGE = 60, 25


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSimulator]:
    with JiraSimulator(issues=N, today=dt.date(2026, 3, 20)) as running:
        yield running


@pytest.fixture
def store(temp_cache_dir: Path) -> Store:
    found = store_at(temp_cache_dir / "scope.sqlite")
    found.touch()
    return found


def order(
    jira: JiraSimulator,
    store: Store,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
    cancelled: threading.Event | None = None,
) -> SyncOrder:
    client = client_for(jira, "cloud", page_size=PAGE)
    client.assume_dialect("")
    client.server()
    return SyncOrder(client, store, EVERYTHING, CacheConfiguration(), progress, cancelled)


def interrupted(jira: JiraSimulator, store: Store) -> int:
    """Stop a fetch of everything after its first page, and return how many issues are staged."""
    cancelled = threading.Event()

    def stop(done: int, total: int | None) -> None:
        if done:
            cancelled.set()

    with pytest.raises(CancelledError):
        Staging(order(jira, store, stop, cancelled)).everything()
    return len(store.staged())


def test_everything_is_staged_page_by_page_and_shown_to_nobody(jira: JiraSimulator, store: Store) -> None:
    """60 issues in pages of 25, of which some wait for the rest of their changelog; nothing is published."""
    told: list[int] = []
    pages: list[int] = []
    staging = Staging(order(jira, store, lambda done, total: told.append(done)))

    refs = staging.everything(lambda: pages.append(len(store.staged())))

    assert told == [0, *pages]
    assert pages == sorted(set(pages))
    assert len(pages) >= N // PAGE + 1
    assert pages[-1] == N
    assert len(refs) == N
    assert refs == store.staged()
    assert store.keys() == {}


def test_what_came_is_told_by_project(jira: JiraSimulator, store: Store) -> None:
    """Before the first page there is nothing to tell."""
    staging = Staging(order(jira, store))
    before = staging.fetched()
    refs = staging.everything()
    found = staging.fetched()

    assert (before.issues, before.statuses, before.project_ids) == (0, frozenset(), {})
    assert (found.issues, found.bad) == (N, 0)
    assert found.project_ids.keys() == found.versions.keys() == {key.split("-")[0] for key in refs.values()}
    assert all(found.project_ids.values())
    assert found.statuses


def test_an_interrupted_fetch_is_taken_up_again(jira: JiraSimulator, store: Store) -> None:
    """What is staged does not come again, and what it names is still known."""
    before = interrupted(jira, store)
    assert 0 < before <= PAGE
    pages: list[None] = []
    staging = Staging(order(jira, store))

    refs = staging.everything(lambda: pages.append(None))

    assert len(refs) == len(store.staged()) == N
    assert staging.fetched().issues == N - before
    assert staging.fetched().project_ids.keys() == {key.split("-")[0] for key in refs.values()}
    assert pages == []  # no part is shown of a fetch that goes on


def test_what_was_staged_for_another_end_is_dropped(jira: JiraSimulator, store: Store) -> None:
    """A fetch of changes since the end of time finds nothing, and keeps nothing of the other attempt."""
    interrupted(jira, store)

    Staging(order(jira, store)).changes(since=4_000_000_000_000)

    assert store.staged() == {}


def test_only_what_is_missing_is_asked_for(jira: JiraSimulator, store: Store) -> None:
    refs = Staging(order(jira, store)).everything()
    store.begin_attempt({})
    staging = Staging(order(jira, store))
    three = dict(list(refs.items())[:3])
    staging.named([next(iter(three))])
    staging.rest(three)

    assert store.staged() == three
    assert staging.fetched().issues == 3
