"""The columns of events beside their rows: always those of the rows that are stored."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from configuration.errors import StoreError
from data.model.tables import DeploymentRow, EventTable
from data.store.blobs import encode_entry
from data.store.database import Store
from data.store.event_table import build_event_table
from data.store.references import References
from tests.support.builders import issue
from tests.support.rows import at, row
from tests.support.stores import store_at


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store of one issue and three events."""
    store = store_at(tmp_path / "scope.sqlite")
    store.add([row(issue("A-1"))], References(deployments=[event("1"), event("2"), event("x", "B")]))
    return store


def event(id_: str, project: str = "A", name: str = "one") -> DeploymentRow:
    return DeploymentRow(id_, name, project, at("2026-03-05"), "prod", failed=False, issues=("A-1",))


def same(one: EventTable, other: EventTable) -> bool:
    return [repr(getattr(one, name)) for name in one.__slots__] == [
        repr(getattr(other, name)) for name in other.__slots__
    ]


def written(store: Store) -> dict[str, tuple[str, int, bytes]]:
    with closing(sqlite3.connect(store.place.path)) as connection:
        found = connection.execute("SELECT name, kind, crc, data FROM event_columns")
        return {name: (kind, crc, data) for name, kind, crc, data in found}


def of_rows(store: Store) -> EventTable:
    return build_event_table(store.references().deployments)


def change(store: Store, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(store.place.path)) as connection, connection:
        connection.execute(statement, values)


def test_what_is_loaded_is_what_the_rows_say(store: Store) -> None:
    assert store.load().deployments.ids == ("1", "2", "x")
    assert same(store.load().deployments, of_rows(store))


def test_they_are_read_and_not_made_again(store: Store) -> None:
    """What stands there counts, as no look compares it with every row."""
    change(store, "REPLACE INTO event_columns VALUES (?, ?, ?, ?)", *encode_entry("names", ("other",)))

    assert store.load().deployments.names == ("other",)


def test_a_column_that_is_not_what_was_written_is_damage(store: Store) -> None:
    change(store, "UPDATE event_columns SET data = data || x'00' WHERE name = 'at'")
    with pytest.raises(StoreError, match="damaged"):
        store.load()


def test_a_column_that_is_missing_is_damage_and_can_be_made_again(store: Store) -> None:
    change(store, "DELETE FROM event_columns WHERE name = 'at'")
    with pytest.raises(StoreError, match="damaged"):
        store.load()
    store.rewrite_columns()

    assert same(store.load().deployments, of_rows(store))


@pytest.mark.parametrize(
    "deployments",
    [
        [event("1"), event("2"), event("x", "B"), event("3")],
        [event("1"), event("2", name="two"), event("x", "B")],
        [event("x", "B")],
        [],
    ],
)
def test_events_that_come_change_or_go_are_in_the_columns(
    store: Store, deployments: list[DeploymentRow]
) -> None:
    before = written(store)
    store.publish_staged(References(deployments=deployments), as_of=5, meta={})

    assert same(store.load().deployments, build_event_table(deployments))
    assert written(store) != before


def test_issues_that_change_leave_them_as_they_are(store: Store) -> None:
    """All but the revision that they are of, without which they would be made again at every look."""
    before = written(store)
    store.stage([row(issue("A-2", id="2"))])
    store.publish_staged(None, as_of=5, meta={})
    after = written(store)

    assert {name for name in after if after[name] != before[name]} == {"made of", "change made of"}
    assert same(store.load().deployments, of_rows(store))


def test_what_an_earlier_version_wrote_is_seen(store: Store) -> None:
    """It knows nothing of these columns, which are then of another revision than the rows."""
    columns = written(store)
    store.add_events(References(deployments=[event("4")]))
    for name, cells in columns.items():
        change(store, "REPLACE INTO event_columns VALUES (?, ?, ?, ?)", name, *cells)

    assert store.load().deployments.ids == ("1", "2", "4", "x")
    store.add_events(References(deployments=[event("5")]))
    assert store.load().deployments.ids == ("1", "2", "4", "5", "x")


def test_other_columns_than_those_of_today_are_made_again(store: Store) -> None:
    (_, revision) = msgspec.msgpack.decode(written(store)["made of"][2])
    change(
        store, "REPLACE INTO event_columns VALUES (?, ?, ?, ?)", *encode_entry("made of", ["older", revision])
    )
    change(store, "DELETE FROM event_columns WHERE name = 'at'")

    assert same(store.load().deployments, of_rows(store))


def test_a_store_without_these_columns_gets_them_with_the_next_publication(store: Store) -> None:
    change(store, "DROP TABLE event_columns")
    before = store.load().deployments
    store.stage([row(issue("A-2", id="2"))])
    store.publish_staged(None, as_of=5, meta={})

    assert same(before, of_rows(store))
    assert same(store.load().deployments, of_rows(store))
    assert "made of" in written(store)
