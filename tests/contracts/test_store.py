"""A store does the same wherever it lies: what is written is what is read, all of it or nothing."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import fields

import numpy as np
import pytest

from configuration.errors import CancelledError, DamagedStoreError
from data.model.changes import ChangeRow, IncidentRow
from data.model.tables import MISSING, DeploymentRow, IssueRow
from data.store.columns import build_issue_table
from data.store.database import EventCounts, Store
from data.store.event_table import build_change_table, build_event_table
from data.store.port import Rows
from data.store.references import References, Retold
from tests.contracts.kept import DAMAGEABLE, Kept
from tests.support.builders import issue, link
from tests.support.rows import row

NOTHING = References()
# In the order of their bytes, which is not the one of any language.
NAMES = (" ", "!", "10", "9", "A", "a", "é", "\U0001f680")


def rows(*numbers: int, day: str = "2026-03-01", **more: object) -> list[IssueRow]:
    """Issues that each name the next one."""
    return [
        row(issue(f"A-{n}", id=str(n), updated=day, links=[link("blocks", f"A-{n + 1}")], **more))
        for n in numbers
    ]


def deployment(name: str, origin: str = "", service: str = "") -> DeploymentRow:
    return DeploymentRow(
        name, name, "A", 1_770_000_000_000, "", False, ("A-1",), origin=origin, service=service
    )


def change(name: str, origin: str = "git", service: str = "shop") -> ChangeRow:
    at = 1_770_000_000_000
    return ChangeRow(name, "A", ("A-1",), at, at, MISSING, at, origin=origin, service=service)


def published(store: Store, news: list[IssueRow], **more: object) -> object:
    store.stage(news)
    return store.publish_staged(None, **{"as_of": 5, "meta": {}, **more})


def same(one: object, other: object) -> bool:
    """Tell whether two tables are the same bit for bit, types included."""
    return plain(one) == plain(other)


def plain(table: object) -> dict[str, object]:
    values = {item.name: getattr(table, item.name) for item in fields(table)}  # type: ignore[arg-type]
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    return values | {name: (value.dtype.str, value.tobytes()) for name, value in arrays.items()}


def seen(store: Store) -> tuple[object, ...]:
    """Everything that readers get, in a form that can be compared."""
    dataset, found = store.load_with_rows()
    return (
        dataset.revision,
        dataset.as_of,
        plain(dataset.issues),
        sorted(found, key=lambda each: each.id),
        store.meta(),
    )


def test_what_was_never_written_is_empty_and_stays_away(kept: Kept) -> None:
    store = kept.store()
    dataset, found = store.load_with_rows()
    store.verify()
    store.touch()
    store.delete()
    store.rewrite_columns()

    assert (len(dataset.issues), dataset.revision, dataset.as_of, found) == (0, "", MISSING, [])
    assert (store.meta(), store.keys(), store.staged(), store.attempt()) == ({}, {}, {}, {})
    assert (store.rows(["A-1"]), store.naming(["A-1"]), list(store.staged_rows())) == ({}, set(), [])
    assert (store.references(), store.listed()) == (NOTHING, NOTHING)
    assert (store.changes(["1"]), store.deployment_pages(["1"]), store.outdated()) == ({}, {}, 0)
    assert (store.size(), store.has_room(), kept.stores().keys()) == (0, True, [])


def test_what_is_published_is_read(kept: Kept) -> None:
    """By its key, by what it names, and as columns; the next process sees the same."""
    told = published(kept.store(), rows(3, 1, 2), meta={"site": "s"})
    store = kept.store()

    assert (told.created, told.stored, told.changed) == (3, 3, True)
    assert (store.keys(), store.staged()) == ({"1": "A-1", "2": "A-2", "3": "A-3"}, {})
    assert store.rows(["A-2", "none"]) == {"A-2": rows(2)[0]}
    assert store.naming(["A-2", "A-3", "A-9"]) == {"1", "2"}
    assert (store.meta()["site"], store.load().as_of, store.revision()) == ("s", 5, told.revision)
    assert same(store.load().issues, build_issue_table(rows(1, 2, 3)))
    assert store.size() > 0
    store.verify()


def test_what_is_staged_is_unseen_until_it_is_published(kept: Kept) -> None:
    store = kept.store()
    store.add(rows(1, 2), NOTHING)
    before = seen(store)
    store.begin_attempt({"since": "7"})
    with store.kept_open():
        store.stage(rows(2, day="2026-03-02"))
        store.stage(rows(3))
        store.stage(rows(3, day="2026-02-01"))  # older: the newer one stays
    unseen, attempt, staged = seen(store), store.attempt(), list(store.staged_rows())
    told = store.publish_staged(None, as_of=9, meta={}, gone=["1", "none"])

    assert unseen == before
    assert attempt == {"since": "7"}
    assert staged == [[*rows(2, day="2026-03-02"), *rows(3)]]
    assert (told.created, told.updated, told.deleted, told.stored) == (1, 1, 1, 2)
    assert (store.attempt(), store.naming(["A-2"])) == ({}, set())
    assert same(store.load().issues, build_issue_table([*rows(2, day="2026-03-02"), *rows(3)]))
    store.verify()


@pytest.mark.parametrize(("day", "authoritative", "updated"), [
    ("2026-02-28", False, 0), ("2026-03-01", False, 1), ("2026-03-02", False, 1), ("2026-02-28", True, 1),
])  # fmt: skip
def test_the_later_or_equal_one_wins_or_who_has_authority(
    kept: Kept, day: str, authoritative: bool, updated: int
) -> None:
    published(kept.store(), rows(1))
    told = published(kept.store(), rows(1, day=day, summary="other"), authoritative=authoritative)

    assert (told.created, told.updated, told.changed) == (0, updated, bool(updated))
    assert (kept.store().rows(["A-1"])["A-1"].summary == "other") is bool(updated)


def test_what_did_not_change_is_not_news(kept: Kept) -> None:
    published(kept.store(), rows(1, 2))
    told = published(kept.store(), rows(1, 2))

    assert (told.created, told.updated, told.changed) == (0, 0, False)


def test_a_part_leaves_what_is_staged(kept: Kept) -> None:
    """A first fetch shows what it has; its end counts nothing twice."""
    store = kept.store()
    part = published(store, rows(1, 2), complete=False)
    shown, staged = len(store.load().issues), store.staged()
    last = published(store, rows(3))

    assert (part.created, shown, len(staged), store.load().complete) == (2, 2, 2, True)
    assert (last.created, last.stored, store.staged()) == (1, 3, {})
    assert same(store.load().issues, build_issue_table(rows(1, 2, 3)))


def test_an_issue_that_moved_is_named_by_its_new_key(kept: Kept) -> None:
    published(kept.store(), rows(1, 2))
    told = published(kept.store(), [row(issue("B-7", id="2", updated="2026-03-05"))])
    store = kept.store()

    assert (told.moved, told.updated) == (1, 1)
    assert sorted(store.rows(["A-2", "B-7"])) == ["B-7"]
    assert same(store.load().issues, build_issue_table(store.load_with_rows()[1]))


def test_text_is_ordered_by_its_bytes(kept: Kept) -> None:
    """In every language, since sums are made so; a quote or a per cent sign is text like others."""
    store = kept.store()
    told = [deployment(f"x{name}'%s\\") for name in NAMES]
    store.add([row(issue("A-1", id=f"1{name}")) for name in NAMES], References(deployments=told))
    store.stage([row(issue("A-2", id=f"2{name}")) for name in reversed(NAMES)])

    assert [each.id for each in store.listed().deployments] == [each.id for each in told]
    assert [each.id for piece in store.staged_rows() for each in piece] == [f"2{name}" for name in NAMES]
    assert len(store.keys()) == len(NAMES)
    store.verify()


def test_pieces_that_are_larger_than_one_statement(kept: Kept) -> None:
    """More issues than are compared at a time, and more keys than one statement takes."""
    store, many = kept.store(), rows(*range(1, 2_102))
    told = published(store, many)
    gone = [str(n) for n in range(1, 1_300)]
    less = store.publish_staged(None, as_of=6, meta={}, gone=gone)

    assert told.created == 2_101
    assert (less.deleted, less.stored) == (1_299, 802)
    assert len(store.rows([f"A-{n}" for n in range(1, 2_102)])) == 802
    assert same(store.load().issues, build_issue_table(many[1_299:]))
    store.verify()


def test_what_stands_beside_the_issues(kept: Kept) -> None:
    """Events come, change and go; what a repository told anew takes the place of what it told before."""
    store = kept.store()
    first = [deployment("1"), deployment("2", "git", "shop"), deployment("3", "git", "other")]
    told = References(
        deployments=first,
        changes=[change("shop#1"), change("shop#2")],
        incidents=[IncidentRow("i", "A", 1_770_000_000_000, MISSING)],
    )
    store.add(rows(1), told)
    before = store.revision()
    retold = (Retold("git", frozenset(("shop",))),)
    after = store.add_events(References(changes=[change("shop#2")]), {"noted": "x"}, retold)

    assert (after.changed, after.stored, store.revision() != before) == (True, 1, True)
    assert [each.id for each in store.listed().deployments] == ["1", "3"]
    assert [each.id for each in store.references().changes] == ["shop#2"]
    assert [each.id for each in store.references().incidents] == ["i"]
    assert sorted(store.changes(["shop#1", "shop#2"])) == ["shop#2"]
    assert store.meta()["noted"] == "x"
    assert same(store.load().deployments, build_event_table([first[0], first[2]]))
    assert same(store.load().changes, build_change_table([change("shop#2")]))
    store.verify()


def test_a_few_events_cost_what_they_are(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that comes, changes or comes again is compared with that of its id; no other row is read."""
    store = kept.store()
    events = [deployment(str(n), "git") for n in range(40)]
    changes = [change(f"shop#{n}") for n in range(40)]
    store.add(rows(1), References(deployments=events, changes=changes))
    with store.place.writing() as stored:
        kind = type(stored)
    whole = kind.references

    def references(stored: Rows, what: str) -> Iterator[tuple[str, bytes]]:
        assert what == "incident", "all rows were read"
        return whole(stored, what)

    fresh, again = deployment("70", service="pay"), change("shop#3", "github", "other")
    told = References(deployments=[fresh, events[5]], changes=[again])
    with monkeypatch.context() as patch:
        patch.setattr(kind, "references", references)
        known = store.known(told)
        first = store.add([], told)
        second = store.add_events(told)

    assert (known.deployments, known.changes) == ([events[5]], [])
    assert (first.changed, second.changed, second.revision) == (True, False, first.revision)
    assert store.counts() == EventCounts(41, 41, 0)
    assert same(store.load().deployments, build_event_table([fresh, *events]))
    assert same(store.load().changes, build_change_table([again, *changes]))
    store.verify()


@pytest.mark.parametrize("table", ["reference", "event_columns"])
def test_events_are_not_put_beside_damaged_ones(kept: Kept, table: str) -> None:
    """What they build on is looked at: all rows beside the issues, and the columns that they go into."""
    store = kept.store()
    store.add(rows(1), References(deployments=[deployment(str(n)) for n in range(99)]))
    kept.flip(table)

    with pytest.raises(DamagedStoreError, match="damaged"):
        store.verify_events()
        store.add_events(References(deployments=[deployment("100")]))
    assert store.counts().deployments == 99


def test_columns_are_made_again(kept: Kept) -> None:
    """From the rows, also where a small change has made some of these newer than the columns."""
    published(kept.store(), rows(*range(1, 30)))
    published(kept.store(), rows(7, day="2026-03-02"))
    before = seen(kept.store())
    kept.flip("columns")
    with pytest.raises(DamagedStoreError):
        kept.store().load()
    kept.store().rewrite_columns()
    after = seen(kept.store())
    kept.store().verify()

    # All but the checksum, which also watches which rows are newer than the columns.
    assert after[:-1] == before[:-1]
    assert {name for name in after[-1] if after[-1][name] != before[-1][name]} == {"check"}  # type: ignore[index]


def test_columns_are_not_made_again_over_damage(kept: Kept) -> None:
    """Whoever makes them anew writes a new checksum of the metadata: not of what somebody else wrote."""
    published(kept.store(), rows(1, 2, 3))
    with kept.store().place.writing() as stored:
        stored.put_meta({"as_of": "1"})
    with pytest.raises(DamagedStoreError):
        kept.store().rewrite_columns()


@pytest.mark.parametrize("stop_at", [1, 2, 3])
def test_a_publication_that_is_stopped_leaves_everything(kept: Kept, stop_at: int) -> None:
    """Whenever somebody cancels: readers see what they saw, and what is staged can be published."""
    store, asked = kept.store(), []
    published(store, rows(*range(1, 9)))
    before = seen(store)
    store.stage(rows(*range(1, 9), day="2026-03-02"))

    def proceed() -> None:
        asked.append(1)
        if len(asked) == stop_at:
            raise CancelledError("Stopped.", hint="")

    stopped = False
    try:
        store.publish_staged(None, as_of=6, meta={"x": "y"}, gone=["1"], proceed=proceed)
    except CancelledError:
        stopped = True

    assert stopped is (len(asked) >= stop_at)
    assert (seen(store) == before) is stopped
    assert store.publish_staged(None, as_of=6, meta={}).stored == (8 if stopped else 7)
    store.verify()


def test_an_interrupt_leaves_everything(kept: Kept) -> None:
    store = kept.store()

    def interrupted():
        yield rows(2)[0]
        raise KeyboardInterrupt

    store.add(rows(1), NOTHING)
    before = seen(store)
    with pytest.raises(KeyboardInterrupt):
        store.add(interrupted(), NOTHING)

    assert seen(store) == before
    assert store.add(rows(2), NOTHING).stored == 2


def test_who_reads_sees_one_moment(kept: Kept) -> None:
    """What another one publishes meanwhile is seen by the next reader."""
    writer, reader = kept.store(), kept.store()
    published(writer, rows(1))
    with reader.place.reading() as found:
        first = found.meta()
        published(writer, rows(2))
        assert found.meta() == first
        assert found.keys("issue") == {"1": "A-1"}

    assert reader.meta() != first
    assert len(reader.load().issues) == 2


def test_two_who_write_take_turns(kept: Kept) -> None:
    """One waits for the other: nothing of either is lost."""
    published(kept.store(), rows(1))
    inside, told = threading.Event(), []

    def second() -> None:
        inside.wait(10)
        told.append(published(kept.store(), rows(3)))

    thread = threading.Thread(target=second)
    thread.start()
    kept.store().stage(rows(2))
    first = kept.store().publish_staged(None, as_of=5, meta={}, proceed=inside.set)
    thread.join(20)

    assert first.stored >= 2
    assert [each.stored for each in told] == [3]
    assert sorted(kept.store().keys()) == ["1", "2", "3"]
    kept.store().verify()


@pytest.mark.parametrize("table", sorted(DAMAGEABLE))
def test_a_flipped_byte_is_told(kept: Kept, table: str) -> None:
    """Whatever it belongs to; nothing but the truth is ever shown."""
    store = kept.store()
    told = References(deployments=[deployment(str(n)) for n in range(9)])
    store.add(rows(*range(1, 20)), told)
    store.stage(rows(*range(18, 40)))
    store.verify()
    kept.flip(table)

    with pytest.raises(DamagedStoreError, match="damaged"):
        kept.store().verify()


@pytest.mark.parametrize("kind", ["meta", "attempt", "changed", "link"])
def test_what_somebody_else_wrote_is_told(kept: Kept, kind: str) -> None:
    """Metadata, what an attempt noted, which rows are newer than the columns, and links."""
    store = kept.store()
    store.add(rows(1, 2, 3), NOTHING)
    store.begin_attempt({"since": "7"})
    writes: dict[str, Callable[..., None]] = {
        "meta": lambda stored: stored.put_meta({"as_of": "1"}),
        "attempt": lambda stored: (
            stored.clear("attempt"),
            stored.note_attempt({"since": "8", "check": "1"}),
        ),
        "changed": lambda stored: stored.note_changed(["2"]),
        "link": lambda stored: stored.put_links([("A-9", "2")]),
    }
    with store.place.writing() as stored:
        writes[kind](stored)

    with pytest.raises(DamagedStoreError):
        kept.store().verify()


def test_a_damaged_store_is_set_aside_and_another_one_takes_its_place(kept: Kept) -> None:
    store = kept.store()
    published(store, rows(1, 2))
    name = store.set_aside()

    assert ".damaged-" in name
    assert (store.meta(), kept.stores().keys()) == ({}, [])
    assert published(store, rows(1)).stored == 1


def test_a_deleted_store_is_gone(kept: Kept) -> None:
    store = kept.store()
    published(store, rows(1))
    store.delete()

    assert (store.meta(), len(store.load().issues), store.size()) == ({}, 0, 0)
    assert published(store, rows(1, 2)).created == 2


def test_metadata_are_those_of_the_last_publication(kept: Kept) -> None:
    """However often they are asked for, and whoever published."""
    one, other = kept.store(), kept.store()
    for number in range(1, 6):
        published(one, rows(number), as_of=number)

        assert one.meta() == other.meta()
        assert other.meta()["as_of"] == str(number)
