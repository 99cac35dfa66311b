"""What is staged and published is what the rows say: the columns beside a page change nothing, ever."""

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configuration.errors import DamagedStoreError
from data.model.tables import IssueRow
from data.store.columns import build_issue_table
from data.store.database import Store
from data.store.references import References
from tests.support.builders import issue, link
from tests.support.rows import row
from tests.support.stores import store_at
from tests.unit.data.store.test_column_patch import issue_rows, same

NOTHING = References()
Versions = dict[str, IssueRow]


def publish(store: Store, **how: object) -> None:
    store.publish_staged(NOTHING, as_of=1, meta={}, **how)


def assert_as_rows_say(store: Store, wanted: Versions) -> None:
    """The store has these rows, and the columns and the revision that a fresh one makes of them."""
    dataset, rows = store.load_with_rows()
    assert {one.id: one for one in rows} == wanted
    same(dataset.issues, build_issue_table(rows))
    with tempfile.TemporaryDirectory() as folder:
        fresh = store_at(Path(folder) / "fresh.sqlite")
        fresh.add(wanted.values(), NOTHING)
        assert fresh.revision() == dataset.revision
        same(fresh.load().issues, dataset.issues)


def newer(known: Versions, rows: list[IssueRow], *, always: bool = False) -> Versions:
    """The rows that are known once these came too: of two versions the later one, of equals the newcomer."""
    after = dict(known)
    for one in rows:
        if always or one.id not in after or one.updated >= after[one.id].updated:
            after[one.id] = one
    return after


@st.composite
def versions(draw: st.DrawFn) -> IssueRow:
    """A version of one of eight issues, with values as a store can have them."""
    found = draw(issue_rows(draw(st.sampled_from("12345678"))))
    mapped = tuple((name, value) for name, value in found.mapped if value is not True)
    return msgspec.structs.replace(found, mapped=mapped, updated=draw(st.integers(1, 3)), newest=1)


# An issue may be on several pages, and twice on one.
PAGES = st.lists(st.lists(versions(), max_size=5), max_size=4)


@st.composite
def rounds(draw: st.DrawFn) -> list[tuple]:
    """Rounds of a sync: its pages, what goes, and how it ends."""
    gone = st.lists(st.sampled_from("12345678"), max_size=2)
    return [
        (draw(PAGES), draw(gone), draw(st.booleans()), draw(st.booleans()))
        for _ in range(draw(st.integers(1, 3)))
    ]


@pytest.mark.slow
@settings(max_examples=30)
@given(rounds())
def test_any_pages_give_the_table_of_their_rows(rounds: list[tuple]) -> None:
    """Repeated pages, older and newer versions, parts, deletions: columns are those of a full build."""
    with tempfile.TemporaryDirectory() as folder:
        store = store_at(Path(folder) / "scope.sqlite")
        stored: Versions = {}
        staged: Versions = {}
        for found, gone, complete, authoritative in rounds:
            for page in found:
                store.stage(page)
                staged = newer(staged, page)
            staged = {name: one for name, one in staged.items() if name not in gone}
            publish(store, gone=gone, complete=complete, authoritative=authoritative)
            stored = newer(stored, list(staged.values()), always=authoritative)
            stored = {name: one for name, one in stored.items() if name not in gone}
            staged = {} if complete else staged

            assert_as_rows_say(store, stored)


@pytest.fixture
def store(temp_cache_dir: Path) -> Store:
    return store_at(temp_cache_dir / "scope.sqlite")


def two_pages() -> list[list[IssueRow]]:
    first = issue("A-1", id="1", history=[("2026-03-02", "Doing")], links=[link("is caused by", "B-2")])
    others = [issue("B-2", id="2", labels=["x"], parent={"key": "A-1"}), issue("A-10", id="3")]
    return [[row(first)], list(map(row, others))]


def executed(store: Store, statement: str) -> None:
    with closing(sqlite3.connect(store.place.path)) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    "lost",
    [
        "DELETE FROM chunk",
        "DELETE FROM chunk WHERE number = 1",
        "DROP TABLE chunk",
        "INSERT INTO chunk (columns, crc, data) SELECT columns, crc, data FROM chunk",
    ],
)
def test_columns_beside_a_page_may_be_missing_or_there_twice(store: Store, lost: str) -> None:
    """Such as where a program without them staged the page: the rows say it all."""
    staged = two_pages()
    for page in staged:
        store.stage(page)
    executed(store, lost)
    publish(store)

    assert_as_rows_say(store, {one.id: one for page in staged for one in page})
    assert store.naming({"A-1"}) == {"2"}


def test_columns_of_another_version_are_left_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("data.store.staged_chunks.WRITTEN_BY", "another")
        store.stage(two_pages()[0])
    publish(store)

    assert_as_rows_say(store, {"1": two_pages()[0][0]})


def test_damaged_columns_are_told(store: Store) -> None:
    store.stage(two_pages()[0])
    executed(store, "UPDATE chunk SET data = zeroblob(length(data))")

    for look in (store.verify, lambda: publish(store)):
        with pytest.raises(DamagedStoreError, match="staged columns"):
            look()


def test_publishing_decodes_no_row_that_has_columns(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is laid out once, when it is staged."""
    decoded: list[object] = []
    plain = decode_count(decoded)
    staged = two_pages()
    for page in staged:
        store.stage(page)
    monkeypatch.setattr("data.store.blobs._decode_row", plain)
    publish(store)

    assert decoded == []
    assert len(store.load().issues) == 3


def decode_count(decoded: list[object]) -> Callable[[bytes], IssueRow]:
    decode = msgspec.msgpack.Decoder(IssueRow).decode

    def counted(data: bytes) -> IssueRow:
        decoded.append(data)
        return decode(data)

    return counted


def test_a_store_that_is_kept_open_takes_pages_and_can_be_read(store: Store) -> None:
    store.begin_attempt({"since": ""})
    with store.kept_open():
        for page in two_pages():
            store.stage(page)
        assert set(store_at(store.place.path).staged()) == {"1", "2", "3"}
        assert len(store.load().issues) == 0
    publish(store)

    assert len(store.load().issues) == 3
