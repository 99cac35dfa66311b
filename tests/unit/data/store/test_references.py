"""Rows beside the issues: put, told anew, taken back; each kind of them as rows and as columns."""

from pathlib import Path

import pytest

from data.model.changes import ChangeRow, IncidentRow
from data.model.tables import MISSING, DeploymentRow
from data.store.database import Store
from data.store.event_table import build_change_table, build_event_table
from data.store.references import References, Retold
from tests.support.builders import issue
from tests.support.rows import at, row
from tests.support.stores import store_at

SHOP = Retold("git", frozenset({"shop"}))


def change(id_: str, *issues: str, **more: object) -> ChangeRow:
    given = {
        "project": "A",
        "first_commit_at": at("2026-03-01"),
        "opened_at": MISSING,
        "first_review_at": MISSING,
        "merged_at": at("2026-03-02"),
    } | more
    return ChangeRow(id=id_, issues=issues, **given)


def event(name: str) -> DeploymentRow:
    return DeploymentRow(name, name, "A", at("2026-03-05"), "", False, ())


def tag(name: str, service: str = "shop") -> DeploymentRow:
    at_ = at("2026-03-05")
    return DeploymentRow(name, name, "A", at_, "", False, (), origin="git", service=service)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = store_at(tmp_path / "scope.sqlite")
    told = References(
        deployments=[
            DeploymentRow("1", "one", "A", at("2026-03-05"), "", False, ()),
            tag("v1"),
            tag("w1", "w"),
        ],
        changes=[change("shop#2", "A-1", origin="git", service="shop"), change("shop#10")],
        incidents=[IncidentRow("9", "A", at("2026-03-06"), MISSING)],
    )
    store.add([row(issue("A-1", created="2026-03-01"))], told)
    return store


def test_what_is_put_is_there_as_rows_and_as_columns(store: Store) -> None:
    dataset, told = store.load(), store.references()

    assert dataset.changes.ids == ("shop#2", "shop#10")
    assert [each.id for each in dataset.incidents] == ["9"]
    assert dataset.deployments.ids == build_event_table(told.deployments).ids == ("1", "v1", "w1")
    assert build_change_table(told.changes).ids == dataset.changes.ids
    assert dataset.as_of == at("2026-03-06") + 1


def test_the_same_again_changes_nothing(store: Store) -> None:
    assert not store.add([], store.references()).changed
    assert not store.add_events(store.references()).changed


def test_what_is_told_anew_and_not_told_again_goes(store: Store) -> None:
    """Tags of another repository and what a file brought stay."""
    store.add([], References(deployments=[tag("v2")]), retold=[SHOP])

    assert [each.id for each in store.references().deployments] == ["1", "v2", "w1"]
    assert store.load().changes.ids == ("shop#10",)


def test_a_sync_leaves_changes_and_incidents_alone(store: Store) -> None:
    store.publish_staged(References(), as_of=at("2026-03-07"), meta={})

    assert store.load().changes.ids == ("shop#2", "shop#10")
    assert len(store.load().incidents) == 1
    assert len(store.load().deployments) == 0


def test_an_event_is_stored_as_it_always_was(tmp_path: Path) -> None:
    """Rows of files have the ten cells of before, so that the revision of a store stays what it is."""
    events = [DeploymentRow("1", "one", "A", at("2026-03-05"), "prod", False, ("A-1",))]
    store = store_at(tmp_path / "scope.sqlite")

    assert store.add([], References(deployments=events)).revision == "1980278ed104ec3c"


def test_one_id_is_one_change_and_the_trusted_source_wins() -> None:
    """The clone adds what the other one does not say: when its first commit was written, and its commits."""
    told = change(
        "shop#2", origin="github", name="Pay", first_commit_at=MISSING, opened_at=at("2026-03-01T12:00")
    )
    cloned = change("shop#2", "A-1", origin="git", name="Merge #2", commits=("aaaaaaa1",))
    for rows in ([told, cloned], [cloned, told]):
        table = build_change_table(rows)
        assert table.ids == ("shop#2",)
        assert table.origins == ("github",)
        assert table.first_commit_at.tolist() == [at("2026-03-01")]
        assert table.opened_at.tolist() == [at("2026-03-01T12:00")]
        assert (table.keys, len(table.commit)) == (("A-1",), 1)


def test_lists_stand_one_after_the_other() -> None:
    rows = [
        change("2", "A-10", "A-9", commits=("aaaaaaa1",), deployments=("v2",)),
        change("1", "A-9", commits=("bbbbbbb1", "ccccccc1"), reverts=("aaaaaaa1",)),
        change("3", project=""),
    ]
    table = build_change_table(rows)

    assert table.ids == ("3", "1", "2")
    assert table.keys == ("A-9", "A-10")
    assert (table.listed_start.tolist(), table.listed.tolist()) == ([0, 0, 1, 3], [0, 1, 0])
    assert table.commit_start.tolist() == [0, 0, 2, 3]
    assert table.reverted.tolist() == [table.commit[2]]
    assert (table.carried_start.tolist(), table.deployments) == ([0, 0, 0, 1], ("v2",))
