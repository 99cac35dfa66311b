"""A store is copied from any place to any other, whole and checked, or not at all."""

from pathlib import Path

import pytest

from configuration.database.connection import Database
from configuration.errors import DamagedStoreError
from data.store.copying import copy_store
from data.store.database import Store
from data.store.references import References
from tests.contracts.kept import Kept, OnPostgres, OnSqlite
from tests.contracts.test_store import change, deployment, rows, seen


@pytest.fixture(params=["sqlite", "postgres"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """Return where the copy lies."""
    if request.param == "sqlite":
        return OnSqlite(tmp_path / "other")
    database: Database = request.getfixturevalue("stores_database")
    made = OnPostgres(database)
    made.clear()
    return made


def filled(store: Store) -> Store:
    """A store with a patch over its columns, events, and an attempt that has not ended."""
    told = References(
        deployments=[deployment("1"), deployment("2", "git", "shop")], changes=[change("shop#1")]
    )
    store.add(rows(*range(1, 90)), told, {"site": "s"})
    store.stage(rows(3, day="2026-04-01"))
    store.publish_staged(None, as_of=7, meta={}, gone=["5"])
    store.begin_attempt({"since": "7"})
    for number in range(90, 94):
        store.stage(rows(number))
    return store


def test_the_copy_is_the_same(kept: Kept, other: Kept) -> None:
    """In every row, staged ones included; and it goes on from there as the first one would."""
    one, two = filled(kept.store("one")), other.store("two")
    two.add(rows(1, 2, 500), References(deployments=[deployment("gone")]))
    copy_store(one, two)
    copied = seen(two)

    assert copied == seen(one)
    assert (two.staged(), two.attempt(), two.references()) == (one.staged(), one.attempt(), one.references())
    assert two.load().changes.ids == ("shop#1",)
    assert two.naming(["A-4", "A-501"]) == one.naming(["A-4"]) == {"3"}
    two.verify()
    for store in (one, two):
        store.publish_staged(None, as_of=8, meta={})
    assert seen(two) == seen(one)


@pytest.mark.parametrize("table", ["issue", "reference", "chunk"])
def test_what_is_damaged_is_not_copied(kept: Kept, other: Kept, table: str) -> None:
    filled(kept.store("one"))
    two = other.store("two")
    two.add(rows(1), References())
    before = seen(two)
    kept.flip(table, "one")
    with pytest.raises(DamagedStoreError):
        copy_store(kept.store("one"), two)

    assert seen(other.store("two")) == before


def test_what_arrives_as_something_else_is_not_kept(
    kept: Kept, other: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read back before it counts."""
    one, two = filled(kept.store("one")), other.store("two")
    two.add(rows(1), References())
    before = seen(two)
    with two.place.writing() as stored:
        kind = type(stored)
    monkeypatch.setattr(kind, "put_references", lambda *_: None)
    with pytest.raises(DamagedStoreError, match="copied is not what was read"):
        copy_store(one, two)

    assert seen(other.store("two")) == before
