"""What a file leaves out of an issue does not take away what another one showed of it."""

from itertools import permutations
from pathlib import Path

import pytest

from data.cache_manager import References, Store
from data.intake.histories import with_known_histories
from data.jira.issue_rows import FIELD_BIT
from data.model.tables import IssueRow
from tests.support.builders import changelog, entry, issue, status_item
from tests.support.rows import at, row
from tests.support.stores import store_at

LOG = changelog([entry(1, "2026-03-03T10:00", status_item("To Do", "In Progress"))])
NONE = changelog([])


def version(day: str, log: dict | None, key: str = "A-1", name: str = "1") -> IssueRow:
    raw = issue(key, id=name, updated=f"{day}T12:00:00.000+0000", summary=day)
    return row(
        {**raw, "changelog": log} if log is not None else {k: v for k, v in raw.items() if k != "changelog"}
    )


FULL, WEBHOOK = version("2026-03-04", LOG), version("2026-03-06", None)


def told(store: Store) -> tuple[str, int, int]:
    """Summary, number of changes and whether histories are missed."""
    (found,) = store.rows(["A-1"]).values()
    return found.summary, len(found.transitions), int(found.has_changelog)


@pytest.mark.parametrize("order", list(permutations((FULL, WEBHOOK))))
@pytest.mark.parametrize("at_once", [True, False])
def test_the_latest_fields_and_all_histories(order: tuple, at_once: bool, tmp_path: Path) -> None:
    """In whatever order and number of imports they come; a second time changes nothing."""
    store = store_at(tmp_path / "store")
    for rows in (order,) if at_once else [(each,) for each in order]:
        store.add(with_known_histories(rows, store), References())

    assert told(store) == ("2026-03-06", 1, 1)
    for rows in (order, order[:1], order[1:]):
        assert not store.add(with_known_histories(rows, store), References()).changed


def test_an_empty_answer_is_no_more_than_a_missing_one(tmp_path: Path) -> None:
    store = store_at(tmp_path / "store")
    store.add([FULL], References())
    store.add(with_known_histories([version("2026-03-06", NONE)], store), References())

    assert told(store) == ("2026-03-06", 1, 1)


ODD = changelog([{"id": "7", "created": "2026-03-06T10:00:00.000+0000", "items": None}])


@pytest.mark.parametrize(("first", "second"), [(LOG, ODD), (ODD, LOG)])
def test_what_could_not_be_read_of_one_answer_stays_told(first: dict, second: dict, tmp_path: Path) -> None:
    """The histories that can be read count, in whichever answer they came, and the others are malformed."""
    store = store_at(tmp_path / "store")
    days = ("2026-03-04", "2026-03-06") if first is LOG else ("2026-03-06", "2026-03-04")
    for day, log in zip(days, (first, second), strict=True):
        store.add(with_known_histories([version(day, log)], store), References())

    (found,) = store.rows(["A-1"]).values()
    assert told(store) == ("2026-03-06", 1, 1)
    assert found.malformed & FIELD_BIT["history"]


def test_an_issue_that_moved_meanwhile(tmp_path: Path) -> None:
    """Its id tells; another issue without histories gets none of them."""
    store = store_at(tmp_path / "store")
    store.add([version("2026-03-04", LOG, key="B-7"), version("2026-03-04", None, "B-8", "2")], References())
    rows = with_known_histories([WEBHOOK, version("2026-03-07", None, "B-8", "2")], store)

    assert [(each.key, len(each.transitions)) for each in rows] == [("A-1", 1), ("B-8", 0)]


def test_histories_that_are_shown_are_taken_as_they_are(tmp_path: Path) -> None:
    store = store_at(tmp_path / "store")
    store.add([FULL], References())
    later = version("2026-03-06", changelog([entry(9, "2026-03-05T10:00", status_item("To Do", "Done"))]))

    assert with_known_histories([later], store) == [later]
    assert later.newest == at("2026-03-05T10:00")
