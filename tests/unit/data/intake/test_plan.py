"""Whether changes will do, or everything has to be fetched."""

import os
import threading

import pytest

from configuration.errors import CancelledError, DamagedStoreError
from data.cache_manager import CacheConfiguration, References, Store
from data.intake.plan import Plan, SyncOrder, plan_of, why_full
from tests.support.builders import issue
from tests.support.rows import row
from tests.support.stores import store_at

WHOLE = {"watermark": "1000", "complete": "1"}
MINUTE_MS = 60_000
DAY_MS = 1440 * MINUTE_MS


def order(store: Store, cancelled: threading.Event | None = None) -> SyncOrder:
    """Nothing is asked while a plan is made, so there is no client."""
    return SyncOrder(None, store, "", CacheConfiguration(), lambda done, total: None, cancelled)  # type: ignore[arg-type]


@pytest.fixture
def store(temp_cache_dir) -> Store:
    return store_at(temp_cache_dir / "scope.sqlite")


@pytest.mark.parametrize(
    ("meta", "found", "full", "cold", "reason"),
    [
        (WHOLE, None, False, None, None),
        (WHOLE, None, True, None, "forced"),
        (WHOLE, "fields", False, None, "fields"),
        (WHOLE, "fields", True, None, "forced"),
        ({}, "cold", False, None, "cold"),
        ({}, "cold", True, "jql", "jql"),
        (WHOLE, None, False, "jql", None),
        ({"watermark": "1000", "complete": "0"}, None, False, None, "cold"),  # parts of a first fetch
        ({"complete": "1"}, None, False, None, "cold"),  # imported files
    ],
)
def test_why_everything_has_to_be_fetched(
    meta: dict[str, str], found: str | None, full: bool, cold: str | None, reason: str | None
) -> None:
    assert why_full(meta, found, full=full, cold=cold) == reason


@pytest.mark.parametrize(
    ("compared_at", "began", "due"),
    [
        (30 * DAY_MS, 30 * DAY_MS + DAY_MS, False),  # to the day
        (30 * DAY_MS, 30 * DAY_MS + DAY_MS + 1, True),
        (30 * DAY_MS, 30 * DAY_MS - 10 * MINUTE_MS, False),  # searches overlap by ten minutes
        (30 * DAY_MS, 30 * DAY_MS - 10 * MINUTE_MS - 1, True),  # the clock was put back
    ],
)
def test_the_servers_clock_asks_for_everything(compared_at: int, began: int, due: bool) -> None:
    meta = {"watermark": str(30 * DAY_MS), "complete": "1", "compared_at": str(compared_at)}

    assert Plan(None, meta, {}, "").is_due(began) is due


def test_the_plan_for_a_new_store(store: Store) -> None:
    plan = plan_of(order(store), full=False, cold=None)

    assert (plan.reason, plan.is_first, dict(plan.project_ids), plan.set_aside) == ("cold", True, {}, "")


def test_what_was_imported_names_its_projects(store: Store) -> None:
    store.add([row(issue("A-1"))], References())

    plan = plan_of(order(store), full=False, cold=None)

    assert (plan.reason, plan.is_first) == ("cold", True)
    assert set(plan.project_ids) == {"A"}


def test_a_store_that_is_planned_for_counts_as_used(store: Store) -> None:
    """The scopes that were not used for longest are deleted first."""
    store.add([row(issue("A-1"))], References())
    os.utime(store.place.path, (1, 1))
    plan_of(order(store), full=False, cold=None)

    assert store.place.path.stat().st_mtime > 1


def test_a_damaged_store_is_set_aside_only_if_everything_is_asked_for(store: Store) -> None:
    store.place.path.write_bytes(bytes(4096))
    with pytest.raises(DamagedStoreError):
        plan_of(order(store), full=False, cold=None)
    assert store.place.path.exists()

    plan = plan_of(order(store), full=True, cold=None)

    assert plan.reason == "damaged"
    assert (store.place.path.parent / plan.set_aside).read_bytes() == bytes(4096)


def test_a_cancelled_order_stops(store: Store) -> None:
    cancelled = threading.Event()
    order(store, cancelled).stop_if_cancelled()
    order(store).stop_if_cancelled()
    cancelled.set()

    with pytest.raises(CancelledError):
        order(store, cancelled).stop_if_cancelled()
