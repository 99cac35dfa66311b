"""Under which name an answer is stored, whether it still holds, and what a change costs."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration.profile import Profile, meaning_of
from data.cache_manager import (
    CacheConfiguration,
    CacheInvalidationTrigger,
    References,
    Store,
    evict,
    generate_cache_key,
    invalidate_cache,
    is_expired,
    load_cache_with_validation,
    save_cache,
)
from data.store.sqlite.place import SqlitePlaces
from data.store.stores import Stores
from tests.support.builders import issue
from tests.support.disks import pinned
from tests.support.rows import row
from tests.support.stores import store_at

NOTHING = References()
HOUR_MS = 3_600_000
A = {
    "dialect": "cloud",
    "site": "https://a.example",
    "account": "x",
    "jql": "project = A",
    "fields": ("a", "b"),
}
WANTED = CacheConfiguration(
    **A, mapping=(("story_points", "customfield_1"),), period=("2026-01-01", "2026-03-31")
)


@pytest.fixture
def store(temp_cache_dir: Path) -> Store:
    return store_at(temp_cache_dir / f"{WANTED.key()}.sqlite")


def saved(store: Store, *keys: str, at: int = HOUR_MS, configuration: CacheConfiguration = WANTED) -> Store:
    """A store after a complete sync at an instant of the server's clock."""
    store.stage([row(issue(key)) for key in keys or ("A-1",)])
    meta = {"watermark": str(at), "synced_at": str(at), "compared_at": str(at)}
    save_cache(store, NOTHING, as_of=at, configuration=configuration, meta=meta)
    return store


def test_generate_cache_key_consistency() -> None:
    """The same question has the same name: 32 hex characters, however its parts are laid out."""
    same = {**A, "site": "HTTPS://A.example/", "jql": "  project  =  A ", "fields": ("b", "a", "b")}

    assert generate_cache_key(**A) == generate_cache_key(**same) == WANTED.key()
    assert len(WANTED.key()) == 32
    assert set(WANTED.key()) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "change",
    [
        {"dialect": "dc"},
        {"site": "https://b.example"},
        {"account": "y"},
        {"jql": "project = B"},
        {"fields": ("a",)},
        {"schema": 99},
    ],
)
def test_generate_cache_key_changes_on_input(change: dict) -> None:
    """Whatever can change the answer changes the name."""
    assert generate_cache_key(**{**A, **change}) != generate_cache_key(**A)


@given(
    st.lists(st.text(max_size=4), min_size=3, max_size=3),
    st.lists(st.text(max_size=4), min_size=3, max_size=3),
)
def test_parts_of_a_scope_do_not_run_together(a: list[str], b: list[str]) -> None:
    """``ab`` + ``c`` is another scope than ``a`` + ``bc``."""
    keys = [generate_cache_key(**{**A, "dialect": d, "account": x, "fields": (f,)}) for d, x, f in (a, b)]

    assert (keys[0] == keys[1]) == (a == b)


def test_load_cache_with_validation_success(store: Store) -> None:
    """What was stored for this question, within the hour, is the answer."""
    found = load_cache_with_validation(saved(store, "A-1", "A-2"), WANTED, now_ms=2 * HOUR_MS)

    assert (found.hit, found.reason) == (True, None)
    assert len(found.dataset.issues) == 2


@pytest.mark.parametrize(("age_h", "reason"), [(24, None), (24.001, "expired"), (48, "expired")])
def test_load_cache_with_validation_expired(store: Store, age_h: float, reason: str | None) -> None:
    """After 24 hours everything has to be compared; until that is done the old numbers are there."""
    found = load_cache_with_validation(saved(store), WANTED, now_ms=round((1 + age_h) * HOUR_MS))

    assert found.reason == reason
    assert len(found.dataset.issues) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"jql": "project = B"}, "jql"),
        ({"site": "https://b.example"}, "site"),
        ({"account": "y"}, "account"),
        ({"fields": ("a", "b", "c")}, "fields"),
        ({"schema": 99}, "schema"),
    ],
)
def test_load_cache_with_validation_config_mismatch(store: Store, change: dict, reason: str) -> None:
    """The answer to another question is not an answer, wherever it lies."""
    found = load_cache_with_validation(saved(store), replace(WANTED, **change), now_ms=HOUR_MS)

    assert (found.dataset, found.reason) == (None, reason)


def test_load_cache_with_validation_of_nothing(store: Store) -> None:
    found = load_cache_with_validation(store, WANTED, now_ms=HOUR_MS)

    assert (found.dataset, found.reason, found.hit) == (None, "cold", False)


def test_save_cache_creates_file(store: Store) -> None:
    """One file named after the question, and nothing beside it that a reader could take for one."""
    before = store.place.path.exists()
    saved(store)

    assert not before
    assert [path.name for path in store.place.path.parent.glob("*.sqlite")] == [f"{WANTED.key()}.sqlite"]
    assert len(store.load().issues) == 1


def test_save_cache_includes_metadata(store: Store) -> None:
    """Key, creation and configuration are kept with the data; the creation stays at the first one."""
    meta = saved(saved(store), "A-1", "A-2", at=2 * HOUR_MS).meta()

    assert meta["cache_key"] == WANTED.key()
    assert (meta["creation_timestamp"], meta["synced_at"]) == (str(HOUR_MS), str(2 * HOUR_MS))
    assert meta["config_hash"] == WANTED.digest()
    assert len(WANTED.digest()) == 32
    assert CacheConfiguration.from_text(meta["configuration"]) == WANTED
    told = json.loads(meta["configuration"])
    assert told["jql"] == "project = A"
    assert list(told) == sorted(told)  # so that two versions spell the same configuration alike
    assert meta["complete"] == "1"


def test_save_cache_lets_the_later_of_two_rows_win(store: Store) -> None:
    """What was staged from an older answer does not replace a newer row, unless it is told to."""
    newer, older = (row(issue("A-1", updated=day, summary=day)) for day in ("2026-03-02", "2026-03-01"))
    store.stage([newer])
    save_cache(store, NOTHING, as_of=HOUR_MS, configuration=WANTED)
    store.stage([older])
    save_cache(store, None, as_of=HOUR_MS, configuration=WANTED)
    kept = store.rows(["A-1"])["A-1"].summary
    store.stage([older])
    save_cache(store, None, as_of=HOUR_MS, configuration=WANTED, authoritative=True)

    assert (kept, store.rows(["A-1"])["A-1"].summary) == ("2026-03-02", "2026-03-01")


@pytest.mark.parametrize(
    ("meta", "now_ms", "expired"),
    [
        ({"compared_at": "5"}, 5 + 86_400_000, False),
        ({"compared_at": "5"}, 6 + 86_400_000, True),
        ({"compared_at": "5", "synced_at": "9"}, 6 + 86_400_000, True),
        ({"synced_at": "9"}, 9 + 86_400_000, False),
        ({}, 86_400_000, False),
        ({}, 86_400_001, True),
        ({}, None, False),
    ],
)
def test_everything_is_compared_after_a_day(meta: dict[str, str], now_ms: int | None, expired: bool) -> None:
    """To the millisecond; a store from before comparisons were noted counts from its last sync."""
    assert is_expired(meta, now_ms) is expired


def test_whatever_is_there_answers_who_does_not_say_what_is_wanted(store: Store) -> None:
    assert load_cache_with_validation(saved(store)).hit


def test_a_store_that_does_not_know_its_question_is_taken(store: Store) -> None:
    """Imported files were not asked for by a query."""
    store.add([row(issue("A-1"))], NOTHING)

    assert load_cache_with_validation(store, WANTED).hit


def test_invalidate_cache_deletes_file(store: Store) -> None:
    invalidate_cache(saved(store))

    assert list(store.place.path.parent.iterdir()) == []
    invalidate_cache(store)
    assert load_cache_with_validation(store, WANTED).reason == "cold"


def test_cache_invalidation_trigger_detects_jql_changes() -> None:
    """Another query is another scope; white space is none."""
    other = CacheInvalidationTrigger(WANTED, replace(WANTED, jql="project = B"))
    same = CacheInvalidationTrigger(WANTED, replace(WANTED, jql=" project =  A"))

    assert (other.reasons, other.costs, other.needs_requests) == (("jql",), {"jql": "other scope"}, True)
    assert (same.reasons, same.reason, same.needs_requests) == ((), None, False)


@pytest.mark.parametrize(
    ("change", "costs"),
    [
        ({"mapping": (("story_points", "customfield_2"),)}, {"mapping": "recompute"}),
        (
            {"mapping": (("commit_date", "customfield_2"),), "fields": ("a", "b", "customfield_2")},
            {"fields": "refetch", "mapping": "recompute"},
        ),
        ({"mapping": (), "fields": ("a",)}, {"mapping": "recompute"}),  # what is stored is more than enough
        ({"workflow": "done = Shipped"}, {"workflow": "recompute"}),
        ({"timezone": "Europe/Berlin"}, {"zone": "recompute"}),
        ({"account": "y"}, {"account": "other scope"}),
        ({"dialect": "dc"}, {"site": "other scope"}),
        ({"schema": 99}, {"schema": "other scope"}),
    ],
)
def test_cache_invalidation_trigger_detects_field_changes(change: dict, costs: dict) -> None:
    """Only a field that is not stored yet needs Jira; any other meaning is made of what is there."""
    trigger = CacheInvalidationTrigger(WANTED, replace(WANTED, **change))

    assert trigger.costs == costs
    assert trigger.needs_requests is any(cost in ("refetch", "other scope") for cost in costs.values())


@pytest.mark.parametrize(
    ("period", "cost"),
    [
        (("2026-02-01", "2026-03-31"), "results"),
        (("2020-01-01", "2026-04-30"), "results"),  # the last day that is stored
        (("2026-02-01", "2026-05-01"), "refetch"),
    ],
)
def test_cache_invalidation_trigger_detects_period_changes(period: tuple[str, str], cost: str) -> None:
    """Within what is stored only results are made again; beyond it the missing part is fetched."""
    trigger = CacheInvalidationTrigger(WANTED, replace(WANTED, period=period), ("2024-01-01", "2026-04-30"))

    assert (trigger.reasons, trigger.costs) == (("period",), {"period": cost})


@pytest.mark.parametrize(
    ("stored", "missing"),
    [(("", "2026-03-30"), True), (("", "2026-03-31"), False), (("2026-01-01", ""), False), (("", ""), False)],
)
def test_days_are_missing_after_the_last_stored_one(stored: tuple[str, str], missing: bool) -> None:
    """How far back the data reach does not matter: a query brings everything that there was."""
    assert CacheInvalidationTrigger(WANTED, WANTED, stored).missing_days is missing


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}", '{"jql": "x"}'])
def test_a_configuration_of_another_version_is_none(text: str) -> None:
    assert CacheConfiguration.from_text(text) is None


def test_a_configuration_that_version_0_1_0_wrote_still_holds() -> None:
    """It spelt the meaning of stored issues in another way."""
    then = replace(WANTED, workflow="[('start_source', 'status')]")
    now = replace(WANTED, workflow=meaning_of(Profile()))

    assert CacheConfiguration.from_text(then.as_text()) == now


def test_scopes_that_were_not_used_for_longest_go_first(temp_cache_dir: Path) -> None:
    """Imported files, broken stores and the one in use stay, however old they are."""
    stores = {
        name: saved(store_at(temp_cache_dir / f"{name}.sqlite")) for name in ("old", "older", "used", "new")
    }
    imported, broken = store_at(temp_cache_dir / "imported.sqlite"), temp_cache_dir / "broken.sqlite"
    imported.add([row(issue("A-1"))], NOTHING)
    broken.write_bytes(bytes(4096))
    for age, name in enumerate(("imported", "broken", "older", "used", "old", "new")):
        os.utime(temp_cache_dir / f"{name}.sqlite", (age, age))
    size = stores["new"].place.path.stat().st_size
    all_of_it = sum(path.stat().st_size for path in temp_cache_dir.glob("*.sqlite"))
    scopes = Stores(SqlitePlaces(temp_cache_dir))
    none = evict(scopes, ["used"], all_of_it)
    first = evict(scopes, ["used"], all_of_it - 1)
    rest = evict(scopes, ["used"], size)

    assert none == []
    assert first == ["older"]
    assert rest == ["old", "new"]
    assert {path.stem for path in temp_cache_dir.glob("*.sqlite")} == {"imported", "broken", "used"}


def test_a_scope_that_cannot_be_deleted_stays(temp_cache_dir: Path) -> None:
    """Another process has it open, which forbids that on Windows; the next one goes in its place."""
    for age, name in enumerate(("oldest", "old", "new")):
        path = saved(store_at(temp_cache_dir / f"{name}.sqlite")).place.path
        os.utime(path, (age, age))
    most = sum(path.stat().st_size for path in temp_cache_dir.glob("*.sqlite")) - 1
    with pinned(temp_cache_dir / "oldest.sqlite"):
        evicted = evict(Stores(SqlitePlaces(temp_cache_dir)), [], most)

    assert evicted == ["old"]
    assert {path.stem for path in temp_cache_dir.glob("*.sqlite")} == {"oldest", "new"}


@pytest.mark.parametrize(("beyond", "evicted"), [(0, []), (1, ["old"])])
def test_two_gibibytes_may_be_stored_by_default(
    temp_cache_dir: Path, beyond: int, evicted: list[str]
) -> None:
    """A file with a hole is as large as it says, and is not a store."""
    old = saved(store_at(temp_cache_dir / "old.sqlite")).place.path
    with (temp_cache_dir / "hole.sqlite").open("wb") as file:
        file.truncate(2 * 1024 * 1024 * 1024 - old.stat().st_size + beyond)

    assert evict(Stores(SqlitePlaces(temp_cache_dir)), []) == evicted


def test_using_a_scope_makes_it_young(store: Store) -> None:
    os.utime(saved(store).place.path, (1, 1))
    store.touch()

    assert store.place.path.stat().st_mtime > 1_000_000
