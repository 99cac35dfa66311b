"""What patched columns mean is what those of a full build mean, bit for bit, whatever changed."""

import tempfile
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configuration.profile import Profile, profile_from
from data.meaning.delivery import derive
from data.meaning.facts import find_facts
from data.model.tables import Dataset, IssueRow, StatusRef
from data.store.columns import build_issue_table
from data.store.database import Store
from data.store.references import References
from tests.support.stores import store_at
from tests.unit.data.store.test_column_patch import changes

PROFILES = [
    Profile(),
    profile_from({"start_source": "created", "completion_source": "resolution"}),
    profile_from({"workflow": {"active": ["Lost"], "done": ["Doing"]}, "incidents": {"restored": ["Done"]}}),
]
LISTS = st.sampled_from([(), (StatusRef("1", "To Do", "new"), StatusRef("3", "Done", "done"))])
SINCE = 1_000  # at first T lies among the moves, later after all of them


def as_stored(row: IssueRow, step: int) -> IssueRow:
    """The row as the store takes it: moves in the order of time, later in every round."""
    moves = tuple(sorted(row.transitions, key=lambda move: move.at))
    values = tuple((name, int(value) if value is True else value) for name, value in row.mapped)
    return msgspec.structs.replace(row, transitions=moves, mapped=values, updated=step)


def published(store: Store, rows: list[IssueRow], gone: list[str], statuses: tuple, as_of: int) -> Dataset:
    store.stage(rows)
    store.publish_staged(References(statuses), as_of=as_of, meta={}, gone=gone)
    return store.load()


def assert_same(one: object, other: object, where: str) -> None:
    """Both hold the same, and arrays of the same kind; what was only asked for once is left aside."""
    if isinstance(one, np.ndarray):
        assert isinstance(other, np.ndarray)
        assert (where, one.dtype, one.tolist()) == (where, other.dtype, other.tolist())
    elif is_dataclass(one):
        for item in fields(one):
            if item.name != "_made":
                assert_same(getattr(one, item.name), getattr(other, item.name), f"{where}.{item.name}")
    else:
        assert (where, one) == (where, other)


@pytest.mark.slow
@settings(max_examples=40)
@given(
    changes(),
    st.lists(LISTS, min_size=4, max_size=4),
    st.sampled_from(PROFILES),
    st.sampled_from(["UTC", "Asia/Tokyo"]),
    st.lists(st.sampled_from([3, 7, SINCE]), min_size=4, max_size=4),
)
def test_any_sequence_of_changes_means_what_a_full_build_means(
    sequence, lists, profile, zone, moments
) -> None:
    """Issues come, change, move and go, statuses are listed and not, and T moves."""
    first, rounds, goings = sequence
    stored: dict[str, IssueRow] = {}
    with tempfile.TemporaryDirectory() as folder:
        store = store_at(Path(folder) / "scope.sqlite")
        steps = zip([first, *rounds], [[], *goings], lists, moments, strict=False)
        for step, (rows, gone, statuses, as_of) in enumerate(steps):
            fresh = [as_stored(row, step) for row in rows]
            patched = published(store, fresh, gone, statuses, as_of)
            stored |= {row.id: row for row in fresh}
            stored = {each: row for each, row in stored.items() if each not in gone}
            full = replace(patched, issues=build_issue_table(stored.values()))
            ours, theirs = (derive(each, profile, ZoneInfo(zone), as_of) for each in (patched, full))

            assert_same(ours, theirs, "delivery")
            assert_same(find_facts(ours), find_facts(theirs), "facts")
