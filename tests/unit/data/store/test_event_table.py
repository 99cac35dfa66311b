"""Deployment rows laid out as columns."""

import datetime as dt
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.tables import MISSING, DeploymentRow, EventTable
from data.store.event_table import build_event_table
from tests.support.rows import at


def event(id_: str, project: str = "A", *keys: str, **more: object) -> DeploymentRow:
    given = {"name": id_, "at": at("2026-03-05"), "environment": "", "failed": False} | more
    return DeploymentRow(id=id_, project=project, issues=keys, **given)


def test_without_events_there_is_a_table_of_length_0() -> None:
    made, nothing = build_event_table([]), EventTable()

    assert (len(made), len(nothing)) == (0, 0)
    for name in EventTable.__slots__:
        one, other = getattr(made, name), getattr(nothing, name)
        assert (one.tolist(), one.dtype) == (other.tolist(), other.dtype) if name in ARRAYS else one == other


ARRAYS = [name for name in EventTable.__slots__ if isinstance(getattr(EventTable(), name), np.ndarray)]


def test_events_are_ordered_by_project_and_number() -> None:
    """9 comes before 10, and what is not a number after both."""
    table = build_event_table([event("x"), event("10"), event("2", "B"), event("9"), event("1", "")])

    assert table.ids == ("1", "9", "10", "x", "2")
    assert [table.projects[code] for code in table.project] == ["", "A", "A", "A", "B"]
    assert [table.ids[row] for row in table.by_id] == ["1", "2", "9", "10", "x"]


def test_of_two_ids_that_are_one_number_the_first_stays_first() -> None:
    for ids in (("07", "7"), ("7", "07")):
        assert build_event_table(map(event, ids)).ids == ids


def test_an_id_of_more_digits_than_python_reads_is_text() -> None:
    long = "1" * 5_000

    assert build_event_table([event(long), event("2"), event("x")]).ids == ("2", long, "x")


def test_a_column_has_each_word_once() -> None:
    table = build_event_table(
        [
            event("1", environment="prod", result="ok", name="one"),
            event("2", environment="", result="ok", failed=True),
            event("3", environment="prod", name="one"),
        ]
    )

    assert (table.environments, table.environment.tolist()) == (("prod", ""), [0, 1, 0])
    assert (table.results, table.result.tolist()) == (("ok", ""), [0, 0, 1])
    assert (table.names, table.name.tolist()) == (("one", "2"), [0, 1, 0])
    assert table.failed.tolist() == [False, True, False]


def test_an_event_has_an_instant_or_a_day() -> None:
    """730 484 days after the first of January of year 1, which is day 1, it is the first of January 2001."""
    table = build_event_table([event("1"), event("2", at=MISSING, day="2001-01-01")])

    assert table.at.tolist() == [at("2026-03-05"), MISSING]
    assert table.day.tolist() == [0, 730_486]


def test_listed_keys_are_in_the_order_of_the_events_and_the_words_in_that_of_keys() -> None:
    table = build_event_table(
        [event("1", "A", "A-10", "A-9"), event("2"), event("3", "A", "nonsense", "A-9")]
    )

    assert table.listed_start.tolist() == [0, 2, 2, 4]
    assert table.keys == ("A-9", "A-10", "nonsense")
    assert [table.keys[code] for code in table.listed] == ["A-10", "A-9", "nonsense", "A-9"]


@pytest.mark.parametrize(
    ("key", "project", "number"),
    [
        ("A-10", "A", 10),
        ("A-B-3", "A-B", 3),
        ("A-007", "A", 7),
        ("A", None, 0),
        ("A-x", None, 0),
        ("-1", None, 0),
    ],
)
def test_a_key_has_two_parts_or_none(key: str, project: str | None, number: int) -> None:
    table = build_event_table([event("1", "A", key)])
    code = int(table.key_project[0])

    assert (None if code < 0 else table.key_projects[code]) == project
    assert table.key_number.tolist() == [number]


TEXTS = st.sampled_from(["", "A", "B", "a b", "prod"])
EVENTS = st.lists(
    st.builds(
        DeploymentRow,
        id=st.sampled_from([*map(str, range(12)), "x", "y-1", "007"]),
        name=TEXTS,
        project=TEXTS,
        at=st.sampled_from([MISSING, 0, 1_700_000_000_000]),
        environment=TEXTS,
        failed=st.booleans(),
        issues=st.lists(st.sampled_from(["A-1", "A-2", "A-10", "B-1", "odd"]), unique=True).map(tuple),
        result=TEXTS,
        day=st.sampled_from(["", "2026-03-05"]),
    ),
    unique_by=lambda row: row.id,
)


@given(EVENTS, st.randoms(use_true_random=False))
def test_every_fact_of_every_event_is_in_its_row_whatever_their_order(
    events: list[DeploymentRow], chance: random.Random
) -> None:
    table = build_event_table(events)
    by_id = {row.id: row for row in events}
    shuffled = build_event_table(chance.sample(events, len(events)))

    assert sorted(table.ids) == sorted(by_id)
    for place, id_ in enumerate(table.ids):
        listed = table.listed[table.listed_start[place] : table.listed_start[place + 1]]
        day = dt.date.fromordinal(int(table.day[place])).isoformat() if table.day[place] else ""
        assert by_id[id_] == DeploymentRow(
            id=id_,
            name=table.names[table.name[place]],
            project=table.projects[table.project[place]],
            at=int(table.at[place]),
            environment=table.environments[table.environment[place]],
            failed=bool(table.failed[place]),
            issues=tuple(table.keys[code] for code in listed),
            result=table.results[table.result[place]],
            day=day,
        )
    if not {"7", "007"} <= by_id.keys():  # one number, of which the first stays first
        assert shuffled.ids == table.ids
        assert (shuffled.keys, shuffled.by_id.tolist()) == (table.keys, table.by_id.tolist())
